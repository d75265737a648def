"""What finding videos has cost, counted for /metrics, and how much is left at each provider, kept in Redis."""

import redis.asyncio
import structlog
from redis.exceptions import RedisError
from redis.utils import str_if_bytes as as_text

from core import metrics
from core.providers.discovery import CreditsUsed, OnCredits

KEY = "discovery:credits"

log = structlog.get_logger(__name__)


def recorded(store: redis.asyncio.Redis, then: OnCredits | None = None) -> OnCredits:
    """Notes each call's credits, then tells `then`. Redis away: nothing is noted, and nothing fails."""

    async def on_credits(used: CreditsUsed) -> None:
        outcome = "out" if used.out else "charged"
        await metrics.count(store, "discovery_calls", provider=used.provider, endpoint=used.endpoint, outcome=outcome)
        if used.remaining is not None or used.out:
            await _keep(store, used)
        if used.out:
            log.warning("discovery.out_of_credits", provider=used.provider, endpoint=used.endpoint)
        if then is not None:
            await then(used)

    return on_credits


async def credits_left(store: redis.asyncio.Redis) -> dict[str, int]:
    """By provider, as the last answer told. Raises RedisError when Redis is away."""
    return {as_text(name): int(left) for name, left in (await store.hgetall(KEY)).items()}


async def _keep(store: redis.asyncio.Redis, used: CreditsUsed) -> None:
    try:
        await store.hset(KEY, used.provider, str(used.remaining or 0))
    except (RedisError, OSError) as error:
        log.debug("discovery.credits_not_kept", error=type(error).__name__)
