"""The coming slots of a week's pattern, in zones whose clocks change."""

from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.queues.slots import MINUTES_OF_DAY, Pattern, QuietHours, WeekTime, coming_slots, minute_of
from core.when.times import exists, to_local

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata")
BERLIN = "Europe/Berlin"

week_times = st.builds(WeekTime, weekday=st.integers(0, 6), minute=st.integers(0, MINUTES_OF_DAY - 1))
quiet_hours = st.builds(QuietHours, begins=st.integers(0, MINUTES_OF_DAY - 1), ends=st.integers(0, MINUTES_OF_DAY - 1))
patterns = st.builds(Pattern, times=st.frozensets(week_times, min_size=1, max_size=12), quiet=st.none() | quiet_hours)
instants = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(patterns, st.sampled_from(ZONES), instants)
@settings(max_examples=150, deadline=None)
def test_slots_come_in_order_at_their_wall_clock_and_never_in_quiet_hours(
    pattern: Pattern, zone: str, after: datetime
) -> None:
    found = list(islice(coming_slots(pattern, zone=zone, after=after), 40))
    assert len(found) == (40 if pattern.loud else 0)
    assert all(earlier < later for earlier, later in zip([after, *found], found, strict=False))
    for at in found:
        local = to_local(at, zone)
        shown = WeekTime(local.weekday(), minute_of(at, zone))
        shifted = any(
            not exists(local.date(), each.clock, zone) for each in pattern.times if each.weekday == local.weekday()
        )
        assert shown in pattern.times or shifted
        assert not pattern.is_quiet(minute_of(at, zone))


@given(patterns, st.sampled_from(ZONES), instants)
@settings(max_examples=100, deadline=None)
def test_no_slot_of_a_fortnight_is_left_out(pattern: Pattern, zone: str, after: datetime) -> None:
    until = after + timedelta(days=14)
    found = []
    for at in coming_slots(pattern, zone=zone, after=after):
        if at > until:
            break
        found.append(at)
    loud, wanted = pattern.loud, set()
    quarter = after.replace(minute=after.minute // 15 * 15, second=0, microsecond=0)
    while quarter <= until:
        local = to_local(quarter, zone)  # all these zones are so many quarters of an hour away, also when they change
        begins = local.hour * 60 + local.minute
        of_quarter = (each for each in loud if each.weekday == local.weekday() and 0 <= each.minute - begins < 15)
        wanted |= {quarter + timedelta(minutes=each.minute - begins) for each in of_quarter if local.fold == 0}
        quarter += timedelta(minutes=15)
    assert {at for at in wanted if after < at <= until} <= set(found)


def test_nine_stays_nine_when_the_clocks_change() -> None:
    sundays = Pattern(frozenset({WeekTime(6, 9 * 60)}))
    spring = coming_slots(sundays, zone=BERLIN, after=datetime(2027, 3, 20, tzinfo=UTC))
    assert list(islice(spring, 2)) == [
        datetime(2027, 3, 21, 8, tzinfo=UTC),
        datetime(2027, 3, 28, 7, tzinfo=UTC),
    ]


def test_a_skipped_time_comes_as_long_after_and_a_repeated_one_once() -> None:
    night = Pattern(frozenset({WeekTime(6, 2 * 60 + 30)}))
    spring = next(coming_slots(night, zone=BERLIN, after=datetime(2027, 3, 27, tzinfo=UTC)))
    assert to_local(spring, BERLIN).strftime("%H:%M") == "03:30"
    autumn = coming_slots(night, zone=BERLIN, after=datetime(2026, 10, 24, tzinfo=UTC))
    assert list(islice(autumn, 2)) == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 1, 30, tzinfo=UTC),
    ]


def test_two_slots_that_the_spring_change_lays_on_one_moment_are_one() -> None:
    both = Pattern(frozenset({WeekTime(6, 2 * 60 + 30), WeekTime(6, 3 * 60 + 30)}))
    found = list(islice(coming_slots(both, zone=BERLIN, after=datetime(2027, 3, 27, tzinfo=UTC)), 2))
    assert [to_local(at, BERLIN).strftime("%d %H:%M") for at in found] == ["28 03:30", "04 02:30"]


@pytest.mark.parametrize(
    ("quiet", "covered", "left"),
    [
        (QuietHours(22 * 60, 7 * 60), (22 * 60, 23 * 60 + 59, 0, 6 * 60 + 59), (7 * 60, 21 * 60 + 59)),
        (QuietHours(13 * 60, 14 * 60), (13 * 60, 13 * 60 + 59), (12 * 60 + 59, 14 * 60)),
    ],
)
def test_quiet_hours_may_span_midnight_and_end_before_their_end(
    quiet: QuietHours, covered: tuple[int, ...], left: tuple[int, ...]
) -> None:
    assert all(quiet.cover(minute) for minute in covered)
    assert not any(quiet.cover(minute) for minute in left)


def test_without_a_loud_slot_nothing_comes() -> None:
    silent = Pattern(frozenset({WeekTime(0, 60)}), QuietHours(0, 120))
    assert list(coming_slots(silent, zone="UTC", after=datetime(2026, 1, 1, tzinfo=UTC))) == []
