"""The one limit on sending, shared by all processes of a bot. Nothing is reserved ahead: who may not go yet, waits."""

import asyncio
import heapq
import itertools
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.errors import ProviderError
from core.telegram.books import SETTLING_S, Answer, Begun, Chat, LocalBook, Request, Scope, SharedBook

log = structlog.get_logger()

ASK_TIMEOUT_S: Final = 1.0
NOTE_TIMEOUT_S: Final = 0.5
LOOK_TIMEOUT_S: Final = 0.5
FIRST_RETRY_S: Final = 0.05
LONGEST_RETRY_S: Final = 0.4
"""Between two looks for a Redis that is away: it is to know what everybody has sent within `SETTLING_S`."""
AWAY_RETRY_S: Final = 2.0
PATIENCE_S: Final = 30.0
"""How long a bulk request waits for a Redis that is away."""
IN_LINE_MAX: Final = 2
"""With so many calls in line for their start there are no further turns: the rest keeps its order of urgency."""
KEEP_EVERY_S: Final = 0.4
"""How often a process that has sent something in the last minute looks whether Redis still has the books."""
UNEVEN_S: Final = 0.02
"""By so much calls may differ in how long they take: `STARTS_WITHIN_S` leaves room for it. What is beyond counts."""
USUAL_OF: Final = 50
"""The usual duration of a call is the shortest of so many."""
USUAL_FROM: Final = 10
"""Before a process has made so many, connections are still being opened and nothing is usual: its calls count from
their answers."""


class Priority(IntEnum):
    """The lower goes first, also before those of other processes."""

    INTERACTIVE = 0
    """Somebody looks at the screen and waits."""
    BULK = 1
    """What was promised for this moment."""
    STATUS = 2
    """What came of it."""
    BROADCAST = 3
    """One message to everybody, promised for no moment."""
    COSMETIC = 4
    """What only looks nicer: a countdown that goes on."""


SPARE: Final = {Priority.STATUS: 0.15, Priority.BROADCAST: 0.2, Priority.COSMETIC: 0.4}
"""Which share of the rate a class leaves free, so that what is due at this moment finds room at once."""


class LimiterAway(ProviderError):
    """Redis was away for too long. Nothing was sent."""

    code = "telegram.limiter_away"

    def __init__(self) -> None:
        super().__init__(provider="redis", retryable=True, retry_after_s=AWAY_RETRY_S)


@dataclass(slots=True, order=True)
class _Waiter:
    priority: Priority
    order: int
    request: Request = field(compare=False)
    granted: asyncio.Future[None] = field(compare=False)
    since: float = field(compare=False)


