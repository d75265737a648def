"""Laying what was said on the calendar: which day, which hour, and what else it may have meant."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from core.when.said import NotUnderstood, Said
from core.when.times import at_local, exists, local_day, to_local

DEFAULT_CLOCK = time(9)
PART_CLOCKS = {
    "dawn": time(5),
    "morning": time(9),
    "noon": time(12),
    "midday": time(13),
    "afternoon": time(15),
    "evening": time(20),
    "night": time(21),
    "midnight": time(0),
}
END_OF_DAY = time(18)
SATURDAY, FRIDAY = 5, 4


@dataclass(frozen=True, slots=True)
class Habits:
    """What differs between places and languages."""

    day_comes_first: bool
    has_12_hour_clock: bool
    next_is_nearest: bool


@dataclass(frozen=True, slots=True)
class Instant:
    """`at` in UTC. `other` is what a phrase of two readings may have meant instead."""

    at: datetime
    time_assumed: bool = False
    day_assumed: bool = False
    moved_to_tomorrow: bool = False
    skipped: time | None = None
    other: datetime | None = None


def instant_of(said: Said, *, now: datetime, zone: str, habits: Habits) -> Instant:
    """The first instant after `now` that fits; one that is past when only that fits. Raises NotUnderstood."""
    if said.now:
        return Instant(now)
    if said.from_now:
        return _from_now(said, now, zone)
    first = _first_reading(said, now, zone, habits)
    other = _other_reading(said, now, zone, habits)
    if other and other.at > now and other.at != first.at:
        return replace(first, other=other.at)
    return first


def _from_now(said: Said, now: datetime, zone: str) -> Instant:
    if said.has_day or (said.minutes and (said.clock or said.part)):
        raise NotUnderstood
    if not said.days and not said.months:
        return Instant(now + timedelta(minutes=said.minutes))
    local = to_local(now, zone).replace(tzinfo=None)
    try:
        local += relativedelta(months=int(said.months)) + timedelta(days=said.days + said.months % 1 * 30)
    except (OverflowError, ValueError) as exc:
        raise NotUnderstood from exc
    clock = said.clock or (PART_CLOCKS[said.part] if said.part else local.time())
    return Instant(at_local(local.date(), clock, zone) + timedelta(minutes=said.minutes))


def _first_reading(said: Said, now: datetime, zone: str, habits: Habits) -> Instant:
    if said.clock_is_loose and habits.has_12_hour_clock and _is_rather_evening(said, now, zone):
        said = _twelve_hours_later(said)
    return _laid(said, now, zone, _days(said, local_day(now, zone), habits))


def _other_reading(said: Said, now: datetime, zone: str, habits: Habits) -> Instant | None:
    today = local_day(now, zone)
    if said.clock_is_loose and habits.has_12_hour_clock:
        rather = said if _is_rather_evening(said, now, zone) else _twelve_hours_later(said)
        return _laid(rather, now, zone, _days(said, today, habits))
    if said.pair and said.pair[0] != said.pair[1] and max(said.pair) <= 12:
        swapped = replace(habits, day_comes_first=not habits.day_comes_first)
        return _laid(said, now, zone, _days(said, today, swapped))
    if said.next_weekday:
        swapped = replace(habits, next_is_nearest=not habits.next_is_nearest)
        return _laid(said, now, zone, _days(said, today, swapped))
    return None


def _is_rather_evening(said: Said, now: datetime, zone: str) -> bool:
    """Where clocks have twelve hours, "at 3" is in the afternoon, and "at 9" the next 9 there is."""
    evening = _twelve_hours_later(said).clock
    if said.clock is None or evening is None or said.clock.hour < 6:
        return True
    return not said.has_day and said.clock <= to_local(now, zone).time() < evening


def _twelve_hours_later(said: Said) -> Said:
    return replace(said, clock=said.clock and said.clock.replace(hour=said.clock.hour + 12))


def _laid(said: Said, now: datetime, zone: str, days: Iterator[date]) -> Instant:
    clock = said.clock or (PART_CLOCKS[said.part] if said.part else _default_clock(said))
    assumed = said.clock is None and said.part not in ("noon", "midnight")
    late = timedelta(days=1 if _means_next_midnight(said, clock) else 0)
    day = today = local_day(now, zone)
    at = now
    for day in days:
        at = at_local(day + late, clock, zone)
        if at <= now and assumed and day == today:
            at = _soon(now, zone) or at
        if at > now:
            break
    moved = not said.has_day and day > today
    skipped = None if exists(day + late, clock, zone) else clock
    return Instant(at, assumed, _day_is_assumed(said), moved_to_tomorrow=moved, skipped=skipped)


def _default_clock(said: Said) -> time:
    return END_OF_DAY if said.end_of == "day" else DEFAULT_CLOCK


def _day_is_assumed(said: Said) -> bool:
    return not said.has_day or (said.period in ("week", "month", "year") and said.weekday is None)


def _means_next_midnight(said: Said, clock: time) -> bool:
    """Midnight with no day, or today's, is the one to come."""
    if said.next_midnight:
        return True
    return said.part == "midnight" and clock == time(0) and (said.day_offset == 0 or not said.has_day)


