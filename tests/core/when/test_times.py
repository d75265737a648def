"""Wall clocks and instants, across the changes of the clocks."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.when.times import at_local, day_bounds, exists, local_day, to_local

ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata", "Africa/Cairo"]
zones = st.sampled_from(ZONES)
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))
clocks = st.times().map(lambda clock: clock.replace(microsecond=0, fold=0))


def test_a_wall_clock_becomes_utc() -> None:
    assert at_local(date(2026, 11, 27), time(18, 30), "Europe/Berlin") == datetime(2026, 11, 27, 17, 30, tzinfo=UTC)
    assert at_local(date(2026, 7, 1), time(9), "America/New_York") == datetime(2026, 7, 1, 13, tzinfo=UTC)


def test_a_time_that_spring_skips_is_shifted_forward() -> None:
    at = at_local(date(2026, 3, 29), time(2, 30), "Europe/Berlin")
    assert to_local(at, "Europe/Berlin").time() == time(3, 30)
    assert not exists(date(2026, 3, 29), time(2, 30), "Europe/Berlin")


def test_of_a_time_that_autumn_repeats_the_first_counts() -> None:
    assert at_local(date(2026, 10, 25), time(2, 30), "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert at_local(date(2026, 10, 25), time(2, 30, fold=1), "Europe/Berlin").hour == 0
    assert exists(date(2026, 10, 25), time(2, 30), "Europe/Berlin")


@settings(deadline=None)
@given(days, clocks, zones)
def test_a_time_that_exists_comes_back_as_it_was(day: date, clock: time, zone: str) -> None:
    shown = to_local(at_local(day, clock, zone), zone)
    if exists(day, clock, zone):
        assert (shown.date(), shown.time()) == (day, clock)
    else:
        assert timedelta(0) < shown.replace(tzinfo=None) - datetime.combine(day, clock) <= timedelta(hours=1)


@settings(deadline=None)
@given(days, zones)
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: str) -> None:
    start, end = day_bounds(day, zone)
    assert end == day_bounds(day + timedelta(days=1), zone)[0]
    assert timedelta(hours=23) <= end - start <= timedelta(hours=25)
    assert local_day(start, zone) == day
    assert local_day(end - timedelta(seconds=1), zone) == day


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "Europe", "x" * 300, "Europe/Berlin\0"])
def test_an_unknown_zone_is_named(zone: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        to_local(datetime(2026, 1, 1, tzinfo=UTC), zone)
    assert caught.value.error_code == "when.unknown_zone"
