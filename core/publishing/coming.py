"""What a calendar shows of videos: those that have a time ahead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from core import ids
from core.db import ReadSession
from core.publishing.models import VideoPost, VideoPostStatus
from core.videos.queries import video_names

MOST: Final = 50


@dataclass(frozen=True, slots=True)
class ComingVideo:
    at: datetime
    video_post_id: ids.VideoPostId
    name: str


async def coming_videos(
    session: ReadSession,
    *,
    owner_id: ids.UserId,
    start: datetime | None = None,
    end: datetime | None = None,
    most: int = MOST,
) -> Sequence[ComingVideo]:
    """What is scheduled, in a span if there is one; the next first."""
    mine = select(VideoPost).where(
        VideoPost.owner_id == owner_id,
        VideoPost.deleted_at.is_(None),
        VideoPost.status == VideoPostStatus.SCHEDULED,
        VideoPost.due_at.is_not(None),
    )
    if start is not None:
        mine = mine.where(VideoPost.due_at >= start)
    if end is not None:
        mine = mine.where(VideoPost.due_at < end)
    posts = (await session.scalars(mine.order_by(VideoPost.due_at, VideoPost.id).limit(most))).all()
    names = await video_names(session, owner_id=owner_id, video_ids={post.video_id for post in posts})
    return [ComingVideo(post.due_at, post.id, names[post.video_id]) for post in posts if post.due_at is not None]
