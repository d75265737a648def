"""Users' own videos: taken in, looked at, renamed, deleted. Uploads by the browser stand in uploads.py."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from core import ids
from core.db import TelegramId
from core.errors import AppError, InvalidInput
from core.posts.writing import Place
from core.queue import MEDIA, JobSpec
from core.tx import Tx
from core.videos import showing
from core.videos.models import OwnVideo, OwnVideoStatus
from core.videos.probing import Probe
from core.videos.queries import OwnVideoNotFound, deletable_video, own_video, same_video
from core.work.service import error_row, request_cancel, request_work

CHECK: Final = JobSpec("jobs.videos.check_video", queue=MEDIA, attempts=3, timeout_s=900, fair=True)
CANCELLED: Final = "work.cancelled"
NAME_CHARACTERS: Final = 100
UNNAMED: Final = "Video"
ENDING_CHARACTERS: Final = 5
UNDO_WITHIN: Final = timedelta(days=7)
MESSAGE_LIMIT_BYTES: Final = 2_000_000_000
"""Of a video in the chat: what a Bot API server of one's own lets bots download; Telegram's own stops at 20 MB."""


async def take_message(
    tx: Tx, *, owner_id: ids.UserId, file_id: str, name: str | None, size_bytes: int, place: Place
) -> OwnVideo:
    """A video of the chat: fetched from Telegram and looked at; the message at `place` tells how far it is."""
    video = _new(tx, ids.OwnVideoId(ids.new()), owner_id, name=name, storage_key="", size_bytes=size_bytes)
    await _begin(tx, video, place, file_id=file_id)
    return video


async def take_file(
    tx: Tx,
    *,
    video_id: ids.OwnVideoId,
    owner_id: ids.UserId,
    name: str | None,
    storage_key: str,
    size_bytes: int,
    place: Place,
) -> OwnVideo:
    """A file that is stored already: looked at."""
    video = _new(tx, video_id, owner_id, name=name, storage_key=storage_key, size_bytes=size_bytes)
    await _begin(tx, video, place)
    return video


async def note_stored(
    tx: Tx, *, owner_id: ids.UserId, video_id: ids.OwnVideoId, storage_key: str, size_bytes: int
) -> None:
    """It was fetched: no further attempt has to."""
    video = await own_video(tx.session, video_id=video_id, owner_id=owner_id, lock=True)
    video.storage_key, video.size_bytes, video.updated_at = storage_key, size_bytes, tx.now


async def tell_progress(
    tx: Tx, *, owner_id: ids.UserId, video_id: ids.OwnVideoId, place: Place, step: str, percent: int
) -> None:
    """`step`: fetching, looking."""
    video = await own_video(tx.session, video_id=video_id, owner_id=owner_id)
    await showing.show_video(tx, video, place, showing.CHECKING, step=step, percent=percent)


async def record_checked(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    video_id: ids.OwnVideoId,
    probe: Probe,
    digest: str,
    thumbnail_key: str,
    place: Place,
) -> OwnVideo:
    """It is good. Of one that its owner has sent before, the first stays the only one: that is given, and the new row
    is gone."""
    video = await own_video(tx.session, video_id=video_id, owner_id=owner_id, lock=True)
    known = await same_video(tx.session, owner_id=owner_id, digest=digest, but=video_id)
    if known is not None:
        await showing.show_video(tx, known, place, showing.SAME, subject_id=video.id)
        await tx.session.delete(video)
        return known
    video.status, video.error, video.digest, video.thumbnail_key = OwnVideoStatus.READY, None, digest, thumbnail_key
    _describe(video, probe)
    video.updated_at = tx.now
    await showing.show_video(tx, video, place, showing.READY)
    return video


async def end_check(tx: Tx, *, owner_id: ids.UserId, video_id: ids.OwnVideoId, place: Place, error: AppError) -> None:
    """It is no video that can be kept, or something failed, or its owner has cancelled: then it is gone.

    A refused file isn't wanted any more; after a failure it stays, and can be looked at again.
    """
    video = await own_video(tx.session, video_id=video_id, owner_id=owner_id, lock=True)
    if error.error_code == CANCELLED:
        await showing.show_video(tx, video, place, showing.STOPPED)
        await tx.session.delete(video)
        return
    video.status, video.error, video.updated_at = OwnVideoStatus.REFUSED, error_row(error), tx.now
    if isinstance(error, InvalidInput):
        video.storage_key = ""
    await showing.show_video(tx, video, place, showing.REFUSED, again=bool(video.storage_key))


async def check_again(tx: Tx, *, owner_id: ids.UserId, video_id: ids.OwnVideoId, place: Place) -> OwnVideo:
    """After a failure that wasn't the video's. Raises OwnVideoNotFound when nothing is left to look at."""
    video = await own_video(tx.session, video_id=video_id, owner_id=owner_id, lock=True)
    if video.status == OwnVideoStatus.REFUSED:
        if not video.storage_key:
            raise OwnVideoNotFound(video_id=str(video_id))
        video.status, video.error = OwnVideoStatus.CHECKING, None
        await _begin(tx, video, place, here=True)
    return video


async def cancel_check(tx: Tx, *, owner_id: ids.UserId, video_id: ids.OwnVideoId, place: Place) -> bool:
    """Stop looking at it: it is gone then. False when that has ended."""
    met = await request_cancel(tx, owner_id=owner_id, subject_id=video_id)  # first: jobs lock in this order
    if met == "queued":
        await end_check(tx, owner_id=owner_id, video_id=video_id, place=place, error=AppError(CANCELLED))
    return met is not None


async def rename_video(tx: Tx, *, owner_id: ids.UserId, video_id: ids.OwnVideoId, name: str) -> OwnVideo:
    """Call it something else, for its owner. Raises InvalidInput "videos.name_length" (characters, most)."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= NAME_CHARACTERS:
        raise InvalidInput("videos.name_length", characters=len(name), most=NAME_CHARACTERS)
    video = await own_video(tx.session, video_id=video_id, owner_id=owner_id, lock=True)
    video.name, video.updated_at = name, tx.now
    return video


