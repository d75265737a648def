import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import telegram
from redis.asyncio import Redis
from telegram.ext import ExtBot

from core.telegram.errors import FloodWait
from core.telegram.limiter import Limiter, Priority
from core.telegram.rate_limiter import InteractiveRateLimiter
from tests.core.telegram.fake_telegram import TOKEN, FakeTelegram, open_request
from tests.patience import PATIENCE_S, until

PAUSED_S = 0.4


@pytest.fixture
def limiter(store: Redis) -> Limiter:
    return Limiter(store, rate_per_s=1000, key="test")


@asynccontextmanager
async def open_talking_bot(api: FakeTelegram, limiter: Limiter) -> AsyncIterator[ExtBot[Priority]]:
    async with open_request() as request:
        yield ExtBot(
            TOKEN,
            base_url=f"{api.url}/bot",
            request=request,
            get_updates_request=request,
            rate_limiter=InteractiveRateLimiter(limiter),
        )


@pytest.fixture
async def talking_bot(api: FakeTelegram, limiter: Limiter) -> AsyncIterator[ExtBot[Priority]]:
    async with open_talking_bot(api, limiter) as bot:
        yield bot


async def test_messages_wait_for_their_turn(talking_bot: ExtBot[Priority], limiter: Limiter) -> None:
    await limiter.pause(60)
    calls = [
        talking_bot.send_message(7, "Hello"),
        talking_bot.edit_message_text("Hello", 7, 1),
        talking_bot.copy_message(7, 8, 1),
        talking_bot.forward_message(7, 8, 1),
        talking_bot.send_media_group(7, [telegram.InputMediaPhoto("a"), telegram.InputMediaPhoto("b")]),
        talking_bot.send_message_draft(7, 1, "Hel"),
    ]
    tasks = [asyncio.create_task(call) for call in calls]
    await asyncio.sleep(PAUSED_S)
    assert not any(task.done() for task in tasks)
    for task in tasks:
        task.cancel()


async def test_everything_else_goes_at_once(talking_bot: ExtBot[Priority], limiter: Limiter) -> None:
    await limiter.pause(30)
    async with asyncio.timeout(PATIENCE_S):
        await talking_bot.answer_callback_query("q")
        await talking_bot.send_chat_action(7, "typing")
        await talking_bot.set_my_commands([("help", "Help")])
        await talking_bot.get_updates()
        await talking_bot.get_me()


async def test_an_album_counts_each_message(talking_bot: ExtBot[Priority], store: Redis) -> None:
    await talking_bot.send_media_group(7, [telegram.InputMediaPhoto("a"), telegram.InputMediaPhoto("b")])
    assert await store.zcard("{test}:window") == 2


async def test_a_short_429_is_waited_for_and_the_call_made_again(
    talking_bot: ExtBot[Priority], api: FakeTelegram
) -> None:
    api.next.append(api.refuse(429, "Too Many Requests: retry after 1", retry_after=1))
    message = await talking_bot.send_message(7, "Hello")
    assert message.message_id == api.last_message_id
    assert len(api.calls) == 2


async def test_a_long_429_is_told_at_once(talking_bot: ExtBot[Priority], api: FakeTelegram, store: Redis) -> None:
    api.next.append(api.refuse(429, "Too Many Requests: retry after 40", retry_after=40))
    with pytest.raises(FloodWait):
        await talking_bot.send_message(7, "Hello")
    assert await store.pttl("{test}:pause:7") > 30_000
    assert len(api.calls) == 1


async def test_a_call_may_give_up_its_precedence(api: FakeTelegram, store: Redis) -> None:
    limiter = Limiter(store, rate_per_s=0.01, key="slow")
    await limiter.acquire(1)
    async with open_talking_bot(api, limiter) as bot:
        bulk = asyncio.create_task(bot.send_message(7, "Hello", rate_limit_args=Priority.BULK))
        await until(lambda: limiter.waiting(Priority.BULK))
        await asyncio.sleep(0.1)
        assert await store.zcard("{slow}:waiters") == 0
        answer = asyncio.create_task(bot.send_message(8, "Hello"))
        await until(lambda: store.zcard("{slow}:waiters"))
        for task in (bulk, answer):
            task.cancel()
