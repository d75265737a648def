"""Whether the house was down: known by a sign of life that is given only while deliveries keep up.

A backlog that waits for Telegram's limit is no outage: workers are at it. Nobody there to send, for whatever reason
(the machine, the scheduler, the workers, Redis), is one. The sign stands in Redis; without it, what is overdue by ten
minutes and was never tried counts as missed.
"""

from datetime import datetime, timedelta

import structlog
from redis.asyncio import Redis

from core.deliveries.outages import keeps_up
from core.deps import Deps
from core.posts.missed import Progress, settle_missed
from core.workers import worker_name
from jobs.maintenance import recover, tell_overdue

log = structlog.get_logger()

KEY = "deliveries:kept_up_at"
DOWN_AFTER = timedelta(minutes=5)
"""Longer than a restart takes, and shorter than MISSED_AFTER less the two minutes after which a post is overdue."""


async def was_down(redis: Redis, *, now: datetime) -> bool:
    """Whether there was no sign of life lately. Raises RedisError when Redis is away."""
    stored = await redis.get(KEY)
    return stored is None or now - datetime.fromtimestamp(float(stored), now.tzinfo) > DOWN_AFTER


async def note_keeping_up(deps: Deps) -> None:
    """Give the sign of life, if there is reason to. Once it has failed for long, being busy is none: first it has to
    be settled what was missed."""
    now = deps.clock.now()
    async with deps.read() as session:
        alive = await keeps_up(session, now=now, while_busy=not await was_down(deps.redis, now=now))
    if alive:
        await _sign(deps.redis, now)


async def settle_outage(deps: Deps) -> None:
    """After an outage: take back what was in hands, then do with missed posts what their owners want. Nothing may be
    leased before. Killed in between, it begins again, and finds what is left."""
    await recover(deps, me=worker_name())
    progress, batches = Progress(), 0
    while True:
        async with deps.tx() as tx:
            progress = await settle_missed(tx, after=progress.after)
        if progress.done:
            break
        batches += 1
    await _sign(deps.redis, deps.clock.now())
    log.info("outages.settled", batches=batches)


async def warn_of_late(deps: Deps) -> None:
    """Tell owners of overdue posts, each once; not before an outage is settled: what is held or left out isn't late."""
    if not await was_down(deps.redis, now=deps.clock.now()):
        await tell_overdue(deps)


async def _sign(redis: Redis, now: datetime) -> None:
    await redis.set(KEY, now.timestamp())
