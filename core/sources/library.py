"""What users keep to write from: called something else, deleted and back; and what is deleted for good."""

from datetime import timedelta
from typing import Final

from sqlalchemy import or_, select

from core import ids
from core.errors import InvalidInput
from core.sources.models import Source, SourceStatus
from core.sources.reading import TITLE_LIMIT
from core.sources.service import SourceNotFound, source_of
from core.tx import Tx
from core.work.service import request_cancel

UNDO_WITHIN: Final = timedelta(days=7)
KEPT_FOR: Final = UNDO_WITHIN + timedelta(days=1)
AT_ONCE: Final = 200


async def rename_source(tx: Tx, *, owner_id: ids.UserId, source_id: ids.SourceId, title: str) -> Source:
    """Raises InvalidInput "source.title_length" (characters, most)."""
    title = " ".join(title.split())
    if not 1 <= len(title) <= TITLE_LIMIT:
        raise InvalidInput("source.title_length", characters=len(title), most=TITLE_LIMIT)
    source = await source_of(tx.session, owner_id=owner_id, source_id=source_id, lock=True)
    source.title = title
    return source


async def delete_source(tx: Tx, *, owner_id: ids.UserId, source_id: ids.SourceId) -> Source:
    """Out of the list, with a way back; what was made of it stays. Again, it does no harm.

    Raises SourceNotFound, also when it was deleted longer ago than `UNDO_WITHIN`.
    """
    await request_cancel(tx, owner_id=owner_id, subject_id=source_id)
    source = await _deletable(tx, owner_id, source_id)
    if source.status == SourceStatus.READING:
        source.status = SourceStatus.UNREAD
    if source.deleted_at is None:
        source.deleted_at = tx.now
    return source


async def undelete_source(tx: Tx, *, owner_id: ids.UserId, source_id: ids.SourceId) -> Source:
    """Back into the list. Again, it does no harm. Raises SourceNotFound as `delete_source` does."""
    source = await _deletable(tx, owner_id, source_id)
    source.deleted_at = None
    return source


async def let_go(tx: Tx) -> list[str]:
    """Words whose deletion can't be undone any more, some at a time. The rows stay empty: what was written of them
    names them. Gives the keys of files, to be deleted; also those of recordings that were read or given up long ago."""
    before = tx.now - KEPT_FOR
    over = (
        select(Source)
        .where(
            or_(
                Source.deleted_at.is_not(None) & (Source.deleted_at < before) & (Source.digest != ""),
                Source.recording.has_key("storage_key")
                & (Source.created_at < before)
                & (Source.status != SourceStatus.READING),
            )
        )
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    keys = []
    for source in (await tx.session.scalars(over)).all():
        keys.append((source.recording or {}).get("storage_key", ""))
        source.recording = None
        if source.deleted_at is not None and source.deleted_at < before:
            _empty(source)
    return [key for key in keys if key]


def _empty(source: Source) -> None:
    source.title = source.text = source.digest = source.file_digest = ""
    source.caption, source.entities, source.media = None, [], []
    source.url, source.heard, source.words = None, None, 0


async def _deletable(tx: Tx, owner_id: ids.UserId, source_id: ids.SourceId) -> Source:
    source = await source_of(tx.session, owner_id=owner_id, source_id=source_id, also_deleted=True, lock=True)
    if source.deleted_at is not None and source.deleted_at <= tx.now - UNDO_WITHIN:
        raise SourceNotFound(source_id=str(source_id))
    return source
