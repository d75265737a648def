"""What videos leave behind, removed when nobody wants it any more: the row lets go first, then the files go."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, or_, select

from core.db import ReadSession
from core.tx import Tx
from core.videos.models import OwnVideo, OwnVideoStatus, PreparedVideo
from core.videos.service import UNDO_WITHIN
from core.videos.uploads import forget_uploads

VIDEOS: Final = "videos"
THUMBNAILS: Final = "thumbs"
PREPARED: Final = "prepared"
KINDS: Final = (VIDEOS, THUMBNAILS, PREPARED)
"""Of stored files that are all of videos."""
GRACE: Final = timedelta(days=2)
"""How long a file that no row names is left alone: work may be about to name it, and a link may lead to it."""
KEPT_FOR: Final = UNDO_WITHIN + timedelta(days=1)
COPIES_LIFE: Final = timedelta(days=30)
"""A copy can be made again; who publishes a video later than that waits for it once more."""
AT_ONCE: Final = 200


async def let_go(tx: Tx) -> list[str]:
    """Videos whose deletion can't be undone any more, refused ones as old, and copies from long ago, some at a time.

    The rows of videos stay: what was published of them names them. Gives the keys of files, to be deleted.
    """
    await forget_uploads(tx)
    keys = await _old_copies(tx)
    before = tx.now - KEPT_FOR
    over = (
        select(OwnVideo)
        .where(
            or_(
                OwnVideo.deleted_at < before,
                (OwnVideo.status == OwnVideoStatus.REFUSED) & (OwnVideo.updated_at < before),
            ),
            or_(OwnVideo.storage_key != "", OwnVideo.thumbnail_key.is_not(None)),
        )
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    for video in (await tx.session.scalars(over)).all():
        copies = delete(PreparedVideo).where(PreparedVideo.video_id == video.id).returning(PreparedVideo.storage_key)
        keys += [*(await tx.session.scalars(copies)), video.storage_key, video.thumbnail_key or ""]
        video.storage_key, video.thumbnail_key = "", None
    return sorted({key for key in keys if key})


async def unnamed(session: ReadSession, keys: Sequence[str]) -> list[str]:
    """Those of the keys that no row names."""
    named: set[str | None] = set()
    for column in (OwnVideo.storage_key, OwnVideo.thumbnail_key, PreparedVideo.storage_key):
        named.update((await session.scalars(select(column).where(column.in_(keys)))).all())
    return [key for key in keys if key not in named]


async def _old_copies(tx: Tx) -> list[str]:
    """Of those that are the video itself only the row goes."""
    old = (
        select(PreparedVideo, OwnVideo.storage_key)
        .join(OwnVideo, OwnVideo.id == PreparedVideo.video_id)
        .where(PreparedVideo.created_at < tx.now - COPIES_LIFE)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True, of=PreparedVideo)
    )
    keys = []
    for copy, own_key in (await tx.session.execute(old)).all():
        await tx.session.delete(copy)
        if copy.storage_key != own_key:
            keys.append(copy.storage_key)
    return keys
