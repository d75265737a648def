"""What the next message of a user is an answer to. Kept in Redis, so that it survives a restart of the bot."""

import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import redis.asyncio

LIFE_S = 24 * 3600
IDLE_S = 30.0
"""How long a chat in which nothing was asked isn't looked up again. Only this process asks its users anything."""
IDLE_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question that waits for an answer: its name and what the answer is about."""

    name: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Prompts:
    """The questions that wait, one per chat."""

    store: redis.asyncio.Redis
    clock: Callable[[], float] = monotonic
    _idle: OrderedDict[int, float] = field(default_factory=OrderedDict)

    async def ask(self, chat_id: int, prompt: Prompt) -> None:
        """Expect an answer in this chat for a day. A later question takes the place of an earlier one."""
        self._idle.pop(chat_id, None)
        await self.store.set(_key(chat_id), json.dumps({"name": prompt.name, "data": prompt.data}), ex=LIFE_S)

    async def waiting(self, chat_id: int) -> Prompt | None:
        """The question that waits for an answer."""
        if self._is_idle(chat_id):
            return None
        found = _read(await self.store.get(_key(chat_id)))
        if found is None:
            self._note_idle(chat_id)
        return found

    async def forget(self, chat_id: int) -> Prompt | None:
        """Expect nothing any more. Gives what had been expected."""
        if self._is_idle(chat_id):
            return None
        found = _read(await self.store.getdel(_key(chat_id)))
        self._note_idle(chat_id)
        return found

    def _is_idle(self, chat_id: int) -> bool:
        return self.clock() - self._idle.get(chat_id, float("-inf")) < IDLE_S

    def _note_idle(self, chat_id: int) -> None:
        self._idle[chat_id] = self.clock()
        self._idle.move_to_end(chat_id)
        if len(self._idle) > IDLE_MOST:
            self._idle.popitem(last=False)


def _read(stored: bytes | str | None) -> Prompt | None:
    if stored is None:
        return None
    found = json.loads(stored)
    return Prompt(name=found["name"], data=found["data"])


def _key(chat_id: int) -> str:
    return f"prompt:{chat_id}"
