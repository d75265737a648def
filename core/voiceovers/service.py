"""Voiceovers from the options card to what came of sending them."""

from datetime import timedelta
from uuid import UUID

from core import ids
from core.billing.queries import Feature
from core.billing.service import hold_quota, release_hold, settle_hold
from core.db import Json
from core.errors import AppError, Conflict, InvalidInput, NotFound
from core.posts.writing import Place
from core.queue import MEDIA, JobSpec
from core.tx import Tx
from core.voiceovers.models import Voiceover, VoiceoverStatus
from core.voiceovers.options import VoiceoverOptions
from core.voiceovers.queries import voiceover_of
from core.voiceovers.showing import BOTH, DONE, FAILED, PROGRESS, STOPPED, VOICE, send_both, show
from core.work.service import error_row, request_cancel, request_work

MAKE = JobSpec("jobs.voiceovers.make", queue=MEDIA, attempts=3, timeout_s=900, fair=True)
CANCELLED = "work.cancelled"
CHARACTERS_MOST = 10_000
"""About eleven minutes: with the slowest setting an MP3 of 17 MB."""
TITLE_CHARACTERS = 80
UNDO_WITHIN = timedelta(days=7)
OPEN = (VoiceoverStatus.CHOOSING, VoiceoverStatus.FAILED, VoiceoverStatus.CANCELLED)


class NotNow(Conflict):
    """It is being made, or done, or has no recording yet. Params: status."""

    code = "voiceovers.not_now"


