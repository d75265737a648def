import asyncio
import time

import pytest
from redis.asyncio import Redis

from core.telegram.books import CHAT_INTERVAL_S, LOCAL_RATE_PER_S, SETTLING_S, Request, Scope, SharedBook
from core.telegram.limiter import Limiter, LimiterAway, Priority
from tests.bench.limiter import RATE_PER_S, drain, granted, most_in_any
from tests.bench.redis_server import free_port, redis_server
from tests.core.telegram.conftest import begin_books
from tests.patience import PATIENCE_S, until

FAST = 1000.0
NO_LIMIT = 100_000.0
"""Of a book that is asked again at once, however quickly."""
A_MOMENT_S = 0.3
LONG_S = 60
"""Of a pause: no machine stands still for so long."""


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


async def goes(limiter: Limiter, chat: int | str | None, priority: Priority = Priority.BULK) -> bool:
    """Whether a request goes, with all the time that a busy machine needs."""
    await asyncio.wait_for(limiter.acquire(chat, priority=priority), PATIENCE_S)
    return True


async def told(book: SharedBook, chat: int | str | None, *, edit: bool = False) -> Scope:
    return (await book.ask(Request(chat, interactive=False, edit=edit), others_wait=False)).scope


async def test_two_processes_together_stay_within_the_rate(limiter_redis_url: str, store: Redis) -> None:
    async def send_all(limiter: Limiter, first: int) -> None:
        for chat in range(first, first + 30):
            await limiter.acquire(chat)

    async with Redis.from_url(limiter_redis_url) as client:
        one, other = (Limiter(each, rate_per_s=20, key="test") for each in (store, client))
        await asyncio.gather(send_all(one, 1), send_all(other, 1000))
    sent = sorted(granted(one) + granted(other))
    assert len(sent) == 60
    assert most_in_any(sent, 1.0) <= 20


@pytest.mark.process
def test_real_processes_stay_within_telegrams_limit(limiter_redis_url: str) -> None:
    drained = drain(limiter_redis_url, processes=3, seconds=3)
    assert len(drained.granted) >= len(drained.sent) > 0
    assert most_in_any(drained.granted, 1.0) <= RATE_PER_S


async def test_without_a_rate_redis_isnt_asked() -> None:
    async with Redis(port=1) as nowhere:
        limiter = Limiter(nowhere, rate_per_s=0, key="test")
        for _ in range(100):
            await limiter.acquire(7)
        await limiter.pause(60)
        await limiter.acquire(7)


async def test_a_private_chat_takes_three_at_once_and_then_waits(limiter: Limiter, store: Redis) -> None:
    book = SharedBook(store, rate_per_s=NO_LIMIT, key="test")
    began = time.monotonic()
    assert [await told(book, 7) for _ in range(3)] == [Scope.NOBODY] * 3
    assert await goes(limiter, 7)
    assert time.monotonic() - began >= CHAT_INTERVAL_S


@pytest.mark.parametrize("chat", [-100, "@channel"])
async def test_a_group_takes_twenty_a_minute(store: Redis, chat: int | str) -> None:
    book = SharedBook(store, rate_per_s=FAST, key="test")
    await book.ask(Request(chat, interactive=False, messages=20), others_wait=False)
    answer = await book.ask(Request(chat, interactive=False), others_wait=False)
    assert answer.scope is Scope.CHAT
    assert 50 < answer.wait_s <= 60.5
    await asyncio.sleep(0.05)
    private = await book.ask(Request(100, interactive=False, messages=20), others_wait=False)
    assert private.scope is Scope.NOBODY


async def test_an_album_counts_each_of_its_messages(store: Redis) -> None:
    book = SharedBook(store, rate_per_s=0.1, key="test")
    await book.ask(Request(1, interactive=False, messages=10), others_wait=False)
    assert await told(book, 2) is Scope.ALL
    assert await store.zcard("{test}:window") == 10


async def test_edits_are_counted_apart(store: Redis) -> None:
    book = SharedBook(store, rate_per_s=NO_LIMIT, key="test")
    await book.ask(Request(7, interactive=False, messages=10), others_wait=False)
    assert await told(book, 7) is Scope.CHAT
    assert await told(book, 7, edit=True) is Scope.NOBODY


async def test_calls_outside_any_chat_are_only_counted_over_all(store: Redis) -> None:
    book = SharedBook(store, rate_per_s=NO_LIMIT, key="test")
    assert [await told(book, None) for _ in range(10)] == [Scope.NOBODY] * 10


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
    assert statistics["cmdstat_evalsha"]["calls"] < 30
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
    bot, worker = (SharedBook(store, rate_per_s=0.5, key="test") for _ in range(2))
    await worker.ask(Request(1, interactive=False, messages=10), others_wait=False)
    asked_at = time.monotonic()
    answer = await bot.ask(Request(50, interactive=True), others_wait=False)
    bulk = await worker.ask(Request(60, interactive=False), others_wait=False)
    assert (answer.scope, bulk.scope) == (Scope.ALL, Scope.ALL)
    assert bulk.wait_s + time.monotonic() - asked_at > answer.wait_s
    await store.delete("{test}:drip", "{test}:window")  # as if the time had passed
    assert (await bot.ask(Request(50, interactive=True), others_wait=False)).scope is Scope.NOBODY
    assert await store.zcard("{test}:waiters") == 0


