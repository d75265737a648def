"""The coming times of a week's pattern, by the wall clock of a zone. Pure.

09:00 stays 09:00 across the changes of the clocks; a time that the spring change skips comes the same distance after
it, and one that the autumn change repeats comes once, the first time.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.when.times import at_local, local_day, to_local

WEEKDAYS = range(7)
"""Monday is 0."""
MINUTES_OF_DAY = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class WeekTime:
    """A time of the week. `minute`: minutes after midnight."""

    weekday: int
    minute: int

    @property
    def clock(self) -> time:
        return clock_of(self.minute)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From a time of day until another, which isn't quiet any more, in minutes after midnight. May span midnight."""

    begins: int
    ends: int

    def cover(self, minute: int) -> bool:
        if self.begins <= self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends


@dataclass(frozen=True, slots=True)
class Pattern:
    """When a queue sends."""

    times: frozenset[WeekTime] = frozenset()
    quiet: QuietHours | None = None

    def is_quiet(self, minute: int) -> bool:
        return self.quiet is not None and self.quiet.cover(minute)

    @property
    def loud(self) -> frozenset[WeekTime]:
        """The times that quiet hours leave."""
        return frozenset(each for each in self.times if not self.is_quiet(each.minute))


def coming_slots(pattern: Pattern, *, zone: str, after: datetime) -> Iterator[datetime]:
    """The slots behind `after`, in order and without end: take what you need. Empty when quiet hours leave none."""
    loud = pattern.loud
    if not loud:
        return
    day, last = local_day(after, zone) - timedelta(days=1), after
    while True:
        for at in _slots_of(day, loud, pattern, zone):
            if at > last:
                yield at
                last = at
        day += timedelta(days=1)


def _slots_of(day: date, times: Collection[WeekTime], pattern: Pattern, zone: str) -> list[datetime]:
    """A time that was shifted into quiet hours is left out."""
    instants = {at_local(day, each.clock, zone) for each in times if each.weekday == day.weekday()}
    return sorted(at for at in instants if not pattern.is_quiet(minute_of(at, zone)))


def minute_of(at: datetime, zone: str) -> int:
    """Minutes after midnight on a zone's clocks."""
    local = to_local(at, zone)
    return local.hour * 60 + local.minute


def clock_of(minute: int) -> time:
    return time(minute // 60, minute % 60)
