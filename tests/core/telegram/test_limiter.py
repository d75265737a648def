import asyncio
import time
from collections.abc import Callable

import pytest
from redis.asyncio import Redis

from core.telegram.books import Request, Scope, SharedBook
from core.telegram.limiter import Limiter, LimiterAway, Priority
from tests.bench.limiter import RATE_PER_S, drain, most_in_any
from tests.bench.redis_server import free_port, redis_server

FAST = 1000.0
A_MOMENT_S = 0.3
STALLED = 4
"""Sends that a stalled machine may see bunched: they are counted when the caller goes on, not when granted."""


@pytest.fixture
def limiter(store: Redis) -> Limiter:
    """Fast over all, so that only the chats' limits show."""
    return Limiter(store, rate_per_s=FAST, key="test")


async def waits(limiter: Limiter, chat: int | str | None, priority: Priority = Priority.BULK) -> bool:
    """Whether a request is still waiting after a moment."""
    try:
        await asyncio.wait_for(limiter.acquire(chat, priority=priority), A_MOMENT_S)
    except TimeoutError:
        return True
    return False


async def goes(limiter: Limiter, chat: int | str | None) -> bool:
    """Whether a request goes, with all the time that a busy machine needs."""
    await asyncio.wait_for(limiter.acquire(chat), 5)
    return True


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.01)


async def test_two_processes_together_stay_within_the_rate(limiter_redis_url: str, store: Redis) -> None:
    sent: list[float] = []

    async def send_all(limiter: Limiter, first: int) -> None:
        for chat in range(first, first + 30):
            await limiter.acquire(chat)
            sent.append(time.monotonic())

    async with Redis.from_url(limiter_redis_url) as other:
        await asyncio.gather(
            send_all(Limiter(store, rate_per_s=20, key="test"), 1),
            send_all(Limiter(other, rate_per_s=20, key="test"), 1000),
        )
    assert most_in_any(sorted(sent), 0.99) <= 20 + STALLED


@pytest.mark.process
def test_real_processes_stay_within_telegrams_limit(limiter_redis_url: str) -> None:
    sent, answers = drain(limiter_redis_url, processes=3, seconds=4)
    everything = sorted([at for process in sent for at in process] + [at for at, _ in answers])
    assert len(answers) >= 5
    assert most_in_any(everything, 1.0) <= RATE_PER_S + STALLED


async def test_without_a_rate_redis_isnt_asked() -> None:
    async with Redis(port=1) as nowhere:
        limiter = Limiter(nowhere, rate_per_s=0, key="test")
        for _ in range(100):
            await limiter.acquire(7)
        await limiter.pause(60)
        await limiter.acquire(7)


async def test_a_private_chat_takes_three_at_once_and_then_waits(limiter: Limiter) -> None:
    for _ in range(3):
        assert await goes(limiter, 7)
    assert await waits(limiter, 7)


@pytest.mark.parametrize("chat", [-100, "@channel"])
async def test_a_group_takes_twenty_a_minute(store: Redis, chat: int | str) -> None:
    book = SharedBook(store, rate_per_s=FAST, key="test")
    await book.ask(Request(chat, interactive=False, messages=20), others_wait=False)
    answer = await book.ask(Request(chat, interactive=False), others_wait=False)
    assert answer.scope is Scope.CHAT
    assert 59 < answer.wait_s <= 60.5
    await asyncio.sleep(0.05)
    private = await book.ask(Request(100, interactive=False, messages=20), others_wait=False)
    assert private.scope is Scope.NOBODY


async def test_an_album_counts_each_of_its_messages(store: Redis) -> None:
    book = SharedBook(store, rate_per_s=10, key="test")
    await book.ask(Request(1, interactive=False, messages=10), others_wait=False)
    assert (await book.ask(Request(2, interactive=False), others_wait=False)).scope is Scope.ALL
    assert await store.zcard("{test}:window") == 10


async def test_edits_are_counted_apart(limiter: Limiter) -> None:
    for _ in range(3):
        await limiter.acquire(7)
    await asyncio.wait_for(limiter.acquire(7, edit=True), A_MOMENT_S)


