import asyncio
from typing import Any

import pytest
from redis.asyncio import Redis
from telegram.error import InvalidToken

from core.settings import SANDBOX_TOKEN, Settings
from core.telegram.client import api_url, bot_token, open_bot, open_limiter, open_plain_bot
from tests.bench.redis_server import free_port
from tests.core.telegram.fake_telegram import FakeTelegram, fake_telegram
from tests.patience import PATIENCE_S

TOKEN = "4711:AAaaBBbbCCccDDddEEeeFFffGGggHHhhIIi"


def settings(**chosen: Any) -> Settings:
    return Settings(_env_file=None, **chosen)


@pytest.mark.parametrize(
    ("chosen", "token", "url"),
    [
        ({}, SANDBOX_TOKEN, "http://127.0.0.1:8081"),
        ({"SANDBOX_PORT": 9999}, SANDBOX_TOKEN, "http://127.0.0.1:9999"),
        ({"TELEGRAM_BOT_TOKEN": TOKEN}, TOKEN, "https://api.telegram.org"),
        ({"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": "http://bot-api:8081/"}, TOKEN, "http://bot-api:8081"),
    ],
)
def test_the_settings_say_which_bot_and_where(chosen: dict[str, Any], token: str, url: str) -> None:
    assert (bot_token(settings(**chosen)), api_url(settings(**chosen))) == (token, url)


async def test_the_bot_knows_who_it_is(api: FakeTelegram, store: Redis) -> None:
    async with open_bot(settings(TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_URL=api.url), store) as bot:
        assert bot.username == "a_bot"


async def test_the_bot_waits_for_a_telegram_that_isnt_there_yet(store: Redis) -> None:
    late = settings(TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_URL=f"http://127.0.0.1:{(port := free_port())}")

    async def username() -> str:
        async with open_bot(late, store) as bot:
            return bot.username

    task = asyncio.create_task(username())
    await asyncio.sleep(0.2)
    async with fake_telegram(port):
        assert await asyncio.wait_for(task, PATIENCE_S) == "a_bot"


async def test_a_wrong_token_is_told_at_once(api: FakeTelegram, store: Redis) -> None:
    api.next.append(api.refuse(401, "Unauthorized"))
    with pytest.raises(InvalidToken):
        async with open_bot(settings(TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_URL=api.url), store):
            pass


async def test_a_plain_bot_asks_nothing_before_its_first_call(api: FakeTelegram) -> None:
    async with open_plain_bot(settings(TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_URL=api.url)) as bot:
        assert api.calls == []
        await bot.send_message(7, "Hello")


async def test_the_books_carry_no_secret(store: Redis) -> None:
    limiter = open_limiter(settings(TELEGRAM_BOT_TOKEN=TOKEN), store)
    await limiter.acquire(7)
    assert set(await store.keys("*telegram*")) == {
        b"{telegram:4711}:epoch",
        b"{telegram:4711}:drip",
        b"{telegram:4711}:window",
        b"{telegram:4711}:send:7:drip",
    }
