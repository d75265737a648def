"""Feeds to make documents of."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from core.podcasts.feeds import FeedChapter, FeedCue, FeedEpisode, PrivateFeed

OWNER = "01a1fdda-13a6-7fb4-8e4f-852b5a730afe"
AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CHAPTERS = (FeedChapter("Intro", 0), FeedChapter("Dough & <time>", 61_500))
CUES = (
    FeedCue("Ann", "Why sourdough?", 0, 1_500),
    FeedCue("Ben <b>", "Because 1 < 2 & time\n--> matters.", 3_601_500, 3_605_007),
)


def episode(name: str = "first", **changes: Any) -> FeedEpisode:
    values: dict[str, Any] = {
        "name": name,
        "title": f"Episode {name}",
        "description": "About bread.",
        "published_at": AT,
        "audio_key": f"{OWNER}/episodes/{name}.mp3",
        "size_bytes": 4_812_345,
        "duration_ms": 300_499,
        "has_transcript": "cues" in changes,
    }
    return FeedEpisode(**values | changes)


def feed(*episodes: FeedEpisode, **changes: Any) -> PrivateFeed:
    values: dict[str, Any] = {
        "id": UUID(int=7),
        "title": "Ann's episodes",
        "description": "What Ann has made.",
        "author": "Ann",
        "language": "en",
        "link": "https://t.me/postaify_bot",
        "changed_at": AT + timedelta(hours=1),
        "episodes": episodes,
    }
    return PrivateFeed(**values | changes)
