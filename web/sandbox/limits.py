"""Telegram's flood limits, as sliding windows over accepted sends, and the highest rates seen.

Sends are messages that appear in a chat (an album or a forward of many counts each). Over all: `overall_per_s`. A
private chat: `private_per_s` with a burst of `private_burst`. A group or channel: `group_per_min`. Edits count only per
chat and leniently: `EDIT_FACTOR` times as many as sends, in windows of their own. Drafts and chat actions don't count.
"""

import math
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from web.sandbox.errors import TooManyRequests
from web.sandbox.model import ChatKey

EDIT_FACTOR = 5
KEPT_CHATS = 10_000
SECOND, MINUTE = 1.0, 60.0

Kept = TypeVar("Kept")


@dataclass(slots=True)
class Rates:
    overall_per_s: int = 30
    private_per_s: float = 1.0
    private_burst: int = 3
    group_per_min: int = 20
    enabled: bool = True


class Window:
    """Instants of the last `length_s` seconds, and the most that were ever in it at once."""

    __slots__ = ("_instants", "_length_s", "most")

    def __init__(self, length_s: float) -> None:
        self._length_s = length_s
        self._instants: deque[float] = deque()
        self.most = 0

    def wait_s(self, now: float, *, count: int, limit: int) -> float:
        """How long until `count` more fit under `limit`; 0 when they do. An empty window takes any number."""
        self._forget(now)
        over = len(self._instants) + count - limit
        if over <= 0 or not self._instants:
            return 0.0
        leaves_last = self._instants[min(over, len(self._instants)) - 1]
        return max(leaves_last + self._length_s - now, 0.001)

    def add(self, now: float, count: int) -> None:
        self._forget(now)
        self._instants.extend([now] * count)
        self.most = max(self.most, len(self._instants))

    def _forget(self, now: float) -> None:
        while self._instants and self._instants[0] <= now - self._length_s:
            self._instants.popleft()


class Bucket:
    """A burst that refills steadily."""

    __slots__ = ("_at", "_tokens")

    def __init__(self, burst: float, now: float) -> None:
        self._tokens, self._at = burst, now

    def wait_s(self, now: float, *, count: int, per_s: float, burst: float) -> float:
        self._tokens = min(burst, self._tokens + (now - self._at) * per_s)
        self._at = now
        missing = min(count, burst) - self._tokens
        return max(missing, 0.0) / per_s if missing > 1e-9 else 0.0

    def take(self, count: int) -> None:
        self._tokens -= count


class SendLimits:
    """Of one bot's sends: raises the 429, and keeps the maxima."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.rates = Rates()
        self.sends = 0
        self.refused = 0
        self.max_private_second = 0
        self.max_group_minute = 0
        self._overall: dict[int, Window] = {}
        self._windows: OrderedDict[tuple[str, ChatKey], Window] = OrderedDict()
        self._buckets: OrderedDict[tuple[str, ChatKey], Bucket] = OrderedDict()

    @property
    def max_per_second(self) -> int:
        return max((window.most for window in self._overall.values()), default=0)

    def admit_send(self, bot_id: int, key: ChatKey, *, count: int = 1) -> None:
        """Let `count` messages of a bot into a chat, or raise 429."""
        now = self._now()
        overall = self._overall.setdefault(bot_id, Window(SECOND))
        rates = self.rates
        waits = {
            "overall": overall.wait_s(now, count=count, limit=rates.overall_per_s),
            "group" if key[1] < 0 else "private": self._chat_wait_s("send", key, now, count, 1),
        }
        longest = max(waits, key=lambda limit: waits[limit])
        self._refuse_after(waits[longest], longest)
        overall.add(now, count)
        self._note("send", key, now, count)
        self.sends += count
        self._measure(key, now, count)

    def admit_edit(self, key: ChatKey) -> None:
        now = self._now()
        self._refuse_after(self._chat_wait_s("edit", key, now, 1, EDIT_FACTOR), "edits")
        self._note("edit", key, now, 1)

    def _chat_wait_s(self, what: str, key: ChatKey, now: float, count: int, factor: int) -> float:
        rates = self.rates
        if key[1] < 0:
            window = _recent(self._windows, (what, key), lambda: Window(MINUTE))
            return window.wait_s(now, count=count, limit=rates.group_per_min * factor)
        burst, per_s = rates.private_burst * factor, rates.private_per_s * factor
        bucket = _recent(self._buckets, (what, key), lambda: Bucket(burst, now))
        return bucket.wait_s(now, count=count, per_s=per_s, burst=burst)

    def _note(self, what: str, key: ChatKey, now: float, count: int) -> None:
        if key[1] < 0:
            self._windows[what, key].add(now, count)
        else:
            self._buckets[what, key].take(count)

    def _measure(self, key: ChatKey, now: float, count: int) -> None:
        if key[1] < 0:
            self.max_group_minute = max(self.max_group_minute, self._windows["send", key].most)
            return
        window = _recent(self._windows, ("private second", key), lambda: Window(SECOND))
        window.add(now, count)
        self.max_private_second = max(self.max_private_second, window.most)

    def _refuse_after(self, wait_s: float, limit: str) -> None:
        if wait_s > 0 and self.rates.enabled:
            self.refused += 1
            raise TooManyRequests(math.ceil(wait_s), limit=limit)


def _recent(kept: OrderedDict[tuple[str, ChatKey], Kept], key: tuple[str, ChatKey], make: Callable[[], Kept]) -> Kept:
    """The entry of a chat, made when missing; the least recently used go when there are too many."""
    if key in kept:
        kept.move_to_end(key)
    else:
        kept[key] = make()
        if len(kept) > KEPT_CHATS:
            kept.popitem(last=False)
    return kept[key]
