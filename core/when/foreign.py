"""Phrases that our own grammar doesn't know, by dateparser: other languages, and what lies in the past.

dateparser passes over words and numbers that it can't place ("jutro o 15" becomes tomorrow, at no hour), so what it
finds is taken only when it accounts for every number.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from core.when import formats, lexer
from core.when.instants import DEFAULT_CLOCK, Instant
from core.when.times import at_local, to_local

_NUMBER = re.compile(r"\d+")
_LAST_HOUR = re.compile(r"(?<![\d:.,/-])(\d{1,2})\W*$")
_ROUGH = frozenset({"week", "month", "year"})


def instant_of(text: str, *, now: datetime, zone: str, language: str) -> Instant | None:
    """None when nothing is understood. A number at the end may be the hour: "jutro o 15" is read as 15:00."""
    if not any(letter.isalpha() for letter in text):
        return None
    for phrase in dict.fromkeys((text, _LAST_HOUR.sub(r"\1:00", text))):
        data = _read(phrase, now=now, zone=zone, language=language)
        if data is not None and data.date_obj is not None and _accounts_for(data.date_obj, phrase, now, zone):
            return _instant(data, zone)
    return None


def preload() -> None:
    """Load dateparser with English (0.2 s, 20 MB)."""
    instant_of("in 1 minute", now=datetime(2026, 1, 1, tzinfo=UTC), zone="UTC", language="en")


def _instant(data: Any, zone: str) -> Instant:
    read: datetime = data.date_obj
    if read.tzinfo:
        return Instant(read)
    if data.period == "time":
        return Instant(at_local(read.date(), read.time(), zone))
    at = at_local(read.date(), DEFAULT_CLOCK, zone)
    return Instant(at, time_assumed=True, day_assumed=data.period in _ROUGH)


def _read(text: str, *, now: datetime, zone: str, language: str) -> Any:
    from dateparser.date import DateDataParser  # 0.1 s and 12 MB, and seldom needed

    spoken = language.replace("_", "-").split("-")[0].lower()
    settings = {
        "PREFER_DATES_FROM": "future",
        "RELATIVE_BASE": to_local(now, zone).replace(tzinfo=None),
        "RETURN_TIME_AS_PERIOD": True,
        "DATE_ORDER": "DMY" if formats.day_comes_first(language, zone) else "MDY",
        "STRICT_PARSING": spoken in lexer.languages(),  # no inventing where our grammar has already said no
    }
    for languages in ([spoken, "en"], ["en"]):
        try:
            return DateDataParser(languages=languages, settings=settings).get_date_data(text)
        except ValueError:  # a language that it doesn't know
            continue
    return None


def _accounts_for(read: datetime, phrase: str, now: datetime, zone: str) -> bool:
    """Whether each number of the phrase is a part of the date and time, or how far away that is."""
    base = to_local(now, zone).replace(tzinfo=None)
    away = abs(read.replace(tzinfo=None) - base)
    parts = {read.year, read.year % 100, read.month, read.day, read.hour, read.hour % 12, read.minute, read.second}
    parts |= {abs((read.year - base.year) * 12 + read.month - base.month), abs(read.year - base.year)}
    parts |= {away // timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days", "weeks")}
    return all(int(number) in parts for number in _NUMBER.findall(lexer.folded(phrase)))
