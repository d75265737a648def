"""What this process has sent lately, for a Redis that has forgotten it: limits outlive an emptied Redis."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

KEPT_US: Final = 60_500_000
"""As long as the longest window of Telegram's."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What one call was charged to its books, at `at_us` by the clock of Redis. `name` is its own."""

    at_us: int
    name: str
    messages: int
    chat_book: str
    interval_us: int
    """Of the chat's drip; 0 outside any chat."""
    in_window: bool
    """Whether the chat has a window, as groups have."""


@dataclass(slots=True)
class Memory:
    """The calls of the last minute: at most what Telegram's rate lets through in one."""

    _turns: deque[Charge] = field(default_factory=deque)
    _starts: deque[tuple[int, str, int]] = field(default_factory=deque)
    _paused_until_us: dict[int | str | None, int] = field(default_factory=dict)

    def note_turn(self, charge: Charge) -> None:
        self._turns.append(charge)
        self.forget(charge.at_us)

    def note_start(self, at_us: int, name: str, messages: int) -> None:
        self._starts.append((at_us, name, messages))
        while len(self._starts) > 1 and self._starts[0][0] < at_us - KEPT_US:
            self._starts.popleft()

    def note_pause(self, chat: int | str | None, until_us: int) -> None:
        self._paused_until_us[chat] = max(until_us, self._paused_until_us.get(chat, 0))

    def pauses(self, *, now_us: int) -> dict[int | str | None, float]:
        """The seconds that are left of each."""
        left = {chat: until_us - now_us for chat, until_us in self._paused_until_us.items() if until_us > now_us}
        self._paused_until_us = {chat: now_us + left_us for chat, left_us in left.items()}
        return {chat: left_us / 1_000_000 for chat, left_us in left.items()}

    def forget(self, now_us: int) -> None:
        """Drop what no limit looks at any more."""
        while self._turns and self._turns[0].at_us < now_us - KEPT_US:
            self._turns.popleft()

    @property
    def is_empty(self) -> bool:
        return not self._turns

    @property
    def last_us(self) -> int:
        """When the last turn came; 0 without one."""
        return self._turns[-1].at_us if self._turns else 0

    def turns(self, *, since_us: int) -> list[str]:
        """Instants and names, in turn."""
        return _flat((charge.at_us, charge.name, charge.messages) for charge in self._turns if charge.at_us > since_us)

    def starts(self, *, since_us: int) -> list[str]:
        return _flat(start for start in self._starts if start[0] > since_us)

    def windows(self) -> dict[str, list[str]]:
        """By chat: what was sent into those that have a window."""
        calls: dict[str, list[tuple[int, str, int]]] = {}
        for charge in self._turns:
            if charge.in_window:
                calls.setdefault(charge.chat_book, []).append((charge.at_us, charge.name, charge.messages))
        return {book: _flat(iter(charges)) for book, charges in calls.items()}

    def drips(self, *, now_us: int) -> dict[str, int]:
        """By chat: when its next message is due, for those where that lies ahead."""
        due: dict[str, int] = {}
        for charge in self._turns:
            if charge.interval_us:
                step = charge.messages * charge.interval_us
                due[charge.chat_book] = max(due.get(charge.chat_book, 0), charge.at_us) + step
        return {book: at for book, at in due.items() if at > now_us}


def _flat(calls: Iterator[tuple[int, str, int]]) -> list[str]:
    return [
        text
        for at_us, name, messages in calls
        for part in range(1, messages + 1)
        for text in (str(at_us), f"{name}:{part}")
    ]