async def open_voiceover(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    title: str,
    text: str,
    language: str,
    options: VoiceoverOptions,
    post_id: ids.PostId | None = None,
) -> Voiceover:
    """An options card for a text. Raises InvalidInput "voiceovers.too_long", "voiceovers.nothing_to_say"."""
    if len(text) > CHARACTERS_MOST:
        raise InvalidInput("voiceovers.too_long", characters=len(text), most=CHARACTERS_MOST)
    if not any(character.isalnum() for character in text):
        raise InvalidInput("voiceovers.nothing_to_say")
    voiceover = Voiceover(
        id=ids.new(),
        owner_id=owner_id,
        post_id=post_id,
        title=" ".join((title or text).split())[:TITLE_CHARACTERS].strip(),
        text=text,
        language=language,
        options=options.to_json(),
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.session.add(voiceover)
    await tx.session.flush()
    return voiceover


async def reopen_voiceover(tx: Tx, *, owner_id: ids.UserId, voiceover_id: ids.VoiceoverId) -> Voiceover:
    """The options of one that wasn't made, or a new card with the same text for one that was. Raises NotNow."""
    voiceover = await voiceover_of(tx.session, owner_id=owner_id, voiceover_id=voiceover_id, lock=True)
    if voiceover.status == VoiceoverStatus.MAKING:
        raise NotNow(status=voiceover.status)
    if voiceover.status != VoiceoverStatus.READY:
        return voiceover
    return await open_voiceover(
        tx,
        owner_id=owner_id,
        title=voiceover.title,
        text=voiceover.text,
        language=voiceover.language,
        options=VoiceoverOptions.from_json(voiceover.options),
        post_id=voiceover.post_id,
    )


async def change_voiceover(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    voiceover_id: ids.VoiceoverId,
    options: VoiceoverOptions | None = None,
    language: str | None = None,
) -> Voiceover:
    """Raises NotNow for one that is being made, or done."""
    voiceover = await _open(tx, owner_id, voiceover_id)
    voiceover.options = options.to_json() if options is not None else voiceover.options
    voiceover.language = language or voiceover.language
    voiceover.updated_at = tx.now
    return voiceover


async def request_voiceover(tx: Tx, *, owner_id: ids.UserId, voiceover_id: ids.VoiceoverId, place: Place) -> Voiceover:
    """Hold one of the plan's and begin; what was spoken before isn't spoken again. The message at `place` tells how far
    it is.

    Raises NotNow on a second press, LimitReached.
    """
    voiceover = await _open(tx, owner_id, voiceover_id)
    voiceover.hold_id = await hold_quota(
        tx, owner_id=owner_id, feature=Feature.VOICEOVERS, amount=1, reason=f"voiceover:{voiceover.id}"
    )
    voiceover.status, voiceover.error, voiceover.updated_at = VoiceoverStatus.MAKING, None, tx.now
    payload = {"chat_id": place.chat_id, "message_id": place.message_id, "language": place.language}
    await request_work(tx, MAKE, owner_id=owner_id, subject_id=voiceover.id, payload=payload)
    await show(tx, voiceover, place, PROGRESS, message_id=place.message_id, step="queued", percent=0)
    return voiceover


async def cancel_voiceover(tx: Tx, *, owner_id: ids.UserId, voiceover_id: ids.VoiceoverId, place: Place) -> bool:
    """Stop the work at it; nothing is charged. False when there is nothing to stop."""
    met = await request_cancel(tx, owner_id=owner_id, subject_id=voiceover_id)  # first: jobs lock in this order
    voiceover = await voiceover_of(tx.session, owner_id=owner_id, voiceover_id=voiceover_id, lock=True)
    if met == "queued":
        await end_voiceover(tx, voiceover, place, error=AppError(CANCELLED))
    return met is not None


async def end_voiceover(tx: Tx, voiceover: Voiceover, place: Place, *, error: AppError) -> None:
    """It failed or was cancelled: the plan gets back what was held, and the message says so."""
    cancelled = error.error_code == CANCELLED
    voiceover.status = VoiceoverStatus.CANCELLED if cancelled else VoiceoverStatus.FAILED
    voiceover.error, voiceover.updated_at = error_row(error), tx.now
    await _release(tx, voiceover)
    await show(tx, voiceover, place, STOPPED if cancelled else FAILED)


async def tell_progress(
    tx: Tx, *, owner_id: ids.UserId, voiceover_id: ids.VoiceoverId, place: Place, step: str, percent: int
) -> None:
    """Without effect for one that is deleted or not being made."""
    try:
        voiceover = await voiceover_of(tx.session, owner_id=owner_id, voiceover_id=voiceover_id, lock=True)
    except NotFound:
        return
    if voiceover.status == VoiceoverStatus.MAKING:
        await show(tx, voiceover, place, PROGRESS, step=step, percent=percent)


async def record_voiceover(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    voiceover_id: ids.VoiceoverId,
    place: Place,
    voice_key: str,
    file_key: str,
    duration_ms: int,
) -> Voiceover:
    """Keep the recording, settle the plan, and send it to its owner."""
    voiceover = await voiceover_of(tx.session, owner_id=owner_id, voiceover_id=voiceover_id, lock=True)
    voiceover.voice_key, voiceover.file_key, voiceover.duration_ms = voice_key, file_key, duration_ms
    voiceover.status, voiceover.error, voiceover.updated_at = VoiceoverStatus.READY, None, tx.now
    if voiceover.hold_id is not None:
        await settle_hold(tx, voiceover.hold_id, used=1)
    voiceover.hold_id = None
    await show(tx, voiceover, place, PROGRESS, step="sending", percent=95)
    await send_both(tx, voiceover, place, dedupe=str(voiceover.id))
    return voiceover


async def record_arrival(tx: Tx, *, owner_id: ids.UserId, notice: str, data: Json, place: Place, there: bool) -> None:
    """Telegram has taken one of the two, or doesn't want it. The status message ends when both are known."""
    voiceover_id = ids.VoiceoverId(UUID(data["voiceover_id"]))
    try:
        voiceover = await voiceover_of(tx.session, owner_id=owner_id, voiceover_id=voiceover_id, lock=True)
    except NotFound:
        return
    name = "voice" if notice == VOICE else "file"
    voiceover.arrived = {**(voiceover.arrived or {}), name: there}
    if len(voiceover.arrived) == len(BOTH):
        await show(tx, voiceover, place, DONE, arrived=voiceover.arrived)


async def send_voiceover(
    tx: Tx, *, owner_id: ids.UserId, voiceover_id: ids.VoiceoverId, place: Place, occasion: str
) -> Voiceover:
    """Once more, once for each `occasion`. Raises NotNow for one that isn't there."""
    voiceover = await voiceover_of(tx.session, owner_id=owner_id, voiceover_id=voiceover_id, lock=True)
    if voiceover.status != VoiceoverStatus.READY:
        raise NotNow(status=voiceover.status)
    await send_both(tx, voiceover, place, dedupe=f"{voiceover.id}:{occasion}")
    return voiceover


async def delete_voiceover(tx: Tx, *, owner_id: ids.UserId, voiceover_id: ids.VoiceoverId) -> Voiceover:
    """Out of the list. Again, it does no harm. Raises NotNow while it is being made."""
    voiceover = await _deletable(tx, owner_id, voiceover_id)
    if voiceover.status == VoiceoverStatus.MAKING:
        raise NotNow(status=voiceover.status)
    voiceover.deleted_at = voiceover.deleted_at or tx.now
    return voiceover


async def undelete_voiceover(tx: Tx, *, owner_id: ids.UserId, voiceover_id: ids.VoiceoverId) -> Voiceover:
    """Back into the list for a week. Again, it does no harm."""
    voiceover = await _deletable(tx, owner_id, voiceover_id)
    voiceover.deleted_at = None
    return voiceover


async def _deletable(tx: Tx, owner_id: ids.UserId, voiceover_id: ids.VoiceoverId) -> Voiceover:
    return await voiceover_of(
        tx.session, owner_id=owner_id, voiceover_id=voiceover_id, lock=True, deleted_since=tx.now - UNDO_WITHIN
    )


async def _open(tx: Tx, owner_id: ids.UserId, voiceover_id: ids.VoiceoverId) -> Voiceover:
    voiceover = await voiceover_of(tx.session, owner_id=owner_id, voiceover_id=voiceover_id, lock=True)
    if voiceover.status not in OPEN:
        raise NotNow(status=voiceover.status)
    return voiceover


async def _release(tx: Tx, voiceover: Voiceover) -> None:
    if voiceover.hold_id is not None:
        await release_hold(tx, voiceover.hold_id)
    voiceover.hold_id = None
