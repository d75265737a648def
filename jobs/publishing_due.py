"""Beside the scheduler's loop: publications whose moment has come, and looks at networks that are due."""

import structlog

from core.db import DATABASE_TROUBLE, may_pass
from core.deps import Deps
from core.publishing.scheduling import DUE_AT_ONCE, due_ids, something_due, start_due
from core.publishing.standing import PUBLISH
from core.work.queries import attempts_due
from core.work.service import sweep_work

log = structlog.get_logger()

TEND_EVERY_S = 1.0
LOOKS_AT_ONCE = 25
"""In each round: looks that fall due together are spread over some seconds, so that deliveries go out between them."""


async def tend_publishing(deps: Deps) -> float:
    """Start what is due, and have those looked at again whose pause is over. Seconds until the next look."""
    now = deps.clock.now()
    async with deps.read() as session:
        starts = await something_due(session, now=now)
        looks = await attempts_due(session, PUBLISH, now=now)
    if starts:
        await start(deps)
    if looks:
        async with deps.tx() as tx:
            await sweep_work(tx, {PUBLISH.target: PUBLISH}, limit=LOOKS_AT_ONCE)
    return TEND_EVERY_S


async def start(deps: Deps) -> None:
    """All that is due, in short transactions. When a page fails, one by one, so that none keeps others waiting."""
    while True:
        try:
            async with deps.tx() as tx:
                started = await start_due(tx)
        except Exception as error:
            if isinstance(error, DATABASE_TROUBLE) and may_pass(error):
                raise
            log.exception("publishing.page_failed")
            await _one_by_one(deps)
            return
        if started:
            log.info("publishing.started", publications=len(started))
        if len(started) < DUE_AT_ONCE:
            return


async def _one_by_one(deps: Deps) -> None:
    async with deps.read() as session:
        due = await due_ids(session, now=deps.clock.now())
    for publication_id in due:
        try:
            async with deps.tx() as tx:
                await start_due(tx, only=publication_id)
        except Exception as error:
            if isinstance(error, DATABASE_TROUBLE) and may_pass(error):
                raise
            log.exception("publishing.not_started", publication_id=str(publication_id))
