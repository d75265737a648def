"""Rules of repetition by the wall clock of a zone: RRULE strings (RFC 5545, 3.3.10) without DTSTART, by dateutil.

A rule counts on the clocks that people look at, so 9:00 stays 9:00 across the changes of the clocks. A time that the
spring change skips comes the same distance after it; one that the autumn change repeats comes once, the first time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from typing import Any

from dateutil.relativedelta import relativedelta
from dateutil.rrule import DAILY, FR, HOURLY, MO, MONTHLY, SA, SU, TH, TU, WE, WEEKLY, YEARLY, rrule, rrulestr, weekday

from core.errors import InvalidInput
from core.when.times import at_local, to_local

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORKDAYS = tuple(range(5))
FREQUENCIES = ("HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
"""More often than every hour nobody should post."""
FREQUENCY_NUMBERS = dict(zip(FREQUENCIES, (HOURLY, DAILY, WEEKLY, MONTHLY, YEARLY), strict=True))
WEEKDAY_CLASSES = dict(zip(WEEKDAYS, (MO, TU, WE, TH, FR, SA, SU), strict=True))
STEPS = {"HOURLY": timedelta(hours=1), "DAILY": timedelta(days=1), "WEEKLY": timedelta(weeks=1)}
COUNT_MAX = 1_000
INTERVAL_MAX = 366
SHORTEST_MONTH = 28
GAP_MAX = timedelta(hours=24)
"""No zone has ever skipped more: Samoa left out a day."""
MINUTES_OF_DAY = 24 * 60
MINUTES_APART = 60
STAMP = "%Y%m%dT%H%M%S"
FEW = 16
"""Of what a rule gives, as much as planning a day ahead mostly looks at."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """`local` is what the rule gives, by the wall clock; `at` is that instant in UTC."""

    local: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Rule:
    """An RRULE in parts. What isn't named follows DTSTART, as the standard has it."""

    frequency: str
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    """0 is Monday."""
    nth: int | None = None
    """Which of the weekdays of a month: 1 to 5, or -1 for the last."""
    month_days: tuple[int, ...] = ()
    """-1 is the last day. A day that a month lacks falls to its last one."""
    month: int | None = None
    clocks: tuple[time, ...] = ()
    """Several times a day; empty: the one of DTSTART."""
    count: int | None = None
    until: datetime | None = None
    """By the wall clock, included."""

    def __str__(self) -> str:
        """As an RRULE. Raises InvalidInput when.times_dont_fit for times that no single rule can name."""
        parts = [f"FREQ={self._frequency()}"]
        if self.interval != 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.month is not None:
            parts.append(f"BYMONTH={self.month}")
        if self.weekdays:
            nth = "" if self.nth is None else str(self.nth)
            parts.append("BYDAY=" + ",".join(nth + WEEKDAYS[day] for day in self.weekdays))
        if self.month_days:
            parts.append(f"BYMONTHDAY={_listed(self._days_reached())}")
        if self.clocks:
            parts.append(f"BYHOUR={_listed(sorted({clock.hour for clock in self.clocks}))}")
            parts.append(f"BYMINUTE={_listed(sorted({clock.minute for clock in self.clocks}))}")
        if positions := self._positions():
            parts.append(f"BYSETPOS={_listed(positions)}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            parts.append(f"UNTIL={self.until.strftime(STAMP)}")
        return ";".join(parts)

    def _frequency(self) -> str:
        """Days of every week are counted a day at a time when their times need places among those of a day."""
        daily = self.frequency == "WEEKLY" and self.interval == 1 and self.weekdays and not self._times_are_a_product()
        return "DAILY" if daily else self.frequency

    def _days_reached(self) -> Sequence[int]:
        """The 31st is the last of the days from the 28th on that a month has."""
        return range(SHORTEST_MONTH, self.month_days[0] + 1) if self._falls_back() else self.month_days

    def _falls_back(self) -> bool:
        return self.frequency == "MONTHLY" and len(self.month_days) == 1 and self.month_days[0] > SHORTEST_MONTH

    def _times_are_a_product(self) -> bool:
        return len(self._product()) == len(set(self.clocks))

    def _product(self) -> list[time]:
        hours, minutes = {clock.hour for clock in self.clocks}, {clock.minute for clock in self.clocks}
        return [time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes)]

    def _positions(self) -> list[int]:
        """The places of the wanted times among all that BYHOUR and BYMINUTE give together."""
        product = self._product() or [time()]
        wanted = [product.index(clock) for clock in sorted(set(self.clocks))] or [0]
        if self._falls_back():
            return [place - len(product) for place in wanted]
        if not self.clocks or self._times_are_a_product():
            return []
        days = len(self.weekdays) or len(self.month_days) or 1
        if days > 1 and self._frequency() != "DAILY":
            raise InvalidInput("when.times_dont_fit")
        return [place + 1 for place in wanted]


