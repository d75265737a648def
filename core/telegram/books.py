"""The books a send is charged to, over all and per chat: those in Redis, and a stricter stand-in for when it is away.

The numbers behind them: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

import itertools
import json
import math
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from importlib.resources import files
from typing import Any, Final

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import NoScriptError

from core.telegram.limiter_memory import KEPT_US, Charge, Memory

CHAT_INTERVAL_S: Final = 1.05
"""About one message a second in any chat; the margin covers what the network adds between grant and arrival."""
CHAT_BURST: Final = 3
GROUP_WINDOW_S: Final = 60.5
GROUP_LIMIT: Final = 20
EDIT_FACTOR: Final = 3
"""Telegram counts edits apart from messages and more leniently; by how much it doesn't say."""
CATCH_UP_INTERVALS: Final = 2
"""How far the drip over all may run ahead, so that a late wake-up costs no rate. The window still holds."""
STARTS_WITHIN_S: Final = 1.03
"""The stretch in which one call more may start than the rate says: turns keep the pace, and this the limit.

Telegram counts arrivals, so what matters is by how much longer one call takes than another from here to its server.
Measured with four workers (`tests/bench/deliveries.py`, two cores): p50 1.5, p99 19, at most 26 ms, which the 30 ms
beyond the second take up; with the machine overloaded five times p99 250, at most 435 ms. For that, who learns that its
call was late says so (`arrived`), in time for the calls of a second later.
"""
CHAT_STARTED_KEPT_MS: Final = 60_000
SETTLING_S: Final = 1.0
"""How long bulk waits when Redis has lost the books, and everybody when it was started anew and may have lost the last
of them: by then all processes have added what they have sent, and what one that died has sent is a second old."""
ANNOUNCED_S: Final = 0.1
"""How much longer than its wait an interactive request stays announced."""
REFUSED_CHATS: Final = 3
REFUSED_TOGETHER_S: Final = 5.0
LOCAL_RATE_PER_S: Final = 5.0
"""What one process allows itself, for answers only, while Redis is away."""

Chat = int | str
"""An id, or the @name of a channel or group."""


class Scope(IntEnum):
    """Who has to wait. The numbers are those of the scripts."""

    NOBODY = 0
    ALL = 1
    CHAT = 2
    LOST = 3
    """Redis has other books than before: what this process has sent is to be added first."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`NOBODY` waits: the request was charged and goes. Else nothing was charged; ask again after `wait_s`."""

    scope: Scope
    wait_s: float = 0.0


GO: Final = Answer(Scope.NOBODY)


@dataclass(frozen=True, slots=True)
class Request:
    """What asks. `chat` None stands for a call outside any chat; `messages` is how many it puts into the chat.

    `spare`: which share of the rate it leaves to what is more urgent.
    """

    chat: Chat | None
    interactive: bool
    messages: int = 1
    edit: bool = False
    spare: float = 0.0

    @property
    def is_group(self) -> bool:
        return isinstance(self.chat, str) or (self.chat is not None and self.chat < 0)

    @property
    def chat_book(self) -> str:
        """Sends and edits of a chat are counted apart."""
        return f"{'edit' if self.edit else 'send'}:{self.chat}"

    @property
    def factor(self) -> int:
        return EDIT_FACTOR if self.edit else 1


@dataclass(frozen=True, slots=True)
class Begun:
    """A call that may be made: what it is called in the books, and when it began: by the clock of Redis, and the moment
    before Redis was asked by ours, so that waiting for its answer counts as being late."""

    request: Request
    name: str
    at_us: int
    at: float


def _us(seconds: float) -> int:
    return round(seconds * 1_000_000)


