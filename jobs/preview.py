"""A text that grows before the user's eyes while it is being written.

Only for the eye: whatever fails here fails silently, because the finished text follows as a real message.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from core.telegram.sender import Sender

EVERY_S = 0.6
PATIENCE_S = 2.0
"""The writing waits for the preview. A Telegram that is slower than this gets no more of it."""
TEXT_LIMIT = 2048
"""Characters. Even of emojis, which are two UTF-16 units each, Telegram takes so many."""


@dataclass(slots=True)
class Preview:
    """Streams into a private chat, at most every 0.6 s."""

    sender: Sender
    chat_id: int
    draft_id: int
    clock: Callable[[], float] = field(default=monotonic)
    _next_at: float = field(default=0.0)

    async def show(self, text: str) -> None:
        """Show the text as it stands, if the last one isn't too fresh."""
        now = self.clock()
        if now < self._next_at or self.chat_id < 0 or not text.strip():
            return
        try:
            async with asyncio.timeout(PATIENCE_S):
                alone_s = await self.sender.preview(self.chat_id, self.draft_id, text[:TEXT_LIMIT])
        except TimeoutError:
            alone_s = float("inf")
        self._next_at = self.clock() + max(EVERY_S, alone_s)
