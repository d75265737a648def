"""Whatever a user sends that nobody else was waiting for: text, a link, a file, a forwarded post."""

import asyncio
from contextlib import suppress
from functools import partial
from uuid import UUID

from telegram import Document, Message
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.context import Context
from bot.pastes import Paste
from bot.received import Received, recording_of
from bot.screens import Screen
from bot.sources import reading, screens
from bot.sources.actions import ShowSource
from bot.sources.kinds import what_came
from core import ids
from core.db import Json, TelegramId
from core.errors import InvalidInput
from core.http import ANYWHERE, PUBLIC, fetch_public
from core.sources.files import FILE_BYTES_LIMIT, accepted_extensions, read_file
from core.sources.links import find_link, has_words_around, read_link
from core.sources.models import Source
from core.sources.reading import Reading, SourceKind, clean_text, read_text, with_caption
from core.sources.service import Kept, grow_source, keep_or_find, source_of

ALBUM_LIFE_S = 60
SOURCE = "source_id"
"""What a growing text or album notes of its source."""
EDITABLE_S = 48 * 3600
"""How long people can change what they have sent."""


async def on_new(context: Context) -> None:
    """What can be sent. Words behind the command are sent already."""
    if context.arguments:
        await _take(context, Received(context.arguments))
    else:
        await context.send(screens.what_to_send(context.texts, hears=context.deps.transcriber is not None))


async def on_text(context: Context) -> None:
    """A link is read, anything else is the source itself: with one card, in however many messages it comes."""
    paste = context.paste
    if paste is not None and SOURCE in paste.notes:
        await _grow(context, paste)
    else:
        await _take(context, context.received)


async def _take(context: Context, came: Received) -> None:
    link = find_link(came.text) if _kind(context) is SourceKind.TEXT else None
    if link is not None and await reading.take_video_link(context, link):
        return
    if link is not None and await _on_link(context, link, came):
        return
    source, card_id = await _keep_text(context, came)
    if context.paste is not None:
        context.paste.notes = {SOURCE: str(source.id), "message_id": card_id}


async def _keep_text(context: Context, came: Received) -> tuple[Source, TelegramId]:
    understood = await asyncio.to_thread(_read, came, context)
    kept = await _keep(context, understood)
    await _remember_read(context)
    return kept.source, await context.send(screens.source_card(kept.source, context.texts, same=kept.known))


async def _grow(context: Context, paste: Paste) -> None:
    """The text goes on: its card shows all of it. When that is too long, the card gives way to the refusal."""
    message_id = int(paste.notes["message_id"])
    try:
        understood = await asyncio.to_thread(_read, context.received, context)
    except InvalidInput:
        await context.bot.delete_message(context.chat_id, message_id)
        raise
    async with context.deps.tx() as tx:
        source_id = ids.SourceId(UUID(paste.notes[SOURCE]))
        source = await grow_source(tx, owner_id=context.actor.id, source_id=source_id, reading=understood)
    card_id = await context.change(message_id, screens.source_card(source, context.texts))
    paste.notes = {SOURCE: str(source.id), "message_id": card_id}


def _read(came: Received, context: Context) -> Reading:
    return read_text(
        came.text,
        kind=_kind(context),
        expected_language=context.actor.language,
        entities=came.entities,
        media=came.media,
        recording=recording_of(context.message) if context.message is not None else None,
    )


async def _on_link(context: Context, url: str, came: Received) -> bool:
    """One message: first that it is being read, then what was found or what is wrong. False when the page can't be read
    and there are words around the link: then they are what was sent."""
    shown = await context.send(screens.reading_link(url, context.texts))
    fetch = partial(fetch_public, reach=ANYWHERE if context.deps.settings.allow_private_urls else PUBLIC)
    try:
        kept = await _keep(context, await read_link(url, fetch))
    except Exception as error:
        if isinstance(error, InvalidInput) and has_words_around(came.text):
            await context.change(shown, screens.link_not_read(context.texts))
            return False
        with suppress(TelegramError):  # what went wrong with the link is what has to be told
            await context.bot.delete_message(context.chat_id, shown)
        raise
    await _remember_read(context)
    await context.change(shown, screens.source_card(kept.source, context.texts, same=kept.known))
    return True


