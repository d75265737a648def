"""The one message about a source whose words are being got: what it should show. bot/sources/ has the words."""

from collections import Counter
from typing import Any, Final

from core import ids
from core.db import Json
from core.deliveries.statuses import show_status, status_message_of
from core.posts.writing import Place
from core.sources.models import Source
from core.sources.unread import UnreadFile, unread_files
from core.telegram.content import Media
from core.tx import Tx
from core.videos.taking import video_among

CARD: Final = "sources.card"
BEGINNING_CHARACTERS: Final = 600


async def show_source(
    tx: Tx, source: Source, place: Place, *, subject_id: ids.SourceId | None = None, here: bool = False, **more: Any
) -> None:
    """`subject_id`: of the message, when it began about another. `here`: at `place` from now on, wherever it was."""
    subject_id = subject_id or source.id
    known = await status_message_of(tx.session, owner_id=source.owner_id, subject_id=subject_id)
    await show_status(
        tx,
        owner_id=source.owner_id,
        subject_id=subject_id,
        chat_id=place.chat_id,
        message_id=place.message_id if known is None or here else None,
        notice=CARD,
        data={**source_data(source), "language": place.language, **more},
    )


def source_data(source: Source) -> Json:
    """As screens take it."""
    media = [Media.model_validate(each) for each in source.media]
    return {
        "source_id": str(source.id),
        "kind": source.kind,
        "title": source.title,
        "beginning": source.text[:BEGINNING_CHARACTERS],
        "characters": len(source.text),
        "words": source.words,
        "text_language": source.language,
        "media": dict(Counter(str(medium.kind) for medium in media)),
        "files": [medium.filename for medium in media if medium.filename],
        "is_video": video_among(media) is not None,
        "url": source.url,
        "status": source.status,
        "error": source.error,
        "was_read": source.caption is not None,
        "unread": bool(unread_of(source)),
    }


def unread_of(source: Source) -> list[UnreadFile]:
    """The files that its words come from."""
    recording = UnreadFile.from_json(source.recording) if source.recording is not None else None
    return unread_files((Media.model_validate(each) for each in source.media), recording)