class SharedBook:
    """The books in Redis. Every key carries the same hash tag, so that a cluster keeps them together."""

    def __init__(self, redis: Redis, *, rate_per_s: float, key: str) -> None:
        self._redis = redis
        self._prefix = f"{{{key}}}"
        self._asker = uuid.uuid4().hex
        self._names = itertools.count()
        self._ask, self._start, self._arrived, self._merge, self._pause = (
            redis.register_script(files(__package__).joinpath(f"{name}.lua").read_text())
            for name in ("limiter", "limiter_start", "limiter_arrived", "limiter_merge", "limiter_pause")
        )
        interval_s = 1 / rate_per_s
        self._interval_us, self._length_us = _us(interval_s), _us(max(1.0, interval_s))
        self._limit = max(1, math.floor(rate_per_s))
        self._epoch = b""
        """Since when Redis has these books, and its run. Others, and they are to be told what is in `memory`."""
        self._unasked = 0
        self.memory = Memory()

    async def ask(self, request: Request, *, others_wait: bool) -> Answer:
        """Charge the request, or say how long to wait. `others_wait`: more interactive ones stand behind it here."""
        while True:
            name = self._new_name()
            scope, number = await self._ask_once(request, name, others_wait=others_wait)
            if scope == Scope.LOST:
                await self.merge()
                continue
            if scope == Scope.NOBODY:
                self.memory.note_turn(_charge(request, name, number))
                return GO
            return Answer(Scope(scope), number / 1_000_000)

    async def _ask_once(self, request: Request, name: str, *, others_wait: bool) -> tuple[int, int]:
        chat = request.chat_book
        keys = [self._key(name) for name in ("drip", "window", "pause", "waiters", "epoch")]
        keys += [self._key(chat, "drip"), self._key(chat, "window"), self._key("pause", str(request.chat))]
        rate = (self._interval_us, self._interval_us * CATCH_UP_INTERVALS, self._length_us, self._limit)
        flags = (request.messages, int(request.interactive), self._asker, int(others_wait), _us(ANNOUNCED_S))
        more = (math.floor(self._limit * request.spare), name, self._epoch, _us(SETTLING_S))
        return await self._look_up(self._ask, keys, [*rate, *flags, *more, *_chat_numbers(request)])

    async def _look_up(self, script: AsyncScript, keys: Sequence[str], args: Sequence[Any]) -> tuple[int, int]:
        """Scope and number. Redis that was started anew may have lost the last of the books, and knows no script any
        more: nobody's goes before what was sent is added. It learns it by EVAL, which isn't kept as SCRIPT LOAD is."""
        try:
            scope, number = await self._redis.evalsha(script.sha, len(keys), *keys, *args)
        except NoScriptError:
            await self.merge()
            scope, number = await self._redis.eval(str(script.script), len(keys), *keys, *args)
        return scope, number

    async def pause(self, seconds: float, chat: Chat | None) -> None:
        self.memory.note_pause(chat, _us(time.time() + seconds))
        several = REFUSED_CHATS if isinstance(chat, int) and chat > 0 else 0
        await self._share_pause(seconds, chat, several=several)

    async def _share_pause(self, seconds: float, chat: Chat | None, *, several: int) -> None:
        await self._pause(
            keys=[self._key("pause"), self._key("pause", str(chat)), self._key("refused")],
            args=[math.ceil(seconds * 1000), "" if chat is None else str(chat), several, _us(REFUSED_TOGETHER_S)],
        )

    async def start(self, request: Request) -> Begun | Answer:
        """Note that a call is made now, or say how long to wait before asking again."""
        keys = [self._key("started"), self._key("epoch"), self._key(request.chat_book, "started")]
        interval_us, burst, _, _ = _chat_numbers(request)
        while True:
            name, asked_at = self._new_name(), time.monotonic()
            args = (_us(STARTS_WITHIN_S), self._limit + 1, request.messages, name, self._epoch, interval_us, burst)
            scope, number = await self._look_up(self._start, keys, args)
            if scope == Scope.LOST:
                await self.merge()
                continue
            if scope == Scope.NOBODY:
                self.memory.note_start(number, name, request.messages)
                return Begun(request, name, number, asked_at)
            return Answer(Scope(scope), number / 1_000_000)

    async def arrived(self, begun: Begun, *, late_s: float) -> None:
        """It may have arrived so much later than it began: it counts from then."""
        request, (interval_us, *_) = begun.request, _chat_numbers(begun.request)
        await self._arrived(
            keys=[self._key("started"), self._key(request.chat_book, "started")],
            args=[begun.at_us, _us(late_s), request.messages, begun.name, interval_us, CHAT_STARTED_KEPT_MS],
        )

    async def keep(self) -> None:
        """Look whether Redis still has the books, and add to them what this process has sent if not."""
        self.memory.forget(_us(time.time()))
        if await self._redis.get(self._key("epoch")) != self._epoch:
            await self.merge()

    async def merge(self) -> None:
        """Add what this process has sent to the books, and its pauses. Adding them twice changes nothing."""
        now_us, unasked = _us(time.time()), self._unasked
        windows, drips = self._own_windows(now_us), self._own_drips(now_us)
        book = {
            "windows": [(place, *window) for place, window in enumerate(windows.values(), start=3)],
            "drips": [(place, str(due)) for place, due in enumerate(drips.values(), start=3 + len(windows))],
        }
        keys = [self._key(name) for name in ("epoch", "pause", *windows, *drips)]
        epoch = await self._merge(keys=keys, args=[json.dumps(book), math.ceil(SETTLING_S * 1000)])
        for chat, seconds in self.memory.pauses(now_us=now_us).items():
            await self._share_pause(seconds, chat, several=0)
        if unasked == self._unasked:  # else there is more to add
            self._epoch = epoch

    def _own_windows(self, now_us: int) -> dict[str, tuple[int, list[str]]]:
        """By book: for how many milliseconds it is kept, and what was sent."""
        since_us, short_ms = now_us - self._length_us, self._length_us // 1000 + 1000
        return {
            "window": (short_ms, self.memory.turns(since_us=since_us)),
            "started": (short_ms, self.memory.starts(since_us=since_us)),
            **{f"{book}:window": (KEPT_US // 1000 + 1000, calls) for book, calls in self.memory.windows().items()},
        }

    def _own_drips(self, now_us: int) -> dict[str, int]:
        """By book: when its next message is due."""
        due = {f"{book}:drip": at_us for book, at_us in self.memory.drips(now_us=now_us).items()}
        return due | {"drip": self.memory.last_us + self._interval_us}

    def note_unasked(self, request: Request) -> None:
        """It goes while Redis is away: it is added when Redis is asked again."""
        self.memory.note_turn(_charge(request, self._new_name(), _us(time.time())))
        self._note_unasked()

    def note_start_unasked(self, request: Request) -> None:
        """Likewise, that its call is made now."""
        self.memory.note_start(_us(time.time()), self._new_name(), request.messages)
        self._note_unasked()

    def _note_unasked(self) -> None:
        self._unasked += 1
        self._epoch = b""

    def _new_name(self) -> str:
        return f"{self._asker}:{next(self._names)}"

    def _key(self, *names: str) -> str:
        return ":".join((self._prefix, *names))


def _chat_numbers(request: Request) -> tuple[int, int, int, int]:
    """Interval and burst of the chat's drip, length and limit of its window; zeros for what it doesn't have."""
    if request.chat is None:
        return 0, 0, 0, 0
    limit = GROUP_LIMIT * request.factor if request.is_group else 0
    return _us(CHAT_INTERVAL_S / request.factor), CHAT_BURST * request.factor, _us(GROUP_WINDOW_S), limit


def _charge(request: Request, name: str, at_us: int) -> Charge:
    interval_us, _, _, limit = _chat_numbers(request)
    return Charge(at_us, name, request.messages, request.chat_book, interval_us, in_window=limit > 0)


@dataclass(slots=True)
class LocalBook:
    """A stricter stand-in within this process: a drip over all and one per chat, without bursts."""

    _all_due: float = 0.0
    _chat_due: dict[str, float] = field(default_factory=dict)
    _paused_until: dict[Chat | None, float] = field(default_factory=dict)

    def ask(self, request: Request) -> Answer:
        now = time.monotonic()
        self._forget(now)
        chat_wait = max(self._chat_due.get(request.chat_book, now), self._paused_until.get(request.chat, now)) - now
        if request.chat is not None and chat_wait > 0:
            return Answer(Scope.CHAT, chat_wait)
        wait = max(self._all_due, self._paused_until.get(None, now)) - now
        if wait > 0:
            return Answer(Scope.ALL, wait)
        self._all_due = now + request.messages / LOCAL_RATE_PER_S
        interval_s = GROUP_WINDOW_S / GROUP_LIMIT if request.is_group else CHAT_INTERVAL_S
        self._chat_due[request.chat_book] = now + request.messages * interval_s / request.factor
        return GO

    def stand_still(self, *, until: float) -> None:
        """By then, what the other books have let go is a second old."""
        self._all_due = max(self._all_due, until)

    def pause(self, seconds: float, chat: Chat | None) -> None:
        until = time.monotonic() + seconds
        self._paused_until[chat] = max(until, self._paused_until.get(chat, until))

    def _forget(self, now: float) -> None:
        self._chat_due = {book: due for book, due in self._chat_due.items() if due > now}
        self._paused_until = {chat: until for chat, until in self._paused_until.items() if until > now}
