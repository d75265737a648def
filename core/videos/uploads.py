"""Uploads by the browser: a link that works once, how much of the file is safely kept, and what becomes of it.

The bytes themselves stand in a file of the machine that web runs on (core/videos/partial.py) until they are whole.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, func, select

from core import ids
from core.accounts.service import user_of
from core.db import ReadSession
from core.errors import AppError, Conflict, InvalidInput, LimitReached, NotFound
from core.posts.writing import Place
from core.sources.unread import UnreadFile
from core.sources.uploaded import take_uploaded
from core.tx import Tx
from core.videos import showing
from core.videos.models import UploadPurpose, VideoUpload
from core.videos.queries import OwnVideoNotFound, own_video
from core.videos.service import clean_name, take_file

LIMIT_BYTES: Final = 500_000_000
LIFE: Final = timedelta(hours=24)
OPEN_MOST: Final = 5
"""Of one user, at once."""
TOLD_EVERY: Final = 5
"""Percent: so often the message in the chat is changed."""


class UploadNotFound(NotFound):
    code = "videos.upload_not_found"


class UploadEnded(Conflict):
    """The link was used, or its owner has cancelled. Params: `done`, whether a video came of it."""

    code = "videos.upload_ended"


class UploadExpired(Conflict):
    code = "videos.upload_expired"


class OffsetMismatch(Conflict):
    """The piece doesn't begin where the kept part of the file ends. Params: offset_bytes."""

    code = "videos.upload_offset"


class TooLarge(InvalidInput):
    """Params: limit_bytes."""

    code = "videos.upload_too_large"


async def open_upload(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    place: Place,
    purpose: UploadPurpose = UploadPurpose.VIDEO,
    source_id: ids.SourceId | None = None,
) -> VideoUpload:
    """A page for one file, for a day. `source_id`: whose file it is, which Telegram didn't give.

    Raises LimitReached "videos.too_many_uploads" (limit).
    """
    await user_of(tx.session, owner_id)
    mine = select(func.count()).where(
        VideoUpload.owner_id == owner_id, VideoUpload.ended_at.is_(None), VideoUpload.expires_at > tx.now
    )
    if (await tx.session.scalar(mine) or 0) >= OPEN_MOST:
        raise LimitReached("videos.too_many_uploads", feature="uploads", limit=OPEN_MOST)
    upload = VideoUpload(
        id=ids.UploadId(ids.new()),
        owner_id=owner_id,
        chat_id=place.chat_id,
        message_id=place.message_id,
        purpose=purpose,
        source_id=source_id,
        offset_bytes=0,
        created_at=tx.now,
        updated_at=tx.now,
        expires_at=tx.now + LIFE,
    )
    tx.session.add(upload)
    await tx.session.flush()
    return upload


async def upload_of(
    session: ReadSession, *, owner_id: ids.UserId, upload_id: ids.UploadId, lock: bool = False
) -> VideoUpload:
    """In whatever state. Raises UploadNotFound, also for somebody else's."""
    wanted = select(VideoUpload).where(VideoUpload.id == upload_id, VideoUpload.owner_id == owner_id)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(wanted)
    if found is None:
        raise UploadNotFound(upload_id=str(upload_id))
    return found


async def open_upload_of(tx: Tx, *, owner_id: ids.UserId, upload_id: ids.UploadId, lock: bool = False) -> VideoUpload:
    """One that still takes bytes. Raises UploadNotFound, UploadEnded, UploadExpired."""
    upload = await upload_of(tx.session, owner_id=owner_id, upload_id=upload_id, lock=lock)
    if upload.ended_at is not None:
        raise UploadEnded(done=upload.came)
    if upload.expires_at <= tx.now:
        raise UploadExpired
    return upload


async def begin_file(
    tx: Tx, *, owner_id: ids.UserId, upload_id: ids.UploadId, name: str | None, size_bytes: int
) -> VideoUpload:
    """The browser has chosen a file: what was kept of another one counts no longer.

    Raises what `open_upload_of` raises, TooLarge, and InvalidInput "videos.empty".
    """
    if size_bytes > LIMIT_BYTES:
        raise TooLarge(limit_bytes=LIMIT_BYTES)
    if size_bytes < 1:
        raise InvalidInput("videos.empty")
    upload = await open_upload_of(tx, owner_id=owner_id, upload_id=upload_id, lock=True)
    upload.name = clean_name(name, ending=upload.purpose == UploadPurpose.SOURCE)
    upload.size_bytes, upload.offset_bytes = size_bytes, 0
    upload.updated_at = tx.now
    await showing.show_upload(tx, upload, await _place(tx, upload), showing.UPLOADING, percent=0)
    return upload


