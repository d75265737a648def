"""One part of a message as one call. Raises python-telegram-bot's errors.

Media are sent by its bots. Texts, nearly all there is, go straight to the transport: what a bot does around it (objects
for the arguments, a `Message` of the answer) takes as long again as the call itself, and only the id is wanted.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import IO, Any, Protocol

import telegram
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputFile, Message
from telegram.constants import ParseMode
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

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


@dataclass(frozen=True, slots=True)
class Ready:
    """A medium as its call takes it: files are open, what Telegram has or fetches is named."""

    media: Media
    file: str | InputFile
    thumbnail: InputFile | None = None

    @property
    def details(self) -> dict[str, Any]:
        known = {
            "width": self.media.width,
            "height": self.media.height,
            "duration": self.media.duration_s,
            "title": self.media.title,
            "performer": self.media.performer,
        }
        details: dict[str, Any] = {name: known[name] for name in DETAILS[self.media.kind] if known[name] is not None}
        if self.thumbnail is not None:
            details["thumbnail"] = self.thumbnail
        if self.media.kind is MediaKind.VIDEO:
            details["supports_streaming"] = True
        return details


async def opened(media: Sequence[Media], source: MediaSource, files: AsyncExitStack) -> list[Ready]:
    """The media with their files open until `files` closes. Raises what the source raises."""
    return [await _ready(one, source, files) for one in media]


async def call(bot: telegram.Bot, chat_id: int, content: Content, part: Part, ready: Sequence[Ready]) -> SentPart:
    """Make the part's call: an edit, a text, one medium or an album. `ready` are the part's media."""
    if content.edit is not None:
        return await _edit(bot, chat_id, content.edit, content, part, ready)
    if len(ready) > 1:
        return await _send_album(bot, chat_id, content, part, ready)
    if ready:
        return _sent(await _send_medium(bot, chat_id, content, part, ready[0]))
    return await _send_text(bot, chat_id, content, part)


async def _ready(media: Media, source: MediaSource, files: AsyncExitStack) -> Ready:
    file: str | InputFile = media.file_id or media.url or ""
    if media.storage_key is not None:
        file = await _upload(source, files, media.storage_key, media.filename)
    thumbnail = None
    if media.thumbnail_key is not None and media.kind in WITH_THUMBNAIL:
        thumbnail = await _upload(source, files, media.thumbnail_key, "thumbnail.jpg")
    return Ready(media, file, thumbnail)


async def _upload(source: MediaSource, files: AsyncExitStack, key: str, filename: str | None) -> InputFile:
    stored = await files.enter_async_context(source.open(key))
    return InputFile(stored, filename=filename or key.rsplit("/", 1)[-1], attach=True, read_file_handle=False)


async def _edit(
    bot: telegram.Bot, chat_id: int, message_id: int, content: Content, part: Part, ready: Sequence[Ready]
) -> SentPart:
    if ready:
        medium = _input_media(ready[0], _caption(part))
        await bot.edit_message_media(medium, chat_id, message_id, reply_markup=_keyboard(part.keyboard))
    else:
        await _post(bot, "editMessageText", chat_id=chat_id, message_id=message_id, **_text(content, part))
    return SentPart(message_id=message_id)


async def _send_text(bot: telegram.Bot, chat_id: int, content: Content, part: Part) -> SentPart:
    """https://core.telegram.org/bots/api#sendmessage"""
    answer_to = part.reply_to and {"message_id": part.reply_to, "allow_sending_without_reply": True}
    sent = await _post(
        bot,
        "sendMessage",
        chat_id=chat_id,
        disable_notification=content.silent,
        reply_parameters=answer_to,
        **_text(content, part),
    )
    return SentPart(message_id=sent["message_id"])


async def _post(bot: telegram.Bot, method: str, **values: Any) -> Any:
    """Without what is None."""
    parameters = [RequestParameter(name, value, None) for name, value in values.items() if value is not None]
    return await bot.request.post(f"{bot.base_url}/{method}", RequestData(parameters))


def _text(content: Content, part: Part) -> dict[str, Any]:
    keyboard = _keyboard(part.keyboard)
    return {
        "text": part.text,
        "parse_mode": ParseMode.HTML if part.html else None,
        "entities": [entity.to_dict() for entity in message_entities(part.entities)] or None,
        "reply_markup": keyboard and keyboard.to_dict(),
        "link_preview_options": None if content.link_preview else {"is_disabled": True},
    }


async def _send_medium(bot: telegram.Bot, chat_id: int, content: Content, part: Part, ready: Ready) -> Message:
    send = getattr(bot, f"send_{ready.media.kind}")
    message: Message = await send(chat_id, ready.file, **ready.details, **_caption(part), **_common(content, part))
    return message


async def _send_album(
    bot: telegram.Bot, chat_id: int, content: Content, part: Part, ready: Sequence[Ready]
) -> SentPart:
    caption = _caption(part)
    album = [_input_media(one, caption if index == 0 else {}) for index, one in enumerate(ready)]
    common = _common(content, part)
    del common["reply_markup"]
    messages = await bot.send_media_group(chat_id, album, **common)
    ids = tuple(message.message_id for message in messages)
    return SentPart(message_id=ids[0], album_ids=ids)


def _input_media(ready: Ready, caption: dict[str, Any]) -> Any:
    return INPUT_MEDIA[ready.media.kind](ready.file, **ready.details, **caption)


def _sent(message: Message) -> SentPart:
    return SentPart(message_id=message.message_id)


def _common(content: Content, part: Part) -> dict[str, Any]:
    return {
        "disable_notification": content.silent,
        "reply_markup": _keyboard(part.keyboard),
        "reply_parameters": part.reply_to and telegram.ReplyParameters(part.reply_to, allow_sending_without_reply=True),
    }


def _caption(part: Part) -> dict[str, Any]:
    if not part.text:
        return {}
    if part.html:
        return {"caption": part.text, "parse_mode": ParseMode.HTML}
    return {"caption": part.text, "caption_entities": message_entities(part.entities), "parse_mode": None}


def message_entities(entities: tuple[Entity, ...]) -> list[telegram.MessageEntity]:
    """Formatting as the library has it."""
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
