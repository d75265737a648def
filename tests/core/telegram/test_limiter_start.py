"""Calls that were held up after their turn don't go all at once, neither over all nor into one chat."""

import asyncio
import time
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from core.telegram.books import CHAT_BURST, Begun, Request, SharedBook
from core.telegram.limiter import Limiter, LimiterAway

BULK = Request(None, interactive=False)
ANSWER = Request(None, interactive=True)


async def test_turns_that_were_held_up_start_within_the_limit_across_processes(store: Redis) -> None:
    book = SharedBook(store, rate_per_s=9, key="test")
    one, other = (Limiter(store, rate_per_s=9, key="test") for _ in range(2))
    started: list[float] = []

    async def start(limiter: Limiter) -> None:
        await limiter.start(BULK)
        started.append(time.monotonic())

    began = time.monotonic()
    for _ in range(10):
        assert isinstance(await book.start(BULK), Begun)
    await asyncio.gather(*(start(limiter) for limiter in (one, other) for _ in range(6)))
    waited = sorted(at - began for at in started)
    assert waited[0] >= 1.0
    assert waited[10] >= 2.0


async def test_an_album_counts_each_of_its_messages(store: Redis) -> None:
    limiter = Limiter(store, rate_per_s=9, key="test")
    began = time.monotonic()
    await limiter.start(Request(None, interactive=False, messages=10))
    await limiter.start(BULK)
    assert time.monotonic() - began >= 1.0


async def test_a_chat_gets_no_more_at_once_than_its_burst_however_late_the_turns_were_used(store: Redis) -> None:
    limiters = [Limiter(store, rate_per_s=29, key="test") for _ in range(2)]
    turns = [Request(7, interactive=True) for _ in range(4)]
    began = time.monotonic()
    await asyncio.gather(*(limiters[number % 2].start(turn) for number, turn in enumerate(turns)))
    assert time.monotonic() - began >= 1.0


async def test_a_chat_holds_up_neither_another_nor_its_own_edits(store: Redis) -> None:
    book = SharedBook(store, rate_per_s=29, key="test")
    await book.start(Request(7, interactive=True, messages=10))
    assert isinstance(await book.start(Request(7, interactive=True)), float)
    for free in (Request(8, interactive=True), Request(7, interactive=True, edit=True)):
        assert isinstance(await book.start(free), Begun)


async def test_what_arrived_late_holds_up_the_next_one_of_its_chat(store: Redis) -> None:
    book, turn = SharedBook(store, rate_per_s=29, key="test"), Request(7, interactive=True)
    burst = [await book.start(turn) for _ in range(CHAT_BURST)]
    for begun in burst:
        assert isinstance(begun, Begun)
        await book.arrived(begun, late_s=10.0)
    wait_s = await book.start(turn)
    assert isinstance(wait_s, float)
    assert wait_s > 10.0


async def test_the_first_calls_of_a_process_count_from_their_answers(store: Redis) -> None:
    limiter = Limiter(store, rate_per_s=29, key="test")
    begun = await limiter.start(BULK)
    assert begun is not None
    await limiter.ended(replace(begun, at=begun.at - 1.0))
    arrived_us = await store.zscore("{test}:started", f"{begun.name}:1")
    assert arrived_us is not None
    assert arrived_us >= begun.at_us + 1_000_000


async def test_a_call_that_counts_from_a_moment_ahead_is_not_forgotten(store: Redis) -> None:
    book, limiter = SharedBook(store, rate_per_s=1, key="test"), Limiter(store, rate_per_s=1, key="test")
    begun = await book.start(BULK)
    assert isinstance(begun, Begun)
    await book.arrived(begun, late_s=0.5)
    began = time.monotonic()
    assert isinstance(await book.start(BULK), Begun)
    await limiter.start(BULK)
    assert time.monotonic() - began >= 1.0


async def test_without_redis_answers_start_and_bulk_doesnt() -> None:
    async with Redis.from_url("redis://127.0.0.1:1/0") as away:
        limiter = Limiter(away, rate_per_s=10, key="test")
        await limiter.start(ANSWER)
        with pytest.raises(LimiterAway):
            await limiter.start(BULK)


async def test_without_a_rate_nothing_is_asked() -> None:
    async with Redis.from_url("redis://127.0.0.1:1/0") as away:
        await Limiter(away, rate_per_s=0, key="test").start(BULK)
