"""Where the bot is to be found, for what links to it from outside: the bot says so at its start, others ask here."""

from contextlib import suppress

import redis.asyncio
from redis.exceptions import RedisError

from core.settings import Settings

KEY = "bot:username"


async def note_username(store: redis.asyncio.Redis, username: str) -> None:
    """Under which name the bot answers. Not worth failing for."""
    with suppress(RedisError):
        await store.set(KEY, username)


async def chat_url(settings: Settings, store: redis.asyncio.Redis) -> str | None:
    """The address of the chat with the bot: the sandbox's page, or Telegram's. None before the bot has ever started,
    and while Redis is away."""
    if settings.in_sandbox:
        return settings.sandbox_url
    try:
        username = await store.get(KEY)
    except RedisError:
        return None
    if username is None:
        return None
    return f"https://t.me/{username.decode() if isinstance(username, bytes) else username}"
