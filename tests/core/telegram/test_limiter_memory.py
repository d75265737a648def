"""An emptied Redis: what was sent before still counts, whoever has sent it."""

import asyncio
import time
from pathlib import Path

import pytest
from redis.asyncio import Redis

from core.telegram.books import GO, SETTLING_S, Begun, Chat, Request, Scope, SharedBook
from core.telegram.limiter import Limiter, Priority
from tests.bench.limiter import granted, most_in_any
from tests.bench.redis_server import free_port, redis_server
from tests.core.telegram.conftest import begin_books
from tests.patience import until

GROUP = -100
ANSWER = Request(None, interactive=True)


def book(store: Redis, *, rate_per_s: float = 100_000) -> SharedBook:
    """By default so fast that nothing waits for the rate over all, however quickly one asks after another."""
    return SharedBook(store, rate_per_s=rate_per_s, key="test")


async def ask(of: SharedBook, chat: Chat | None, *, messages: int = 1, interactive: bool = True) -> Scope:
    """What an answer is told: it doesn't wait for the books to settle."""
    return (await of.ask(Request(chat, interactive, messages), others_wait=False)).scope


async def begin_anew(store: Redis) -> None:
    """Empty, and long enough ago for everybody to have told what they have sent."""
    await store.flushall()
    await begin_books(store, at_us=2)


async def test_what_a_group_took_from_all_processes_still_counts(store: Redis) -> None:
    one, other = book(store), book(store)
    assert await ask(one, GROUP, messages=12) is Scope.NOBODY
    await store.delete(f"{{test}}:send:{GROUP}:drip")
    await asyncio.sleep(0.05)
    assert await ask(other, GROUP, messages=8) is Scope.NOBODY
    await begin_anew(store)
    await other.keep()
    answer = await one.ask(Request(GROUP, interactive=False), others_wait=False)
    assert answer.scope is Scope.CHAT
    assert 55 < answer.wait_s <= 60.5


async def test_adding_it_twice_changes_nothing(store: Redis) -> None:
    one = book(store)
    await ask(one, GROUP, messages=12)
    for _ in range(3):
        await one.merge()
    assert await store.zcard(f"{{test}}:send:{GROUP}:window") == 12


async def test_a_private_chat_that_had_its_burst_waits_on(store: Redis) -> None:
    one = book(store)
    assert await ask(one, 7, messages=10) is Scope.NOBODY
    await begin_anew(store)
    assert await ask(one, 7) is Scope.CHAT
    assert await ask(one, 8) is Scope.NOBODY


@pytest.mark.parametrize(("chat", "scope"), [(None, Scope.ALL), (7, Scope.CHAT)])
async def test_a_pause_goes_on(store: Redis, chat: Chat | None, scope: Scope) -> None:
    one = book(store)
    await ask(one, 1)
    await one.pause(30, chat)
    await begin_anew(store)
    assert await ask(one, 7) is scope


async def test_calls_that_have_started_still_count(store: Redis) -> None:
    one = Limiter(store, rate_per_s=9, key="test")
    began = time.monotonic()
    await one.start(Request(None, interactive=True, messages=10))
    await begin_anew(store)
    await one.start(ANSWER)
    assert time.monotonic() - began >= 1.0


async def test_bulk_waits_until_everybody_has_told_and_answers_dont(store: Redis) -> None:
    one = book(store)
    await ask(one, 1)
    await store.flushall()
    bulk = await one.ask(Request(8, interactive=False), others_wait=False)
    assert bulk.scope is Scope.ALL
    assert 0 < bulk.wait_s <= 1.0
    assert await ask(one, 9) is Scope.NOBODY


async def test_redis_that_came_back_with_older_books_lets_nobody_go_until_all_have_told(store: Redis) -> None:
    one, other = book(store), book(store)
    assert await ask(one, GROUP, messages=20) is Scope.NOBODY
    await store.flushall()
    await store.script_flush()
    await store.set("{test}:epoch", "2 of-another-run")
    began = time.monotonic()
    assert await ask(other, 7) is Scope.ALL
    while (answer := await other.ask(ANSWER, others_wait=False)) is not GO:
        await asyncio.sleep(answer.wait_s)
        await one.keep()
    assert time.monotonic() - began >= SETTLING_S
    assert await ask(other, GROUP) is Scope.CHAT


async def test_redis_that_was_started_anew_with_its_books_lets_nobody_go_until_all_have_told(tmp_path: Path) -> None:
    port = free_port()
    store = Redis(port=port)
    one, other = book(store), book(store)
    with redis_server(port, folder=tmp_path):
        for each in (one, other):
            await ask(each, 7, interactive=True)
        await begin_books(store)
        for each in (one, other):
            assert await ask(each, 8) is Scope.NOBODY
    with redis_server(port, folder=tmp_path):
        assert await store.get("{test}:epoch") is not None
        assert await ask(one, 9) is Scope.ALL
        assert await ask(other, 9) is Scope.ALL
    await store.aclose()


async def test_a_process_that_has_nothing_to_send_tells_too(store: Redis) -> None:
    idle = Limiter(store, rate_per_s=1000, key="test")
    async with idle.keeping():
        await idle.acquire(GROUP, messages=20)
        await begin_anew(store)
        await until(lambda: store.exists(f"{{test}}:send:{GROUP}:window"))
    assert await ask(book(store), GROUP) is Scope.CHAT


async def test_what_was_sent_while_redis_was_away_counts_when_it_is_back(store: Redis) -> None:
    one = book(store)
    await ask(one, 1)
    for _ in range(20):
        one.note_unasked(Request(GROUP, interactive=True))
    assert await ask(one, GROUP) is Scope.CHAT


async def test_a_call_that_took_longer_counts_from_when_it_may_have_arrived(store: Redis) -> None:
    one, limiter = book(store, rate_per_s=1), Limiter(store, rate_per_s=1, key="test")
    late = await one.start(ANSWER)
    assert isinstance(late, Begun)
    began = time.monotonic()
    assert isinstance(await one.start(ANSWER), Begun)
    await one.arrived(late, late_s=0.5)
    assert await store.zscore("{test}:started", f"{late.name}:1") == late.at_us + 500_000
    await limiter.start(ANSWER)
    assert time.monotonic() - began >= 1.0


async def test_what_came_of_it_leaves_room_for_what_is_due(store: Redis) -> None:
    limiter = Limiter(store, rate_per_s=20, key="test")
    asking = [asyncio.create_task(limiter.acquire(None, priority=Priority.STATUS)) for _ in range(40)]
    await until(lambda: sum(task.done() for task in asking) >= 17)
    for task in asking:
        task.cancel()
    assert most_in_any(granted(limiter), 1.0) <= 17
    due = book(store, rate_per_s=20)
    answers = [await due.ask(Request(None, interactive=False), others_wait=False) for _ in range(2)]
    assert answers == [GO] * 2


async def test_what_is_due_doesnt_wait_for_what_waits_behind_it(store: Redis) -> None:
    limiter = Limiter(store, rate_per_s=20, key="test")
    countdowns = [asyncio.create_task(limiter.acquire(None, priority=Priority.COSMETIC)) for _ in range(40)]
    await until(lambda: sum(task.done() for task in countdowns) >= 12)
    before = sum(task.done() for task in countdowns)
    for _ in range(2):
        await limiter.acquire(None, priority=Priority.BULK)
    assert sum(task.done() for task in countdowns) <= before + 1  # one may have been granted at the very moment
    for task in countdowns:
        task.cancel()
