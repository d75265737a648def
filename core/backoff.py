"""When to start again something that dies."""

import time
from collections.abc import Callable


class Backoff:
    """Delays that double from `first_s` to `longest_s`, and start over after `stable_s` without a death."""

    def __init__(
        self, *, first_s: float, longest_s: float, stable_s: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._first_s = first_s
        self._longest_s = longest_s
        self._stable_s = stable_s
        self._delay_s = first_s
        self._started_at = clock()
        self._due_at: float | None = None

    def next_delay_s(self) -> float:
        """The delay before the next start; the one after it is twice as long."""
        delay, self._delay_s = self._delay_s, min(self._delay_s * 2, self._longest_s)
        return delay

    def due(self) -> bool:
        """Call while the thing is dead: the first call starts the delay, and one call after its end returns True."""
        now = self._clock()
        if self._due_at is None:
            self._due_at = now + self.next_delay_s()
        if now < self._due_at:
            return False
        self._due_at, self._started_at = None, now
        return True

    def settle(self) -> None:
        """Call while the thing lives: forgets earlier deaths once it has lived long enough."""
        if self._clock() - self._started_at > self._stable_s:
            self.reset()

    def reset(self) -> None:
        self._delay_s, self._due_at = self._first_s, None
