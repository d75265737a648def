"""Calls that were held up after their turn don't go all at once, neither over all nor into one chat."""

import asyncio
import time
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from core.telegram.books import CHAT_BURST, CHAT_INTERVAL_S, Answer, Begun, Request, Scope, SharedBook
from core.telegram.limiter import IN_LINE_MAX, USUAL_FROM, Limiter, LimiterAway, Priority

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


async def test_of_those_that_wait_for_each_other_only_the_first_asks_again(store: Redis) -> None:
    book, limiter = SharedBook(store, rate_per_s=9, key="test"), Limiter(store, rate_per_s=9, key="test")
    for start in [book.start] * 9 + [limiter.start]:
        await start(BULK)
        await asyncio.sleep(0.03)
    await store.config_resetstat()
    await asyncio.gather(*(limiter.start(BULK) for _ in range(9)))
    asked = (await store.info("commandstats"))["cmdstat_evalsha"]["calls"]
    assert asked <= 9 + 2 * 9 + 3  # twice each in line, and a timer may be early; all at once would ask over 50 times


async def test_with_calls_in_line_there_are_turns_for_answers_only(store: Redis) -> None:
    book, limiter = SharedBook(store, rate_per_s=9, key="test"), Limiter(store, rate_per_s=9, key="test")
    for _ in range(10):
        await book.start(BULK)
    in_line = [asyncio.create_task(limiter.start(BULK)) for _ in range(IN_LINE_MAX)]
    async with asyncio.timeout(5):
        while limiter._in_line < IN_LINE_MAX:  # noqa: ASYNC110 - Redis has no event
            await asyncio.sleep(0.005)
    bulk = asyncio.create_task(limiter.acquire(7))
    await limiter.acquire(8, priority=Priority.INTERACTIVE)
    assert not bulk.done()
    assert not any(call.done() for call in in_line)
    await bulk
    assert any(call.done() for call in in_line)


@pytest.mark.parametrize(("took_s", "moved_s"), [(0.115, 0.0), (0.3, 0.18)])
async def test_calls_that_differ_a_little_count_from_their_start(store: Redis, took_s: float, moved_s: float) -> None:
    limiter = Limiter(store, rate_per_s=99, key="test")
    limiter._durations.extend([0.1] * USUAL_FROM)
    begun = await limiter.start(BULK)
    assert begun is not None
    await limiter.ended(replace(begun, at=time.monotonic() - took_s))
    arrived_us = await store.zscore("{test}:started", f"{begun.name}:1")
    assert arrived_us is not None
    assert arrived_us - begun.at_us == pytest.approx(1_000_000 * moved_s, abs=4_000)


async def test_calls_that_were_late_together_hold_up_their_chat_once(store: Redis) -> None:
    book = SharedBook(store, rate_per_s=9, key="test")
    slow = [await book.start(Request(7, interactive=False)) for _ in range(CHAT_BURST)]
    for call in slow:
        assert isinstance(call, Begun)
        await book.arrived(call, late_s=10)
    answer = await book.start(Request(7, interactive=True))
    assert isinstance(answer, Answer)
    assert 5 < answer.wait_s <= 10 + CHAT_INTERVAL_S  # they came all at once then, and one more may a moment later


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
    waiting = await book.start(Request(7, interactive=True))
    assert isinstance(waiting, Answer)
    assert waiting.scope is Scope.CHAT
    for free in (Request(8, interactive=True), Request(7, interactive=True, edit=True)):
        assert isinstance(await book.start(free), Begun)


async def test_what_arrived_late_holds_up_the_next_one_of_its_chat(store: Redis) -> None:
    book, turn = SharedBook(store, rate_per_s=29, key="test"), Request(7, interactive=True)
    burst = [await book.start(turn) for _ in range(CHAT_BURST)]
    for begun in burst:
        assert isinstance(begun, Begun)
        await book.arrived(begun, late_s=10.0)
    answer = await book.start(turn)
    assert isinstance(answer, Answer)
    assert answer.wait_s > 10.0


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


async def test_answers_that_started_without_redis_are_remembered_for_when_it_is_back() -> None:
    async with Redis.from_url("redis://127.0.0.1:1/0") as away:
        limiter = Limiter(away, rate_per_s=10, key="test")
        await asyncio.gather(*(limiter.start(ANSWER) for _ in range(2)))
    instants = limiter._shared.memory.starts(since_us=0)[::2]
    assert len(instants) == 2


async def test_without_a_rate_nothing_is_asked() -> None:
    async with Redis.from_url("redis://127.0.0.1:1/0") as away:
        await Limiter(away, rate_per_s=0, key="test").start(BULK)
