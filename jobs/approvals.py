"""Beside the scheduler's loop: posts whose time has passed before others had agreed to them."""

import structlog

from core.approvals.telling import tell_overdue
from core.deps import Deps
from core.posts.awaiting import something_overdue

log = structlog.get_logger()

TEND_EVERY_S = 2.0


async def tend_approvals(deps: Deps) -> float:
    """Tell their owners, once each. They are on hold whatever happens here. Seconds until the next look."""
    async with deps.read() as session:
        overdue = await something_overdue(session, now=deps.clock.now())
    while overdue:
        async with deps.tx() as tx:
            told = await tell_overdue(tx)
        log.info("approvals.overdue", posts=told)
        overdue = told > 0
    return TEND_EVERY_S
