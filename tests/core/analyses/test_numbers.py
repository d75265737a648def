"""What a channel's numbers say: by hand, and by properties."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analyses.numbers import OUTSTANDING, Measured, Report, changes, report_of
from tests.core.viral.worlds import NOW

COUNTS = st.none() | st.integers(0, 10**9)
VIDEOS = st.lists(
    st.builds(
        Measured,
        id=st.integers(0, 30).map(str),
        format=st.sampled_from(["short", "long", "photos"]),
        published_at=st.none() | st.timedeltas(timedelta(0), timedelta(days=400)).map(lambda ago: NOW - ago),
        views=COUNTS,
        likes=COUNTS,
        comments=COUNTS,
    ),
    max_size=40,
)


def reported(videos: Sequence[Measured], *, zone: str = "UTC", complete: bool = False) -> Report:
    return report_of(videos, now=NOW, zone=ZoneInfo(zone), time_zone=zone, complete=complete)


def made(views: Sequence[int | None], *, each: timedelta = timedelta(days=1), **more: object) -> list[Measured]:
    """One after the other, the newest two days old."""
    told: dict[str, object] = {"format": "short", **more}
    return [
        Measured(str(n), published_at=NOW - timedelta(days=2) - n * each, views=number, **told)  # type: ignore[arg-type]
        for n, number in enumerate(views)
    ]


def test_one_hit_moves_the_average_and_not_the_median() -> None:
    found = reported(made([100] * 9 + [10_000]))
    assert (found.median_views, found.mean_views, found.total_views) == (100, 1_090, 10_900)
    assert [(each.id, each.score) for each in found.outliers] == [("9", 100)]


def test_with_too_few_videos_nothing_is_said() -> None:
    found = reported(made([100, 200, 300, 400]))
    assert (found.videos, found.counted, found.total_views) == (4, 4, 1_000)
    assert (found.median_views, found.mean_views, found.engagement, found.per_week) == (None, None, None, None)
    assert (found.best_weekday, found.best_hours, found.outliers) == (None, None, ())


def test_nothing_is_told_of_no_videos() -> None:
    found = reported([])
    assert (found.videos, found.total_views, found.since, found.formats, found.top) == (0, 0, None, (), ())


def test_views_that_are_not_told_are_left_out_and_zero_is_a_number() -> None:
    found = reported(made([None] * 20 + [0, 0, 0, 90, 90]))
    assert (found.videos, found.counted, found.median_views, found.mean_views) == (25, 5, 0, 36)


def test_engagement_is_the_median_of_rates() -> None:
    videos = made([100, 100, 100, 100, 1_000], likes=10)
    assert reported(videos).engagement == pytest.approx(0.1)
    assert reported([replace(video, likes=None) for video in videos]).engagement is None


@pytest.mark.parametrize(
    ("each", "count", "complete", "per_week"),
    [
        (timedelta(days=1), 60, False, 28 * 7 / 30 + 7 / 30),
        (timedelta(hours=6), 60, False, 57 * 7 / 16),
        (timedelta(days=10), 6, True, 3 * 7 / 30),
    ],
)
def test_cadence_is_counted_as_far_as_the_list_reaches(
    each: timedelta, count: int, complete: bool, per_week: float
) -> None:
    assert reported(made([1] * count, each=each), complete=complete).per_week == pytest.approx(per_week, rel=0.1)


def test_pinned_old_videos_dont_slow_the_cadence() -> None:
    often = made([1] * 40, each=timedelta(hours=6))
    pinned = [Measured(f"pinned{n}", "short", NOW - timedelta(days=900 + n), views=10**6) for n in range(3)]
    plain, with_pinned = reported(often).per_week, reported([*often, *pinned]).per_week
    assert plain is not None
    assert with_pinned == pytest.approx(plain, rel=0.25)


def test_the_best_times_are_those_of_the_users_zone() -> None:
    """Thursdays at 23:30 in UTC are Fridays at half past midnight in Berlin."""
    thursday = datetime(2026, 11, 5, 23, 30, tzinfo=UTC)
    late = [Measured(f"l{n}", "short", thursday - timedelta(weeks=n), views=300) for n in range(4)]
    noon = [Measured(f"n{n}", "short", thursday - timedelta(weeks=n, hours=35), views=100) for n in range(8)]
    berlin, utc = reported([*late, *noon], zone="Europe/Berlin"), reported([*late, *noon])
    assert (utc.best_weekday, utc.best_hours) == (3, 7)
    assert (berlin.best_weekday, berlin.best_hours) == (4, 0)
    assert berlin.weekdays[4].times == 3


def test_formats_are_compared_with_themselves() -> None:
    """A long video that does as its kind does says nothing about its weekday."""
    monday = datetime(2026, 11, 2, 12, tzinfo=UTC)
    short = [Measured(f"s{n}", "short", monday - timedelta(weeks=n), views=1_000) for n in range(6)]
    long = [Measured(f"l{n}", "long", monday - timedelta(weeks=n, days=1), views=10) for n in range(6)]
    found = reported([*short, *long])
    assert (found.weekdays[0].times, found.weekdays[6].times) == (1, 1)
    assert found.outliers == ()
    assert [(each.format, each.median_views) for each in found.formats] == [("long", 10), ("short", 1_000)]


def test_the_videos_of_today_say_nothing_about_times() -> None:
    found = reported([replace(video, published_at=NOW - timedelta(hours=3)) for video in made([10] * 12)])
    assert all(slot.videos == 0 for slot in found.weekdays)


@given(VIDEOS, st.randoms())
def test_the_order_and_repetitions_change_nothing(videos: list[Measured], dice: object) -> None:
    unique = list({video.id: video for video in videos}.values())
    shuffled = list(unique)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert reported([*shuffled, *unique]) == reported(unique)


@given(VIDEOS)
def test_videos_without_views_move_no_median_and_no_outlier(videos: list[Measured]) -> None:
    unknown = [
        Measured(f"unknown{n}", form, NOW - timedelta(days=n)) for n, form in enumerate(["short", "long", "photos"] * 5)
    ]
    plain, more = reported(videos), reported([*videos, *unknown])
    assert (more.median_views, more.mean_views, more.outliers, more.top) == (
        plain.median_views, plain.mean_views, plain.outliers, plain.top,
    )  # fmt: skip
    assert (more.weekdays, more.hours, more.best_weekday) == (
        tuple(replace(slot) for slot in plain.weekdays), plain.hours, plain.best_weekday,
    )  # fmt: skip


@given(VIDEOS)
def test_figures_are_within_what_was_seen(videos: list[Measured]) -> None:
    found = reported(videos)
    views = [video.views for video in {video.id: video for video in videos}.values() if video.views is not None]
    if found.median_views is not None:
        assert found.median_views == median(views)
        assert min(views) <= found.median_views <= max(views)
    assert all(each.score is not None and each.score >= OUTSTANDING for each in found.outliers)
    assert sum(slot.videos for slot in found.weekdays) == sum(slot.videos for slot in found.hours)
    assert sum(each.videos for each in found.formats) == found.videos


def test_changes_are_shares_of_what_was() -> None:
    before = {"followers": 100, "median_views": 0.0, "engagement": None, "per_week": 4.0}
    after = {"followers": 150, "median_views": 10.0, "engagement": 0.1, "per_week": 3.0}
    assert changes(before, after) == {"followers": 0.5, "per_week": -0.25}
