"""The one message that tells how far a picture is, and the picture itself. Data; bot/notices.py makes screens of it."""

from typing import Final

from core.db import Json, ReadSession, TelegramId
from core.deliveries.service import send_notice
from core.deliveries.statuses import show_status
from core.images.models import Image
from core.posts.details import takes_media
from core.posts.queries import PostNotFound, post_of
from core.posts.writing import Place
from core.tx import Tx

PROGRESS, DONE, RESULT = "images.progress", "images.done", "images.result"
FAILED, STOPPED = "images.failed", "images.cancelled"
PROMPT_SHOWN: Final = 600


def image_data(image: Image, *, language: str, **more: object) -> Json:
    """A picture as its screens show it. `language` is the reader's."""
    return {
        "image_id": str(image.id),
        "post_id": str(image.post_id) if image.post_id else None,
        "prompt": image.prompt[:PROMPT_SHOWN],
        "options": image.options,
        "status": image.status,
        "key": image.storage_key,
        "width": image.width,
        "height": image.height,
        "made_by": image.made_by,
        "left_out": image.left_out,
        "problem": image.problem,
        "language": language,
        **more,
    }


async def result_data(session: ReadSession, image: Image, *, language: str) -> Json:
    """As `image_data`, with whether its post can have it: some are only texts to be copied elsewhere."""
    takes_it = True
    if image.post_id is not None:
        try:
            takes_it = takes_media(await post_of(session, owner_id=image.owner_id, post_id=image.post_id))
        except PostNotFound:
            return image_data(image, language=language, takes_it=True) | {"post_id": None}
    return image_data(image, language=language, takes_it=takes_it)


async def show_progress(
    tx: Tx, image: Image, place: Place, *, step: str, percent: int, message_id: TelegramId | None = None
) -> None:
    """`step`: queued, ordered, making, storing."""
    data = image_data(image, language=place.language, step=step, percent=percent)
    await _show(tx, image, place, PROGRESS, data, message_id=message_id)


async def show_made(tx: Tx, image: Image, place: Place) -> None:
    """The picture comes as a message of its own, below; once."""
    await _show(tx, image, place, DONE, image_data(image, language=place.language))
    await send_notice(
        tx,
        owner_id=image.owner_id,
        chat_id=place.chat_id,
        subject_id=image.id,
        notice=RESULT,
        data=await result_data(tx.session, image, language=place.language),
        language=place.language,
        dedupe_key=f"image:{image.id}",
    )


async def show_failed(tx: Tx, image: Image, place: Place) -> None:
    await _show(tx, image, place, FAILED, image_data(image, language=place.language))


async def show_stopped(tx: Tx, image: Image, place: Place) -> None:
    await _show(tx, image, place, STOPPED, image_data(image, language=place.language))


async def _show(
    tx: Tx, image: Image, place: Place, notice: str, data: Json, *, message_id: TelegramId | None = None
) -> None:
    await show_status(
        tx,
        owner_id=image.owner_id,
        subject_id=image.id,
        chat_id=place.chat_id,
        message_id=message_id,
        notice=notice,
        data=data,
    )
