"""The one message about a video on its way to us: what it should show. bot/videos/notices.py has the words."""

from typing import Any

from core import ids
from core.db import Json
from core.deliveries.statuses import show_status
from core.posts.writing import Place
from core.tx import Tx
from core.videos.models import OwnVideo, VideoUpload

UPLOADING, CHECKING, READY = "videos.uploading", "videos.checking", "videos.ready"
REFUSED, SAME, STOPPED, EXPIRED = "videos.refused", "videos.same", "videos.cancelled", "videos.expired"


async def show_upload(tx: Tx, upload: VideoUpload, place: Place, notice: str, **more: Any) -> None:
    """An upload and the video that comes of it have one id, and so one message."""
    data = {"video_id": str(upload.id), "name": upload.name, "language": place.language, **more}
    await show_status(
        tx,
        owner_id=upload.owner_id,
        subject_id=upload.id,
        chat_id=place.chat_id,
        message_id=place.message_id,
        notice=notice,
        data=data,
    )


async def show_video(
    tx: Tx, video: OwnVideo, place: Place, notice: str, *, subject_id: ids.OwnVideoId | None = None, **more: Any
) -> None:
    """`subject_id`: of the message, when it began about another."""
    await show_status(
        tx,
        owner_id=video.owner_id,
        subject_id=subject_id or video.id,
        chat_id=place.chat_id,
        message_id=place.message_id,
        notice=notice,
        data={**video_data(video), "language": place.language, **more},
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
