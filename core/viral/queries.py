"""Looking at what was found and kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from core import ids
from core.db import Page, Paged, ReadSession, any_of, paged
from core.errors import NotFound
from core.providers.discovery import Network
from core.viral.asking import Asked
from core.viral.models import Creator, Lookup, LookupStatus, SavedVideo, Video, ViralChoices
from core.viral.numbers import Trend, outliers, trends
from core.viral.scores import Outlier, engagement_rate, is_fresh, views_per_hour


class LookupNotFound(NotFound):
    code = "viral.lookup_not_found"


class VideoNotFound(NotFound):
    code = "viral.video_not_found"


class SavedVideoNotFound(NotFound):
    code = "viral.saved_not_found"


@dataclass(frozen=True, slots=True)
class Seen:
    """A video with everything that its numbers say."""

    video: Video
    creator: Creator
    outlier: Outlier
    trend: Trend
    engagement: float | None
    views_per_hour: float | None
    fresh: bool


async def choices_of(session: ReadSession, *, owner_id: ids.UserId) -> Asked:
    """What the user chose last."""
    row = await session.get(ViralChoices, owner_id)
    return Asked.of(row) if row is not None else Asked()


async def lookup_of(
    session: ReadSession, *, owner_id: ids.UserId, lookup_id: ids.LookupId, lock: bool = False
) -> Lookup:
    """Raises LookupNotFound, also for somebody else's."""
    wanted = select(Lookup).where(Lookup.id == lookup_id, Lookup.owner_id == owner_id)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    lookup = await session.scalar(wanted)
    if lookup is None:
        raise LookupNotFound(lookup_id=str(lookup_id))
    return lookup


async def lookup_with(
    session: ReadSession, *, owner_id: ids.UserId, asked: Asked, results_at: datetime
) -> Lookup | None:
    """The user's own lookup that ended with exactly these results."""
    same = select(Lookup).filter_by(
        owner_id=owner_id, status=LookupStatus.READY, results_at=results_at, **asked.columns
    )
    return await session.scalar(same.where(Lookup.problem.is_(None)).limit(1))


async def videos_seen(session: ReadSession, video_ids: Sequence[ids.VideoId], *, now: datetime) -> list[Seen]:
    """In the order of the ids; those that are no longer there are left out."""
    rows = await session.execute(
        select(Video, Creator).join(Creator, Creator.id == Video.creator_id).where(Video.id == any_of(video_ids))
    )
    found = {video.id: (video, creator) for video, creator in rows}
    scores = await outliers(session, video_ids)
    recent = await trends(session, video_ids, now=now)
    return [_seen(*found[each], scores, recent, now) for each in video_ids if each in found]


async def video_seen(session: ReadSession, video_id: ids.VideoId, *, now: datetime) -> Seen:
    """Videos belong to nobody. Raises VideoNotFound."""
    found = await videos_seen(session, [video_id], now=now)
    if not found:
        raise VideoNotFound(video_id=str(video_id))
    return found[0]


async def title_of_video(session: ReadSession, video_id: ids.VideoId) -> str:
    """ "" when it is no longer kept."""
    return await session.scalar(select(Video.title).where(Video.id == video_id)) or ""


async def saved_videos(
    session: ReadSession, *, owner_id: ids.UserId, page: Page, network: Network | None = None, search: str = ""
) -> Paged[SavedVideo]:
    """Newest first. `search` looks for each of its words in title, note and the creator's name."""
    mine = select(SavedVideo).where(SavedVideo.owner_id == owner_id, SavedVideo.deleted_at.is_(None))
    if network is not None or search:
        mine = mine.join(Video, Video.id == SavedVideo.video_id).join(Creator, Creator.id == Video.creator_id)
    if network is not None:
        mine = mine.where(Video.network == str(network))
    for word in search.split():
        texts = (Video.title, SavedVideo.note, Creator.handle, Creator.name)
        mine = mine.where(or_(*(text.icontains(word, autoescape=True) for text in texts)))
    return await paged(session, mine.order_by(SavedVideo.saved_at.desc(), SavedVideo.id.desc()), page)


async def saved_by_network(session: ReadSession, *, owner_id: ids.UserId) -> dict[Network, int]:
    """How many of each."""
    rows = await session.execute(
        select(Video.network, func.count())
        .join(SavedVideo, SavedVideo.video_id == Video.id)
        .where(SavedVideo.owner_id == owner_id, SavedVideo.deleted_at.is_(None))
        .group_by(Video.network)
    )
    return {Network(network): count for network, count in rows}


async def saved_video_of(
    session: ReadSession, *, owner_id: ids.UserId, saved_id: ids.SavedVideoId, deleted: bool = False
) -> SavedVideo:
    """Raises SavedVideoNotFound, also for somebody else's; for one that was taken away unless `deleted`."""
    found = await session.scalar(select(SavedVideo).where(SavedVideo.id == saved_id, SavedVideo.owner_id == owner_id))
    if found is None or (found.deleted_at is not None and not deleted):
        raise SavedVideoNotFound(saved_id=str(saved_id))
    return found


async def saving_of(session: ReadSession, *, owner_id: ids.UserId, video_id: ids.VideoId) -> SavedVideo | None:
    """The user's own keeping of a video."""
    return await session.scalar(
        select(SavedVideo).where(
            SavedVideo.video_id == video_id, SavedVideo.owner_id == owner_id, SavedVideo.deleted_at.is_(None)
        )
    )


def _seen(
    video: Video,
    creator: Creator,
    scores: Mapping[ids.VideoId, Outlier],
    recent: Mapping[ids.VideoId, Trend],
    now: datetime,
) -> Seen:
    return Seen(
        video=video,
        creator=creator,
        outlier=scores[video.id],
        trend=recent.get(video.id, Trend()),
        engagement=engagement_rate(
            video.views, likes=video.likes, comments=video.comments, shares=video.shares, saves=video.saves
        ),
        views_per_hour=views_per_hour(video.views, published_at=video.published_at, measured_at=video.measured_at),
        fresh=is_fresh(video.published_at, now),
    )
