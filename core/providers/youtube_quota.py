"""What the YouTube Data API allows in a day, counted before each call. Source: facts on determine_quota_cost."""

from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import redis.asyncio
import structlog
from redis.exceptions import RedisError

from core.clock import Clock
from core.providers.discovery import OutOfCredits

PROVIDER = "youtube_data"
PACIFIC = ZoneInfo("America/Los_Angeles")
"""Quotas start anew at midnight there."""

_KEPT = timedelta(days=2)

log = structlog.get_logger(__name__)


class Bucket(StrEnum):
    SHARED = "shared"
    """All lists but searches, one unit a call."""
    SEARCH = "search"
    UPLOADS = "uploads"
    """Beginning an upload, one unit each, for all users of the app together."""


DAILY = {Bucket.SHARED: 10_000, Bucket.SEARCH: 100, Bucket.UPLOADS: 100}
"""Of a new project, since 2026-06-01. The key's owner may have been granted more, or use it elsewhere too."""


class YouTubeQuota:
    """Counts in Redis, for all processes together. While Redis is away nothing is counted: Google counts anyway."""

    def __init__(self, store: redis.asyncio.Redis, clock: Clock, *, daily: dict[Bucket, int] | None = None) -> None:
        self._store = store
        self._clock = clock
        self._daily = daily or DAILY

    async def take(self, bucket: Bucket) -> None:
        """One unit. Failed calls cost too, so it is never given back. Raises OutOfCredits."""
        key = self._key(bucket)
        try:
            async with self._store.pipeline(transaction=False) as pipe:
                pipe.incr(key)
                pipe.expire(key, _KEPT)
                taken = int((await pipe.execute())[0])
        except (RedisError, OSError) as error:
            log.debug("youtube.quota_not_counted", error=type(error).__name__)
            return
        if taken > self._daily[bucket]:
            raise self._out(bucket)

    async def exhaust(self, bucket: Bucket) -> OutOfCredits:
        """Google says that nothing is left: nobody asks again before midnight. Gives the error to raise."""
        try:
            await self._store.set(self._key(bucket), self._daily[bucket], ex=_KEPT)
        except (RedisError, OSError) as error:
            log.debug("youtube.quota_not_counted", error=type(error).__name__)
        return self._out(bucket)

    async def left(self, bucket: Bucket) -> int | None:
        """Units that may still be taken today; None while Redis is away."""
        try:
            taken = int(await self._store.get(self._key(bucket)) or 0)
        except (RedisError, OSError):
            return None
        return max(self._daily[bucket] - taken, 0)

    def _key(self, bucket: Bucket) -> str:
        return f"youtube:quota:{bucket}:{self._clock.now().astimezone(PACIFIC).date()}"

    def _out(self, bucket: Bucket) -> OutOfCredits:
        return OutOfCredits(provider=PROVIDER, resets_at=next_reset(self._clock.now()), bucket=bucket.value)


def next_reset(now: datetime) -> datetime:
    """The next midnight in Pacific time, in `now`'s zone."""
    tomorrow = now.astimezone(PACIFIC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), PACIFIC).astimezone(now.tzinfo)
