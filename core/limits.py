"""Rate limits shared by all processes through Redis."""

from dataclasses import dataclass

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


async def hit(store: redis.asyncio.Redis, limit: RateLimit, who: str) -> int:
    """Count one. Gives the number of hits in this window, this one included.

    Raises LimitReached ("rate_limited"; params feature, limit, hits, retry_after_s) above the limit. While Redis is
    away nothing is counted and everybody may go on.
    """
    key = f"limit:{limit.name}:{who}"
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
        raise LimitReached(
            "rate_limited", feature=limit.name, limit=limit.most, hits=int(count), retry_after_s=max(1, left_s)
        )
    return int(count)
