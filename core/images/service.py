"""Making pictures: what is chosen, the request with its quota, what came of it, and where it goes."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import uuid5

from core import ids
from core.billing.queries import Feature
from core.billing.service import hold_quota, release_hold, settle_hold
from core.db import Json
from core.errors import AppError, Conflict, InvalidInput
from core.images.models import Image, ImageStatus
from core.images.options import ImageOptions
from core.images.passages import MATERIAL_CHARACTERS, suggested
from core.images.queries import image_of, newest_image
from core.images.showing import show_failed, show_progress, show_stopped
from core.posts import details
from core.posts.models import Post
from core.posts.writing import Place, draft_of_media
from core.providers.images import PROMPT_CHARACTERS, ImageEngine, MadeImage
from core.queue import TEXT, JobSpec
from core.telegram.content import Media, MediaKind
from core.tx import Tx
from core.work.service import error_row, request_cancel, request_work

MAKE = JobSpec("jobs.images.make", queue=TEXT, attempts=3, timeout_s=150, backoff_s=5)
WITHDRAW = JobSpec("jobs.images.withdraw", queue=TEXT, timeout_s=60)
UNDO_WITHIN: Final = timedelta(days=7)
WORK_CANCELLED: Final = "work.cancelled"


class AlreadyMaking(Conflict):
    """It is being made: a second press."""

    code = "images.already_making"


class NotMade(Conflict):
    """There is no picture yet."""

    code = "images.not_made"


def checked_prompt(text: str) -> str:
    """Raises InvalidInput "images.no_prompt" or "images.prompt_too_long" (characters, most)."""
    prompt = text.replace("\0", "").strip()
    if not prompt:
        raise InvalidInput("images.no_prompt")
    if len(prompt) > PROMPT_CHARACTERS:
        raise InvalidInput("images.prompt_too_long", characters=len(prompt), most=PROMPT_CHARACTERS)
    return prompt


async def open_image(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    material: str,
    language: str,
    engines: Sequence[ImageEngine],
    post_id: ids.PostId | None = None,
) -> Image:
    """A card's worth of choices, beginning with the last ones. `engines`: who makes pictures, the preset one first.

    Of a post, words are suggested; what was typed for a picture is taken as it is. Raises InvalidInput as
    `checked_prompt`.
    """
    last = await newest_image(tx.session, owner_id=owner_id)
    options = options_of(last) if last is not None else ImageOptions(engine=engines[0])
    if options.engine not in engines:
        options = replace(options, engine=engines[0])
    material = material.replace("\0", "").strip()[:MATERIAL_CHARACTERS]
    typed = post_id is None
    image = Image(
        id=ids.new(),
        owner_id=owner_id,
        post_id=post_id,
        material=material,
        prompt=checked_prompt(material if typed else suggested(material, language, options.engine)),
        language=language,
        options=options.to_json(),
        created_at=tx.now,
    )
    tx.session.add(image)
    await tx.session.flush()
    return image


def options_of(image: Image) -> ImageOptions:
    return ImageOptions.from_json(image.options)


async def change_options(tx: Tx, *, owner_id: ids.UserId, image_id: ids.ImageId, options: ImageOptions) -> Image:
    """What was suggested for one engine is suggested anew for another. Of a picture that is made, a copy is changed.

    Raises AlreadyMaking.
    """
    image = await _changeable(tx, owner_id, image_id)
    before = options_of(image)
    if options.engine is not before.engine and image.prompt == suggested(image.material, image.language, before.engine):
        image.prompt = checked_prompt(suggested(image.material, image.language, options.engine))
    image.options = options.to_json()
    image.receipt = None
    return image


async def change_prompt(tx: Tx, *, owner_id: ids.UserId, image_id: ids.ImageId, prompt: str) -> Image:
    """Likewise. Raises AlreadyMaking, or InvalidInput as `checked_prompt`."""
    wanted = checked_prompt(prompt)
    image = await _changeable(tx, owner_id, image_id)
    image.prompt, image.receipt = wanted, None
    return image


async def _changeable(tx: Tx, owner_id: ids.UserId, image_id: ids.ImageId) -> Image:
    image = await image_of(tx.session, owner_id=owner_id, image_id=image_id, lock=True)
    if image.status == ImageStatus.WORKING:
        raise AlreadyMaking
    return await copy_of(tx, image) if image.status == ImageStatus.READY else image


async def copy_of(tx: Tx, image: Image) -> Image:
    """The same wish once more, as a picture of its own."""
    copy = Image(
        id=ids.new(),
        owner_id=image.owner_id,
        post_id=image.post_id,
        material=image.material,
        prompt=image.prompt,
        language=image.language,
        options=image.options,
        status=ImageStatus.CHOOSING,
        created_at=tx.now,
    )
    tx.session.add(copy)
    await tx.session.flush()
    return copy


async def reopen_image(tx: Tx, *, owner_id: ids.UserId, image_id: ids.ImageId) -> Image:
    """To be changed: itself as long as nothing came of it, else a copy. Raises AlreadyMaking."""
    return await _changeable(tx, owner_id, image_id)


async def another(
    tx: Tx, *, owner_id: ids.UserId, image_id: ids.ImageId, next_layout: bool = False, prompt: str | None = None
) -> Image:
    """A picture like this one, to be requested: as it is, in the next layout, or of another prompt. Raises NotMade,
    or InvalidInput as `checked_prompt`."""
    image = await image_of(tx.session, owner_id=owner_id, image_id=image_id, lock=True)
    if image.status != ImageStatus.READY:
        raise NotMade
    copy = await copy_of(tx, image)
    if next_layout:
        copy.options = options_of(copy).with_next_layout().to_json()
    if prompt is not None:
        copy.prompt = checked_prompt(prompt)
    return copy


async def request_image(tx: Tx, *, owner_id: ids.UserId, image_id: ids.ImageId, place: Place) -> Image:
    """Hold a picture and start; the message at `place` tells how far it is.

    Raises AlreadyMaking on a second press (also once it is made), LimitReached.
    """
    image = await image_of(tx.session, owner_id=owner_id, image_id=image_id, lock=True)
    if image.status in (ImageStatus.WORKING, ImageStatus.READY):
        raise AlreadyMaking
    image.hold_id = await hold_quota(
        tx,
        owner_id=owner_id,
        feature=Feature.IMAGES,
        amount=1,
        reason=f"image:{image.id}:{tx.now.isoformat()}",
    )
    image.status, image.problem = ImageStatus.WORKING, None
    await tx.session.flush()
    payload = {"chat_id": place.chat_id, "message_id": place.message_id, "language": place.language}
    await request_work(tx, MAKE, owner_id=owner_id, subject_id=image.id, payload=payload)
    await show_progress(tx, image, place, step="queued", percent=0, message_id=place.message_id)
    return image


async def keep_receipt(tx: Tx, *, owner_id: ids.UserId, image_id: ids.ImageId, receipt: Json | None) -> None:
    """What was ordered is paid for: whoever goes on with this picture fetches that. None: it has failed there."""
    image = await image_of(tx.session, owner_id=owner_id, image_id=image_id, lock=True, deleted=True)
    image.receipt = receipt


async def record_image(tx: Tx, *, owner_id: ids.UserId, image_id: ids.ImageId, made: MadeImage, key: str) -> Image:
    """It is there: keep it, and settle the quota. Its file lies under `key`."""
    image = await image_of(tx.session, owner_id=owner_id, image_id=image_id, lock=True, deleted=True)
    image.status, image.problem, image.receipt = ImageStatus.READY, None, None
    image.storage_key, image.width, image.height = key, made.width, made.height
    image.made_by, image.left_out, image.made_at = made.made_by, made.left_out, tx.now
    if image.hold_id is not None:
        await settle_hold(tx, image.hold_id, used=1)
    return image


async def cancel_image(tx: Tx, *, owner_id: ids.UserId, image_id: ids.ImageId, place: Place) -> bool:
    """Stop making it; nothing is charged. False when it has ended."""
    met = await request_cancel(tx, owner_id=owner_id, subject_id=image_id)  # first: jobs lock in this order
    if met == "queued":
        await end_image(tx, owner_id=owner_id, image_id=image_id, place=place, error=AppError(WORK_CANCELLED))
    return met is not None


async def end_image(tx: Tx, *, owner_id: ids.UserId, image_id: ids.ImageId, place: Place, error: AppError) -> None:
    """It failed or was cancelled: the plan gets its picture back, and the message says so. What was ordered is
    withdrawn when nobody wants it, and kept when another try may still get it."""
    image = await image_of(tx.session, owner_id=owner_id, image_id=image_id, lock=True, deleted=True)
    if image.hold_id is not None:
        await release_hold(tx, image.hold_id)
    if error.error_code == WORK_CANCELLED:
        _withdraw(tx, image)
        image.status = ImageStatus.CHOOSING
        await show_stopped(tx, image, place)
        return
    image.status, image.problem = ImageStatus.FAILED, error_row(error)
    await show_failed(tx, image, place)


def _withdraw(tx: Tx, image: Image) -> None:
    """Best effort: the receipt goes with the job, as the row may be about to order anew."""
    if image.receipt is not None:
        tx.enqueue(WITHDRAW, options_of(image).engine, json.dumps(image.receipt))
        image.receipt = None


async def attach_image(tx: Tx, *, owner_id: ids.UserId, image_id: ids.ImageId, post_id: ids.PostId) -> Post:
    """Let it go with a draft; again, it changes nothing.

    Raises NotMade, and what core.posts.details.add_media raises.
    """
    image = await image_of(tx.session, owner_id=owner_id, image_id=image_id)
    post = await details.add_media(tx, owner_id=owner_id, post_id=post_id, media=[medium_of(image)])
    image.post_id = post.id
    return post


async def post_of_image(tx: Tx, *, owner_id: ids.UserId, image_id: ids.ImageId, language: str) -> Post:
    """A draft for Telegram of nothing but the picture; pressed twice, it is the same one. Raises NotMade."""
    image = await image_of(tx.session, owner_id=owner_id, image_id=image_id, lock=True)
    post = await draft_of_media(
        tx, owner_id=owner_id, media=[medium_of(image)], language=language, post_id=ids.PostId(uuid5(image.id, "post"))
    )
    image.post_id = post.id
    return post


def medium_of(image: Image) -> Media:
    """As a photo. Raises NotMade."""
    if image.storage_key is None:
        raise NotMade
    return Media(kind=MediaKind.PHOTO, storage_key=image.storage_key, width=image.width, height=image.height)


async def delete_image(tx: Tx, *, owner_id: ids.UserId, image_id: ids.ImageId) -> Image:
    """Out of the list, with a way back for a week; work at it is stopped. Posts keep it. Again, it changes nothing."""
    met = await request_cancel(tx, owner_id=owner_id, subject_id=image_id)  # first: jobs lock in this order
    image = await image_of(tx.session, owner_id=owner_id, image_id=image_id, lock=True, deleted=True)
    if met == "queued":
        image.status = ImageStatus.CHOOSING
        _withdraw(tx, image)
        if image.hold_id is not None:
            await release_hold(tx, image.hold_id)
    image.deleted_at = image.deleted_at or tx.now
    return image


async def restore_image(tx: Tx, *, owner_id: ids.UserId, image_id: ids.ImageId) -> Image:
    image = await image_of(tx.session, owner_id=owner_id, image_id=image_id, lock=True, deleted=True)
    image.deleted_at = None
    return image
