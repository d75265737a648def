"""The one message about a video on its way to us: what it should show. bot/videos/notices.py has the words."""

from typing import Any
from uuid import UUID

from core import ids
from core.db import Json
from core.deliveries.statuses import show_status, status_message_of
from core.posts.writing import Place
from core.tx import Tx
from core.videos.models import OwnVideo, UploadPurpose, VideoUpload

UPLOADING, CHECKING, READY = "videos.uploading", "videos.checking", "videos.ready"
REFUSED, SAME, STOPPED, EXPIRED = "videos.refused", "videos.same", "videos.cancelled", "videos.expired"


OF_SOURCES = {
    UPLOADING: "sources.uploading",
    STOPPED: "sources.upload_stopped",
    EXPIRED: "sources.upload_expired",
}
"""The same of a file to write from."""


async def show_upload(tx: Tx, upload: VideoUpload, place: Place, notice: str, **more: Any) -> None:
    """An upload and the video that comes of it have one id, and so one message."""
    data = {"video_id": str(upload.id), "name": upload.name, "language": place.language, **more}
    if upload.purpose == UploadPurpose.SOURCE:
        notice = OF_SOURCES[notice]
    await _show(tx, upload.owner_id, upload.id, place, notice, data)


async def show_video(
    tx: Tx,
    video: OwnVideo,
    place: Place,
    notice: str,
    *,
    subject_id: ids.OwnVideoId | None = None,
    here: bool = False,
    **more: Any,
) -> None:
    """`subject_id`: of the message, when it began about another. `here`: at `place` from now on, wherever it was."""
    data = {**video_data(video), "language": place.language, **more}
    await _show(tx, video.owner_id, subject_id or video.id, place, notice, data, here=here)


async def _show(
    tx: Tx, owner_id: ids.UserId, subject_id: UUID, place: Place, notice: str, data: Json, *, here: bool = False
) -> None:
    """Where its message is by now: `place` may have been deleted, and another sent."""
    known = await status_message_of(tx.session, owner_id=owner_id, subject_id=subject_id)
    await show_status(
        tx,
        owner_id=owner_id,
        subject_id=subject_id,
        chat_id=place.chat_id,
        message_id=place.message_id if known is None or here else None,
        notice=notice,
        data=data,
    )


def video_data(video: OwnVideo) -> Json:
    """As screens take it."""
    return {
        "video_id": str(video.id),
        "name": video.name,
        "status": video.status,
        "size_bytes": video.size_bytes,
        "duration_s": video.duration_s,
        "width": video.width,
        "height": video.height,
        "audio_codec": video.audio_codec,
        "error": video.error,
    }
