"""Looking at what is published, or on its way. Everything asks for the owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from core import ids
from core.connections.models import Connection
from core.connections.queries import connections_of
from core.db import Json, Page, Paged, ReadSession, any_of, paged
from core.errors import NotFound
from core.providers.discovery import Network
from core.publishing.models import (
    UNDER_WAY,
    Manner,
    Publication,
    PublicationNumbers,
    PublicationStatus,
    VideoPost,
    VideoPostStatus,
)
from core.publishing.networks.contract import Numbers, Wanted
from core.publishing.wanted import wanted_json, wanted_of
from core.videos.queries import own_video

BEFORE = (PublicationStatus.SCHEDULED, PublicationStatus.WAITING)
RETRYABLE = (PublicationStatus.FAILED, PublicationStatus.CANCELLED, PublicationStatus.SKIPPED)
"""Surely not there: it may be sent again."""


class VideoPostNotFound(NotFound):
    code = "publishing.not_found"


@dataclass(frozen=True, slots=True)
class PublicationView:
    """One network's share of a video post, as it is shown."""

    id: ids.PublicationId
    network: Network
    manner: Manner
    status: PublicationStatus
    wanted: Wanted
    consented: bool
    connection_id: ids.ConnectionId | None
    account: str | None
    """Its name there, without @; None by hand, and when the connection is gone."""
    profile_url: str | None
    """Where its videos are seen; None where that isn't known."""
    progress: int
    due_at: datetime | None
    error: Json | None
    url: str | None
    network_id: str | None
    published_at: datetime | None
    stoppable: bool
    """Whether cancelling still takes it back."""
    numbers: Numbers | None
    """The last that were read."""

    def to_json(self) -> Json:
        """Plain data, for notices."""
        return {
            "publication_id": str(self.id),
            "network": str(self.network),
            "manner": str(self.manner),
            "status": str(self.status),
            "wanted": wanted_json(self.wanted),
            "connection_id": str(self.connection_id) if self.connection_id else None,
            "account": self.account,
            "profile_url": self.profile_url,
            "progress": self.progress,
            "due_at": _text(self.due_at),
            "error": self.error,
            "url": self.url,
            "published_at": _text(self.published_at),
            "stoppable": self.stoppable,
        }


@dataclass(frozen=True, slots=True)
class VideoPostView:
    """A video post with all its networks, in the order in which they were chosen."""

    id: ids.VideoPostId
    video_id: ids.OwnVideoId
    video_name: str
    thumbnail_key: str | None
    duration_s: float
    post_id: ids.PostId | None
    caption: str
    status: VideoPostStatus
    due_at: datetime | None
    publications: tuple[PublicationView, ...]

    @property
    def stoppable(self) -> bool:
        return any(each.stoppable for each in self.publications)

    @property
    def retryable(self) -> bool:
        """Whether something failed that may be sent again."""
        return any(each.status == PublicationStatus.FAILED for each in self.publications)

    def to_json(self) -> Json:
        """Plain data, for notices."""
        return {
            "video_post_id": str(self.id),
            "video_id": str(self.video_id),
            "video_name": self.video_name,
            "caption": self.caption,
            "status": str(self.status),
            "due_at": _text(self.due_at),
            "stoppable": self.stoppable,
            "retryable": self.retryable,
            "publications": [each.to_json() for each in self.publications],
        }


async def video_post_view(
    session: ReadSession, *, owner_id: ids.UserId, video_post_id: ids.VideoPostId
) -> VideoPostView:
    """Raises VideoPostNotFound, also for somebody else's."""
    post = await video_post_of(session, owner_id=owner_id, video_post_id=video_post_id)
    video = await own_video(session, video_id=post.video_id, owner_id=owner_id, also_deleted=True)
    connections = await connections_of(session, owner_id=owner_id)
    accounts: dict[ids.ConnectionId | None, Connection] = {each.id: each for each in connections}
    publications = await publications_of(session, owner_id=owner_id, video_post_id=video_post_id)
    numbers = await latest_numbers(session, [each.id for each in publications])
    return VideoPostView(
        id=post.id,
        video_id=post.video_id,
        video_name=video.name,
        thumbnail_key=video.thumbnail_key,
        duration_s=video.duration_s or 0.0,
        post_id=post.post_id,
        caption=post.caption,
        status=VideoPostStatus(post.status),
        due_at=post.due_at,
        publications=tuple(
            _view(each, post, account=accounts.get(each.connection_id), numbers=numbers.get(each.id))
            for each in publications
        ),
    )


