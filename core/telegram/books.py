"""The books a send is charged to, over all and per chat: those in Redis, and a stricter stand-in for when it is away.

The numbers behind them: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

import math
import time
import uuid
from dataclasses import dataclass, field
from enum import IntEnum
from importlib.resources import files
from typing import Final

from redis.asyncio import Redis

CHAT_INTERVAL_S: Final = 1.05
"""About one message a second in any chat; the margin covers what the network adds between grant and arrival."""
CHAT_BURST: Final = 3
GROUP_WINDOW_S: Final = 60.5
GROUP_LIMIT: Final = 20
EDIT_FACTOR: Final = 3
"""Telegram counts edits apart from messages and more leniently; by how much it doesn't say."""
CATCH_UP_INTERVALS: Final = 2
"""How far the drip over all may run ahead, so that a late wake-up costs no rate. The window still holds."""
ANNOUNCED_S: Final = 0.1
"""How much longer than its wait an interactive request stays announced."""
REFUSED_CHATS: Final = 3
REFUSED_TOGETHER_S: Final = 5.0
LOCAL_RATE_PER_S: Final = 5.0
"""What one process allows itself, for answers only, while Redis is away."""

Chat = int | str
"""An id, or the @name of a channel or group."""


class Scope(IntEnum):
    """Who has to wait. The numbers are limiter.lua's."""

    NOBODY = 0
    ALL = 1
    CHAT = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """`NOBODY` waits: the request was charged and goes. Else nothing was charged; ask again after `wait_s`."""

    scope: Scope
    wait_s: float = 0.0


GO: Final = Answer(Scope.NOBODY)


@dataclass(frozen=True, slots=True)
class Request:
    """What asks. `chat` None stands for a call outside any chat; `messages` is how many it puts into the chat."""

    chat: Chat | None
    interactive: bool
    messages: int = 1
    edit: bool = False

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


def _us(seconds: float) -> int:
    return round(seconds * 1_000_000)


class SharedBook:
    """The books in Redis. Every key carries the same hash tag, so that a cluster keeps them together."""

    def __init__(self, redis: Redis, *, rate_per_s: float, key: str) -> None:
        self._redis = redis
        self._prefix = f"{{{key}}}"
        self._asker = uuid.uuid4().hex
        scripts = files(__package__)
        self._ask = redis.register_script(scripts.joinpath("limiter.lua").read_text())
        self._pause = redis.register_script(scripts.joinpath("limiter_pause.lua").read_text())
        self._start = redis.register_script(scripts.joinpath("limiter_start.lua").read_text())
        interval_s = 1 / rate_per_s
        limit = max(1, math.floor(rate_per_s))
        self._rate = (_us(interval_s), _us(interval_s * CATCH_UP_INTERVALS), _us(max(1.0, interval_s)), limit)

    async def ask(self, request: Request, *, others_wait: bool) -> Answer:
        """Charge the request, or say how long to wait. `others_wait`: more interactive ones stand behind it here."""
        chat = request.chat_book
        keys = [self._key(name) for name in ("drip", "window", "pause", "waiters")]
        keys += [self._key(chat, "drip"), self._key(chat, "window"), self._key("pause", str(request.chat))]
        flags = (request.messages, int(request.interactive), self._asker, int(others_wait), _us(ANNOUNCED_S))
        scope, wait_us = await self._ask(keys=keys, args=[*self._rate, *flags, *_chat_numbers(request)])
        return Answer(Scope(scope), wait_us / 1_000_000)

    async def pause(self, seconds: float, chat: Chat | None) -> None:
        several = REFUSED_CHATS if isinstance(chat, int) and chat > 0 else 0
        await self._pause(
            keys=[self._key("pause"), self._key("pause", str(chat)), self._key("refused")],
            args=[math.ceil(seconds * 1000), "" if chat is None else str(chat), several, _us(REFUSED_TOGETHER_S)],
        )

    async def start(self, messages: int) -> float:
        """Note that a call is made now, or give the seconds to wait before asking again."""
        _, _, length_us, limit = self._rate
        wait_us = await self._start(keys=[self._key("started")], args=[length_us, limit, messages])
        return int(wait_us) / 1_000_000

    async def probe(self) -> None:
        """Raises when Redis is away."""
        await self._redis.ping()

    def _key(self, *names: str) -> str:
        return ":".join((self._prefix, *names))


def _chat_numbers(request: Request) -> tuple[int, int, int, int]:
    """Interval and burst of the chat's drip, length and limit of its window; zeros for what it doesn't have."""
    if request.chat is None:
        return 0, 0, 0, 0
    limit = GROUP_LIMIT * request.factor if request.is_group else 0
    return _us(CHAT_INTERVAL_S / request.factor), CHAT_BURST * request.factor, _us(GROUP_WINDOW_S), limit


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

    def pause(self, seconds: float, chat: Chat | None) -> None:
        until = time.monotonic() + seconds
        self._paused_until[chat] = max(until, self._paused_until.get(chat, until))

    def _forget(self, now: float) -> None:
        self._chat_due = {book: due for book, due in self._chat_due.items() if due > now}
        self._paused_until = {chat: until for chat, until in self._paused_until.items() if until > now}