async def delete_video(tx: Tx, *, owner_id: ids.UserId, video_id: ids.OwnVideoId) -> OwnVideo:
    """Out of the list, with a way back. Again, it does no harm.

    Raises OwnVideoNotFound, also when it was deleted longer ago than `UNDO_WITHIN`.
    """
    await request_cancel(tx, owner_id=owner_id, subject_id=video_id)
    video = await deletable_video(tx.session, video_id=video_id, owner_id=owner_id, deleted_since=tx.now - UNDO_WITHIN)
    if video.deleted_at is None:
        video.deleted_at = video.updated_at = tx.now
    return video


async def undelete_video(tx: Tx, *, owner_id: ids.UserId, video_id: ids.OwnVideoId) -> OwnVideo:
    """Back into the list. Again, it does no harm.

    Raises OwnVideoNotFound, also when it was deleted longer ago than `UNDO_WITHIN`.
    """
    video = await deletable_video(tx.session, video_id=video_id, owner_id=owner_id, deleted_since=tx.now - UNDO_WITHIN)
    if video.deleted_at is not None:
        video.deleted_at, video.updated_at = None, tx.now
    return video


def place_of(payload: Mapping[str, Any]) -> Place:
    """Where a job's message is, and the language of who reads it."""
    return Place(TelegramId(payload["chat_id"]), TelegramId(payload["message_id"]), payload["language"])


def clean_name(name: str | None, *, ending: bool = False) -> str:
    """What a file is called, for its owner; without its ending, unless that is wanted."""
    plain = " ".join("".join(each if each.isprintable() else " " for each in name or "").split())
    stem, dot, last = plain.rpartition(".")
    if ending and dot:
        return f"{stem[:NAME_CHARACTERS]}.{last[:ENDING_CHARACTERS]}"
    if dot and stem and len(last) <= ENDING_CHARACTERS:
        plain = stem
    return plain[:NAME_CHARACTERS].strip() or UNNAMED


def _new(
    tx: Tx, video_id: ids.OwnVideoId, owner_id: ids.UserId, *, name: str | None, storage_key: str, size_bytes: int
) -> OwnVideo:
    return OwnVideo(
        id=video_id,
        owner_id=owner_id,
        name=clean_name(name),
        storage_key=storage_key,
        size_bytes=size_bytes,
        status=OwnVideoStatus.CHECKING,
        digest="",
        created_at=tx.now,
        updated_at=tx.now,
    )


async def _begin(tx: Tx, video: OwnVideo, place: Place, *, here: bool = False, **more: object) -> None:
    tx.session.add(video)
    await tx.session.flush()
    payload = {"chat_id": place.chat_id, "message_id": place.message_id, "language": place.language, **more}
    await request_work(tx, CHECK, owner_id=video.owner_id, subject_id=video.id, payload=payload)
    await showing.show_video(tx, video, place, showing.CHECKING, here=here, step="queued", percent=0)


def _describe(video: OwnVideo, probe: Probe) -> None:
    video.container, video.video_codec, video.audio_codec = probe.container, probe.video_codec, probe.audio_codec
    video.duration_s, video.width, video.height = probe.duration_s, probe.width, probe.height
    video.frame_rate, video.bit_rate, video.details = probe.frame_rate, probe.bit_rate, probe.to_json()
