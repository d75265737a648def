"""What a channel's numbers say. Pure: videos in, a report out; None wherever there are too few to tell.

Medians rather than means wherever one hit would decide alone, each video once, and what a network doesn't tell is left
out, never counted as 0. *How is this counted?* in the chat says the same in words.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, tzinfo
from statistics import fmean, median

from core.db import Json
from core.viral.scores import OTHERS_LEAST, engagement_rate, is_fresh, outlier

LEAST = OTHERS_LEAST
"""With fewer videos nothing is said of what is usual."""
SLOT_LEAST = 3
"""With fewer videos at a time of the week nothing is said of that time."""
HOURS_A_SLOT = 3
OUTSTANDING = 3.0
"""Times the usual views from which a video is an outlier."""
SHOWN_MOST = 9
RECENT = timedelta(days=30)
PINNED_MOST = 3
"""So many old videos stand before the newest on TikTok and Instagram: they don't tell how far a list reaches back."""
SHORTEST_SPAN = timedelta(days=1)
COMPARED = ("followers", "median_views", "mean_views", "engagement", "per_week")
"""What history and comparisons speak of."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A video's numbers of the moment. `id` is ours, as text."""

    id: str
    format: str
    published_at: datetime | None = None
    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None

    @property
    def engagement(self) -> float | None:
        return engagement_rate(
            self.views, likes=self.likes, comments=self.comments, shares=self.shares, saves=self.saves
        )


@dataclass(frozen=True, slots=True)
class Slot:
    """A weekday, or some hours of the day. `times`: how its videos do beside the usual; None with too few."""

    videos: int
    times: float | None


@dataclass(frozen=True, slots=True)
class FormatNumbers:
    format: str
    videos: int
    median_views: float | None
    engagement: float | None


