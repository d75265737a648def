"""A text that grows before the user's eyes while it is being written.

In a private chat it is streamed; where it can't be, or where a message is about to change in place, that message is
edited now and then. Only for the eye: whatever fails here fails silently, because the finished text follows as a real
message.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic

from core.telegram.sender import Sender

EVERY_S = 0.6
EDIT_EVERY_S = 3.0
"""Telegram takes 20 changes a minute in a group, and people look at other messages meanwhile."""
PATIENCE_S = 2.0
"""The writing waits for the preview. A Telegram that is slower than this gets no more of it."""
TEXT_LIMIT = 2048
"""Characters. Even of emojis, which are two UTF-16 units each, Telegram takes so many."""

Edit = Callable[[str], Awaitable[None]]
"""Has the message that tells how far it is say the text so far."""


@dataclass(slots=True)
class Preview:
    """Streams at most every 0.6 s; edits every 3 s, and not before: what takes less is there by then."""

    sender: Sender
    chat_id: int
    draft_id: int
    edit: Edit
    streams: bool = True
    """Whether it may be streamed. A stream ends with the next message, so what ends with an edit is edited."""
    clock: Callable[[], float] = field(default=monotonic)
    _next_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.streams = self.streams and self.chat_id > 0
        self._next_at = self.clock() + (0.0 if self.streams else EDIT_EVERY_S)

    async def show(self, text: str) -> None:
        """Show the text as it stands, if the last one isn't too fresh."""
        if self.clock() < self._next_at or not text.strip():
            return
        alone_s = await (self._stream if self.streams else self._edit)(text[:TEXT_LIMIT])
        self._next_at = self.clock() + alone_s

    async def _stream(self, text: str) -> float:
        """Gives how long to wait before the next one. Where Telegram refuses streams, edits take their place."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                alone_s = await self.sender.preview(self.chat_id, self.draft_id, text)
        except TimeoutError:
            return float("inf")
        if alone_s == float("inf"):
            self.streams = False
            return EDIT_EVERY_S
        return max(EVERY_S, alone_s)

    async def _edit(self, text: str) -> float:
        await self.edit(text)
        return EDIT_EVERY_S
