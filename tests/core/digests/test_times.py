"""When digests come: by the wall clock, whatever the clocks do, and not in quiet hours."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.digests.models import Frequency
from core.digests.times import SPREAD, loud_at, next_run, offset_of
from core.queues.slots import QuietHours, minute_of
from core.when.times import to_local

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/St_Johns", "UTC")
ID = UUID("01234567-89ab-7def-8123-456789abcdef")
NIGHT = QuietHours(22 * 60, 7 * 60)
MOMENTS = st.integers(0, 3 * 365 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


def runs(
    after: datetime,
    count: int,
    *,
    hour: int = 9,
    zone: str = "Europe/Berlin",
    frequency: Frequency = Frequency.DAILY,
    weekday: int = 0,
    quiet: QuietHours | None = None,
    digest_id: UUID = ID,
) -> list[datetime]:
    found = []
    for _ in range(count):
        after = next_run(
            digest_id, frequency=frequency, weekday=weekday, hour=hour, zone=zone, quiet=quiet, after=after
        )
        found.append(after)
    return found


@pytest.mark.parametrize(
    ("before", "hours"),
    [(datetime(2026, 3, 27, 12, tzinfo=UTC), [8, 7, 7]), (datetime(2026, 10, 23, 12, tzinfo=UTC), [7, 8, 8])],
)
def test_nine_stays_nine_when_the_clocks_change(before: datetime, hours: list[int]) -> None:
    assert [at.hour for at in runs(before, 3)] == hours


def test_an_hour_that_the_spring_change_skips_comes_an_hour_later_and_a_repeated_one_once() -> None:
    spring = runs(datetime(2026, 3, 28, 12, tzinfo=UTC), 2, hour=2)
    assert [to_local(at, "Europe/Berlin").hour for at in spring] == [3, 2]
    autumn = runs(datetime(2026, 10, 24, 12, tzinfo=UTC), 2, hour=2)
    assert [to_local(at, "Europe/Berlin").day for at in autumn] == [25, 26]


def test_a_weekly_one_comes_on_its_day() -> None:
    found = runs(datetime(2026, 11, 21, tzinfo=UTC), 3, frequency=Frequency.WEEKLY, weekday=3)
    assert [to_local(at, "Europe/Berlin").weekday() for at in found] == [3, 3, 3]
    assert found[1] - found[0] == timedelta(days=7)


@given(
    after=MOMENTS,
    hour=st.integers(0, 23),
    zone=st.sampled_from(ZONES),
    digest_id=st.uuids(),
    frequency=st.sampled_from(Frequency),
    weekday=st.integers(0, 6),
)
def test_each_run_lies_behind_the_last_within_its_quarter_of_the_hour(
    after: datetime, hour: int, zone: str, digest_id: UUID, frequency: Frequency, weekday: int
) -> None:
    found = runs(after, 3, hour=hour, zone=zone, digest_id=digest_id, frequency=frequency, weekday=weekday)
    assert [after, *found] == sorted({after, *found})
    days = 1 if frequency is Frequency.DAILY else 7
    for earlier, later in zip([after, *found], found, strict=False):
        assert later - earlier <= timedelta(days=days, hours=2)
    for at in found:
        local = to_local(at - offset_of(digest_id), zone)
        if (local.hour, local.minute) != (hour, 0):
            assert to_local(at - timedelta(hours=2), zone).utcoffset() != local.utcoffset()


@given(digest_id=st.uuids())
def test_a_digests_place_in_the_hour_is_always_the_same_and_within_the_spread(digest_id: UUID) -> None:
    assert timedelta() <= offset_of(digest_id) < SPREAD
    assert offset_of(digest_id) == offset_of(UUID(str(digest_id)))


def test_many_digests_are_spread_evenly() -> None:
    minutes = [int(offset_of(uuid4()).total_seconds()) // 60 for _ in range(3_000)]
    assert all(minutes.count(minute) > 100 for minute in range(15))


@given(at=MOMENTS, zone=st.sampled_from(ZONES), begins=st.integers(0, 1439), ends=st.integers(0, 1439))
def test_what_is_put_off_comes_when_the_quiet_is_over_and_nothing_else_is(
    at: datetime, zone: str, begins: int, ends: int
) -> None:
    quiet = QuietHours(begins, ends)
    loud = loud_at(at, quiet, zone)
    assert at <= loud <= at + timedelta(hours=26)
    if loud == at:
        assert not quiet.cover(minute_of(at, zone))


def test_an_hour_in_the_quiet_comes_at_its_end() -> None:
    (found,) = runs(datetime(2026, 11, 21, 12, tzinfo=UTC), 1, hour=5, quiet=NIGHT)
    assert to_local(found, "Europe/Berlin").hour == 7