@dataclass(frozen=True, slots=True)
class Ranked:
    id: str
    views: int
    score: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of a channel. Weekdays begin with Monday, hours at midnight, both in `time_zone`."""

    videos: int
    counted: int
    """Those whose views are told."""
    followers: int | None
    published: int | None
    """What the network says of all there are."""
    since: str | None
    until: str | None
    total_views: int
    mean_views: float | None
    median_views: float | None
    engagement: float | None
    per_week: float | None
    cadence_days: float | None
    """Over how many days that was counted."""
    time_zone: str
    weekdays: tuple[Slot, ...]
    hours: tuple[Slot, ...]
    best_weekday: int | None
    best_hours: int | None
    """The place in `hours`."""
    formats: tuple[FormatNumbers, ...]
    outliers: tuple[Ranked, ...]
    top: tuple[Ranked, ...]

    @property
    def data(self) -> Json:
        """As it is stored."""
        return asdict(self)


def report_of(
    videos: Iterable[Measured],
    *,
    now: datetime,
    zone: tzinfo,
    time_zone: str,
    complete: bool,
    followers: int | None = None,
    published: int | None = None,
) -> Report:
    """`complete`: these are all videos of the channel, not only the newest."""
    known = list({video.id: video for video in videos}.values())
    views = [video.views for video in known if video.views is not None]
    times = sorted(video.published_at for video in known if video.published_at is not None)
    per_week, days = _cadence(times, now=now, complete=complete)
    settled = _beside_usual([video for video in known if not is_fresh(video.published_at, now)])
    weekdays = _slots(settled, 7, lambda at: at.astimezone(zone).weekday())
    hours = _slots(settled, 24 // HOURS_A_SLOT, lambda at: at.astimezone(zone).hour // HOURS_A_SLOT)
    ranked = _ranked(known)
    return Report(
        videos=len(known),
        counted=len(views),
        followers=followers,
        published=published,
        since=times[0].isoformat() if times else None,
        until=times[-1].isoformat() if times else None,
        total_views=sum(views),
        mean_views=fmean(views) if len(views) >= LEAST else None,
        median_views=_median(views),
        engagement=_median([rate for video in known if (rate := video.engagement) is not None]),
        per_week=per_week,
        cadence_days=days,
        time_zone=time_zone,
        weekdays=weekdays,
        hours=hours,
        best_weekday=_best(weekdays),
        best_hours=_best(hours),
        formats=_formats(known),
        outliers=_outliers(ranked),
        top=tuple(sorted(ranked, key=lambda each: (-each.views, each.id))[:SHOWN_MOST]),
    )


def _median(values: Sequence[float]) -> float | None:
    return float(median(values)) if len(values) >= LEAST else None


def _cadence(times: Sequence[datetime], *, now: datetime, complete: bool) -> tuple[float | None, float | None]:
    """Videos a week over the last 30 days, or as far as the list reaches; and how many days that are."""
    if len(times) < LEAST:
        return None, None
    reach = times[0] if complete else times[min(PINNED_MOST, len(times) - 1)]
    span = min(RECENT, now - reach)
    if span < SHORTEST_SPAN:
        return None, None
    recent = sum(1 for at in times if now - at <= span)
    days = span / timedelta(days=1)
    return recent * 7 / days, days


def _beside_usual(videos: Sequence[Measured]) -> list[tuple[datetime, float]]:
    """When each was published, and its views as a multiple of the median of its format: formats live in other feeds."""
    by_format: dict[str, list[int]] = defaultdict(list)
    for video in videos:
        if video.views is not None:
            by_format[video.format].append(video.views)
    usual = {name: _median(views) for name, views in by_format.items()}
    return [
        (video.published_at, video.views / yardstick)
        for video in videos
        if video.published_at is not None and video.views is not None and (yardstick := usual[video.format])
    ]


def _slots(videos: Sequence[tuple[datetime, float]], count: int, place: Callable[[datetime], int]) -> tuple[Slot, ...]:
    found: dict[int, list[float]] = defaultdict(list)
    for at, times in videos:
        found[place(at)].append(times)
    return tuple(
        Slot(len(found[each]), float(median(found[each])) if len(found[each]) >= SLOT_LEAST else None)
        for each in range(count)
    )


def _best(slots: Sequence[Slot]) -> int | None:
    """None when fewer than two can be compared."""
    known = [(slot.times, -place) for place, slot in enumerate(slots) if slot.times is not None]
    return -max(known)[1] if len(known) >= 2 else None


def _formats(videos: Sequence[Measured]) -> tuple[FormatNumbers, ...]:
    """The most frequent first."""
    found: dict[str, list[Measured]] = defaultdict(list)
    for video in videos:
        found[video.format].append(video)
    numbers = [
        FormatNumbers(
            name,
            len(those),
            _median([video.views for video in those if video.views is not None]),
            _median([rate for video in those if (rate := video.engagement) is not None]),
        )
        for name, those in found.items()
    ]
    return tuple(sorted(numbers, key=lambda each: (-each.videos, each.format)))


def _ranked(videos: Sequence[Measured]) -> list[Ranked]:
    found = []
    for video in videos:
        if video.views is None:
            continue
        others = [other.views for other in videos if other.format == video.format and other.id != video.id]
        found.append(Ranked(video.id, video.views, outlier(video.views, others).score))
    return found


def _outliers(ranked: Sequence[Ranked]) -> tuple[Ranked, ...]:
    those = [each for each in ranked if each.score is not None and each.score >= OUTSTANDING]
    return tuple(sorted(those, key=lambda each: (-(each.score or 0.0), each.id))[:SHOWN_MOST])


def changes(before: Mapping[str, float | None], after: Mapping[str, float | None]) -> dict[str, float]:
    """By which share figures have changed from one report to a later one: 0.5 is half as many again.

    Only those that both know, and that began above 0.
    """
    found = {}
    for name in COMPARED:
        old, new = before.get(name), after.get(name)
        if old and new is not None:
            found[name] = new / old - 1
    return found
