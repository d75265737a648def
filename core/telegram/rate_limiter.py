"""The shared limit, as python-telegram-bot's bots take it: what the bot says in a conversation goes first."""

import re
from collections.abc import Callable, Coroutine
from typing import Any, Final

from telegram.ext import BaseRateLimiter

from core.telegram.errors import FloodWait
from core.telegram.limiter import Limiter, Priority

LIMITED: Final = re.compile(r"(send(?!ChatAction)|edit|copy|forward|stopPoll)")
"""Calls that put or change messages. Answers to button presses, actions, questions and settings are free."""
EDITS: Final = re.compile(r"edit|stopPoll|sendMessageDraft")
"""Drafts are shown and replaced like edits, and aren't messages."""
LONGEST_RETRY_S: Final = 5.0
"""Somebody waits: a longer 429 is the caller's to explain."""

Json = dict[str, Any]


class InteractiveRateLimiter(BaseRateLimiter[Priority]):
    """Waits its turn before each limited call, and makes a call again once after a short 429.

    `rate_limit_args` is another priority than interactive.
    """

    def __init__(self, limiter: Limiter) -> None:
        self._limiter = limiter

    async def initialize(self) -> None:
        """The limiter is ready as it is."""

    async def shutdown(self) -> None:
        """The limiter has nothing to close."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, bool | Json | list[Json]]],
        args: Any,
        kwargs: Json,
        endpoint: str,
        data: Json,
        rate_limit_args: Priority | None,
    ) -> bool | Json | list[Json]:
        if not LIMITED.match(endpoint):
            return await callback(*args, **kwargs)
        chat = data.get("chat_id")
        priority = Priority.INTERACTIVE if rate_limit_args is None else rate_limit_args
        messages, edit = _messages(data), bool(EDITS.match(endpoint))

        async def call_in_turn() -> bool | Json | list[Json]:
            turn = await self._limiter.acquire(chat, priority=priority, messages=messages, edit=edit)
            begun = await self._limiter.start(turn)
            try:
                return await callback(*args, **kwargs)
            finally:
                await self._limiter.ended(begun)

        try:
            return await call_in_turn()
        except FloodWait as error:
            await self._limiter.pause(error.seconds, chat=chat)
            if error.seconds > LONGEST_RETRY_S:
                raise
        return await call_in_turn()


def _messages(data: Json) -> int:
    """How many messages the call puts into the chat: an album, and copies or forwards of several, count each."""
    several = data.get("media") or data.get("message_ids")
    return len(several) if isinstance(several, list | tuple) and several else 1
