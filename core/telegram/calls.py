"""One part of a message as one call of python-telegram-bot. Raises its errors."""

from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import IO, Any, Protocol

import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputFile, LinkPreviewOptions, Message
from telegram.constants import ParseMode

from core.telegram.content import Button, Content, Entity, Media, MediaKind, Row, SentPart
from core.telegram.parts import Part

INPUT_MEDIA = {
    MediaKind.PHOTO: telegram.InputMediaPhoto,
    MediaKind.VIDEO: telegram.InputMediaVideo,
    MediaKind.AUDIO: telegram.InputMediaAudio,
    MediaKind.DOCUMENT: telegram.InputMediaDocument,
    MediaKind.ANIMATION: telegram.InputMediaAnimation,
}
DETAILS = {
    MediaKind.PHOTO: (),
    MediaKind.VIDEO: ("width", "height", "duration"),
    MediaKind.AUDIO: ("duration", "title", "performer"),
    MediaKind.VOICE: ("duration",),
    MediaKind.DOCUMENT: (),
    MediaKind.ANIMATION: ("width", "height", "duration"),
}
"""What Telegram wants to know of each kind beside the file."""
WITH_THUMBNAIL = frozenset({MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.DOCUMENT, MediaKind.ANIMATION})


class MediaSource(Protocol):
    """Where uploads come from."""

    def open(self, key: str) -> AbstractAsyncContextManager[IO[bytes]]:
        """The stored file, open for reading while the context lasts."""
        ...


async def call(bot: telegram.Bot, chat_id: int, content: Content, part: Part, source: MediaSource) -> SentPart:
    """Make the part's call: an edit, a text, one medium or an album. Files are open only while it lasts."""
    async with AsyncExitStack() as files:
        if content.edit is not None:
            return await _edit(bot, chat_id, content.edit, content, part, _Uploads(source, files))
        if len(part.media) > 1:
            return await _send_album(bot, chat_id, content, part, _Uploads(source, files))
        if part.media:
            return _sent(await _send_medium(bot, chat_id, content, part, _Uploads(source, files)))
        return _sent(
            await bot.send_message(
                chat_id, **_text(part), **_common(content, part), link_preview_options=_preview(content)
            )
        )


class _Uploads:
    """Opens what has to be uploaded; what Telegram has or fetches passes through."""

    def __init__(self, source: MediaSource, files: AsyncExitStack) -> None:
        self._source = source
        self._files = files

    async def file(self, media: Media) -> str | InputFile:
        if media.storage_key is None:
            return media.file_id or media.url or ""
        return await self._upload(media.storage_key, media.filename)

    async def details(self, media: Media) -> dict[str, Any]:
        known = {
            "width": media.width,
            "height": media.height,
            "duration": media.duration_s,
            "title": media.title,
            "performer": media.performer,
        }
        details: dict[str, Any] = {name: known[name] for name in DETAILS[media.kind] if known[name] is not None}
        if media.thumbnail_key is not None and media.kind in WITH_THUMBNAIL:
            details["thumbnail"] = await self._upload(media.thumbnail_key, "thumbnail.jpg")
        if media.kind is MediaKind.VIDEO:
            details["supports_streaming"] = True
        return details

    async def _upload(self, key: str, filename: str | None) -> InputFile:
        stored = await self._files.enter_async_context(self._source.open(key))
        return InputFile(stored, filename=filename or key.rsplit("/", 1)[-1], attach=True, read_file_handle=False)


async def _edit(
    bot: telegram.Bot, chat_id: int, message_id: int, content: Content, part: Part, uploads: _Uploads
) -> SentPart:
    markup = _keyboard(part.keyboard)
    if part.media:
        medium = await _input_media(part.media[0], uploads, _caption(part))
        await bot.edit_message_media(medium, chat_id, message_id, reply_markup=markup)
    else:
        await bot.edit_message_text(
            **_text(part),
            chat_id=chat_id,
            message_id=message_id,
            reply_markup=markup,
            link_preview_options=_preview(content),
        )
    return SentPart(message_id=message_id)


async def _send_medium(bot: telegram.Bot, chat_id: int, content: Content, part: Part, uploads: _Uploads) -> Message:
    media = part.media[0]
    send = getattr(bot, f"send_{media.kind}")
    details = await uploads.details(media)
    file = await uploads.file(media)
    message: Message = await send(chat_id, file, **details, **_caption(part), **_common(content, part))
    return message


async def _send_album(bot: telegram.Bot, chat_id: int, content: Content, part: Part, uploads: _Uploads) -> SentPart:
    caption = _caption(part)
    album = [
        await _input_media(media, uploads, caption if index == 0 else {}) for index, media in enumerate(part.media)
    ]
    common = _common(content, part)
    del common["reply_markup"]
    messages = await bot.send_media_group(chat_id, album, **common)
    ids = tuple(message.message_id for message in messages)
    return SentPart(message_id=ids[0], album_ids=ids)


async def _input_media(media: Media, uploads: _Uploads, caption: dict[str, Any]) -> Any:
    details = await uploads.details(media)
    return INPUT_MEDIA[media.kind](await uploads.file(media), **details, **caption)


def _sent(message: Message) -> SentPart:
    return SentPart(message_id=message.message_id)


def _common(content: Content, part: Part) -> dict[str, Any]:
    return {
        "disable_notification": content.silent,
        "reply_markup": _keyboard(part.keyboard),
        "reply_parameters": part.reply_to and telegram.ReplyParameters(part.reply_to, allow_sending_without_reply=True),
    }


def _text(part: Part) -> dict[str, Any]:
    if part.html:
        return {"text": part.text, "parse_mode": ParseMode.HTML}
    return {"text": part.text, "entities": _entities(part.entities), "parse_mode": None}


def _caption(part: Part) -> dict[str, Any]:
    if not part.text:
        return {}
    if part.html:
        return {"caption": part.text, "parse_mode": ParseMode.HTML}
    return {"caption": part.text, "caption_entities": _entities(part.entities), "parse_mode": None}


def _entities(entities: tuple[Entity, ...]) -> list[telegram.MessageEntity]:
    return [
        telegram.MessageEntity(
            one.type,
            one.offset,
            one.length,
            url=one.url,
            user=telegram.User(one.user_id, "", is_bot=False) if one.user_id else None,
            language=one.language,
            custom_emoji_id=one.custom_emoji_id,
        )
        for one in entities
    ]


def _keyboard(rows: tuple[Row, ...]) -> InlineKeyboardMarkup | None:
    return InlineKeyboardMarkup([[_button(button) for button in row] for row in rows]) if rows else None


def _button(button: Button) -> InlineKeyboardButton:
    copy = telegram.CopyTextButton(button.copy_text) if button.copy_text else None
    return InlineKeyboardButton(button.text, callback_data=button.data, url=button.url, copy_text=copy)


def _preview(content: Content) -> LinkPreviewOptions | None:
    return None if content.link_preview else LinkPreviewOptions(is_disabled=True)
