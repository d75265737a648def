"""Getting the words of a source out of what it came with: begun, done, failed, cancelled, or typed instead."""

from collections.abc import Sequence
from typing import Any, Final

from core import ids
from core.db import Json
from core.errors import AppError, InvalidInput
from core.posts.writing import Place
from core.queue import MEDIA, JobSpec
from core.sources.models import Source, SourceStatus
from core.sources.queries import same_file
from core.sources.reading import Reading, SourceKind
from core.sources.service import keep_source, source_of
from core.sources.showing import show_source, unread_of
from core.tx import Tx
from core.work.service import error_row, request_cancel, request_work

READ: Final = JobSpec("jobs.sources.read_words", queue=MEDIA, attempts=3, timeout_s=5400, fair=True)
CANCELLED: Final = "work.cancelled"
TYPED: Final = "typed"
"""In place of a file's digest, so that nothing else is taken for the same."""


async def begin_reading(tx: Tx, *, owner_id: ids.UserId, source_id: ids.SourceId, place: Place) -> Source:
    """Have its words read; the message at `place` tells how far it is. Again, it does no harm.

    Raises InvalidInput "source.nothing_to_read".
    """
    source = await source_of(tx.session, owner_id=owner_id, source_id=source_id, lock=True)
    if source.status == SourceStatus.READING:
        return source
    if not unread_of(source) and source.kind != SourceKind.VIDEO:
        raise InvalidInput("source.nothing_to_read")
    source.status, source.error = SourceStatus.READING, None
    payload = {"chat_id": place.chat_id, "message_id": place.message_id, "language": place.language}
    await request_work(tx, READ, owner_id=owner_id, subject_id=source.id, payload=payload)
    await show_source(tx, source, place, here=True, step="queued", percent=0)
    return source


async def tell_progress(tx: Tx, source: Source, *, place: Place, step: str, percent: int) -> None:
    """`step`: fetching, reading, listening."""
    await show_source(tx, source, place, step=step, percent=percent)


async def note_heard(tx: Tx, *, owner_id: ids.UserId, source_id: ids.SourceId, heard: Json) -> None:
    """What was transcribed so far: no further attempt has to ask for it."""
    source = await source_of(tx.session, owner_id=owner_id, source_id=source_id, lock=True)
    source.heard = heard


async def record_words(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    source_id: ids.SourceId,
    readings: Sequence[Reading],
    file_digest: str,
    place: Place,
    **more: Any,
) -> Source:
    """The words are there. What one source can't hold makes further ones. Of a file that its owner has sent before, the
    first source stays the only one, and is given.

    `more` is shown with it.
    """
    source = await source_of(tx.session, owner_id=owner_id, source_id=source_id, lock=True)
    if source.status != SourceStatus.READING:
        return source
    known = await same_file(tx.session, owner_id=owner_id, file_digest=file_digest, but=source_id)
    if known is not None and file_digest:
        source.status, source.deleted_at = SourceStatus.READY, tx.now
        await show_source(tx, known, place, subject_id=source.id, same=True)
        return known
    _take(source, readings[0])
    source.file_digest = file_digest
    for further in readings[1:]:
        await keep_source(tx, owner_id=owner_id, reading=further)
    await show_source(tx, source, place, parts=len(readings), **more)
    return source


async def end_reading(tx: Tx, *, owner_id: ids.UserId, source_id: ids.SourceId, place: Place, error: AppError) -> None:
    """It failed, or was cancelled: what came stays, and can be tried again or typed."""
    source = await source_of(tx.session, owner_id=owner_id, source_id=source_id, lock=True)
    if source.status == SourceStatus.READING:
        leave_unread(source, error)
        await show_source(tx, source, place)


def leave_unread(source: Source, error: AppError) -> None:
    """Its words aren't there, and why."""
    source.status, source.error = SourceStatus.UNREAD, error_row(error)


async def cancel_reading(tx: Tx, *, owner_id: ids.UserId, source_id: ids.SourceId, place: Place) -> bool:
    """Stop it. False when that has ended."""
    met = await request_cancel(tx, owner_id=owner_id, subject_id=source_id)  # first: jobs lock in this order
    if met == "queued":
        await end_reading(tx, owner_id=owner_id, source_id=source_id, place=place, error=AppError(CANCELLED))
    return met is not None


async def type_words(tx: Tx, *, owner_id: ids.UserId, source_id: ids.SourceId, reading: Reading) -> Source:
    """Its owner says what is said in it; the recording stays with the words. Reading that runs is stopped."""
    await request_cancel(tx, owner_id=owner_id, subject_id=source_id)
    source = await source_of(tx.session, owner_id=owner_id, source_id=source_id, lock=True)
    _take(source, reading)
    source.file_digest = f"{TYPED}:{source.id}"
    return source


def _take(source: Source, reading: Reading) -> None:
    """What was its text until now goes out with the media when it is used as it is."""
    if source.caption is None:
        source.caption = source.text
    source.text, source.title = reading.text, reading.title
    source.language, source.words = reading.language, reading.words
    source.status, source.error, source.heard = SourceStatus.READY, None, None
