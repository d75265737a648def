"""What time does to plans: trials that end, payments that stay due, subscriptions that are over. No job: each step is a
transaction of its own that looks again, so several schedulers may do it side by side."""

from collections.abc import Sequence
from typing import Protocol

import structlog

from core import ids
from core.billing.dunning import advance_subscription, due_subscriptions
from core.billing.trials import advance_trial, due_trials
from core.db import DATABASE_TROUBLE, may_pass
from core.deps import Deps
from core.tx import Tx

log = structlog.get_logger()

TEND_EVERY_S = 15.0
AT_ONCE = 500


class Advance(Protocol):
    async def __call__(self, tx: Tx, /, *, owner_id: ids.UserId) -> bool: ...


async def tend_plans(deps: Deps) -> float:
    """Do what is due by now. Returns the seconds until the next look."""
    now = deps.clock.now()
    async with deps.read() as session:
        trials = await due_trials(session, now=now, limit=AT_ONCE)
        subscriptions = await due_subscriptions(session, now=now, limit=AT_ONCE)
    await _each(deps, advance_trial, trials)
    await _each(deps, advance_subscription, subscriptions)
    return TEND_EVERY_S


async def _each(deps: Deps, advance: Advance, owner_ids: Sequence[ids.UserId]) -> None:
    """One that fails is tried again at the next look and keeps no other waiting."""
    for owner_id in owner_ids:
        try:
            async with deps.tx() as tx:
                await advance(tx, owner_id=owner_id)
        except Exception as error:
            if isinstance(error, DATABASE_TROUBLE) and may_pass(error):
                raise
            log.exception("billing.not_advanced", owner_id=str(owner_id))
