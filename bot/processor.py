"""The order of updates: one at a time for each user, side by side for different ones."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from telegram import Update

AT_ONCE = 16
"""Where the bot is fastest on two cores; measured by `make bench`."""


@dataclass(slots=True)
class _Line:
    """The queue in front of one user."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


@dataclass(slots=True)
class SerialPerUser:
    """Keeps each user's updates in their order and handles up to `AT_ONCE` users at the same time.

    A user with many updates waits in their own line and takes no place from others meanwhile.
    """

    handle: Callable[[Update], Awaitable[None]]
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _lines: dict[int, _Line] = field(default_factory=dict)

    async def process(self, update: Update) -> None:
        """Handle it when its turn has come. What Telegram waits for only 10 s has its turn at once."""
        if update.pre_checkout_query is not None:
            await self.handle(update)
            return
        user_id = update.effective_user.id if update.effective_user is not None else 0
        line = self._lines.setdefault(user_id, _Line())
        line.waiting += 1
        try:
            async with line.lock, self._places:
                await self.handle(update)
        finally:
            line.waiting -= 1
            if line.waiting == 0:
                del self._lines[user_id]
