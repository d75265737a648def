"""The scores of videos, against computations that know nothing of ours."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.viral.scores import (
    OTHERS_LEAST,
    Reading,
    engagement_rate,
    growth,
    is_fresh,
    outlier,
    recent_views_per_hour,
    views_per_hour,
)
from tests.core.viral.worlds import NOW

maybe_views = st.none() | st.integers(0, 10**10)
views = st.integers(0, 10**10)


def middle(numbers: Sequence[int]) -> float:
    """The median as it is taught: put them in a row, and take the middle."""
    row = sorted(numbers)
    half = len(row) // 2
    return float(row[half]) if len(row) % 2 else (row[half - 1] + row[half]) / 2


@given(views, st.lists(maybe_views, max_size=30))
def test_an_outlier_is_its_views_by_the_middle_of_the_others(mine: int, others: list[int | None]) -> None:
    told = [number for number in others if number is not None]
    found = outlier(mine, others)
    assert found.others == len(told)
    if len(told) < OTHERS_LEAST or middle(told) == 0:
        assert found.score is None
    else:
        assert found.score == pytest.approx(mine / middle(told))


@given(views, st.lists(views, min_size=5, max_size=30), st.randoms())
def test_the_order_of_the_others_means_nothing(mine: int, others: list[int], random: object) -> None:
    shuffled = list(others)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert outlier(mine, shuffled) == outlier(mine, others)


@given(views, st.lists(views, min_size=5, max_size=30), st.integers(2, 4))
def test_others_that_all_stand_there_several_times_give_the_same_score(
    mine: int, others: list[int], times: int
) -> None:
    assert outlier(mine, others * times).score == outlier(mine, others).score


@given(views, st.lists(views, min_size=5, max_size=30), st.integers(1, 20))
def test_others_without_views_change_nothing(mine: int, others: list[int], untold: int) -> None:
    assert outlier(mine, [*others, *[None] * untold]) == outlier(mine, others)


@given(views, st.lists(st.integers(1, 10**10), min_size=5, max_size=30))
def test_one_hit_among_the_others_moves_the_score_no_further_than_their_next_one(mine: int, others: list[int]) -> None:
    with_hit = outlier(mine, [*others, 10**15])
    assert with_hit.usual_views is not None
    assert with_hit.usual_views <= sorted(others)[len(others) // 2 + 1]


def test_four_others_are_not_enough_and_a_video_without_views_has_no_score() -> None:
    assert outlier(900, [100] * 4).score is None
    assert outlier(900, [100] * 5).score == 9
    assert outlier(None, [100] * 5).score is None
    assert outlier(0, [100] * 5).score == 0
    assert outlier(900, [0] * 5).score is None


def test_the_engagement_rate_counts_what_is_told() -> None:
    assert engagement_rate(1000, likes=80, comments=15, shares=5, saves=20) == pytest.approx(0.12)
    assert engagement_rate(1000, likes=80, comments=None) == pytest.approx(0.08)
    assert engagement_rate(0, likes=80, comments=1) is None
    assert engagement_rate(None, likes=80, comments=1) is None
    assert engagement_rate(1000, likes=None, comments=None) is None


def test_velocity_over_a_life_counts_at_least_an_hour() -> None:
    assert views_per_hour(4800, published_at=NOW - timedelta(hours=48), measured_at=NOW) == 100
    assert views_per_hour(4800, published_at=NOW - timedelta(minutes=1), measured_at=NOW) == 4800
    assert views_per_hour(4800, published_at=NOW + timedelta(hours=3), measured_at=NOW) == 4800
    assert views_per_hour(4800, published_at=None, measured_at=NOW) is None
    assert views_per_hour(None, published_at=NOW, measured_at=NOW) is None


readings = st.lists(
    st.builds(lambda hours, seen: Reading(NOW + timedelta(hours=hours), seen), st.integers(0, 72), maybe_views),
    max_size=40,
)


@given(readings)
def test_a_series_says_what_its_ends_say(series: list[Reading]) -> None:
    told = sorted((each.taken_at, each.views) for each in series if each.views is not None)
    times = {taken_at for taken_at, _ in told}
    speed, grown = recent_views_per_hour(series), growth(series)
    if len(times) < 2:
        assert speed is None
        assert grown is None
        return
    first = max(seen for taken_at, seen in told if taken_at == told[0][0])
    last = told[-1][1]
    hours = (told[-1][0] - told[0][0]).total_seconds() / 3600
    assert speed == pytest.approx(max(0, last - first) / hours)
    assert grown == (pytest.approx((last - first) / first) if first else None)


@given(readings, st.randoms())
def test_a_series_may_come_in_any_order_and_twice(series: list[Reading], random: object) -> None:
    shuffled = series * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert recent_views_per_hour(shuffled) == recent_views_per_hour(series)
    assert growth(shuffled) == growth(series)


def test_less_than_an_hour_makes_no_speed() -> None:
    series = [Reading(NOW, 100), Reading(NOW + timedelta(minutes=59), 900)]
    assert recent_views_per_hour(series) is None


def test_a_video_is_fresh_for_a_day() -> None:
    assert is_fresh(NOW - timedelta(hours=23), NOW)
    assert not is_fresh(NOW - timedelta(hours=24), NOW)
    assert not is_fresh(None, NOW)
