"""Calls that were held up after their turn don't go all at once."""

import asyncio
import time

import pytest
from redis.asyncio import Redis

from core.telegram.limiter import Limiter, LimiterAway, Priority


async def test_turns_that_were_held_up_start_within_the_limit_across_processes(store: Redis) -> None:
    one, other = (Limiter(store, rate_per_s=9, key="test") for _ in range(2))
    started: list[float] = []

    async def start(limiter: Limiter) -> None:
        await limiter.start()
        started.append(time.monotonic())

    began = time.monotonic()
    await asyncio.gather(*(start(limiter) for limiter in (one, other) for _ in range(11)))
    waited = sorted(at - began for at in started)
    assert waited[9] < 0.9
    assert waited[10] >= 1.0
    assert waited[20] >= 2.0


async def test_an_album_counts_each_of_its_messages(store: Redis) -> None:
    limiter = Limiter(store, rate_per_s=9, key="test")
    await limiter.start(messages=10)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(limiter.start(), timeout=0.3)


async def test_without_redis_answers_start_and_bulk_doesnt() -> None:
    async with Redis.from_url("redis://127.0.0.1:1/0") as away:
        limiter = Limiter(away, rate_per_s=10, key="test")
        await limiter.start(priority=Priority.INTERACTIVE)
        with pytest.raises(LimiterAway):
            await limiter.start()


async def test_without_a_rate_nothing_is_asked() -> None:
    async with Redis.from_url("redis://127.0.0.1:1/0") as away:
        await Limiter(away, rate_per_s=0, key="test").start()
