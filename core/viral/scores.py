"""What a video's numbers mean. Pure: numbers in, numbers out; None wherever they can't be told.

The definitions are the field's usual ones, and *How is this counted?* in the chat says the same in words. The same
figures as SQL, over many videos at once, are in core/viral/numbers.py; a test holds the two together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

OTHERS_LEAST = 5
"""With fewer other videos a median says little: it is "not enough data" then."""
FRESH = timedelta(hours=24)
"""A younger video is still being handed round, while those it is compared with are done."""
YOUNGEST = timedelta(hours=1)
"""Views of the first minutes would make any speed. What is younger counts as this old."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A video's numbers at one time."""

    taken_at: datetime
    views: int | None


@dataclass(frozen=True, slots=True)
class Outlier:
    """How a video did beside its creator's others of the same format.

    `score` None: not enough data, with fewer than `OTHERS_LEAST` others that have views, or a median of 0.
    """

    others: int
    usual_views: float | None
    score: float | None


def engagement_rate(
    views: int | None, *, likes: int | None, comments: int | None, shares: int | None = None, saves: int | None = None
) -> float | None:
    """(likes + comments + shares + saves) / views: engagement by views, the usual rate for short videos.

    What a network doesn't tell counts nothing; None without views, or when it tells none of them. Reposts and
    repeated viewing can make it more than 1.
    """
    told = [number for number in (likes, comments, shares, saves) if number is not None]
    return sum(told) / views if views and told else None


def views_per_hour(views: int | None, *, published_at: datetime | None, measured_at: datetime) -> float | None:
    """Velocity over a video's whole life: views by the hours since it was published, at least one."""
    if views is None or published_at is None:
        return None
    return views / _hours(max(YOUNGEST, measured_at - published_at))


def recent_views_per_hour(series: Iterable[Reading]) -> float | None:
    """Velocity between the first and the last reading of a series in any order; None when they are less than an hour
    apart. Networks correct their counts: fewer views than before are 0, never less."""
    known = _known(series)
    if len(known) < 2:
        return None
    first, last = known[0], known[-1]
    passed = last[0] - first[0]
    return max(0, last[1] - first[1]) / _hours(passed) if passed >= YOUNGEST else None


def growth(series: Iterable[Reading]) -> float | None:
    """By which share views grew from the first reading to the last: 0.5 is half as many again. None from nothing."""
    known = _known(series)
    if len(known) < 2 or known[0][1] == 0:
        return None
    return known[-1][1] / known[0][1] - 1


def outlier(views: int | None, other_views: Sequence[int | None]) -> Outlier:
    """Views divided by the median of the creator's *other* videos of the same format.

    The median, since one hit among the others would drag a mean along; others, since a video that is in its own
    yardstick makes itself look ordinary; one format, since a short and a long one live in different feeds. Others
    whose views aren't told are left out.
    """
    known = [number for number in other_views if number is not None]
    usual = float(median(known)) if known else None
    return scored(views, others=len(known), usual_views=usual)


def scored(views: int | None, *, others: int, usual_views: float | None) -> Outlier:
    """The same from a median that was computed elsewhere."""
    enough = others >= OTHERS_LEAST and bool(usual_views) and views is not None
    return Outlier(others, usual_views, views / usual_views if enough and views is not None and usual_views else None)


def is_fresh(published_at: datetime | None, now: datetime) -> bool:
    """Whether its score is a first impression."""
    return published_at is not None and now - published_at < FRESH


def _known(series: Iterable[Reading]) -> list[tuple[datetime, int]]:
    """In the order of time, one at a time: the higher, when two say different things of one moment."""
    found: dict[datetime, int] = {}
    for reading in series:
        if reading.views is not None:
            found[reading.taken_at] = max(reading.views, found.get(reading.taken_at, 0))
    return sorted(found.items())


def _hours(passed: timedelta) -> float:
    return passed / timedelta(hours=1)
