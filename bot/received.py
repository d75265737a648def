"""What a message brings, as plain data: its words with their formatting, and its file as Telegram knows it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from telegram import Message, MessageEntity

from core.sources.unread import UnreadFile
from core.telegram.content import Entity, Media, MediaKind
from core.telegram.markup import utf16_length

FOUND_BY_TELEGRAM: Final = frozenset(
    {
        MessageEntity.MENTION,
        MessageEntity.HASHTAG,
        MessageEntity.CASHTAG,
        MessageEntity.BOT_COMMAND,
        MessageEntity.URL,
        MessageEntity.EMAIL,
        MessageEntity.PHONE_NUMBER,
    }
)
"""Found anew wherever the text goes."""
BETWEEN_CAPTIONS: Final = "\n\n"


@dataclass(frozen=True, slots=True)
class Received:
    """The text (or caption), and the media: of one message, or of all that belong together."""

    text: str = ""
    entities: tuple[Entity, ...] = ()
    media: tuple[Media, ...] = ()


def received(message: Message) -> Received:
    """Of this message alone."""
    medium = medium_of(message)
    return Received(
        message.text or message.caption or "",
        entities_of(message.entities or message.caption_entities),
        (medium,) if medium is not None else (),
    )


def together(pieces: Iterable[Received]) -> Received:
    """The items of an album as one: captions one below the other."""
    text, entities, media = "", tuple[Entity, ...](), tuple[Media, ...]()
    for piece in pieces:
        if piece.text:
            text += BETWEEN_CAPTIONS if text else ""
            entities += shifted(piece.entities, utf16_length(text))
            text += piece.text
        media += piece.media
    return Received(text, entities, media)


def shifted(entities: Iterable[Entity], by: int) -> tuple[Entity, ...]:
    """For a text that now begins `by` UTF-16 units later, or earlier; what lay before its new beginning is cut off."""
    moved = ((one, max(0, one.offset + by), one.offset + by + one.length) for one in entities)
    return tuple(
        one.model_copy(update={"offset": start, "length": end - start}) for one, start, end in moved if end > start
    )


def entities_of(entities: Iterable[MessageEntity]) -> tuple[Entity, ...]:
    """The formatting that people chose; links and hashtags are found again by themselves."""
    return tuple(
        Entity(
            type=str(one.type),
            offset=one.offset,
            length=one.length,
            url=one.url,
            user_id=one.user.id if one.user is not None else None,
            language=one.language,
            custom_emoji_id=one.custom_emoji_id,
        )
        for one in entities
        if one.type not in FOUND_BY_TELEGRAM and one.length > 0
    )


def medium_of(message: Message) -> Media | None:
    """The photo, video, audio, voice message, animation or document; None for anything else. An animation is a
    document, too."""
    if message.photo:
        largest = message.photo[-1]
        return Media(kind=MediaKind.PHOTO, file_id=largest.file_id, width=largest.width, height=largest.height)
    for kind in (MediaKind.ANIMATION, MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.VOICE, MediaKind.DOCUMENT):
        file = getattr(message, kind)
        if file is not None:
            return Media(kind=kind, file_id=file.file_id, **_details(file))
    return None


def recording_of(message: Message) -> UnreadFile | None:
    """A round video: it can be listened to, and not be posted."""
    note = message.video_note
    if note is None:
        return None
    return UnreadFile(file_id=note.file_id, duration_s=_details(note).get("duration_s"))


def spoken_in(message: Message) -> UnreadFile | None:
    """What may be an instruction that somebody has said: a voice message, or a round video."""
    if message.voice is not None:
        return UnreadFile(file_id=message.voice.file_id, duration_s=_details(message.voice).get("duration_s"))
    return recording_of(message)


def _details(file: Any) -> dict[str, Any]:
    seconds = file.to_dict().get("duration")  # the attribute is about to change its type, and warns of it
    known = {
        "filename": getattr(file, "file_name", None),
        "duration_s": int(seconds) if seconds is not None else None,
        **{name: getattr(file, name, None) for name in ("width", "height", "title", "performer")},
    }
    return {name: value for name, value in known.items() if value is not None}
