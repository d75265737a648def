"""Creators and videos to keep, made for a test."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from core.providers.discovery import FoundCreator, FoundVideo, Network, VideoFormat

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_numbers = count(1)


def creator(name: str | None = None, **more: Any) -> FoundCreator:
    """Another one each time unless named."""
    name = name or f"creator{next(_numbers)}"
    told: dict[str, Any] = {"network": Network.TIKTOK, "creator_id": f"id-{name}", "handle": name, "name": name.title()}
    return FoundCreator(**told | {"url": f"https://tiktok.example/@{name}"} | more)


def video(
    views: int | None = 1000, *, by: FoundCreator | None = None, name: str | None = None, **more: Any
) -> FoundVideo:
    """Another one each time unless named; two days old."""
    name = name or f"video{next(_numbers)}"
    by = by or creator()
    told: dict[str, Any] = {
        "network": by.network,
        "video_id": name,
        "url": f"{by.url}/video/{name}",
        "title": f"How {name} was made",
        "format": VideoFormat.SHORT,
        "creator": by,
        "published_at": NOW - timedelta(days=2),
        "duration_s": 31.0,
        "views": views,
        "likes": None if views is None else views // 10,
        "comments": None if views is None else views // 100,
    }
    return FoundVideo(**told | more)
