"""Albums. Telegram gives each item as a message of its own: together they are one thing.

As with long texts (bot/pastes.py) nothing waits for a next message that may never come: the first item is handled at
once, each further one goes where the first went, as the whole album so far. Kept in Redis, so that a restart in the
middle changes nothing. Only showing the growing album waits a moment, so that ten items aren't ten edits.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import redis.asyncio
import structlog
from telegram import Message
from telegram.error import TelegramError

from bot.prompts import Prompt
from bot.received import Received, received, together
from core.telegram.content import Entity, Media

log = structlog.get_logger()

LIFE_S = 60
SETTLES_AFTER_S = 0.7
"""Items arrive within less: apps send them at once."""

Show = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Album:
    """What has come so far."""

    key: str
    items: dict[int, Received]
    """By message id."""
    complete_later: Callable[[str, Show], None]
    refused: bool = False
    """Whether the user was told that it can't be used: then the rest can't be, either."""
    prompt: Prompt | None = None
    """The question that its first item answered."""
    notes: dict[str, Any] = field(default_factory=dict)
    """What whoever handles it wants to know with the next item."""

    @property
    def begun(self) -> bool:
        """Whether earlier messages are part of it."""
        return len(self.items) > 1

    @property
    def whole(self) -> Received:
        return together(self.items[message_id] for message_id in sorted(self.items))

    def show_when_complete(self, show: Show) -> None:
        """Call `show` when no further item has come for a moment; a later call takes the place of this one."""
        self.complete_later(self.key, show)


@dataclass(slots=True)
class Albums:
    """The albums that are arriving."""

    _settling: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def read(self, store: redis.asyncio.Redis, message: Message) -> Album | None:
        """The album of which this message is the newest item. None when it was read before."""
        key = f"album:{message.chat_id}:{message.media_group_id}"
        album = _stored(await store.get(key), key, self._settle)
        if message.message_id in album.items:
            return None
        album.items[message.message_id] = received(message)
        return album

    async def keep(self, store: redis.asyncio.Redis, album: Album) -> None:
        """Expect the next item."""
        stored = {
            "items": {message_id: _to_json(item) for message_id, item in album.items.items()},
            "refused": album.refused,
            "prompt": asdict(album.prompt) if album.prompt is not None else None,
            "notes": album.notes,
        }
        await store.set(album.key, json.dumps(stored), ex=LIFE_S)

    def _settle(self, key: str, show: Show) -> None:
        if (earlier := self._settling.get(key)) is not None:
            earlier.cancel()
        task = asyncio.create_task(_after_a_moment(show), name=key)
        self._settling[key] = task
        task.add_done_callback(lambda done: self._forget(key, done))

    def _forget(self, key: str, done: asyncio.Task[None]) -> None:
        if self._settling.get(key) is done:
            del self._settling[key]


async def _after_a_moment(show: Show) -> None:
    """Beside all updates, so nobody else would hear of what goes wrong. The album is kept; only its showing fails, and
    the next press or item shows it."""
    await asyncio.sleep(SETTLES_AFTER_S)
    try:
        await show()
    except TelegramError as error:
        log.info("bot.album_not_shown", detail=error.message)
    except Exception:
        log.exception("bot.album_not_shown")


def _stored(stored: bytes | str | None, key: str, complete_later: Callable[[str, Show], None]) -> Album:
    if stored is None:
        return Album(key, {}, complete_later)
    found = json.loads(stored)
    return Album(
        key,
        {int(message_id): _from_json(item) for message_id, item in found["items"].items()},
        complete_later,
        refused=found["refused"],
        prompt=Prompt(**found["prompt"]) if found["prompt"] else None,
        notes=found["notes"],
    )


def _to_json(item: Received) -> dict[str, Any]:
    return {
        "text": item.text,
        "entities": [one.to_json() for one in item.entities],
        "media": [one.to_json() for one in item.media],
    }


def _from_json(item: dict[str, Any]) -> Received:
    return Received(
        item["text"],
        tuple(Entity.from_json(one) for one in item["entities"]),
        tuple(Media.from_json(one) for one in item["media"]),
    )
