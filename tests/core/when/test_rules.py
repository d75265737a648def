"""Rules across the changes of the clocks, beside plain date arithmetic."""

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import example, given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.when.rules import FEW, Occurrence, Rule, ending, first_start, next_occurrences, occurrences, parsed

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago", "UTC")
clocks = st.builds(time, st.integers(0, 23), st.integers(0, 59))
days = st.dates(date(2025, 1, 1), date(2030, 12, 31))
zones = st.sampled_from(ZONES)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def instant(local: datetime, zone: str) -> datetime:
    """The definition: before a gap's offset for what the gap skips, and the first of what is repeated."""
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def listed(rule: Rule | str, start: datetime, zone: str, n: int) -> list[Occurrence]:
    return list(islice(occurrences(str(rule), start, zone), n))


@given(day=days, clock=clocks, zone=zones, interval=st.integers(1, 9))
def test_every_few_days_the_wall_clock_stays(day: date, clock: time, zone: str, interval: int) -> None:
    start = datetime.combine(day, clock)
    found = listed(Rule("DAILY", interval), start, zone, 400 // interval)
    expected = [start + timedelta(days=interval * step) for step in range(400 // interval)]
    assert [each.local for each in found] == expected
    assert [each.at for each in found] == [instant(local, zone) for local in expected]


@given(day=days, clock=clocks, zone=zones, interval=st.integers(1, 4), weekdays=st.sets(st.integers(0, 6), min_size=1))
def test_weekdays_of_every_few_weeks(day: date, clock: time, zone: str, interval: int, weekdays: set[int]) -> None:
    rule = Rule("WEEKLY", interval, weekdays=tuple(sorted(weekdays)))
    now = instant(datetime.combine(day, time()), zone) - timedelta(seconds=1)
    start = first_start(rule, from_day=day, clock=clock, zone=zone, now=now)
    monday = start.date() - timedelta(days=start.weekday())
    expected = [
        datetime.combine(each, clock)
        for each in (start.date() + timedelta(days=step) for step in range(120))
        if each.weekday() in weekdays and ((each - monday).days // 7) % interval == 0
    ]
    found = listed(rule, start, zone, len(expected))
    assert [(each.local, each.at) for each in found] == [(local, instant(local, zone)) for local in expected]


RULES = (
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3;UNTIL=20280110T093000",
    "FREQ=DAILY;BYDAY=FR;BYHOUR=9,18;BYMINUTE=0,30;BYSETPOS=1,4",
    "FREQ=DAILY;BYHOUR=9,18",
    "FREQ=WEEKLY;COUNT=5",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;BYHOUR=7;BYMINUTE=15",
    "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1",
    "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYHOUR=9,18;BYMINUTE=0;BYSETPOS=-2,-1",
    "FREQ=MONTHLY;BYDAY=5FR",
    "FREQ=HOURLY;INTERVAL=7",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
)


@given(
    rule=st.sampled_from(RULES),
    start=st.datetimes(datetime(2027, 12, 20), datetime(2028, 1, 10)),  # noqa: DTZ001 - a wall clock
    n=st.sampled_from([1, FEW, FEW + 1, 3 * FEW]),
)
@example(rule="FREQ=DAILY;UNTIL=20280110T093000", start=datetime(2028, 1, 1, 10), n=FEW)  # noqa: DTZ001 - a wall clock
def test_series_that_share_a_rule_and_a_day_each_get_what_dateutil_gives_to_one(
    rule: str, start: datetime, n: int
) -> None:
    alone = list(islice(rrulestr(rule, dtstart=start), n))
    assert [each.local for each in listed(rule, start, "UTC", n)] == alone


def months(start: date) -> Iterator[tuple[int, int]]:
    for step in range(40):
        yield (start.month - 1 + step) // 12 + start.year, (start.month - 1 + step) % 12 + 1


@given(day=days, wanted=st.integers(1, 31), clock=clocks, zone=zones)
def test_a_day_that_a_month_lacks_falls_to_its_last(day: date, wanted: int, clock: time, zone: str) -> None:
    rule = Rule("MONTHLY", month_days=(wanted,))
    lasts = [date(year, month, min(wanted, calendar.monthrange(year, month)[1])) for year, month in months(day)]
    expected = [datetime.combine(each, clock) for each in lasts if each >= day]
    found = listed(rule, datetime.combine(day, clock), zone, len(expected))
    assert [each.local for each in found] == expected


@given(day=days, weekday=st.integers(0, 6), nth=st.sampled_from([1, 2, 3, 4, -1]), clock=clocks)
def test_the_nth_weekday_of_the_month(day: date, weekday: int, nth: int, clock: time) -> None:
    expected = []
    for year, month in months(day):
        fitting = [week[weekday] for week in calendar.monthcalendar(year, month) if week[weekday]]
        each = date(year, month, fitting[nth - 1 if nth > 0 else nth])
        expected += [datetime.combine(each, clock)] if each >= day else []
    found = listed(
        Rule("MONTHLY", weekdays=(weekday,), nth=nth), datetime.combine(day, clock), "Europe/Berlin", len(expected)
    )
    assert [each.local for each in found] == expected


@given(day=days, times=st.sets(clocks, min_size=2, max_size=5), weekdays=st.sets(st.integers(0, 6)))
def test_several_times_a_day_are_those_and_no_others(day: date, times: set[time], weekdays: set[int]) -> None:
    rule = Rule("WEEKLY" if weekdays else "DAILY", weekdays=tuple(sorted(weekdays)), clocks=tuple(sorted(times)))
    expected = [
        datetime.combine(each, clock)
        for each in (day + timedelta(days=step) for step in range(30))
        if not weekdays or each.weekday() in weekdays
        for clock in sorted(times)
    ]
    found = listed(rule, datetime.combine(day, min(times)), "UTC", len(expected))
    assert [each.local for each in found] == expected
    assert parsed(str(rule)) == rule


@given(
    day=days,
    clock=clocks,
    zone=zones,
    rule=st.sampled_from(
        [
            Rule("DAILY", 3),
            Rule("WEEKLY", 2, weekdays=(1, 3)),
            Rule("WEEKLY", weekdays=(0, 2), clocks=(time(9), time(18, 30))),
            Rule("MONTHLY", month_days=(31,)),
            Rule("MONTHLY", weekdays=(4,), nth=-1),
            Rule("YEARLY", month=2, month_days=(28,)),
            Rule("HOURLY", 7),
            Rule("DAILY", count=20),
            Rule("WEEKLY", weekdays=(5,), until=wall("2031-01-01T00:00")),
        ]
    ),
    later=st.timedeltas(timedelta(), timedelta(days=40)),
)
def test_going_on_from_any_moment_is_as_good_as_from_the_start(
    day: date, clock: time, zone: str, rule: Rule, later: timedelta
) -> None:
    start = datetime.combine(day, clock)
    whole = [each for each in listed(rule, start, zone, 150) if each.local > start + later]
    gone_on = islice(occurrences(str(rule), start, zone, after=start + later), 5)
    assert list(gone_on) == whole[:5]
    assert parsed(str(rule)) == rule


def test_a_skipped_time_comes_after_the_gap_and_what_it_meets_there_counts_once() -> None:
    found = listed(Rule("HOURLY"), wall("2027-03-28T00:00"), "Europe/Berlin", 5)
    assert [each.local.hour for each in found] == [0, 1, 2, 4, 5]
    assert [each.at.hour for each in found] == [23, 0, 1, 2, 3]


def test_a_repeated_time_comes_once() -> None:
    found = listed(Rule("DAILY"), wall("2026-10-24T02:30"), "Europe/Berlin", 3)
    assert [each.at for each in found] == [
        datetime(2026, 10, 24, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 26, 1, 30, tzinfo=UTC),
    ]


def test_the_end_by_day_includes_that_day() -> None:
    rule = ending("FREQ=DAILY", until=date(2026, 12, 20))
    found = listed(rule, wall("2026-12-18T23:45"), "America/New_York", 9)
    assert [each.local.day for each in found] == [18, 19, 20]


def test_the_end_by_number_and_no_end() -> None:
    ended = ending("FREQ=WEEKLY;BYDAY=MO;UNTIL=20261220T235959", count=3)
    assert len(listed(ended, wall("2026-11-23T09:00"), "UTC", 9)) == 3
    assert ending(ended) == "FREQ=WEEKLY;BYDAY=MO"


def test_only_what_lies_ahead() -> None:
    start = wall("2026-11-20T09:00")
    after = datetime(2026, 11, 21, 9, tzinfo=UTC)
    found = next_occurrences("FREQ=DAILY", start, "UTC", after=after, n=2)
    assert [each.local.day for each in found] == [22, 23]


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=MINUTELY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=100000",
        "FREQ=DAILY;BYDAY=XX",
        "FREQ=MONTHLY",
        "nonsense",
    ],
)
def test_other_rules_are_refused(rule: str) -> None:
    with pytest.raises(InvalidInput, match=r"when\.bad_rule"):
        parsed(rule)


def test_times_that_no_rule_can_name_together() -> None:
    with pytest.raises(InvalidInput, match=r"when\.times_dont_fit"):
        str(Rule("WEEKLY", 2, weekdays=(1, 3), clocks=(time(9), time(18, 30))))


def test_an_end_before_the_first_time() -> None:
    rule = Rule("WEEKLY", weekdays=(0,), until=wall("2026-11-22T23:59:59"))
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    with pytest.raises(InvalidInput, match=r"when\.ends_before_start"):
        first_start(rule, from_day=now.date(), clock=time(9), zone="UTC", now=now)
