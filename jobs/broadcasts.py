"""Broadcasts go on beside the scheduler's loop: planned a page ahead, leased apart from what was promised, and told of.

Several may run: pages and rows are locked, never shared.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from core import ids
from core.broadcasts.models import Broadcast, BroadcastStatus
from core.broadcasts.planning import plan_broadcast, settle_broadcast, unfinished_broadcasts
from core.broadcasts.service import running_broadcasts
from core.deliveries.broadcasting import IN_FLIGHT_MAX, lease_broadcasts
from core.deliveries.service import SEND, UNLIMITED_BATCH, UNLIMITED_IN_FLIGHT
from core.deps import Deps

log = structlog.get_logger()

BATCH: Final = 30
"""Deliveries for one job."""
RUNNING_EVERY_S: Final = 0.1
IDLE_EVERY_S: Final = 1.0
SETTLE_EVERY_S: Final = 3.0
"""How often its message changes: it takes its turns at Telegram's limit as well."""
PING_WITHIN_S: Final = 0.5
SMOOTHED: Final = 0.3
"""How much the newest speed counts."""


@dataclass(slots=True)
class _Seen:
    """How far one was at the last look."""

    at: float
    dealt_with: int = 0
    per_s: float | None = None


@dataclass(slots=True)
class Broadcasts:
    """Looks after all broadcasts that aren't over."""

    deps: Deps
    _seen: dict[ids.BroadcastId, _Seen] = field(default_factory=dict)

    async def tend(self) -> float:
        """Plan, lease and tell. Returns the seconds until the next look.

        Raises RedisError or TimeoutError when Redis is away: then nothing is leased.
        """
        async with self.deps.read() as session:
            unfinished = await unfinished_broadcasts(session)
        self._seen = {one.id: self._seen[one.id] for one in unfinished if one.id in self._seen}
        running = [one for one in unfinished if one.status == BroadcastStatus.RUNNING]
        if running:
            await self._send(running)
        for broadcast in unfinished:
            await self._settle_now_and_then(broadcast.id)
        return RUNNING_EVERY_S if running else IDLE_EVERY_S

    async def _send(self, running: Sequence[Broadcast]) -> None:
        for broadcast in running:
            async with self.deps.tx() as tx:
                if planned := await plan_broadcast(tx, broadcast.id):
                    log.info("broadcasts.planned", broadcast_id=str(broadcast.id), people=planned)
        async with asyncio.timeout(PING_WITHIN_S):
            await self.deps.redis.ping()
        while await self._lease():
            pass

    async def _lease(self) -> bool:
        """Have some sent. False when nothing waits, or enough is on its way."""
        limit, in_flight_max = BATCH, IN_FLIGHT_MAX
        if not self.deps.settings.telegram_rate_per_s:
            limit, in_flight_max = UNLIMITED_BATCH, UNLIMITED_IN_FLIGHT
        async with self.deps.tx() as tx:
            leased = await lease_broadcasts(tx, running=running_broadcasts(), limit=limit, in_flight_max=in_flight_max)
            if leased is not None:
                tx.enqueue(SEND, leased.ticket, *map(str, leased.delivery_ids))
        return leased is not None

    async def _settle_now_and_then(self, broadcast_id: ids.BroadcastId) -> None:
        now = time.monotonic()
        seen = self._seen.get(broadcast_id)
        if seen is not None and now - seen.at < SETTLE_EVERY_S:
            return
        async with self.deps.tx() as tx:
            dealt_with = await settle_broadcast(tx, broadcast_id, per_s=seen.per_s if seen else None)
        self._seen[broadcast_id] = _Seen(now, dealt_with, _speed(seen, now, dealt_with))


def _speed(seen: _Seen | None, now: float, dealt_with: int) -> float | None:
    """Deliveries a second, of late."""
    if seen is None or dealt_with <= seen.dealt_with:
        return seen.per_s if seen else None
    newest = (dealt_with - seen.dealt_with) / (now - seen.at)
    return newest if seen.per_s is None else SMOOTHED * newest + (1 - SMOOTHED) * seen.per_s
