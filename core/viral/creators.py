"""A creator and what is known of their videos: for whoever looks at all of them together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import desc, func, or_, select, text

from core import ids
from core.db import ReadSession
from core.errors import NotFound
from core.providers.discovery import FoundCreator, FoundVideo, Network
from core.tx import Tx
from core.viral.keeping import SNAPSHOT_LIFE, creator_key, keep_creators, keep_page, note_listed
from core.viral.models import Creator, Video

_GAINED = text(
    """
    SELECT count(*) AS videos, min(first.taken_at) AS since, max(last.taken_at) AS until,
           coalesce(sum(greatest(last.views - first.views, 0)), 0) AS views
    FROM videos AS video
    CROSS JOIN LATERAL (
        SELECT taken_at, views FROM snapshots
        WHERE video_id = video.id AND hour >= :since AND views IS NOT NULL ORDER BY hour LIMIT 1
    ) AS first
    CROSS JOIN LATERAL (
        SELECT taken_at, views FROM snapshots
        WHERE video_id = video.id AND hour >= :since AND views IS NOT NULL ORDER BY hour DESC LIMIT 1
    ) AS last
    WHERE video.creator_id = :creator_id AND last.taken_at - first.taken_at >= :apart
    """
)
READINGS_APART = timedelta(hours=1)


class CreatorNotFound(NotFound):
    code = "viral.creator_not_found"


@dataclass(frozen=True, slots=True)
class Gained:
    """Views that came to `videos` videos, each between its first and its last reading of ours."""

    views: int
    videos: int
    since: datetime
    until: datetime


async def creator_of(session: ReadSession, creator_id: ids.CreatorId) -> Creator:
    """Creators belong to nobody. Raises CreatorNotFound."""
    found = await session.get(Creator, creator_id)
    if found is None:
        raise CreatorNotFound(creator_id=str(creator_id))
    return found


async def creators_of(session: ReadSession, creator_ids: Sequence[ids.CreatorId]) -> dict[ids.CreatorId, Creator]:
    found = await session.scalars(select(Creator).where(Creator.id.in_(creator_ids)))
    return {creator.id: creator for creator in found}


async def find_creator(session: ReadSession, network: Network, named: str) -> Creator | None:
    """By handle, or by the network's id. Handles change hands: whoever was seen last with it."""
    return await session.scalar(
        select(Creator)
        .where(
            Creator.network == str(network),
            or_(func.lower(Creator.handle) == named.lower(), Creator.network_creator_id == named),
        )
        .order_by(desc(Creator.seen_at))
        .limit(1)
    )


async def find_creator_of_video(session: ReadSession, network: Network, network_video_id: str) -> Creator | None:
    return await session.scalar(
        select(Creator)
        .join(Video, Video.creator_id == Creator.id)
        .where(Video.network == str(network), Video.network_video_id == network_video_id)
    )


async def newest_videos(
    session: ReadSession, creator_id: ids.CreatorId, *, measured_since: datetime, limit: int
) -> Sequence[Video]:
    """The newest of those whose numbers were read since then; those without a time come last."""
    found = await session.scalars(
        select(Video)
        .where(Video.creator_id == creator_id, Video.measured_at >= measured_since)
        .order_by(Video.published_at.desc().nulls_last(), Video.id)
        .limit(limit)
    )
    return found.all()


async def views_gained(session: ReadSession, creator_id: ids.CreatorId, *, now: datetime) -> Gained | None:
    """From our own readings, as far back as they are kept; None before any video was read twice an hour apart."""
    asked = {"creator_id": creator_id, "since": now - SNAPSHOT_LIFE, "apart": READINGS_APART}
    row = (await session.execute(_GAINED, asked)).one()
    return Gained(int(row.views), row.videos, row.since, row.until) if row.videos else None


async def keep_listing(
    tx: Tx, creator: FoundCreator, videos: Sequence[FoundVideo], *, sample: bool
) -> tuple[ids.CreatorId, list[ids.VideoId]]:
    """Keep a creator with what their own list has brought; what others published in it stays theirs."""
    video_ids = await keep_page(tx, videos, sample=sample)
    creator_id = (await keep_creators(tx, [creator]))[creator_key(creator)]
    await note_listed(tx, creator_id)
    return creator_id, video_ids
