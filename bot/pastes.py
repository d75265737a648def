"""Long texts. Telegram's apps cut what is longer than 4,096 units into several messages: together they are one text.

Nothing waits for a next message that may never come. The first piece is handled at once; each further one goes where
the first went, and is handled as the whole text so far. What is refused is refused once. Kept in Redis, so that a
restart in the middle changes nothing.
"""

import json
import time
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import redis.asyncio
from telegram import Message
from telegram.constants import MessageLimit

from bot.prompts import Prompt
from bot.received import entities_of
from core.posts.counting import utf16_length

CUT_FROM = MessageLimit.MAX_TEXT_LENGTH // 2
"""Apps cut in the second half of what fits into a message: after a line, between words, or else anywhere."""
NEXT_WITHIN_S = 3
"""Between two pieces, by the dates that Telegram gives them; apps send them at once."""
LIFE_S = 60


@dataclass(slots=True)
class Paste:
    """A text so far: of one message or of several."""

    text: str
    message_id: int
    sent_at: float
    forwarded: bool
    entities: list[dict[str, Any]] = field(default_factory=list)
    """Its formatting: core.telegram.content.Entity, as plain data."""
    begun: bool = False
    """Whether earlier messages are part of it."""
    refused: bool = False
    """Whether the user was told that it can't be used: then the rest can't be, either."""
    prompt: Prompt | None = None
    """The question that its first piece answered."""
    notes: dict[str, Any] = field(default_factory=dict)
    """What whoever handles it wants to know with the next piece."""
    may_go_on: bool = True
    full: bool = False
    """Whether the last piece fills its message: then it was cut within a word, or within a text without any."""
    reply_to: int | None = None
    """The message that its last piece answers."""


@dataclass(slots=True)
class Pastes:
    """The texts that may go on, one per chat. A chat without one costs no round trip."""

    _open: set[int] = field(default_factory=set)
    _since: float = field(default_factory=time.time)

    async def read(self, store: redis.asyncio.Redis, message: Message) -> Paste | None:
        """The text of which this message is the end so far. None when it was read before."""
        piece = _piece(message)
        before = await self._before(store, message)
        if before is None or not _continues(before, piece):
            return piece
        if piece.message_id <= before.message_id:
            return None
        whole = "" if before.refused else _joined(before, piece.text)
        return replace(
            piece,
            text=whole,
            entities=[*before.entities, *_moved(piece.entities, utf16_length(whole) - utf16_length(piece.text))],
            begun=True,
            refused=before.refused,
            prompt=before.prompt,
            notes=before.notes,
        )

    async def keep(self, store: redis.asyncio.Redis, chat_id: int, paste: Paste) -> None:
        """Expect the next piece, if there can be one."""
        if paste.may_go_on:
            self._open.add(chat_id)
            await store.set(_key(chat_id), json.dumps(asdict(paste)), ex=LIFE_S)
        else:
            await self.end(store, chat_id)

    async def end(self, store: redis.asyncio.Redis, chat_id: int) -> None:
        """No further piece comes: apps send them at once, and something else has come."""
        if chat_id in self._open:
            self._open.discard(chat_id)
            await store.delete(_key(chat_id))

    async def _before(self, store: redis.asyncio.Redis, message: Message) -> Paste | None:
        """Only what was sent around the start of this process can go on from what an earlier process read."""
        around_start = message.date.timestamp() < self._since + NEXT_WITHIN_S
        if message.chat_id not in self._open and not around_start:
            return None
        return _stored(await store.get(_key(message.chat_id)))


def _piece(message: Message) -> Paste:
    text, origin = message.text or "", message.forward_origin
    sent_at = (origin.date if origin is not None else message.date).timestamp()
    length = utf16_length(text)
    return Paste(
        text,
        message.message_id,
        sent_at,
        forwarded=origin is not None,
        entities=[entity.to_json() for entity in entities_of(message.entities)],
        may_go_on=length >= CUT_FROM,
        full=length == MessageLimit.MAX_TEXT_LENGTH,
        reply_to=message.reply_to_message.message_id if message.reply_to_message is not None else None,
    )


def _continues(before: Paste, piece: Paste) -> bool:
    """A reply to something else is a text of its own, however soon it comes."""
    answers_the_same = piece.reply_to in (None, before.reply_to)
    soon = 0 <= piece.sent_at - before.sent_at <= NEXT_WITHIN_S
    return before.forwarded == piece.forwarded and answers_the_same and soon


def _joined(before: Paste, piece: str) -> str:
    """Apps drop the blank or the line's end at which they cut: after a sentence it was more likely that."""
    if before.full:
        return before.text + piece
    ends_sentence = before.text.rstrip("\"'”’»)]*_").endswith((".", "!", "?", "…", ":", "。", "！", "？"))
    return f"{before.text}\n{piece}" if ends_sentence else f"{before.text} {piece}"


def _moved(entities: list[dict[str, Any]], by: int) -> list[dict[str, Any]]:
    return [{**entity, "offset": entity["offset"] + by} for entity in entities]


def _stored(stored: bytes | str | None) -> Paste | None:
    if stored is None:
        return None
    found = json.loads(stored)
    prompt = found.pop("prompt")
    return Paste(**found, prompt=Prompt(**prompt) if prompt else None)


def _key(chat_id: int) -> str:
    return f"paste:{chat_id}"
