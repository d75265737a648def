"""Rate limits shared by all processes through Redis."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic

import redis.asyncio
import structlog
from redis.exceptions import RedisError

from core.errors import LimitReached

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `most` hits in a window of `window_s`, counted from the first hit."""

    name: str
    most: int
    window_s: int


ACTIONS = RateLimit("actions", most=500, window_s=3600)
GENERATIONS = RateLimit("generations", most=20, window_s=60)
IMAGES = RateLimit("images", most=10, window_s=60)
EXCHANGE_EVERY_S = 1.0


async def hit(store: redis.asyncio.Redis, limit: RateLimit, who: str) -> int:
    """Count one. Gives the number of hits in this window, this one included.

    Raises LimitReached ("rate_limited"; params feature, limit, retry_after_s) above the limit. While Redis is
    away nothing is counted and everybody may go on.
    """
    key = _key(limit, who)
    try:
        async with store.pipeline(transaction=False) as pipe:
            pipe.set(key, 0, ex=limit.window_s, nx=True)  # Redis 6 has no EXPIRE NX
            pipe.incr(key)
            pipe.ttl(key)
            _, count, left_s = await pipe.execute()
    except RedisError:
        log.warning("limits.redis_away")
        return 0
    if count > limit.most:
        raise LimitReached("rate_limited", feature=limit.name, limit=limit.most, retry_after_s=max(1, left_s))
    return int(count)


@dataclass(slots=True)
class _Count:
    """What is known of one user: `shared` is Redis's count, `pending` what it doesn't know yet."""

    shared: int = 0
    pending: int = 0
    ends_at: float = 0.0


class Tally:
    """Counts hits without a round trip each: what came in is added to Redis's counts once a second."""

    def __init__(self, store: redis.asyncio.Redis, limit: RateLimit, *, clock: Callable[[], float] = monotonic) -> None:
        self._store = store
        self._limit = limit
        self._clock = clock
        self._counts: dict[str, _Count] = {}
        self._next_exchange_at = 0.0
        self._exchange: asyncio.Task[None] | None = None

    def hit(self, who: str) -> tuple[int, int]:
        """Count one. Gives the hits in this window as far as they are known, and the seconds until it ends."""
        now = self._clock()
        count = self._counts.get(who)
        if count is None or now >= count.ends_at:
            count = self._counts[who] = _Count(ends_at=now + self._limit.window_s)
        count.pending += 1
        if now >= self._next_exchange_at and (self._exchange is None or self._exchange.done()):
            self._next_exchange_at = now + EXCHANGE_EVERY_S
            self._exchange = asyncio.create_task(self.exchange())
        return count.shared + count.pending, max(1, round(count.ends_at - now))

    async def exchange(self) -> None:
        """Add what came in to Redis, and learn what other processes counted. Drops whose window has ended."""
        now = self._clock()
        self._counts = {who: count for who, count in self._counts.items() if now < count.ends_at}
        fresh = {who: count for who, count in self._counts.items() if count.pending}
        added = {who: count.pending for who, count in fresh.items()}
        try:
            answers = await self._add(added)
        except RedisError:
            log.warning("limits.redis_away")
            return
        for (who, pending), (shared, left_s) in zip(added.items(), answers, strict=True):
            fresh[who].pending -= pending
            fresh[who].shared, fresh[who].ends_at = shared, now + max(1, left_s)

    async def _add(self, added: Mapping[str, int]) -> list[tuple[int, int]]:
        async with self._store.pipeline(transaction=False) as pipe:
            for who, pending in added.items():
                key = _key(self._limit, who)
                pipe.set(key, 0, ex=self._limit.window_s, nx=True)
                pipe.incrby(key, pending)
                pipe.ttl(key)
            answers = await pipe.execute()
        return list(zip(answers[1::3], answers[2::3], strict=True))


def _key(limit: RateLimit, who: str) -> str:
    return f"limit:{limit.name}:{who}"