class Limiter:
    """Never more than `rate_per_s` in any second over all chats, Telegram's limits per chat, answers before bulk.

    `key` names the books in Redis: one per bot. Rate 0 lifts every limit. A request that its own chat holds up
    steps aside and holds up nobody else.
    """

    def __init__(self, redis: Redis, *, rate_per_s: float, key: str, patience_s: float = PATIENCE_S) -> None:
        self._unlimited = rate_per_s == 0
        self._shared = SharedBook(redis, rate_per_s=rate_per_s or 1.0, key=key)
        self._local = LocalBook()
        self._patience_s = patience_s
        self._order = itertools.count()
        self._ready: list[_Waiter] = []
        self._aside: list[tuple[float, _Waiter]] = []
        self._chat_free_at: dict[str, float] = {}
        self._free_at = dict.fromkeys(Priority, 0.0)
        self._away = False
        self._failing_since: float | None = None
        self._probe: asyncio.Task[None] | None = None
        self._retry_at = 0.0
        self._retry_s = FIRST_RETRY_S
        self._changed = asyncio.Event()
        self._dispatcher: asyncio.Task[None] | None = None
        self._line = asyncio.Lock()
        self._in_line = 0
        self._durations: deque[float] = deque(maxlen=USUAL_OF)

    async def acquire(
        self, chat: Chat | None, *, priority: Priority = Priority.BULK, messages: int = 1, edit: bool = False
    ) -> Request:
        """Return when its turn has come. Right before the call itself, `start` it. Cancelling leaves no trace.

        `messages`: how many the call puts into the chat (an album counts each). Edits are counted apart per chat.
        Raises LimiterAway for a bulk request when Redis stays away; an interactive one goes by a stricter local limit.
        """
        request = Request(chat, priority is Priority.INTERACTIVE, messages, edit, SPARE.get(priority, 0.0))
        if self._unlimited:
            return request
        granted = asyncio.get_running_loop().create_future()
        heapq.heappush(self._ready, _Waiter(priority, next(self._order), request, granted, time.monotonic()))
        self._wake()
        try:
            await granted
        finally:
            if granted.cancelled():
                self._changed.set()
        return request

    def waiting(self, priority: Priority) -> int:
        """How many requests of this class or less urgent ones wait for their turn here. Broadcasts don't count: some
        of theirs always wait."""
        waiters = (*self._ready, *(waiter for _, waiter in self._aside))
        less_urgent = (waiter for waiter in waiters if waiter.priority >= priority)
        return sum(waiter.priority is not Priority.BROADCAST and not waiter.granted.done() for waiter in less_urgent)

    async def start(self, request: Request) -> Begun | None:
        """Return when the call may be made, at once: turns keep the pace, and this the limit. Afterwards, `ended`.

        What held up several calls between their turns and here, be it a slow commit or a process that stood still,
        would else let them go together. Raises LimiterAway for a bulk request when Redis can't be asked.
        """
        if self._unlimited:
            return None
        if self._away and request.interactive:
            self._shared.note_start_unasked(request)
            return None
        try:
            while not isinstance(answer := await self._ask_to_start(request), Begun):
                if answer.scope is Scope.ALL:
                    return await self._start_in_line(request, answer.wait_s)
                await asyncio.sleep(answer.wait_s)
        except (RedisError, OSError) as exc:
            if not request.interactive:
                raise LimiterAway from exc
            self._shared.note_start_unasked(request)
            return None
        return answer

    async def _start_in_line(self, request: Request, wait_s: float) -> Begun | None:
        """Only the first of those that wait for each other asks again: all at once would keep Redis busy, and win the
        same slot."""
        free_at = time.monotonic() + wait_s
        self._in_line += 1
        try:
            async with self._line:
                answer: Begun | Answer = Answer(Scope.ALL, free_at - time.monotonic())
                while isinstance(answer, Answer) and answer.scope is Scope.ALL:
                    await asyncio.sleep(answer.wait_s)
                    answer = await self._ask_to_start(request)
        finally:
            self._in_line -= 1
            self._changed.set()
        return answer if isinstance(answer, Begun) else await self.start(request)

    async def _ask_to_start(self, request: Request) -> Begun | Answer:
        async with asyncio.timeout(ASK_TIMEOUT_S):
            return await self._shared.start(request)

    async def ended(self, begun: Begun | None) -> None:
        """The call was answered, or failed. One that took much longer than usual may have arrived later than it
        began."""
        if begun is None:
            return
        took_s = time.monotonic() - begun.at
        self._durations.append(took_s)
        late_s = took_s - (min(self._durations) + UNEVEN_S if len(self._durations) >= USUAL_FROM else 0.0)
        if late_s > 0 and not self._away:
            await _quietly(self._shared.arrived(begun, late_s=late_s), within_s=NOTE_TIMEOUT_S)

    @asynccontextmanager
    async def keeping(self) -> AsyncIterator[None]:
        """Meanwhile, see that Redis remembers what this process has sent in the last minute."""
        keeper = asyncio.create_task(self._keep_books(), name="telegram-limiter-keeper")
        try:
            yield
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)

    async def _keep_books(self) -> None:
        while True:
            await asyncio.sleep(KEEP_EVERY_S)
            if self._away:
                self._probe_again()
            elif not self._shared.memory.is_empty:
                await _quietly(self._shared.keep(), within_s=ASK_TIMEOUT_S)

    async def pause(self, seconds: float, *, chat: Chat | None = None) -> None:
        """After a 429: nothing to this chat, or to anybody, for so long, in any process. Never shortens a pause."""
        if self._unlimited or seconds <= 0:
            return
        self._local.pause(seconds, chat)
        try:
            async with asyncio.timeout(ASK_TIMEOUT_S):
                await self._shared.pause(seconds, chat)
        except (RedisError, OSError) as exc:
            log.warning("limiter.pause_not_shared", error=type(exc).__name__)

    def _wake(self) -> None:
        self._changed.set()
        if self._dispatcher is None or self._dispatcher.done():
            self._dispatcher = asyncio.create_task(self._dispatch(), name="telegram-limiter")

    async def _dispatch(self) -> None:
        """Serve the waiters one by one; ends when none is left. What goes wrong here goes to those who wait."""
        try:
            while await self._step():
                pass
        except Exception as exc:
            for waiter in self._abandon():
                waiter.granted.set_exception(exc)

    def _abandon(self) -> list[_Waiter]:
        waiters = [*self._ready, *(waiter for _, waiter in self._aside)]
        self._ready.clear()
        self._aside.clear()
        return [waiter for waiter in waiters if not waiter.granted.done()]

    async def _step(self) -> bool:
        """One look at the first waiter: let it go, put it aside, or sleep. False when there is none."""
        self._changed.clear()
        now = time.monotonic()
        first = self._first(now)
        if first is None:
            if not self._aside:
                return False
            await self._sleep_until(self._aside[0][0])
        elif self._in_line >= IN_LINE_MAX and not first.request.interactive:
            await self._changed.wait()
        elif now < (free_at := self._free_for(first.priority)):
            await self._sleep_until(min(free_at, self._aside[0][0] if self._aside else free_at))
        else:
            self._settle(first, await self._ask(first))
        return True

    def _free_for(self, priority: Priority) -> float:
        """Who waits makes all that is less urgent wait, too."""
        return max(at for other, at in self._free_at.items() if other <= priority)

    def _first(self, now: float) -> _Waiter | None:
        """The first waiter that no chat holds up. Cancelled ones fall out here."""
        while self._aside and (self._aside[0][0] <= now or self._aside[0][1].granted.done()):
            heapq.heappush(self._ready, heapq.heappop(self._aside)[1])
        while self._ready:
            first = self._ready[0]
            if first.granted.done():
                heapq.heappop(self._ready)
            elif (free_at := self._chat_free_at.get(first.request.chat_book, 0.0)) > now:
                heapq.heappush(self._aside, (free_at, heapq.heappop(self._ready)))
            else:
                return first
        return None

    def _settle(self, asked: _Waiter, answer: Answer) -> None:
        now = time.monotonic()
        if answer.scope is Scope.CHAT:
            self._chat_free_at = {book: at for book, at in self._chat_free_at.items() if at > now}
            self._chat_free_at[asked.request.chat_book] = now + answer.wait_s
        elif answer.scope is Scope.ALL:
            self._free_at[asked.priority] = now + answer.wait_s
        else:
            self._free_at[Priority.INTERACTIVE] = 0.0
            if not asked.granted.done():
                asked.granted.set_result(None)

    async def _ask(self, waiter: _Waiter) -> Answer:
        """Redis when it is there. Without it, answers go by the local book, and bulk waits or gives up."""
        if not self._away and (answer := await self._ask_shared(waiter)):
            return answer
        self._probe_again()
        if waiter.request.interactive:
            return self._ask_local(waiter.request)
        now = time.monotonic()
        if now - max(waiter.since, self._failing_since or now) > self._patience_s and not waiter.granted.done():
            waiter.granted.set_exception(LimiterAway())
        return Answer(Scope.ALL, FIRST_RETRY_S)

    def _ask_local(self, request: Request) -> Answer:
        answer = self._local.ask(request)
        if answer.scope is Scope.NOBODY:
            self._shared.note_unasked(request)
        return answer

    async def _ask_shared(self, waiter: _Waiter) -> Answer | None:
        first_few = self._ready[:3]  # of a heap: the first two are among them
        others_wait = any(other.request.interactive and other is not waiter for other in first_few)
        asked_at = time.monotonic()
        try:
            async with asyncio.timeout(ASK_TIMEOUT_S):
                answer = await self._shared.ask(waiter.request, others_wait=others_wait)
        except (RedisError, OSError) as exc:
            self._local.stand_still(until=asked_at + SETTLING_S)
            self._lose(exc)
            return None
        if self._failing_since is not None:
            log.info("limiter.redis_back", after_s=round(time.monotonic() - self._failing_since, 1))
        self._failing_since, self._retry_s = None, FIRST_RETRY_S
        return answer

    def _lose(self, exc: Exception) -> None:
        now = time.monotonic()
        if self._failing_since is None:
            self._failing_since = now
            log.warning("limiter.redis_away", error=type(exc).__name__, detail=str(exc))
        self._away = True
        self._retry_at = now + self._retry_s
        self._retry_s = min(self._retry_s * 2, LONGEST_RETRY_S)

    def _probe_again(self) -> None:
        """Look whether Redis is back, beside the waiters: they don't wait for the look."""
        if time.monotonic() >= self._retry_at and (self._probe is None or self._probe.done()):
            self._probe = asyncio.create_task(self._look_for_redis(), name="telegram-limiter-probe")

    async def _look_for_redis(self) -> None:
        """When it is back, tell it at once what was sent meanwhile; bulk waits until the others have done so, too."""
        try:
            async with asyncio.timeout(LOOK_TIMEOUT_S):
                await self._shared.merge()
        except (RedisError, OSError) as exc:
            self._lose(exc)
        else:
            self._away = False
            self._free_at = dict.fromkeys(Priority, time.monotonic() + SETTLING_S) | {Priority.INTERACTIVE: 0.0}
            self._changed.set()

    async def _sleep_until(self, at: float) -> None:
        """Until then, or until a waiter comes or goes."""
        try:
            async with asyncio.timeout(at - time.monotonic()):
                await self._changed.wait()
        except TimeoutError:
            return


async def _quietly(work: Awaitable[None], *, within_s: float) -> None:
    with suppress(RedisError, OSError):
        async with asyncio.timeout(within_s):
            await work