async def on_document(context: Context) -> None:
    """A text file. What is wrong with the files of an album is told once."""
    document = _message(context).document
    if document is None:
        return
    try:
        kept = await _keep(context, await read_document(context, document))
    except InvalidInput as refusal:
        if await _first_of_album(context, refusal.error_code):
            raise
        return
    card = screens.source_card(kept.source, context.texts, caption=_caption(context), same=kept.known)
    await context.send(card)


async def read_document(context: Context, document: Document) -> Reading:
    """A text file with its caption. Downloads only what isn't too big."""
    if (document.file_size or 0) > FILE_BYTES_LIMIT:
        raise InvalidInput("source.file_too_big", size_bytes=document.file_size, limit_bytes=FILE_BYTES_LIMIT)
    await context.bot.send_chat_action(context.chat_id, ChatAction.TYPING)
    file = await document.get_file()
    content = bytes(await file.download_as_bytearray())
    return await asyncio.to_thread(_read_captioned, document.file_name or "", content, _caption(context))


def _read_captioned(name: str, content: bytes, caption: str) -> Reading:
    return with_caption(read_file(name, content), caption)


async def on_media(context: Context) -> None:
    """A photo, video, recording, animation or file, with words or without; an album is one source with one card."""
    understood = await asyncio.to_thread(_read, context.received, context)
    if context.album is None:
        await reading.take_file(context, understood)
        return
    notes = context.album.notes
    source = (
        await _grow_album(context, notes, understood) if SOURCE in notes else (await _keep(context, understood)).source
    )
    notes[SOURCE] = str(source.id)
    await context.send_growing(screens.source_card(source, context.texts))


async def _grow_album(context: Context, notes: Json, understood: Reading) -> Source:
    source_id = ids.SourceId(UUID(notes[SOURCE]))
    async with context.deps.tx() as tx:
        return await grow_source(tx, owner_id=context.actor.id, source_id=source_id, reading=understood)


async def on_anything(context: Context) -> None:
    """What has no words is answered with what is taken; an album once."""
    if await _first_of_album(context):
        await context.send(screens.not_accepted(what_came(_message(context), context.texts), context.texts))


async def on_edited(context: Context) -> None:
    """A source that was changed is read anew; of any other change it is said that it came too late."""
    message, t = _message(context), context.texts
    if message.text and await context.deps.redis.exists(_read_key(context)):
        await on_text(context)
    elif message.text and await context.deps.redis.set(f"{_read_key(context)}:late", 1, nx=True, ex=EDITABLE_S):
        await context.send(Screen(t("I had read that before you changed it. Please send the new words once more.")))


async def on_show_source(context: Context, press: ShowSource) -> None:
    async with context.deps.read() as session:
        source = await source_of(session, owner_id=context.actor.id, source_id=press.source_id)
    await context.show(screens.source_card(source, context.texts))


async def _keep(context: Context, understood: Reading) -> Kept:
    async with context.deps.tx() as tx:
        return await keep_or_find(tx, owner_id=context.actor.id, reading=understood)


async def _first_of_album(context: Context, what: str = "") -> bool:
    """Whether this is to be told: it came alone, or `what` wasn't told of its album yet."""
    group = _message(context).media_group_id
    return group is None or bool(await context.deps.redis.set(f"album:{group}:{what}", 1, nx=True, ex=ALBUM_LIFE_S))


async def _remember_read(context: Context) -> None:
    """A change of this message is about a source. A piece of a longer text can't be changed by itself."""
    if context.paste is None or not context.paste.may_go_on:
        await context.deps.redis.set(_read_key(context), 1, ex=EDITABLE_S)


def _read_key(context: Context) -> str:
    return f"read:{context.chat_id}:{_message(context).message_id}"


def _kind(context: Context) -> SourceKind:
    message = _message(context)
    if message.voice or message.audio or message.video_note:
        return SourceKind.AUDIO
    if message.video is not None:
        return SourceKind.VIDEO
    if message.document is not None and message.animation is None:
        return SourceKind.FILE
    return SourceKind.FORWARD if message.forward_origin else SourceKind.TEXT


def _caption(context: Context) -> str:
    return clean_text(_message(context).caption or "")


def is_text_file(document: Document) -> bool:
    """Whether its text can be read, by its name."""
    return _extension(document.file_name) in {*accepted_extensions(), ""}


def _extension(name: str | None) -> str:
    return f".{name.rpartition('.')[2].lower()}" if name and "." in name else ""


def _message(context: Context) -> Message:
    if context.message is None:
        raise RuntimeError("a message was expected")
    return context.message