async def advance(
    tx: Tx, *, owner_id: ids.UserId, upload_id: ids.UploadId, begin_bytes: int, end_bytes: int
) -> VideoUpload:
    """The bytes from `begin_bytes` up to `end_bytes` are on the disk. Raises OffsetMismatch when others came first,
    and what `open_upload_of` raises."""
    upload = await open_upload_of(tx, owner_id=owner_id, upload_id=upload_id, lock=True)
    if upload.offset_bytes != begin_bytes:
        raise OffsetMismatch(offset_bytes=upload.offset_bytes)
    before, after = _percent(upload, begin_bytes), _percent(upload, end_bytes)
    upload.offset_bytes, upload.updated_at = end_bytes, tx.now
    if before // TOLD_EVERY != after // TOLD_EVERY:
        await showing.show_upload(tx, upload, await _place(tx, upload), showing.UPLOADING, percent=after)
    return upload


async def fall_back(tx: Tx, *, owner_id: ids.UserId, upload_id: ids.UploadId, offset_bytes: int) -> VideoUpload:
    """Less is on the disk than was thought, as on another machine: go on from there."""
    upload = await open_upload_of(tx, owner_id=owner_id, upload_id=upload_id, lock=True)
    upload.offset_bytes = min(upload.offset_bytes, offset_bytes)
    return upload


async def finish_upload(tx: Tx, *, owner_id: ids.UserId, upload_id: ids.UploadId, storage_key: str) -> VideoUpload:
    """The file is whole and stored: the link is used up, and its contents are looked at. Again, it does no harm."""
    upload = await upload_of(tx.session, owner_id=owner_id, upload_id=upload_id, lock=True)
    if upload.ended_at is not None:
        return upload
    place = await _place(tx, upload)
    if upload.purpose == UploadPurpose.SOURCE:
        upload.source_id = await take_uploaded(
            tx,
            source_id=ids.SourceId(upload.id),
            owner_id=owner_id,
            file=UnreadFile(upload.name or "", storage_key=storage_key),
            place=place,
            instead_of=upload.source_id,
        )
    else:
        video = await take_file(
            tx,
            video_id=ids.OwnVideoId(upload.id),
            owner_id=owner_id,
            name=upload.name,
            storage_key=storage_key,
            size_bytes=upload.size_bytes or 0,
            place=place,
        )
        upload.video_id = video.id
    upload.ended_at = upload.updated_at = tx.now
    return upload


async def cancel_upload(tx: Tx, *, owner_id: ids.UserId, upload_id: ids.UploadId) -> bool:
    """The link leads nowhere any more, and what came is forgotten. False when it has ended before."""
    upload = await upload_of(tx.session, owner_id=owner_id, upload_id=upload_id, lock=True)
    if upload.ended_at is not None:
        return False
    upload.ended_at = upload.updated_at = tx.now
    await showing.show_upload(tx, upload, await _place(tx, upload), showing.STOPPED)
    return True


async def outcome_of(session: ReadSession, upload: VideoUpload) -> tuple[str, AppError | None]:
    """What came of an upload that has ended: a status of the video, or "cancelled"; with the reason of a refusal."""
    if upload.video_id is None:
        return "cancelled", None
    try:
        video = await own_video(session, video_id=upload.video_id, owner_id=upload.owner_id)
    except OwnVideoNotFound:
        return "cancelled", None
    error = video.error
    return video.status, AppError(error["code"], **error["params"]) if error else None


async def expire_uploads(tx: Tx, *, limit: int = 200) -> int:
    """Close the links whose time has passed, and say so where they stand. Gives how many."""
    late = (
        select(VideoUpload)
        .where(VideoUpload.ended_at.is_(None), VideoUpload.expires_at <= tx.now)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    uploads = (await tx.session.scalars(late)).all()
    for upload in uploads:
        upload.ended_at = upload.updated_at = tx.now
        await showing.show_upload(tx, upload, await _place(tx, upload), showing.EXPIRED)
    return len(uploads)


async def open_uploads(session: ReadSession, upload_ids: list[ids.UploadId]) -> dict[ids.UploadId, VideoUpload]:
    """Those of them that still take bytes, or are whole and wait to be stored."""
    found = await session.scalars(
        select(VideoUpload).where(VideoUpload.id.in_(upload_ids), VideoUpload.ended_at.is_(None))
    )
    return {upload.id: upload for upload in found}


async def forget_uploads(tx: Tx, *, older_than: timedelta = timedelta(days=30)) -> None:
    """Rows that only told of links."""
    old = select(VideoUpload.id).where(VideoUpload.ended_at < tx.now - older_than)
    await tx.session.execute(delete(VideoUpload).where(VideoUpload.id.in_(old)))


def _percent(upload: VideoUpload, offset_bytes: int) -> int:
    return 100 * offset_bytes // (upload.size_bytes or 1)


async def _place(tx: Tx, upload: VideoUpload) -> Place:
    return Place(upload.chat_id, upload.message_id, (await user_of(tx.session, upload.owner_id)).language)
