"""Buttons for time."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.when.choices import Quick, hours_of, instant_of_choice, month_grid, quick_choices
from core.when.times import to_local

ZONES = ["Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "America/Santiago", "Asia/Kathmandu"]
instants = st.datetimes(min_value=datetime(2025, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
zones = st.sampled_from(ZONES)
SATURDAY_NOON = datetime(2026, 11, 21, 11, 0, 30, tzinfo=UTC)


def shown(now: datetime, zone: str = "Europe/Berlin") -> list[tuple[str, str]]:
    choices = quick_choices(now=now, zone=zone)
    return [(choice.key.value, f"{to_local(choice.at_utc, zone):%a %H:%M}") for choice in choices]


def test_on_a_saturday_at_noon_all_four_are_offered() -> None:
    assert shown(SATURDAY_NOON) == [
        ("hour", "Sat 13:00"),
        ("tonight", "Sat 20:00"),
        ("tomorrow", "Sun 09:00"),
        ("monday", "Mon 09:00"),
    ]


def test_after_eight_in_the_evening_tonight_is_gone() -> None:
    assert [key for key, _ in shown(SATURDAY_NOON + timedelta(hours=9))] == ["hour", "tomorrow", "monday"]


def test_on_a_sunday_tomorrow_and_next_monday_are_one_choice() -> None:
    assert shown(SATURDAY_NOON + timedelta(days=1))[-1] == ("tomorrow", "Mon 09:00")


def test_on_a_monday_the_next_one_is_a_week_away() -> None:
    choice = quick_choices(now=SATURDAY_NOON + timedelta(days=2), zone="Europe/Berlin")[-1]
    assert (choice.key, choice.at_utc) == (Quick.NEXT_MONDAY, datetime(2026, 11, 30, 8, tzinfo=UTC))


@settings(deadline=None)
@given(instants, zones)
def test_choices_are_ahead_in_order_and_differ(now: datetime, zone: str) -> None:
    instants = [choice.at_utc for choice in quick_choices(now=now, zone=zone)]
    assert all(at > now for at in instants)
    assert instants == sorted(set(instants))
    assert len(instants) >= 2


def test_a_button_pressed_late_means_the_time_of_pressing_or_nothing() -> None:
    late = SATURDAY_NOON + timedelta(hours=9)
    assert instant_of_choice(Quick.TONIGHT, now=late, zone="Europe/Berlin") is None
    assert instant_of_choice(Quick.TOMORROW, now=late, zone="Europe/Berlin") == datetime(2026, 11, 22, 8, tzinfo=UTC)


def test_a_month_shows_its_days_and_which_can_be_chosen() -> None:
    month = month_grid(date(2026, 11, 21), now=SATURDAY_NOON, zone="Europe/Berlin", language="de")
    assert (month.title, month.weekdays[0]) == ("November 2026", "Mo.")
    assert [cell and cell.day.day for cell in month.weeks[0]] == [None, None, None, None, None, None, 1]
    chosen = [cell.day.day for week in month.weeks for cell in week if cell and cell.can_be_chosen]
    assert chosen == list(range(21, 31))
    assert (month.previous, month.next) == (None, date(2026, 12, 1))


def test_weeks_begin_on_sunday_in_new_york() -> None:
    month = month_grid(date(2026, 11, 1), now=SATURDAY_NOON, zone="America/New_York", language="en")
    assert month.weekdays[0] == "Su"
    first = month.weeks[0][0]
    assert first is not None
    assert first.day == date(2026, 11, 1)


def test_the_last_month_that_can_be_chosen_has_no_next() -> None:
    month = month_grid(date(2027, 11, 1), now=SATURDAY_NOON, zone="Europe/Berlin", language="en")
    assert month.next is None
    assert month.previous == date(2027, 10, 1)


@settings(deadline=None)
@given(instants, zones, st.integers(0, 12), st.sampled_from(["en", "ar", "de", "hi"]))
def test_every_month_has_all_its_days_in_whole_weeks(now: datetime, zone: str, ahead: int, language: str) -> None:
    month = month_grid((now + timedelta(days=30 * ahead)).date(), now=now, zone=zone, language=language)
    days = [cell.day for week in month.weeks for cell in week if cell]
    assert days == [month.first + timedelta(days=n) for n in range(len(days))]
    assert 28 <= len(days) <= 31
    assert all(len(week) == 7 for week in month.weeks)


def test_hours_of_today_begin_after_now() -> None:
    hours = hours_of(date(2026, 11, 21), now=SATURDAY_NOON, zone="Europe/Berlin")
    assert (hours[0].clock, hours[-1].clock, len(hours)) == (time(13), time(23), 11)


def test_the_hour_that_spring_skips_is_not_offered() -> None:
    hours = hours_of(date(2027, 3, 28), now=SATURDAY_NOON, zone="Europe/Berlin", step_minutes=30)
    assert len(hours) == 46
    assert time(2) not in {hour.clock for hour in hours}


@pytest.mark.parametrize("step", [15, 30, 60])
def test_a_whole_day_has_all_its_steps(step: int) -> None:
    assert len(hours_of(date(2026, 12, 1), now=SATURDAY_NOON, zone="Asia/Tokyo", step_minutes=step)) == 1440 // step
