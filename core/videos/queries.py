"""Looking at users' own videos, always their owner's."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Select, or_, select

from core import ids
from core.db import Page, Paged, ReadSession, any_of, paged
from core.errors import NotFound
from core.videos.models import OwnVideo, OwnVideoStatus, PreparedVideo


class OwnVideoNotFound(NotFound):
    code = "videos.not_found"


async def own_video(
    session: ReadSession,
    *,
    video_id: ids.OwnVideoId,
    owner_id: ids.UserId,
    lock: bool = False,
    also_deleted: bool = False,
) -> OwnVideo:
    """In whatever state. `lock`: nobody else changes it until the transaction ends. `also_deleted`: for telling of what
    was published of it.

    Raises OwnVideoNotFound, also for somebody else's and for one that was deleted.
    """
    wanted = select(OwnVideo).where(OwnVideo.id == video_id, OwnVideo.owner_id == owner_id)
    if not also_deleted:
        wanted = wanted.where(OwnVideo.deleted_at.is_(None))
    return await _one(session, wanted, lock=lock, video_id=video_id)


async def video_names(
    session: ReadSession, *, owner_id: ids.UserId, video_ids: Collection[ids.OwnVideoId]
) -> Mapping[ids.OwnVideoId, str]:
    """What they are called, also deleted ones; somebody else's are left out."""
    mine = select(OwnVideo.id, OwnVideo.name).where(
        OwnVideo.owner_id == owner_id, OwnVideo.id == any_of(list(video_ids))
    )
    return {row.id: row.name for row in await session.execute(mine)}


async def deletable_video(
    session: ReadSession, *, video_id: ids.OwnVideoId, owner_id: ids.UserId, deleted_since: datetime
) -> OwnVideo:
    """There, or deleted since then; locked. Raises OwnVideoNotFound."""
    wanted = select(OwnVideo).where(
        OwnVideo.id == video_id,
        OwnVideo.owner_id == owner_id,
        or_(OwnVideo.deleted_at.is_(None), OwnVideo.deleted_at > deleted_since),
    )
    return await _one(session, wanted, lock=True, video_id=video_id)


async def own_videos(session: ReadSession, *, owner_id: ids.UserId, page: Page) -> Paged[OwnVideo]:
    """What is ready, or being looked at; newest first."""
    mine = select(OwnVideo).where(
        OwnVideo.owner_id == owner_id, OwnVideo.deleted_at.is_(None), OwnVideo.status != OwnVideoStatus.REFUSED
    )
    return await paged(session, mine.order_by(OwnVideo.id.desc()), page)


async def same_video(
    session: ReadSession, *, owner_id: ids.UserId, digest: str, but: ids.OwnVideoId
) -> OwnVideo | None:
    """One that its owner has sent before, byte for byte the same; the first of them."""
    wanted = select(OwnVideo).where(
        OwnVideo.owner_id == owner_id,
        OwnVideo.digest == digest,
        OwnVideo.id != but,
        OwnVideo.status == OwnVideoStatus.READY,
        OwnVideo.deleted_at.is_(None),
    )
    return await session.scalar(wanted.order_by(OwnVideo.id).limit(1))


async def prepared_video(session: ReadSession, *, video_id: ids.OwnVideoId, profile: str) -> PreparedVideo | None:
    """The copy for a profile, if it was made. Whose the video is has been asked before."""
    return await session.get(PreparedVideo, (video_id, profile))


async def _one(session: ReadSession, wanted: Select[OwnVideo], *, lock: bool, video_id: ids.OwnVideoId) -> OwnVideo:
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(wanted)
    if found is None:
        raise OwnVideoNotFound(video_id=str(video_id))
    return found