@lru_cache(maxsize=512)
def parsed(rule: str) -> Rule:
    """The parts of an RRULE that `str(Rule)` could have made. Raises InvalidInput when.bad_rule for any other."""
    try:
        parts = dict(part.split("=", 1) for part in rule.split(";"))
        read = _read(parts)
        fits = read.frequency in FREQUENCIES and 1 <= read.interval <= INTERVAL_MAX and _names_its_days(read)
        rrulestr(rule, dtstart=datetime(2026, 1, 1))  # noqa: DTZ001 - a wall clock
    except (ValueError, KeyError, IndexError) as exc:
        raise InvalidInput("when.bad_rule", rule=rule) from exc
    if not fits or (read.count is not None and not 1 <= read.count <= COUNT_MAX):
        raise InvalidInput("when.bad_rule", rule=rule)
    return read


def _names_its_days(rule: Rule) -> bool:
    """Months and years are too uneven to follow DTSTART's day."""
    match rule.frequency:
        case "MONTHLY":
            return bool(rule.month_days or rule.nth)
        case "YEARLY":
            return bool(rule.month and rule.month_days)
        case _:
            return True


def _read(parts: dict[str, str]) -> Rule:
    days = [(day[:-2], WEEKDAYS.index(day[-2:])) for day in parts.get("BYDAY", "").split(",") if day]
    hours, minutes = _numbers(parts, "BYHOUR"), _numbers(parts, "BYMINUTE") or [0]
    clocks = [time(hour, minute) for hour in hours for minute in minutes]
    month_days, places = _numbers(parts, "BYMONTHDAY"), _numbers(parts, "BYSETPOS")
    if places:
        clocks = [clocks[place - (1 if place > 0 else 0)] for place in places] if clocks else []
        month_days = month_days[-1:] if places[-1] < 0 else month_days
    frequency = "WEEKLY" if days and parts["FREQ"] == "DAILY" else parts["FREQ"]
    return Rule(
        frequency=frequency,
        interval=int(parts.get("INTERVAL", 1)),
        weekdays=tuple(day for _, day in days),
        nth=int(days[0][0]) if days and days[0][0] else None,
        month_days=tuple(month_days),
        month=int(parts["BYMONTH"]) if "BYMONTH" in parts else None,
        clocks=tuple(clocks),
        count=int(parts["COUNT"]) if "COUNT" in parts else None,
        until=datetime.strptime(parts["UNTIL"], STAMP) if "UNTIL" in parts else None,  # noqa: DTZ007 - a wall clock
    )


def ending(rule: str, *, count: int | None = None, until: date | None = None) -> str:
    """The rule with another end: after `count` times, after a day (which is included), or, with neither, never."""
    end = datetime.combine(until, time(23, 59, 59)) if until is not None else None
    return str(replace(parsed(rule), count=count, until=end))


def occurrences(rule: str, starts_on: datetime, zone: str, *, after: datetime | None = None) -> Iterator[Occurrence]:
    """What a rule gives from `starts_on` (its DTSTART, by the wall clock) on, in order; each instant once.

    `after`, by the wall clock: what comes behind it, without counting through all before (but for a rule with COUNT).
    Endless for a rule without an end.
    """
    anchor = starts_on if after is None else _anchor(parsed(rule), starts_on, after)
    passed: datetime | None = None
    before: datetime | None = None
    for local in _by_the_clock(rule, anchor):
        if after is not None and local <= after:
            passed = local
            continue
        if before is None and passed is not None:
            before = at_local(passed.date(), passed.time(), zone)
        at = at_local(local.date(), local.time(), zone)
        if at != before:
            yield Occurrence(local, at)
        before = at


def _by_the_clock(rule: str, anchor: datetime) -> Iterator[datetime]:
    """What dateutil makes of a rule from a DTSTART on.

    Thousands of series go by the same rule from the same day on, each at its own time: where neither the time nor the
    number of those before decides on which days it is, these days are found once for all of them.
    """
    read, named = parsed(rule), _arguments(rule)
    named_clocks = [named["byhour"], named["byminute"]]
    if read.count is not None or read.frequency in {"HOURLY", "YEARLY"} or any(named_clocks) != all(named_clocks):
        yield from rrule(dtstart=anchor, **named)
        return
    anchor = anchor.replace(microsecond=0)
    for found in _from_the_day(rule, datetime.combine(anchor, time(second=anchor.second))):
        local = found if any(named_clocks) else datetime.combine(found, anchor.time())
        if read.until is not None and local > read.until:
            return
        if local >= anchor:
            yield local


