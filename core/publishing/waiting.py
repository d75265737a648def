"""What is still to go out by one connected account: what its loss would hold up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from core import ids
from core.db import ReadSession
from core.publishing.models import Publication, PublicationStatus, VideoPost

TO_GO_OUT: Final = (PublicationStatus.SCHEDULED, PublicationStatus.WAITING)


@dataclass(frozen=True, slots=True)
class WaitingPublication:
    """`caption` is the video post's own, for recognising it."""

    video_post_id: ids.VideoPostId
    caption: str
    due_at: datetime | None


async def publications_waiting(
    session: ReadSession, *, owner_id: ids.UserId, connection_id: ids.ConnectionId, after: datetime | None = None
) -> Sequence[WaitingPublication]:
    """What waits for its time to go out by this connection, the next first; with `after`, only what is due later."""
    wanted = (
        select(VideoPost.id, VideoPost.caption, Publication.due_at)
        .join(VideoPost, VideoPost.id == Publication.video_post_id)
        .where(
            Publication.owner_id == owner_id,
            Publication.connection_id == connection_id,
            Publication.status.in_(TO_GO_OUT),
        )
        .order_by(Publication.due_at, Publication.id)
    )
    if after is not None:
        wanted = wanted.where(Publication.due_at > after)
    return [WaitingPublication(*row) for row in await session.execute(wanted)]