async def test_calls_outside_any_chat_are_only_counted_over_all(limiter: Limiter) -> None:
    for _ in range(10):
        assert await goes(limiter, None)


async def test_a_chat_that_must_wait_holds_up_nobody_else(limiter: Limiter) -> None:
    held_up = [asyncio.create_task(limiter.acquire(7)) for _ in range(20)]
    assert await goes(limiter, 8)
    assert sum(task.done() for task in held_up) < 10
    for task in held_up:
        task.cancel()


async def test_many_waiters_of_one_chat_dont_ask_redis_again_and_again(limiter: Limiter, store: Redis) -> None:
    await store.config_resetstat()
    held_up = [asyncio.create_task(limiter.acquire(7)) for _ in range(300)]
    await asyncio.sleep(A_MOMENT_S)
    statistics = await store.info("commandstats")
    assert statistics["cmdstat_evalsha"]["calls"] < 10
    for task in held_up:
        task.cancel()


async def test_answers_go_before_bulk(store: Redis) -> None:
    limiter = Limiter(store, rate_per_s=20, key="test")
    order: list[str] = []

    async def send(chat: int, priority: Priority) -> None:
        await limiter.acquire(chat, priority=priority)
        order.append(priority.name)

    bulk = [asyncio.create_task(send(chat, Priority.BULK)) for chat in range(1, 11)]
    await until(lambda: len(order) >= 3)
    await asyncio.gather(*bulk, send(100, Priority.INTERACTIVE))
    assert order.index("INTERACTIVE") < len(order) - 1


async def test_a_waiting_answer_makes_bulk_of_other_processes_yield(store: Redis) -> None:
    bot, worker = (SharedBook(store, rate_per_s=2, key="test") for _ in range(2))
    await worker.ask(Request(1, interactive=False, messages=3), others_wait=False)
    answer = await bot.ask(Request(50, interactive=True), others_wait=False)
    bulk = await worker.ask(Request(60, interactive=False), others_wait=False)
    assert (answer.scope, bulk.scope) == (Scope.ALL, Scope.ALL)
    assert bulk.wait_s > answer.wait_s
    await asyncio.sleep(answer.wait_s)
    assert (await bot.ask(Request(50, interactive=True), others_wait=False)).scope is Scope.NOBODY
    assert await store.zcard("{test}:waiters") == 0


async def test_an_answer_that_gave_up_holds_up_bulk_only_briefly(store: Redis) -> None:
    bot, worker = (SharedBook(store, rate_per_s=10, key="test") for _ in range(2))
    await worker.ask(Request(1, interactive=False, messages=3), others_wait=False)
    waiting = await bot.ask(Request(50, interactive=True), others_wait=False)
    await asyncio.sleep(waiting.wait_s + 0.12)
    assert (await worker.ask(Request(60, interactive=False), others_wait=False)).scope is Scope.NOBODY


async def test_a_pause_of_one_chat_leaves_the_others(limiter: Limiter) -> None:
    await limiter.pause(5, chat=7)
    assert await waits(limiter, 7)
    assert await goes(limiter, 8)


async def test_a_pause_of_all_holds_for_answers_too_and_ends(limiter: Limiter) -> None:
    await limiter.pause(0.6)
    assert await waits(limiter, 7, Priority.INTERACTIVE)
    await asyncio.wait_for(limiter.acquire(8), 5)


async def test_a_pause_is_never_shortened(limiter: Limiter, store: Redis) -> None:
    await limiter.pause(60)
    await limiter.pause(1)
    assert await store.pttl("{test}:pause") > 50_000


async def test_refusals_in_several_private_chats_pause_all(limiter: Limiter) -> None:
    for group in (-1, -2, -3, -4):
        await limiter.pause(5, chat=group)
    assert await goes(limiter, 10)
    for person in (1, 2, 3):
        await limiter.pause(5, chat=person)
    assert await waits(limiter, 11)


