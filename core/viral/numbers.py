"""The figures of many videos at once, by the database. What they mean: core/viral/scores.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, text

from core import ids
from core.db import ReadSession
from core.viral.scores import Outlier, Reading, growth, recent_views_per_hour, scored

GROWTH_WINDOW = timedelta(hours=24)

_MEDIANS = text(
    """
    SELECT video.id, video.views, usual.others, usual.usual_views
    FROM videos AS video
    CROSS JOIN LATERAL (
        SELECT count(other.views) AS others,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY other.views) AS usual_views
        FROM videos AS other
        WHERE other.creator_id = video.creator_id AND other.format = video.format AND other.id <> video.id
    ) AS usual
    WHERE video.id = ANY(:video_ids)
    """
).bindparams(bindparam("video_ids"))
"""The median over the numbers of the moment: an index-only look at a creator's videos (ix_videos_medians)."""

_ENDS = text(
    """
    SELECT wanted.id, first.taken_at AS first_at, first.views AS first_views,
           last.taken_at AS last_at, last.views AS last_views
    FROM unnest(CAST(:video_ids AS uuid[])) AS wanted(id)
    CROSS JOIN LATERAL (
        SELECT taken_at, views FROM snapshots
        WHERE video_id = wanted.id AND hour >= :since AND views IS NOT NULL ORDER BY hour LIMIT 1
    ) AS first
    CROSS JOIN LATERAL (
        SELECT taken_at, views FROM snapshots
        WHERE video_id = wanted.id AND hour >= :since AND views IS NOT NULL ORDER BY hour DESC LIMIT 1
    ) AS last
    """
)
"""The two ends of each series: two steps into the primary key a video, however long the series is."""


@dataclass(frozen=True, slots=True)
class Trend:
    """Over the last `GROWTH_WINDOW`, from our own readings; None with fewer than two of them an hour apart."""

    growth: float | None = None
    views_per_hour: float | None = None


async def outliers(session: ReadSession, video_ids: Sequence[ids.VideoId]) -> dict[ids.VideoId, Outlier]:
    """How each did beside its creator's others; unknown ids are left out."""
    rows = await session.execute(_MEDIANS, {"video_ids": list(dict.fromkeys(video_ids))})
    return {row.id: scored(row.views, others=row.others, usual_views=row.usual_views) for row in rows}


async def trends(session: ReadSession, video_ids: Sequence[ids.VideoId], *, now: datetime) -> dict[ids.VideoId, Trend]:
    """How each has grown of late; those without any reading in the window are left out."""
    since = now - GROWTH_WINDOW
    rows = await session.execute(_ENDS, {"video_ids": list(dict.fromkeys(video_ids)), "since": since})
    return {row.id: _trend(row) for row in rows}


def _trend(row: Row[Any]) -> Trend:
    ends = (Reading(row.first_at, row.first_views), Reading(row.last_at, row.last_views))
    speed = recent_views_per_hour(ends)
    return Trend(growth=growth(ends) if speed is not None else None, views_per_hour=speed)
