"""Rate limits: a window from the first hit, shared through Redis, and open to everybody while Redis is away."""

import asyncio
from dataclasses import dataclass

import pytest
import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from core.errors import LimitReached
from core.limits import EXCHANGE_EVERY_S, RateLimit, Tally, hit

THREE = RateLimit("tests", most=3, window_s=60)


@dataclass
class Watch:
    """Monotonic seconds that move when told to."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def nowhere() -> redis.asyncio.Redis:
    return redis.asyncio.Redis(host="127.0.0.1", port=1, retry=Retry(NoBackoff(), 0))


async def begun(tally: Tally) -> None:
    """The exchange that the first hit has begun."""
    assert tally._exchange is not None
    await tally._exchange


async def exchange(tally: Tally) -> None:
    """One more: they never overlap."""
    await begun(tally)
    await tally.exchange()


async def test_hits_above_the_limit_are_refused_until_the_window_ends(redis_store: redis.asyncio.Redis) -> None:
    assert [await hit(redis_store, THREE, "ann") for _ in range(3)] == [1, 2, 3]
    with pytest.raises(LimitReached) as caught:
        await hit(redis_store, THREE, "ann")
    assert caught.value.error_code == "rate_limited"
    assert caught.value.params["limit"] == 3
    assert 1 <= caught.value.params["retry_after_s"] <= 60
    assert await hit(redis_store, THREE, "bob") == 1
    await redis_store.pexpire("limit:tests:ann", 1)
    await asyncio.sleep(0.01)
    assert await hit(redis_store, THREE, "ann") == 1


async def test_the_window_is_counted_from_the_first_hit(redis_store: redis.asyncio.Redis) -> None:
    await hit(redis_store, THREE, "ann")
    await redis_store.expire("limit:tests:ann", 5)
    await hit(redis_store, THREE, "ann")
    assert await redis_store.ttl("limit:tests:ann") <= 5


async def test_without_redis_nobody_is_held_up(nowhere: redis.asyncio.Redis) -> None:
    for _ in range(5):
        assert await hit(nowhere, THREE, "ann") == 0


async def test_a_tally_counts_at_once_and_tells_redis_later(redis_store: redis.asyncio.Redis) -> None:
    tally = Tally(redis_store, THREE, clock=Watch())
    assert [tally.hit("ann")[0] for _ in range(4)] == [1, 2, 3, 4]
    await exchange(tally)
    assert await redis_store.get("limit:tests:ann") == b"4"
    await exchange(tally)
    assert await redis_store.get("limit:tests:ann") == b"4"


async def test_two_processes_know_of_each_other_after_an_exchange(redis_store: redis.asyncio.Redis) -> None:
    one, other = Tally(redis_store, THREE, clock=Watch()), Tally(redis_store, THREE, clock=Watch())
    one.hit("ann"), one.hit("ann"), other.hit("ann")
    await exchange(one)
    await exchange(other)
    assert other.hit("ann")[0] == 4


async def test_hits_during_an_exchange_are_not_lost(redis_store: redis.asyncio.Redis) -> None:
    tally = Tally(redis_store, THREE, clock=Watch())
    tally.hit("ann")
    await asyncio.sleep(0)
    tally.hit("ann")
    await begun(tally)
    assert tally.hit("ann")[0] == 3
    await exchange(tally)
    assert await redis_store.get("limit:tests:ann") == b"3"


async def test_a_window_that_has_ended_begins_anew(redis_store: redis.asyncio.Redis) -> None:
    watch = Watch()
    tally = Tally(redis_store, THREE, clock=watch)
    for _ in range(4):
        tally.hit("ann")
    await exchange(tally)
    watch.now += 61
    await redis_store.delete("limit:tests:ann")
    assert tally.hit("ann") == (1, 60)


async def test_without_redis_a_tally_goes_on_by_itself(nowhere: redis.asyncio.Redis) -> None:
    tally = Tally(nowhere, THREE, clock=Watch())
    for _ in range(3):
        tally.hit("ann")
    await exchange(tally)
    assert tally.hit("ann")[0] == 4


async def test_exchanges_happen_by_themselves(redis_store: redis.asyncio.Redis) -> None:
    watch = Watch()
    tally = Tally(redis_store, THREE, clock=watch)
    tally.hit("ann")
    await begun(tally)
    assert await redis_store.get("limit:tests:ann") == b"1"
    watch.now += EXCHANGE_EVERY_S
    tally.hit("ann")
    await begun(tally)
    assert await redis_store.get("limit:tests:ann") == b"2"
