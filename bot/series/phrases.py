"""Rules of repetition as people say them: "every weekday at 09:00 until 20 December"."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from babel.dates import format_skeleton
from babel.lists import format_list
from markupsafe import Markup

from bot.texts import Texts
from core.when.formats import format_clock, format_day, locale_of
from core.when.rules import SHORTEST_MONTH, WORKDAYS, Rule, parsed
from core.when.times import at_local


def described(rule: str, starts_on: datetime, zone: str, t: Texts) -> Markup:
    """ "every 2 weeks on Tuesday and Thursday at 18:30, 10 times" """
    read = parsed(rule)
    said = how_often(read, t)
    if read.frequency != "HOURLY":
        clocks = [_clock(each, starts_on, zone, t) for each in read.clocks or (starts_on.time(),)]
        said = t("{how_often} at {times}", how_often=said, times=_listed(clocks, t))
    if read.count is not None:
        times = t.plural("{n} time", "{n} times", read.count)
        return t("{how_often}, {times}", how_often=said, times=times)
    if read.until is not None:
        day = format_day(read.until.date(), zone, t.language, now=at_local(starts_on.date(), time(12), zone))
        return t("{how_often} until {day}", how_often=said, day=day)
    return said


def described_data(series: Mapping[str, Any], t: Texts) -> Markup:
    """Of core.series.queries.data_of."""
    return described(series["rule"], datetime.fromisoformat(series["starts_on"]), series["zone"], t)


def how_often(rule: Rule, t: Texts) -> Markup:
    """ "every 2 weeks on Tuesday and Thursday": without times and end."""
    n = rule.interval
    match rule.frequency:
        case "HOURLY":
            return t("every hour") if n == 1 else t.plural("every {n} hour", "every {n} hours", n)
        case "DAILY":
            return t("every day") if n == 1 else t.plural("every {n} day", "every {n} days", n)
        case "WEEKLY":
            return _weekly(rule, t)
        case "MONTHLY":
            every = t("every month") if n == 1 else t.plural("every {n} month", "every {n} months", n)
            return t("{every} on {days}", every=every, days=_in_month(rule, t))
    day = datetime(2028, rule.month or 1, rule.month_days[0], 12)  # noqa: DTZ001 - a day to be written out
    every = t("every year") if n == 1 else t.plural("every {n} year", "every {n} years", n)
    return t("{every} on {days}", every=every, days=format_skeleton("MMMMd", day, locale=locale_of(t.language)))


def _weekly(rule: Rule, t: Texts) -> Markup:
    days = _listed([_weekday(day, t) for day in rule.weekdays], t)
    if rule.interval > 1:
        every = t.plural("every {n} week", "every {n} weeks", rule.interval)
        return t("{every} on {days}", every=every, days=days)
    return t("every weekday") if rule.weekdays == WORKDAYS else t("every {days}", days=days)


def _in_month(rule: Rule, t: Texts) -> Markup:
    if rule.nth is not None:
        weekday = _weekday(rule.weekdays[0], t)
        return {
            1: t("the first {weekday}", weekday=weekday),
            2: t("the second {weekday}", weekday=weekday),
            3: t("the third {weekday}", weekday=weekday),
            -1: t("the last {weekday}", weekday=weekday),
        }.get(rule.nth, t("{weekday} number {nth}", weekday=weekday, nth=rule.nth))
    if rule.month_days == (-1,):
        return t("the last day")
    listed = t("day {days}", days=_listed([str(day) for day in rule.month_days], t))
    falls_back = len(rule.month_days) == 1 and rule.month_days[0] > SHORTEST_MONTH
    return t("{days} (or the last)", days=listed) if falls_back else listed


def _weekday(day: int, t: Texts) -> str:
    return str(t.locale.days["format"]["wide"][day])


def _clock(clock: time, starts_on: datetime, zone: str, t: Texts) -> str:
    return format_clock(at_local(starts_on.date(), clock, zone), zone, t.language)


def _listed(parts: Sequence[str], t: Texts) -> str:
    return format_list(list(parts), style="standard", locale=locale_of(t.language))
