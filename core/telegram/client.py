"""Bots of python-telegram-bot as this project uses them: on our transport, at the address that the settings name."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
import telegram
from redis.asyncio import Redis
from telegram.error import BadRequest, NetworkError
from telegram.ext import ExtBot

from core.settings import SANDBOX_TOKEN, Settings
from core.telegram.limiter import Limiter, Priority
from core.telegram.rate_limiter import InteractiveRateLimiter
from core.telegram.request import AioHttpRequest

log = structlog.get_logger()

API_URL: Final = "https://api.telegram.org"
INTRODUCTION_RETRY_S: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


def bot_token(settings: Settings) -> str:
    """The configured bot's, or the sandbox's."""
    return settings.telegram_bot_token.get_secret_value() if settings.telegram_bot_token else SANDBOX_TOKEN


def api_url(settings: Settings) -> str:
    """Where the Bot API is: the configured server, else Telegram, or the local sandbox when there is no token."""
    if settings.telegram_api_url:
        return settings.telegram_api_url.rstrip("/")
    return f"http://127.0.0.1:{settings.sandbox_port}" if settings.in_sandbox else API_URL


def open_limiter(settings: Settings, redis: Redis) -> Limiter:
    """The limit of the configured bot. Its books are named by the bot's id, which is no secret."""
    bot_id = bot_token(settings).partition(":")[0]
    return Limiter(redis, rate_per_s=settings.telegram_rate_per_s, key=f"telegram:{bot_id}")


@asynccontextmanager
async def open_bot(settings: Settings, redis: Redis) -> AsyncIterator[ExtBot[Priority]]:
    """The bot that talks with people: it knows who it is, and what it sends goes before bulk within the shared limit.

    Waits for a Telegram that can't be reached. Raises InvalidToken.
    """
    request = AioHttpRequest()
    limiter = open_limiter(settings, redis)
    url = api_url(settings)
    bot = ExtBot(
        bot_token(settings),
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=request,
        get_updates_request=request,
        rate_limiter=InteractiveRateLimiter(limiter),
    )
    try:
        await _introduce(bot)
        async with limiter.keeping():
            yield bot
    finally:
        await bot.shutdown()
        await request.shutdown()


@asynccontextmanager
async def open_plain_bot(settings: Settings) -> AsyncIterator[telegram.Bot]:
    """A bot that only makes calls: no limit of its own, and nothing asked of Telegram before the first call."""
    request = AioHttpRequest()
    await request.initialize()
    url = api_url(settings)
    try:
        yield telegram.Bot(
            bot_token(settings),
            base_url=f"{url}/bot",
            base_file_url=f"{url}/file/bot",
            request=request,
            get_updates_request=request,
        )
    finally:
        await request.shutdown()


async def _introduce(bot: telegram.Bot) -> None:
    failures = 0
    while True:
        try:
            return await bot.initialize()
        except BadRequest:
            raise
        except NetworkError as error:
            log.warning("telegram.not_reached", detail=error.message)
            await asyncio.sleep(INTRODUCTION_RETRY_S[min(failures, len(INTRODUCTION_RETRY_S) - 1)])
            failures += 1
