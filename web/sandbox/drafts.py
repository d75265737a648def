"""Streamed drafts: shown for half a minute, or until the message comes."""

import asyncio

from web.sandbox.events import EventLog
from web.sandbox.model import ChatKey, Json

SHOWN_S = 30.0


class Drafts:
    """The draft that each private chat shows right now. Nothing of it is kept."""

    def __init__(self, events: EventLog) -> None:
        self._events = events
        self._shown: dict[ChatKey, tuple[int, asyncio.TimerHandle]] = {}

    def show(self, key: ChatKey, draft_id: int, words: Json) -> None:
        """Show a draft, or replace it."""
        if key in self._shown:
            self._shown[key][1].cancel()
        timer = asyncio.get_running_loop().call_later(SHOWN_S, self.end, key)
        self._shown[key] = (draft_id, timer)
        self._events.add("draft", key, frozenset({key[1]}), draft_id=draft_id, **words)

    def end(self, key: ChatKey) -> None:
        """Take the draft away, when there is one."""
        if shown := self._shown.pop(key, None):
            shown[1].cancel()
            self._events.add("draft_gone", key, frozenset({key[1]}), draft_id=shown[0])

    def clear(self) -> None:
        for key in list(self._shown):
            self.end(key)
