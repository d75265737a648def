"""Getting updates so that none is lost: an update is confirmed to Telegram only after it was handled.

Telegram forgets what a later offset confirms. So the next poll waits for the present updates; those that take longer
than a moment are written down in Redis first, and a new process takes up whatever stands there. A process that is
told to stop confirms what it has handled; one that is killed between an answer and the next poll answers twice.
"""

import asyncio
import json
import warnings
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import redis.asyncio
import structlog
from redis.exceptions import RedisError
from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, NetworkError, TelegramError
from telegram.warnings import PTBUserWarning

from core.telegram.errors import FloodWait

log = structlog.get_logger()

T = TypeVar("T")

POLL_S = 50
"""How long Telegram holds an empty answer back."""
MOMENT_S = 0.1
"""How long the next poll waits at most: one person's slow link should not keep the others waiting."""
EMPTY_S = 0.002
"""How long the first pause after an empty answer is that wasn't held back; the next ones double, up to a moment."""
BATCH = 100
RETRY_S = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Waits between polls that fail in a row."""
ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
ALLOWED_UPDATES += ["chat_member", "channel_post", "pre_checkout_query"]
ALLOWED_UPDATES += ["inline_query", "chosen_inline_result"]
UNREADABLE: tuple[type[Exception], ...] = (TypeError, KeyError, ValueError, AttributeError, OverflowError)
"""What the library raises for an object that isn't as documented."""


async def unless_stopped(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What comes of the work; None when told to stop before, and then the work is cancelled."""
    working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        return working.result()
    working.cancel()
    with suppress(asyncio.CancelledError, TelegramError):
        await working
    return None


@dataclass(slots=True)
class Poller:
    """Polls until told to stop. One per bot token: Telegram refuses a second one."""

    bot: Bot
    store: redis.asyncio.Redis
    process: Callable[[Update], Coroutine[Any, Any, None]]
    on_ready: Callable[[], None]
    _offset: int | None = None
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self, stop: asyncio.Event) -> None:
        """Poll; at the end confirm what was handled, and wait for what is being handled."""
        self._resume(await self._unfinished())
        failures = empty = 0
        self.on_ready()
        while not stop.is_set():
            asked_at = asyncio.get_running_loop().time()
            try:
                updates = await self._next_updates(stop)
            except InvalidToken:
                raise
            except TelegramError as error:
                await _pause(stop, _wait_after(error, failures))
                failures += 1
                continue
            failures = 0
            await self._handle(updates)
            held = updates or asyncio.get_running_loop().time() - asked_at > MOMENT_S
            empty = 0 if held else empty + 1
            if empty:
                await _pause(stop, min(EMPTY_S * 2**empty, MOMENT_S))
        await self._confirm()
        if self._running:
            await asyncio.wait(self._running, timeout=5)

    async def _confirm(self) -> None:
        """Let Telegram forget what was handled. When that fails, the next process gets the last batch again."""
        if self._offset is None:
            return
        try:
            await self.bot.get_updates(offset=self._offset, limit=1, timeout=0, allowed_updates=ALLOWED_UPDATES)
        except TelegramError as error:
            log.warning("bot.last_updates_not_confirmed", detail=error.message)

    async def _next_updates(self, stop: asyncio.Event) -> Sequence[Update]:
        """The next batch; nothing when told to stop meanwhile."""
        asked: dict[str, Any] = {"offset": self._offset, "limit": BATCH, "allowed_updates": ALLOWED_UPDATES}
        try:
            polling = self.bot.get_updates(**asked, timeout=POLL_S, read_timeout=POLL_S + 10)
            return await unless_stopped(stop, polling) or ()
        except UNREADABLE:
            return await self._readable_updates(asked)

    async def _readable_updates(self, asked: dict[str, Any]) -> list[Update]:
        """A batch that has one in it that the library can't read: that one is left out, and the others are handled."""
        with warnings.catch_warnings(action="ignore", category=PTBUserWarning):  # it advises the call that failed
            raw = await self.bot.do_api_request("getUpdates", asked)
        updates = [readable for one in raw if (readable := self._read(one)) is not None]
        self._offset = max((one["update_id"] + 1 for one in raw), default=self._offset)
        return updates

    def _read(self, raw: dict[str, Any]) -> Update | None:
        try:
            return Update.de_json(raw, self.bot)
        except UNREADABLE as error:
            log.error("bot.update_unreadable", update_id=raw["update_id"], detail=str(error))
            return None

    async def _handle(self, updates: Sequence[Update]) -> None:
        if not updates:
            return
        tasks = {asyncio.create_task(self._process(update)): update for update in updates}
        _, slow = await asyncio.wait(tasks, timeout=MOMENT_S)
        if slow:
            await self._let_go_on({task: tasks[task] for task in slow})
        self._offset = updates[-1].update_id + 1

    async def _process(self, update: Update) -> None:
        """Whatever goes wrong with one update, the others come through."""
        try:
            await self.process(update)
        except Exception:
            log.exception("bot.update_not_handled", update_id=update.update_id)

    async def _let_go_on(self, slow: dict[asyncio.Task[None], Update]) -> None:
        """Poll on meanwhile. Without Redis to write them down in, wait for their end."""
        try:
            await self._note(list(slow.values()))
        except RedisError:
            log.warning("bot.updates_not_noted", updates=len(slow))
            await asyncio.wait(slow)
            return
        for task, update in slow.items():
            self._keep(task, update)

    def _keep(self, task: asyncio.Task[None], update: Update) -> None:
        """Let a slow one go on while polling continues."""
        following = asyncio.create_task(self._forget_after(task, update))
        self._running.add(following)
        following.add_done_callback(self._running.discard)

    async def _forget_after(self, task: asyncio.Task[None], update: Update) -> None:
        """While Redis is away it stays noted: then the next process handles it once more."""
        await asyncio.wait({task})
        try:
            await self.store.hdel(self._key, str(update.update_id))
        except RedisError as error:
            log.warning("bot.update_not_forgotten", update_id=update.update_id, error=type(error).__name__)

    async def _note(self, updates: list[Update]) -> None:
        await self.store.hset(self._key, mapping={str(update.update_id): update.to_json() for update in updates})

    async def _unfinished(self) -> list[Update]:
        """What an earlier process had begun and not finished, the oldest first."""
        noted = await self.store.hgetall(self._key)
        updates = [update for text in noted.values() if (update := self._read(json.loads(text))) is not None]
        return sorted(updates, key=lambda update: update.update_id)

    def _resume(self, updates: list[Update]) -> None:
        for update in updates:
            log.info("bot.update_resumed", update_id=update.update_id)
            self._keep(asyncio.create_task(self._process(update)), update)

    @property
    def _key(self) -> str:
        return f"updates:unfinished:{self.bot.id}"


def _wait_after(error: TelegramError, failures: int) -> float:
    """Seconds until the next poll."""
    match error:
        case FloodWait():
            return error.seconds
        case Conflict():
            log.error("bot.second_poller", detail=error.message)
            return RETRY_S[-1]
        case NetworkError():
            log.warning("bot.poll_failed", detail=error.message)
        case _:
            log.error("bot.poll_refused", detail=error.message)
    return RETRY_S[min(failures, len(RETRY_S) - 1)]


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), timeout=seconds)
