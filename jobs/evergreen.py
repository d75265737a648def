"""Evergreen posts: a look at all pools every few minutes, beside the scheduler's loop."""

import structlog

from core import ids
from core.deps import Deps
from core.evergreen.planning import QUEUES_AT_ONCE, fill_queue, queues_to_fill

log = structlog.get_logger()

PLAN_EVERY_S = 120.0
"""Slots are filled a day ahead; a slot that falls vacant is filled so soon."""


async def plan_evergreen(deps: Deps) -> float:
    """Fill what can be filled now, a transaction a queue; side by side without harm. Seconds until the next look."""
    planned, after = 0, None
    while queues := await _next_queues(deps, after):
        for owner_id, queue_id in queues:
            async with deps.tx() as tx:
                planned += await fill_queue(tx, owner_id=owner_id, queue_id=queue_id)
        after = queues[-1][1]
        if len(queues) < QUEUES_AT_ONCE:
            break
    if planned:
        log.info("evergreen.planned", copies=planned)
    return PLAN_EVERY_S


async def _next_queues(deps: Deps, after: ids.QueueId | None) -> list[tuple[ids.UserId, ids.QueueId]]:
    async with deps.tx() as tx:
        return list(await queues_to_fill(tx, after=after))
