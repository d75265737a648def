"""What the people's apps hear, live: a bounded log of events that any number of listeners follow."""

import asyncio
import itertools
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from web.sandbox.model import ChatKey, Json

KEPT_EVENTS = 4_000


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a chat. `audience` holds the ids of the people who hear of it."""

    id: int
    type: str
    key: ChatKey
    body: Json
    audience: frozenset[int]
    sender_id: int = 0
    """Who sent the message in it, to mark it as outgoing for that person."""

    def seen_by(self, user_id: int) -> Json:
        bot_id, chat_id = self.key
        body = self.body
        if "message" in body:
            body = {**body, "message": {**body["message"], "outgoing": self.sender_id == user_id}}
        return {"id": self.id, "type": self.type, "chat_id": chat_id, "bot_id": bot_id, **body}


class EventLog:
    """The last events, numbered upwards, also over restarts (the first number is the time in milliseconds)."""

    def __init__(self) -> None:
        self._ids = itertools.count(time.time_ns() // 1_000_000)
        self._events: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self._first_id = self.last_id = next(self._ids)
        self._listeners: set[asyncio.Event] = set()

    def add(self, type_: str, key: ChatKey, audience: frozenset[int], *, sender_id: int = 0, **body: object) -> None:
        event = Event(next(self._ids), type_, key, body, audience, sender_id)
        if len(self._events) == KEPT_EVENTS:
            self._first_id = self._events[0].id
        self._events.append(event)
        self.last_id = event.id
        for listener in self._listeners:
            listener.set()

    def remembers(self, event_id: int) -> bool:
        """Whether everything after that event is still here."""
        return self._first_id <= event_id <= self.last_id

    def after(self, event_id: int) -> list[Event]:
        newer: Iterator[Event] = itertools.takewhile(lambda event: event.id > event_id, reversed(self._events))
        return list(newer)[::-1]

    async def follow(self, user_id: int, after: int, *, silence_s: float) -> AsyncIterator[Event | None]:
        """Events that the person may hear, from `after` on, forever. None after each `silence_s` without any."""
        seen = after
        with self._listening() as news:
            while True:
                news.clear()
                for event in self.after(seen):
                    seen = event.id
                    if user_id in event.audience:
                        yield event
                try:
                    async with asyncio.timeout(silence_s):
                        await news.wait()
                except TimeoutError:
                    yield None

    @contextmanager
    def _listening(self) -> Iterator[asyncio.Event]:
        news = asyncio.Event()
        self._listeners.add(news)
        try:
            yield news
        finally:
            self._listeners.discard(news)
