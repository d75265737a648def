"""Dates and times as people of a language and a place write them. Pieces for sentences; the sentences are the bot's."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from core.when.times import to_local

if TYPE_CHECKING:
    from babel import Locale


@dataclass(frozen=True, slots=True)
class Countdown:
    """A stretch of time in whole units, for "in 2 d 3 h". At most two neighbouring units aren't zero."""

    days: int = 0
    hours: int = 0
    minutes: int = 0
    seconds: int = 0
    """Only when there are no days, hours or minutes."""


def countdown(left: timedelta) -> Countdown:
    """Seconds below a minute, then rounded to minutes, from a day on to hours. Never negative."""
    seconds = max(0, round(left.total_seconds()))
    if seconds < 60:
        return Countdown(seconds=seconds)
    minutes = (seconds + 30) // 60
    if minutes < 24 * 60:
        return Countdown(hours=minutes // 60, minutes=minutes % 60)
    days, hours = divmod((minutes + 30) // 60, 24)
    return Countdown(days=days, hours=hours)


def format_local(at: datetime, zone: str, language: str, *, now: datetime | None = None) -> str:
    """Weekday, day, month and local time: "Fri, 27 Nov, 18:30"; with the year when it isn't that of `now`."""
    from babel.dates import get_datetime_format

    glue = str(get_datetime_format("medium", locale=locale_of(language, zone))).replace("'", "")
    day = format_day(to_local(at, zone).date(), zone, language, now=now)
    return glue.replace("{0}", format_clock(at, zone, language)).replace("{1}", day)


def format_day(day: date, zone: str, language: str, *, now: datetime | None = None) -> str:
    """Weekday, day and month: "Fri, 27 Nov"; with the year when it isn't that of `now`."""
    from babel.dates import format_skeleton

    other_year = now is not None and to_local(now, zone).year != day.year
    noon = datetime.combine(day, time(12))
    return format_skeleton("yMMMEd" if other_year else "MMMEd", noon, locale=locale_of(language, zone))


def format_clock(at: datetime, zone: str, language: str) -> str:
    """The local time: "18:30", or "6:30 PM" where that is usual."""
    from babel.dates import format_time

    return format_time(to_local(at, zone), "short", locale=locale_of(language, zone))


def format_month(day: date, language: str) -> str:
    """Month and year, as over a calendar: "November 2026"."""
    from babel.dates import format_skeleton

    return format_skeleton("yMMMM", datetime.combine(day, time(12)), locale=locale_of(language))


def weekday_names(language: str, *, first_weekday: int) -> list[str]:
    """The seven shortest clear names, from `first_weekday` (0: Monday) on."""
    names = locale_of(language).days["stand-alone"]["short"]
    return [names[(first_weekday + step) % 7] for step in range(7)]


def first_weekday(language: str, zone: str) -> int:
    """The day on which a week begins there: 0 is Monday."""
    return int(locale_of(language, zone).first_week_day)


def day_comes_first(language: str, zone: str) -> bool:
    """Whether 3/4 is the third of April there, not March the fourth."""
    pattern = str(locale_of(language, zone).date_formats["short"].pattern)
    return pattern.index("d") < pattern.index("M")


def has_12_hour_clock(language: str, zone: str) -> bool:
    return "a" in str(locale_of(language, zone).time_formats["short"].pattern)


@lru_cache(maxsize=256)
def locale_of(language: str, zone: str | None = None) -> "Locale":
    """The locale of a language tag. A tag without a territory takes the zone's: English is written in Berlin
    with the day first, in New York with the month. English of nowhere is written as in Britain.
    """
    from babel import Locale, UnknownLocaleError

    language, _, territory = language.replace("-", "_").partition("_")
    for tag in (f"{language}_{territory or territory_of(zone)}", language if language != "en" else "en_GB", "en_GB"):
        try:
            return Locale.parse(tag)
        except (UnknownLocaleError, ValueError):
            continue
    raise AssertionError("Babel knows British English")


def territory_of(zone: str | None) -> str:
    """The country of a zone as an ISO 3166 code, "" when it has none."""
    from babel.core import get_global

    territories, newer = get_global("zone_territories"), get_global("zone_aliases")
    found = str(territories.get(zone or "") or territories.get(newer.get(zone or "", ""), ""))
    return found if found.isalpha() and found != "ZZ" else ""


def city_of(zone: str, language: str) -> str:
    """The best-known city of a zone in a language: "Берлин" for Europe/Berlin."""
    from babel.core import get_global

    known = locale_of(language).time_zones
    older = (old for old, new in get_global("zone_aliases").items() if new == zone)
    for name in (zone, *older):  # CLDR keeps its first names: Europe/Kiev
        if city := known.get(name, {}).get("city"):
            return str(city)
    return zone.rpartition("/")[2].replace("_", " ")
