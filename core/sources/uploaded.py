"""Files to write from that came by the upload page, since Telegram gives none of their size."""

import hashlib
from typing import Final

from core import ids
from core.languages import UNKNOWN
from core.posts.writing import Place
from core.sources.models import Source, SourceStatus
from core.sources.reading import SourceKind
from core.sources.service import SourceNotFound, source_of
from core.sources.unread import FILMS, SOUNDS, UnreadFile
from core.sources.words import begin_reading
from core.tx import Tx
from core.work.service import request_cancel

FILES: Final = "sources"
"""Under which they are stored."""


async def take_uploaded(
    tx: Tx,
    *,
    source_id: ids.SourceId,
    owner_id: ids.UserId,
    file: UnreadFile,
    place: Place,
    instead_of: ids.SourceId | None = None,
) -> ids.SourceId:
    """Keep it under this id, and have its words read. A source that it takes the place of lends its media and caption,
    and goes."""
    source = Source(
        id=source_id,
        owner_id=owner_id,
        kind=_kind_of(file),
        title="",
        text="",
        recording=file.to_json(),
        language=UNKNOWN,
        words=0,
        digest=hashlib.sha256(f"upload:{source_id}".encode()).hexdigest(),
        status=SourceStatus.READY,
        created_at=tx.now,
    )
    if instead_of is not None:
        await request_cancel(tx, owner_id=owner_id, subject_id=instead_of)  # first: jobs lock in this order
        await _take_the_place(tx, source, instead_of)
    tx.session.add(source)
    await tx.session.flush()
    await begin_reading(tx, owner_id=owner_id, source_id=source_id, place=place)
    return source_id


async def _take_the_place(tx: Tx, source: Source, earlier_id: ids.SourceId) -> None:
    """One that was deleted meanwhile lends nothing."""
    try:
        earlier = await source_of(tx.session, owner_id=source.owner_id, source_id=earlier_id, lock=True)
    except SourceNotFound:
        return
    source.kind, source.text, source.caption = earlier.kind, earlier.text, earlier.caption
    source.entities, source.media = list(earlier.entities), list(earlier.media)
    source.title, source.language, source.words = earlier.title, earlier.language, earlier.words
    earlier.deleted_at = tx.now


def _kind_of(file: UnreadFile) -> SourceKind:
    if file.ending in SOUNDS:
        return SourceKind.AUDIO
    return SourceKind.VIDEO if file.ending in FILMS else SourceKind.FILE