async def test_an_answer_that_gave_up_holds_up_bulk_only_briefly(store: Redis) -> None:
    bot, worker = (SharedBook(store, rate_per_s=10, key="test") for _ in range(2))
    await worker.ask(Request(1, interactive=False, messages=3), others_wait=False)
    waiting = await bot.ask(Request(50, interactive=True), others_wait=False)
    await asyncio.sleep(waiting.wait_s + 0.12)
    assert (await worker.ask(Request(60, interactive=False), others_wait=False)).scope is Scope.NOBODY


async def test_a_pause_of_one_chat_leaves_the_others(limiter: Limiter) -> None:
    await limiter.pause(LONG_S, chat=7)
    assert await waits(limiter, 7)
    assert await goes(limiter, 8)


async def test_a_pause_of_all_holds_for_answers_too_and_ends(limiter: Limiter) -> None:
    began = time.monotonic()
    await limiter.pause(0.6)
    assert await goes(limiter, 7, Priority.INTERACTIVE)
    assert time.monotonic() - began >= 0.6


async def test_a_pause_is_never_shortened(limiter: Limiter, store: Redis) -> None:
    await limiter.pause(60)
    await limiter.pause(1)
    assert await store.pttl("{test}:pause") > 50_000


async def test_refusals_in_several_private_chats_pause_all(limiter: Limiter) -> None:
    for group in (-1, -2, -3, -4):
        await limiter.pause(LONG_S, chat=group)
    assert await goes(limiter, 10)
    for person in (1, 2, 3):
        await limiter.pause(LONG_S, chat=person)
    assert await waits(limiter, 11)


async def test_a_cancelled_request_leaves_no_trace(store: Redis) -> None:
    limiter = Limiter(store, rate_per_s=20, key="test")
    running = asyncio.all_tasks()
    waiting = [asyncio.create_task(limiter.acquire(-group)) for group in range(1, 100)]
    await until(lambda: sum(task.done() for task in waiting) >= 3)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await until(lambda: asyncio.all_tasks() <= running)
    charged = len(await store.keys("{test}:send:*:window"))
    went = sum(not task.cancelled() for task in waiting)
    assert went <= charged <= went + 1 < 99  # one may have been granted at the very moment
    assert await goes(limiter, 500)


async def test_a_flushed_redis_starts_without_a_burst(store: Redis) -> None:
    limiter = Limiter(store, rate_per_s=20, key="test")
    for chat in range(1, 30):
        if chat == 15:
            await store.flushall()
            await store.script_flush()
        await limiter.acquire(chat)
    assert most_in_any(granted(limiter), 1.0) <= 20


async def test_a_book_catches_up_a_little_but_not_when_it_is_new(store: Redis) -> None:
    book = SharedBook(store, rate_per_s=2, key="test")

    async def granted_at_once() -> tuple[int, float]:
        """How many went, and how many of them before they became due."""
        began = time.monotonic()
        went = [await told(book, None) for _ in range(6)].count(Scope.NOBODY)
        return went, went - 2 * (time.monotonic() - began)

    _, early = await granted_at_once()
    assert early <= 1
    await asyncio.sleep(1.7)
    went, early = await granted_at_once()
    assert went > 1
    assert early <= 2


async def test_a_clock_set_back_stops_nothing(limiter: Limiter, store: Redis) -> None:
    in_an_hour = int((time.time() + 3600) * 1_000_000)
    await store.set("{test}:drip", in_an_hour)
    await store.zadd("{test}:window", {f"ahead:{number}": in_an_hour for number in range(1000)})
    await begin_books(store, at_us=in_an_hour)
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
        assert await goes(limiter, chat, Priority.INTERACTIVE)
    assert not bulk.done()
    began = time.monotonic()
    with redis_server(port):
        await asyncio.wait_for(bulk, PATIENCE_S)
        assert time.monotonic() - began >= SETTLING_S
        await store.aclose()


async def test_without_redis_answers_keep_to_a_stricter_limit() -> None:
    async with Redis(port=1) as nowhere:
        limiter = Limiter(nowhere, rate_per_s=FAST, key="test")
        began = time.monotonic()
        for chat in range(1, 5):
            await limiter.acquire(chat, priority=Priority.INTERACTIVE)
        assert time.monotonic() - began >= SETTLING_S + 3 / LOCAL_RATE_PER_S
        began = time.monotonic()
        for _ in range(2):
            await limiter.acquire(7, priority=Priority.INTERACTIVE)
        assert time.monotonic() - began >= CHAT_INTERVAL_S
        await limiter.pause(LONG_S, chat=9)
        assert await waits(limiter, 9, Priority.INTERACTIVE)


async def test_a_redis_that_hangs_holds_up_an_answer_for_a_moment_only(
    limiter: Limiter, store: Redis, limiter_redis_url: str
) -> None:
    await limiter.acquire(1)
    async with Redis.from_url(limiter_redis_url) as control:
        await control.client_pause(LONG_S * 1000, all=False)
        assert await goes(limiter, 2, Priority.INTERACTIVE)
        await control.client_unpause()
    assert await goes(limiter, 3)


async def test_bulk_gives_up_when_redis_stays_away() -> None:
    async with Redis(port=1) as nowhere:
        limiter = Limiter(nowhere, rate_per_s=29, key="test", patience_s=0.2)
        results = await asyncio.gather(*(limiter.acquire(chat) for chat in range(5)), return_exceptions=True)
    assert [type(result) for result in results] == [LimiterAway] * 5
