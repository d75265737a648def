"""The day's quota of the YouTube Data API, counted in Redis."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import redis.asyncio

from core.clock import FixedClock
from core.providers.discovery import OutOfCredits, Period, Search
from core.providers.youtube_quota import Bucket, YouTubeQuota, next_reset
from tests.core.providers.discoveries import MakeDiscovery
from tests.core.providers.fake_discovery_server import FakeDiscoveryServer, answered
from tests.core.providers.youtube_answers import google_body

QUOTA_USED_UP = answered(403, google_body("quotaExceeded"))
SMALL = {Bucket.SHARED: 3, Bucket.SEARCH: 1}


@pytest.fixture
def quota(redis_store: redis.asyncio.Redis, clock: FixedClock) -> YouTubeQuota:
    return YouTubeQuota(redis_store, clock, daily=SMALL)


async def test_the_last_unit_goes_to_one_of_many(quota: YouTubeQuota) -> None:
    results = await asyncio.gather(*(quota.take(Bucket.SHARED) for _ in range(10)), return_exceptions=True)
    assert [type(result) for result in results].count(OutOfCredits) == 7
    assert await quota.left(Bucket.SHARED) == 0


async def test_each_bucket_has_units_of_its_own(quota: YouTubeQuota) -> None:
    await quota.take(Bucket.SEARCH)
    with pytest.raises(OutOfCredits):
        await quota.take(Bucket.SEARCH)
    await quota.take(Bucket.SHARED)
    assert await quota.left(Bucket.SHARED) == 2


async def test_a_new_day_begins_at_midnight_in_california(quota: YouTubeQuota, clock: FixedClock) -> None:
    clock.at = datetime(2026, 11, 22, 7, 59, tzinfo=UTC)
    await quota.take(Bucket.SEARCH)
    with pytest.raises(OutOfCredits) as raised:
        await quota.take(Bucket.SEARCH)
    assert raised.value.resets_at == datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    clock.advance(timedelta(minutes=1))
    await quota.take(Bucket.SEARCH)


@pytest.mark.parametrize(
    ("now", "reset"),
    [
        ("2026-11-21T12:00+00:00", "2026-11-22T08:00+00:00"),
        ("2026-07-01T06:59+00:00", "2026-07-01T07:00+00:00"),
        ("2026-03-08T08:30+00:00", "2026-03-09T07:00+00:00"),  # the clock goes forward
        ("2026-11-01T07:30+00:00", "2026-11-02T08:00+00:00"),  # and back
    ],
)
def test_the_next_reset(now: str, reset: str) -> None:
    assert next_reset(datetime.fromisoformat(now)) == datetime.fromisoformat(reset)


async def test_while_redis_is_away_google_counts(clock: FixedClock) -> None:
    away = redis.asyncio.Redis(port=9, socket_connect_timeout=0.2)
    quota = YouTubeQuota(away, clock, daily={Bucket.SHARED: 0, Bucket.SEARCH: 0})
    await quota.take(Bucket.SHARED)
    assert await quota.left(Bucket.SHARED) is None
    assert (await quota.exhaust(Bucket.SHARED)).resets_at is not None
    await away.aclose()


async def test_every_try_of_a_call_is_counted(discover: MakeDiscovery, networks: FakeDiscoveryServer) -> None:
    networks.faults.extend([answered(500), answered(503)])
    await discover("data").creator("baker")
    assert await YouTubeQuota(discover.store, discover.clock).left(Bucket.SHARED) == 9997


async def test_after_google_said_no_nobody_asks_before_midnight(
    discover: MakeDiscovery, networks: FakeDiscoveryServer
) -> None:
    networks.faults.append(QUOTA_USED_UP)
    provider, search = discover("data"), Search("bread", Period.DAY)
    for _ in range(3):
        with pytest.raises(OutOfCredits) as raised:
            await provider.search(search)
        assert raised.value.resets_at == datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    assert networks.paths() == ["/youtube/v3/search"]
    assert [used.out for used in discover.used] == [True] * 3
    assert (await provider.creator("baker")).handle == "baker", "the other bucket isn't empty"
    discover.clock.advance(timedelta(days=1))
    assert (await provider.search(search)).videos


async def test_too_many_calls_at_once_are_a_pause_and_not_the_end(
    discover: MakeDiscovery, networks: FakeDiscoveryServer
) -> None:
    networks.faults.append(answered(403, google_body("userRateLimitExceeded")))
    assert (await discover("data").creator("baker")).handle == "baker"
