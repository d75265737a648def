"""The one message that tells how far a voiceover is, and the notices that carry it. Data; bot/notices.py has words."""

from core import ids
from core.db import Json, TelegramId
from core.deliveries.service import send_notice
from core.deliveries.statuses import show_status
from core.posts.writing import Place
from core.tx import Tx
from core.voiceovers.models import Voiceover
from core.voiceovers.options import VoiceoverOptions

PROGRESS, FAILED, STOPPED, DONE = "voiceovers.progress", "voiceovers.failed", "voiceovers.cancelled", "voiceovers.done"
VOICE, FILE = "voiceovers.voice", "voiceovers.file"
BOTH = (VOICE, FILE)


def voiceover_data(voiceover: Voiceover, *, language: str, **more: object) -> Json:
    """A voiceover as its screens show it. `language` is the reader's."""
    options = VoiceoverOptions.from_json(voiceover.options)
    return {
        "voiceover_id": str(voiceover.id),
        "post_id": str(voiceover.post_id) if voiceover.post_id else None,
        "title": voiceover.title,
        "engine": options.engine,
        "voice": options.voice.name,
        "duration_ms": voiceover.duration_ms,
        "error": voiceover.error,
        "language": language,
        **more,
    }


async def show(
    tx: Tx, voiceover: Voiceover, place: Place, notice: str, *, message_id: int | None = None, **more: object
) -> None:
    """In the message about it; `message_id` names the one to take over. PROGRESS wants `step` (queued, voices, combine,
    upload) and `percent`."""
    await show_status(
        tx,
        owner_id=ids.UserId(voiceover.owner_id),
        subject_id=voiceover.id,
        chat_id=place.chat_id,
        message_id=None if message_id is None else TelegramId(message_id),
        notice=notice,
        data=voiceover_data(voiceover, language=place.language, **more),
    )


async def send_both(tx: Tx, voiceover: Voiceover, place: Place, *, dedupe: str) -> None:
    """As a voice message and as an MP3. `dedupe` names the occasion: they aren't sent twice for the same."""
    for notice, key in ((VOICE, voiceover.voice_key), (FILE, voiceover.file_key)):
        await send_notice(
            tx,
            owner_id=ids.UserId(voiceover.owner_id),
            chat_id=place.chat_id,
            subject_id=voiceover.id,
            notice=notice,
            data=voiceover_data(voiceover, language=place.language, key=key),
            language=place.language,
            dedupe_key=f"{notice}:{dedupe}",
        )