async def test_a_cancelled_request_leaves_no_trace(store: Redis) -> None:
    limiter = Limiter(store, rate_per_s=20, key="test")
    running = asyncio.all_tasks()
    waiting = [asyncio.create_task(limiter.acquire(chat)) for chat in range(1, 100)]
    await asyncio.sleep(0.2)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await until(lambda: asyncio.all_tasks() <= running)
    charged = len(await store.keys("{test}:send:*"))
    went = sum(not task.cancelled() for task in waiting)
    assert went <= charged <= went + 1 < 20  # one may have been granted at the very moment
    await asyncio.wait_for(limiter.acquire(500), 5)


async def test_a_flushed_redis_starts_without_a_burst(store: Redis) -> None:
    limiter = Limiter(store, rate_per_s=20, key="test")
    sent: list[float] = []
    for chat in range(1, 30):
        if chat == 15:
            await store.flushall()
            await store.script_flush()
        await limiter.acquire(chat)
        sent.append(time.monotonic())
    assert most_in_any(sent, 0.99) <= 21 + STALLED


async def test_a_book_catches_up_a_little_but_not_when_it_is_new(store: Redis) -> None:
    book = SharedBook(store, rate_per_s=2, key="test")

    async def granted_at_once() -> int:
        answers = [await book.ask(Request(None, interactive=False), others_wait=False) for _ in range(6)]
        return sum(answer.scope is Scope.NOBODY for answer in answers)

    assert await granted_at_once() == 1
    await asyncio.sleep(1.7)
    assert await granted_at_once() == 2


async def test_a_clock_set_back_stops_nothing(limiter: Limiter, store: Redis) -> None:
    in_an_hour = int((time.time() + 3600) * 1_000_000)
    await store.set("{test}:drip", in_an_hour)
    await store.zadd("{test}:window", {f"ahead:{number}": in_an_hour for number in range(1000)})
    await store.set("{test}:epoch", in_an_hour)
    await store.set("{test}:send:7:drip", in_an_hour)
    assert await goes(limiter, 7)


async def test_while_redis_is_away_answers_go_on_and_bulk_waits() -> None:
    port = free_port()
    with redis_server(port) as url:
        store = Redis.from_url(url)
        limiter = Limiter(store, rate_per_s=FAST, key="test")
        await limiter.acquire(1)
    bulk = asyncio.create_task(limiter.acquire(2))
    for chat in (3, 4, 5):
        await asyncio.wait_for(limiter.acquire(chat, priority=Priority.INTERACTIVE), 5)
    assert not bulk.done()
    with redis_server(port):
        await asyncio.wait_for(bulk, 10)
        assert await goes(limiter, 6)
        await store.aclose()


async def test_without_redis_answers_keep_to_a_stricter_limit() -> None:
    async with Redis(port=1) as nowhere:
        limiter = Limiter(nowhere, rate_per_s=FAST, key="test")
        sent: list[float] = []
        for chat in range(1, 8):
            await limiter.acquire(chat, priority=Priority.INTERACTIVE)
            sent.append(time.monotonic())
        assert most_in_any(sent, 0.99) <= 5
        assert await waits(limiter, 7, Priority.INTERACTIVE)
        await limiter.pause(5, chat=9)
        assert await waits(limiter, 9, Priority.INTERACTIVE)


async def test_a_redis_that_hangs_holds_up_an_answer_for_a_moment_only(
    limiter: Limiter, store: Redis, limiter_redis_url: str
) -> None:
    await limiter.acquire(1)
    async with Redis.from_url(limiter_redis_url) as control:
        await control.client_pause(3000)
    await asyncio.wait_for(limiter.acquire(2, priority=Priority.INTERACTIVE), 2.5)
    await asyncio.wait_for(limiter.acquire(3), 10)


async def test_bulk_gives_up_when_redis_stays_away() -> None:
    async with Redis(port=1) as nowhere:
        limiter = Limiter(nowhere, rate_per_s=29, key="test", patience_s=0.2)
        results = await asyncio.gather(*(limiter.acquire(chat) for chat in range(5)), return_exceptions=True)
    assert [type(result) for result in results] == [LimiterAway] * 5
