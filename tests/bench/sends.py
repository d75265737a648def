"""Senders to measure ours beside, each in a process of its own.

`python -m tests.bench.sends <address> <chats> bare`: an asyncio loop of sends on our transport, and nothing else.
`... rate-limited`: python-telegram-bot with the AIORateLimiter that its documentation recommends.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator

import telegram
from telegram.error import RetryAfter
from telegram.ext import AIORateLimiter, ExtBot

from core.settings import SANDBOX_TOKEN
from core.telegram.request import AioHttpRequest

FIRST_CHAT = 9_000_000
AT_ONCE = 150
"""As many as the scheduler leases at once."""
TEXT = "Bread that pays for the oven."


async def bare(url: str, chats: int) -> None:
    """As fast as it goes."""
    request = AioHttpRequest()
    await request.initialize()
    bot = telegram.Bot(SANDBOX_TOKEN, base_url=f"{url}/bot", request=request, get_updates_request=request)
    try:
        await _send_all(chats, lambda chat: bot.send_message(chat, TEXT))
    finally:
        await request.shutdown()


async def rate_limited(url: str, chats: int) -> None:
    """With its built-in transport and its own idea of 30 messages a second."""
    bot = ExtBot(SANDBOX_TOKEN, base_url=f"{url}/bot", rate_limiter=AIORateLimiter(max_retries=100))
    async with bot:
        await _send_all(chats, lambda chat: bot.send_message(chat, TEXT))


async def _send_all(chats: int, send: Callable[[int], Awaitable[object]]) -> None:
    left = iter(range(FIRST_CHAT, FIRST_CHAT + chats))

    async def some(numbers: Iterator[int]) -> None:
        for chat in numbers:
            try:
                await send(chat)
            except RetryAfter:
                continue

    await asyncio.gather(*(some(left) for _ in range(AT_ONCE)))


if __name__ == "__main__":
    asyncio.run({"bare": bare, "rate-limited": rate_limited}[sys.argv[3]](sys.argv[1], int(sys.argv[2])))
