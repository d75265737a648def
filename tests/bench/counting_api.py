"""A Bot API that takes its time, notes when each message arrived, and refuses what is above Telegram's limit."""

import asyncio
import time
from collections import deque

from tests.bench.instant_api import InstantApi, Json

LIMIT, WINDOW_S = 30, 1.0
"""https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this"""
REFUSED = (
    b"HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\ncontent-length: 85\r\n\r\n"
    b'{"ok":false,"error_code":429,"description":"Too Many","parameters":{"retry_after":1}}'
)

BLOCKED = (
    b"HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: 84\r\n\r\n"
    b'{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}'
)


class CountingApi(InstantApi):
    """`answer_s`: how long each answer takes. `limited`: 30 messages in any second, not one more."""

    def __init__(self, *, answer_s: float = 0.0, limited: bool = True) -> None:
        super().__init__()
        self.arrived: list[float] = []
        """The instants of the messages that were accepted (time.perf_counter)."""
        self.by_chat: dict[int, list[float]] = {}
        """The same, by chat."""
        self.blocked_by: set[int] = set()
        """Who takes nothing from the bot."""
        self.refused = 0
        self.expected = 0
        self.complete = asyncio.Event()
        self._answer_s, self._limited = answer_s, limited
        self._window: deque[float] = deque()

    def expect(self, messages: int) -> None:
        """Forget what came; `complete` is set when so many have come."""
        self.expected, self.refused = messages, 0
        self.arrived.clear()
        self.by_chat.clear()
        self.complete.clear()

    async def answer(self, method: str, values: Json) -> bytes:
        if method != "sendMessage":
            return await super().answer(method, values)
        chat_id = int(values["chat_id"])
        if chat_id in self.blocked_by:
            return BLOCKED
        if not self._admit(chat_id, time.perf_counter()):
            self.refused += 1
            return REFUSED
        if self._answer_s:
            await asyncio.sleep(self._answer_s)
        return self._note_answer(values)

    def _admit(self, chat_id: int, now: float) -> bool:
        while self._window and self._window[0] <= now - WINDOW_S:
            self._window.popleft()
        if self._limited and len(self._window) >= LIMIT:
            return False
        self._window.append(now)
        self.arrived.append(now)
        self.by_chat.setdefault(chat_id, []).append(now)
        if len(self.arrived) == self.expected:
            self.complete.set()
        return True

    @property
    def per_s(self) -> float:
        """Between the first and the last."""
        return (len(self.arrived) - 1) / (self.arrived[-1] - self.arrived[0])