def _from_the_day(rule: str, day: datetime) -> Iterator[datetime]:
    few = _first_few(rule, day)
    yield from few
    if len(few) == FEW:
        yield from islice(rrule(dtstart=day, **_arguments(rule)), FEW, None)


@lru_cache(maxsize=2_048)
def _first_few(rule: str, day: datetime) -> tuple[datetime, ...]:
    return tuple(islice(rrule(dtstart=day, **_arguments(rule)), FEW))


@lru_cache(maxsize=512)
def _arguments(rule: str) -> dict[str, Any]:
    """What dateutil's rrule takes: reading the string takes longer than the first occurrences."""
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    days = [_weekday(day) for day in _texts(parts, "BYDAY")]
    found: dict[str, Any] = {
        "freq": FREQUENCY_NUMBERS[parts["FREQ"]],
        "interval": int(parts.get("INTERVAL", 1)),
        "count": int(parts["COUNT"]) if "COUNT" in parts else None,
        "until": datetime.strptime(parts["UNTIL"], STAMP) if "UNTIL" in parts else None,  # noqa: DTZ007 - a wall clock
        "byweekday": days or None,
    }
    by = {"bymonth": "BYMONTH", "bymonthday": "BYMONTHDAY", "byhour": "BYHOUR", "byminute": "BYMINUTE"}
    for name, part in {**by, "bysetpos": "BYSETPOS"}.items():
        found[name] = _numbers(parts, part) or None
    return found


def _weekday(text: str) -> weekday:
    """MO, or -1FR."""
    day = WEEKDAY_CLASSES[text[-2:]]
    return day(int(text[:-2])) if text[:-2] else day


def _anchor(rule: Rule, starts_on: datetime, near: datetime) -> datetime:
    """A DTSTART before `near` from which the rule goes on as from `starts_on`: whole intervals later, one to spare."""
    if rule.count is not None or near <= starts_on:
        return starts_on
    match rule.frequency:
        case "HOURLY" | "DAILY" | "WEEKLY":
            step = rule.interval * STEPS[rule.frequency]
            return starts_on + max(0, (near - starts_on) // step - 1) * step
        case _:
            step_months = rule.interval * (12 if rule.frequency == "YEARLY" else 1)
            months = (near.year - starts_on.year) * 12 + near.month - starts_on.month
            first = starts_on.replace(day=1) + relativedelta(months=(months // step_months - 1) * step_months)
            return max(starts_on, first)


def next_occurrences(rule: str, starts_on: datetime, zone: str, *, after: datetime, n: int) -> list[Occurrence]:
    """The next `n` whose instant lies after `after`."""
    behind = to_local(after, zone).replace(tzinfo=None) - GAP_MAX
    coming = (each for each in occurrences(rule, starts_on, zone, after=behind) if each.at > after)
    return list(islice(coming, n))


def first_start(rule: Rule, *, from_day: date, clock: time, zone: str, now: datetime) -> datetime:
    """The DTSTART of a rule that should begin on `from_day` or after, in the future: its first occurrence.

    Raises InvalidInput when.never for a rule that has none, when.ends_before_start when its end lies before.
    """
    step = rule.interval if rule.frequency == "HOURLY" else 1
    open_ended = replace(rule, count=None, until=None, interval=step)
    start = datetime.combine(from_day, clock)
    found = next_occurrences(str(open_ended), start, zone, after=now, n=1)
    if not found:
        raise InvalidInput("when.never")
    if rule.until is not None and found[0].local > rule.until:
        raise InvalidInput("when.ends_before_start")
    return found[0].local


def gap_is_sane(rule: Rule) -> bool:
    """Whether the times of one day lie at least an hour apart."""
    minutes = sorted(clock.hour * 60 + clock.minute for clock in rule.clocks)
    around = [*minutes, minutes[0] + MINUTES_OF_DAY] if minutes else []
    return all(later - earlier >= MINUTES_APART for earlier, later in pairwise(around))


def _texts(parts: dict[str, str], name: str) -> list[str]:
    return [text for text in parts.get(name, "").split(",") if text]


def _numbers(parts: dict[str, str], name: str) -> list[int]:
    return [int(number) for number in _texts(parts, name)]


def _listed(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers))
