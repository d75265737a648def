"""What can be pressed instead of typed: quick choices, the days of a month, the hours of a day. Never in the past."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from core.when import formats
from core.when.phrases import FARTHEST
from core.when.times import at_local, exists, local_day

MORNING, EVENING = time(9), time(20)


class Quick(StrEnum):
    IN_AN_HOUR = "hour"
    TONIGHT = "tonight"
    TOMORROW = "tomorrow"
    NEXT_MONDAY = "monday"


@dataclass(frozen=True, slots=True)
class QuickChoice:
    key: Quick
    at_utc: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """A cell of the calendar; days gone by, and those too far ahead, can't be chosen."""

    day: date
    can_be_chosen: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month as the place writes it. Weeks begin on its first weekday; cells of other months are None."""

    first: date
    title: str
    weekdays: list[str]
    weeks: list[list[Day | None]]
    previous: date | None
    next: date | None


@dataclass(frozen=True, slots=True)
class Hour:
    clock: time
    at_utc: datetime


def quick_choices(*, now: datetime, zone: str) -> list[QuickChoice]:
    """In 1 h, tonight 20:00, tomorrow 09:00, next Monday 09:00: those that are ahead, each instant once, in order."""
    today = local_day(now, zone)
    monday = today + timedelta(days=7 - today.weekday())
    instants = {
        Quick.IN_AN_HOUR: (now + timedelta(hours=1)).replace(second=0, microsecond=0),
        Quick.TONIGHT: at_local(today, EVENING, zone),
        Quick.TOMORROW: at_local(today + timedelta(days=1), MORNING, zone),
        Quick.NEXT_MONDAY: at_local(monday, MORNING, zone),
    }
    once: dict[datetime, Quick] = {}
    for key, at in instants.items():
        if at > now:
            once.setdefault(at, key)
    return [QuickChoice(key, at) for at, key in sorted(once.items())]


def instant_of_choice(key: Quick, *, now: datetime, zone: str) -> datetime | None:
    """When a quick choice is now: a button may be pressed long after it was shown. None when it has passed."""
    return next((choice.at_utc for choice in quick_choices(now=now, zone=zone) if choice.key is key), None)


def month_grid(month: date, *, now: datetime, zone: str, language: str) -> Month:
    """The month that a day lies in, as a calendar to press on."""
    today, last = local_day(now, zone), local_day(now + FARTHEST, zone)
    start = formats.first_weekday(language, zone)
    first = month.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)

    def cell(day: date) -> Day | None:
        return Day(day, today <= day < last) if day.month == first.month else None

    weeks = calendar.Calendar(start).monthdatescalendar(first.year, first.month)
    return Month(
        first=first,
        title=formats.format_month(first, language),
        weekdays=formats.weekday_names(language, first_weekday=start),
        weeks=[[cell(day) for day in week] for week in weeks],
        previous=before if before >= today.replace(day=1) else None,
        next=after if after < last else None,
    )


def hours_of(day: date, *, now: datetime, zone: str, step_minutes: int = 60) -> list[Hour]:
    """The times of a local day that are still ahead, without those that the spring change skips."""
    clocks = [time(minutes // 60, minutes % 60) for minutes in range(0, 24 * 60, step_minutes)]
    hours = [Hour(clock, at_local(day, clock, zone)) for clock in clocks if exists(day, clock, zone)]
    return [hour for hour in hours if hour.at_utc > now]
