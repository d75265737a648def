"""Dates and countdowns as they are shown."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.when.formats import (
    Countdown,
    countdown,
    day_comes_first,
    first_weekday,
    format_day,
    format_local,
    format_month,
    has_12_hour_clock,
    locale_of,
    weekday_names,
)

AT = datetime(2026, 11, 27, 17, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "zone", "shown"),
    [
        ("en", "Europe/Berlin", "Fri, 27 Nov, 18:30"),
        ("en", "America/New_York", "Fri, Nov 27, 12:30\u202fPM"),
        ("en-GB", "America/New_York", "Fri 27 Nov, 12:30"),
        ("es", "Europe/Madrid", "vie, 27 nov, 18:30"),
        ("pt-BR", "America/Sao_Paulo", "sex., 27 de nov. 14:30"),
        ("de", "Europe/Berlin", "Fr., 27. Nov., 18:30"),
        ("fr", "Europe/Paris", "ven. 27 nov., 18:30"),
        ("ru", "Europe/Moscow", "пт, 27 нояб., 20:30"),
        ("uk", "Europe/Kyiv", "пт, 27 лист., 19:30"),
        ("ar", "Africa/Cairo", "الجمعة، 27 نوفمبر، 7:30 م"),
        ("hi", "Asia/Kolkata", "शुक्र, 27 नव॰, 11:00 pm"),
        ("id", "Asia/Jakarta", "Sab, 28 Nov 00.30"),
        ("xx", "Asia/Tokyo", "Sat 28 Nov, 02:30"),
        ("", "UTC", "Fri 27 Nov, 17:30"),
    ],
)
def test_an_instant_is_shown_as_the_language_and_the_place_do(language: str, zone: str, shown: str) -> None:
    assert format_local(AT, zone, language, now=NOW).replace("\xa0", " ") == shown


def test_another_year_is_shown() -> None:
    assert format_day(date(2027, 1, 4), "Europe/Berlin", "en", now=NOW) == "Mon, 4 Jan 2027"
    assert format_day(date(2027, 1, 4), "Europe/Berlin", "en") == "Mon, 4 Jan"


def test_weeks_begin_where_they_do() -> None:
    assert first_weekday("en", "America/New_York") == 6
    assert first_weekday("de", "Europe/Berlin") == 0
    assert first_weekday("ar", "Africa/Cairo") == 5
    assert weekday_names("ru", first_weekday=6) == ["вс", "пн", "вт", "ср", "чт", "пт", "сб"]


def test_months_have_names() -> None:
    assert format_month(date(2026, 11, 5), "de") == "November 2026"


def test_english_takes_the_habits_of_the_place() -> None:
    assert day_comes_first("en", "Europe/Berlin")
    assert not day_comes_first("en", "America/New_York")
    assert not day_comes_first("en-US", "Europe/Berlin")
    assert has_12_hour_clock("en", "America/New_York")
    assert not has_12_hour_clock("en", "Europe/Kyiv")


@pytest.mark.parametrize("tag", ["zz-ZZ", "not a tag", "en-US-x-y", "zh-hans", "x" * 100, "pt_BR"])
def test_any_tag_has_a_locale(tag: str) -> None:
    assert locale_of(tag, "Europe/Berlin").language


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (timedelta(seconds=-5), Countdown()),
        (timedelta(seconds=59), Countdown(seconds=59)),
        (timedelta(seconds=60), Countdown(minutes=1)),
        (timedelta(minutes=59, seconds=40), Countdown(hours=1)),
        (timedelta(hours=14, minutes=5), Countdown(hours=14, minutes=5)),
        (timedelta(hours=23, minutes=59, seconds=40), Countdown(days=1)),
        (timedelta(days=2, hours=3, minutes=29), Countdown(days=2, hours=3)),
        (timedelta(days=1, hours=23, minutes=45), Countdown(days=2)),
    ],
)
def test_a_countdown_keeps_the_two_largest_units(left: timedelta, shown: Countdown) -> None:
    assert countdown(left) == shown


@settings(deadline=None)
@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=500)))
def test_a_countdown_is_never_far_from_the_truth(left: timedelta) -> None:
    told = countdown(left)
    total = timedelta(days=told.days, hours=told.hours, minutes=told.minutes, seconds=told.seconds)
    assert abs(total - left) <= (timedelta(minutes=31) if told.days else timedelta(seconds=31))
    assert told.hours < 24
    assert told.minutes < 60
