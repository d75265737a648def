"""Which of the videos that were found are shown, and in which order. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from core.providers.discovery import FoundVideo, Period
from core.viral.scores import views_per_hour

RESULTS_MOST = 45
AGES = {Period.DAY: timedelta(days=1), Period.WEEK: timedelta(days=7), Period.MONTH: timedelta(days=30)}


def ranked(videos: Iterable[FoundVideo], *, period: Period, now: datetime) -> list[FoundVideo]:
    """The fastest first: by views an hour since publishing, so that a day-old video stands a chance beside one that had
    a week. What is older than asked for is left out, whatever the network thinks; so are repetitions.

    Videos whose time or views aren't told come last, by likes.
    """
    found = {video.video_id: video for video in videos if _is_new_enough(video, period, now)}
    best_first = sorted(found.values(), key=lambda video: _speed(video, now), reverse=True)
    return best_first[:RESULTS_MOST]


def _is_new_enough(video: FoundVideo, period: Period, now: datetime) -> bool:
    return video.published_at is None or now - video.published_at <= AGES[period]


def _speed(video: FoundVideo, now: datetime) -> tuple[bool, float, int]:
    speed = views_per_hour(video.views, published_at=video.published_at, measured_at=now)
    return speed is not None, speed or 0.0, video.likes or 0
