"""What the next message of a user is an answer to. Kept in Redis, so that it survives a restart of the bot."""

import json
from dataclasses import dataclass, field
from typing import Any

import redis.asyncio

LIFE_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question that waits for an answer: its name and what the answer is about."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)


async def ask(store: redis.asyncio.Redis, chat_id: int, prompt: Prompt) -> None:
    """Expect an answer in this chat for a day. A later question takes the place of an earlier one."""
    await store.set(_key(chat_id), json.dumps({"name": prompt.name, "data": prompt.data}), ex=LIFE_S)


async def waiting(store: redis.asyncio.Redis, chat_id: int) -> Prompt | None:
    """The question that waits for an answer."""
    return _read(await store.get(_key(chat_id)))


async def forget(store: redis.asyncio.Redis, chat_id: int) -> Prompt | None:
    """Expect nothing any more. Gives what had been expected."""
    return _read(await store.getdel(_key(chat_id)))


def _read(stored: bytes | str | None) -> Prompt | None:
    if stored is None:
        return None
    found = json.loads(stored)
    return Prompt(name=found["name"], data=found["data"])


def _key(chat_id: int) -> str:
    return f"prompt:{chat_id}"