def _view(
    publication: Publication, post: VideoPost, *, account: Connection | None, numbers: Numbers | None
) -> PublicationView:
    return PublicationView(
        id=publication.id,
        network=Network(publication.network),
        manner=Manner(publication.manner),
        status=PublicationStatus(publication.status),
        wanted=wanted_of(publication, caption=post.caption),
        consented=publication.consented_at is not None,
        connection_id=publication.connection_id,
        account=account.username if account else None,
        profile_url=account.profile_url if account else None,
        progress=publication.progress,
        due_at=publication.due_at,
        error=publication.error,
        url=publication.url,
        network_id=publication.network_id,
        published_at=publication.published_at,
        stoppable=is_stoppable(publication),
        numbers=numbers,
    )


def is_stoppable(publication: Publication) -> bool:
    """Whether it can still be taken back. What is out of our hands can't, whatever the network says meanwhile."""
    if publication.out_of_hands_at is not None:
        return False
    return publication.status in (*BEFORE, *UNDER_WAY, PublicationStatus.ASKED)


async def video_post_of(
    session: AsyncSession, *, owner_id: ids.UserId, video_post_id: ids.VideoPostId, lock: bool = False
) -> VideoPost:
    """Whoever locks it locks its publications first (`publications_of`). Raises VideoPostNotFound."""
    wanted = select(VideoPost).where(
        VideoPost.id == video_post_id, VideoPost.owner_id == owner_id, VideoPost.deleted_at.is_(None)
    )
    found: VideoPost | None = await session.scalar(_locked(wanted) if lock else wanted)
    if found is None:
        raise VideoPostNotFound(video_post_id=str(video_post_id))
    return found


async def publications_of(
    session: AsyncSession, *, owner_id: ids.UserId, video_post_id: ids.VideoPostId, lock: bool = False
) -> Sequence[Publication]:
    """All of a video post, in one order."""
    wanted = (
        select(Publication)
        .where(Publication.video_post_id == video_post_id, Publication.owner_id == owner_id)
        .order_by(Publication.id)
    )
    return (await session.scalars(_locked(wanted) if lock else _fresh(wanted))).all()


async def publication_of(
    session: AsyncSession, *, owner_id: ids.UserId, publication_id: ids.PublicationId, lock: bool = False
) -> Publication:
    """Raises VideoPostNotFound, also for somebody else's."""
    wanted = select(Publication).where(Publication.id == publication_id, Publication.owner_id == owner_id)
    found: Publication | None = await session.scalar(_locked(wanted) if lock else wanted)
    if found is None:
        raise VideoPostNotFound(publication_id=str(publication_id))
    return found


async def video_posts(session: ReadSession, *, owner_id: ids.UserId, page: Page) -> Paged[VideoPost]:
    """Newest first."""
    mine = select(VideoPost).where(VideoPost.owner_id == owner_id, VideoPost.deleted_at.is_(None))
    return await paged(session, mine.order_by(VideoPost.id.desc()), page)


async def is_video_in_use(session: ReadSession, *, owner_id: ids.UserId, video_id: ids.OwnVideoId) -> bool:
    """Whether a video is still to be published somewhere: then its file has to stay."""
    needed = (*BEFORE, *UNDER_WAY, PublicationStatus.ASKED, PublicationStatus.UNCONFIRMED)
    found = await session.scalar(
        select(Publication.id)
        .join(VideoPost, VideoPost.id == Publication.video_post_id)
        .where(VideoPost.video_id == video_id, VideoPost.owner_id == owner_id, Publication.status.in_(needed))
        .limit(1)
    )
    return found is not None


async def latest_numbers(
    session: ReadSession, publication_ids: Sequence[ids.PublicationId]
) -> dict[ids.PublicationId, Numbers]:
    """The last reading of each; those that were never read are left out."""
    rows = await session.scalars(
        select(PublicationNumbers)
        .where(PublicationNumbers.publication_id == any_of(publication_ids))
        .ext(distinct_on(PublicationNumbers.publication_id))
        .order_by(PublicationNumbers.publication_id, PublicationNumbers.read_at.desc())
    )
    return {
        row.publication_id: Numbers(views=row.views, likes=row.likes, comments=row.comments, shares=row.shares)
        for row in rows
    }


def _locked(wanted: Select[Any]) -> Select[Any]:
    return _fresh(wanted).with_for_update()


def _fresh(wanted: Select[Any]) -> Select[Any]:
    """What stands there now, whatever this session has seen before."""
    return wanted.execution_options(populate_existing=True)


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