def _soon(now: datetime, zone: str) -> datetime | None:
    """The next full hour at least half an hour away, if it is still today."""
    local = to_local(now, zone)
    hour = (local + timedelta(minutes=90)).replace(minute=0, second=0, microsecond=0)
    return at_local(hour.date(), hour.time(), zone) if hour.date() == local.date() else None


def _days(said: Said, today: date, habits: Habits) -> Iterator[date]:
    """The days that fit, earliest first: two or three for what comes round again, one for what doesn't."""
    if said.day_offset is not None:
        yield today + timedelta(days=said.day_offset)
    elif said.day is not None:
        yield said.day
    elif said.pair is not None:
        day, month = _ordered(said.pair, habits)
        yield from _in_years(month, day, said.pair_year, today)
    elif said.month_day is not None:
        yield from (
            _in_months(said.month_day, today)
            if said.month is None
            else _in_years(said.month, said.month_day, said.year, today)
        )
    elif said.weekday is not None:
        yield from _weekdays(said.weekday, said, today, habits)
    elif said.end_of is not None:
        yield from _ends(said.end_of, today)
    elif said.period is not None:
        yield _period_start(said.period, today)
    else:
        yield from (today, today + timedelta(days=1))


def _ordered(pair: tuple[int, int], habits: Habits) -> tuple[int, int]:
    """Day and month."""
    first, second = pair
    if first > 12 or (habits.day_comes_first and second <= 12):
        return first, second
    return second, first


def _in_years(month: int, day: int, year: int | None, today: date) -> Iterator[date]:
    years = [year] if year else [today.year, today.year + 1]
    fitting = [date(each, month, day) for each in years if day <= calendar.monthrange(each, month)[1]]
    if not fitting:
        raise NotUnderstood
    yield from fitting


def _in_months(day: int, today: date) -> Iterator[date]:
    for ahead in range(4):
        month = today.replace(day=1) + relativedelta(months=ahead)
        if day <= calendar.monthrange(month.year, month.month)[1]:
            yield month.replace(day=day)


def _weekdays(weekday: int, said: Said, today: date, habits: Habits) -> Iterator[date]:
    monday = today - timedelta(days=today.weekday())
    if said.period == "week" or (said.next_weekday and not habits.next_is_nearest):
        yield monday + timedelta(days=7 + weekday)
        return
    ahead = (weekday - today.weekday()) % 7
    if said.next_weekday and ahead == 0:
        ahead = 7
    yield today + timedelta(days=ahead)
    yield today + timedelta(days=ahead + 7)


def _ends(unit: str, today: date) -> Iterator[date]:
    match unit:
        case "day":
            yield today
        case "week":
            ahead = (FRIDAY - today.weekday()) % 7
            yield from (today + timedelta(days=ahead), today + timedelta(days=ahead + 7))
        case "month":
            yield from (today + relativedelta(day=31), today + relativedelta(months=1, day=31))
        case "year":
            yield from (date(today.year, 12, 31), date(today.year + 1, 12, 31))
        case _:
            raise NotUnderstood


def _period_start(period: str, today: date) -> date:
    saturday = today + timedelta(days=SATURDAY - today.weekday())
    match period:
        case "week":
            return today + timedelta(days=7 - today.weekday())
        case "month":
            return today.replace(day=1) + relativedelta(months=1)
        case "weekend":
            return max(saturday, today)
        case "next weekend":
            return saturday + timedelta(days=7)
        case _:
            return date(today.year + 1, 1, 1)
