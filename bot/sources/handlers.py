"""Whatever a user sends that nobody else was waiting for: text, a link, a file, a forwarded post."""

import asyncio
import json
from dataclasses import asdict, dataclass
from functools import partial

from telegram import Message
from telegram.constants import ChatAction, MessageLimit

from bot.context import Context
from bot.screens import Screen
from bot.sources import screens
from bot.sources.actions import ShowSource
from core import ids
from core.errors import InvalidInput
from core.http import ANYWHERE, PUBLIC, fetch_public
from core.sources.files import FILE_BYTES_LIMIT, accepted_extensions, read_file
from core.sources.links import find_link, read_link
from core.sources.models import Source
from core.sources.reading import Reading, SourceKind, read_text
from core.sources.service import keep_source, source_of

CUT_BY_THE_APP = MessageLimit.MAX_TEXT_LENGTH - 600
"""Telegram's apps cut a long paste into messages of up to 4,096, at a word: one this long may go on in the next."""
PASTE_LIFE_S = 5
ALBUM_LIFE_S = 60


async def on_text(context: Context) -> None:
    """A link is read, anything else is the source itself."""
    message = _message(context)
    text = message.text or ""
    link = find_link(text) if message.forward_origin is None else None
    if link is not None:
        await _on_link(context, link)
        return
    await _keep_text(context, text, SourceKind.FORWARD if message.forward_origin else SourceKind.TEXT)


async def _keep_text(context: Context, text: str, kind: SourceKind) -> None:
    """A paste that the app has cut into several messages is one source, with one card."""
    begun = await _paste_begun(context)
    whole = f"{begun.text}\n{text}" if begun else text
    reading = await asyncio.to_thread(read_text, whole, kind=kind)
    source = await _keep(context, reading)
    screen = screens.source_card(source, context.texts)
    shown = await context.change(begun.message_id, screen) if begun else await context.send(screen)
    if len(text) >= CUT_BY_THE_APP:
        await _remember_paste(context, _Paste(whole, shown.message_id))


async def _on_link(context: Context, url: str) -> None:
    """One message: first that it is being read, then what was found or what is wrong."""
    shown = await context.send(screens.reading_link(url, context.texts))
    fetch = partial(fetch_public, reach=ANYWHERE if context.deps.settings.allow_private_urls else PUBLIC)
    try:
        source = await _keep(context, await read_link(url, fetch))
    except Exception:
        await context.bot.delete_message(context.chat_id, shown.message_id)
        raise
    await context.change(shown.message_id, screens.source_card(source, context.texts))


async def on_document(context: Context) -> None:
    """A text file."""
    document = _message(context).document
    if document is None:
        return
    if (document.file_size or 0) > FILE_BYTES_LIMIT:
        raise InvalidInput("source.file_too_big", size_bytes=document.file_size, limit_bytes=FILE_BYTES_LIMIT)
    if _extension(document.file_name) not in {*accepted_extensions(), ""}:
        raise InvalidInput(
            "source.unsupported_file", extension=_extension(document.file_name), accepted=accepted_extensions()
        )
    await context.bot.send_chat_action(context.chat_id, ChatAction.TYPING)
    file = await document.get_file()
    content = bytes(await file.download_as_bytearray())
    reading = await asyncio.to_thread(read_file, document.file_name or "", content)
    await context.send(screens.source_card(await _keep(context, reading), context.texts))


async def on_caption(context: Context) -> None:
    """A photo or video with words: the words are the source, as long as pictures can't be used."""
    message = _message(context)
    await _keep_text(context, message.caption or "", SourceKind.FORWARD if message.forward_origin else SourceKind.TEXT)


async def on_anything(context: Context) -> None:
    """What can't be read yet is answered with what can; an album once."""
    group = _message(context).media_group_id
    if group and not await context.deps.redis.set(f"album:{group}", 1, nx=True, ex=ALBUM_LIFE_S):
        return
    t = context.texts
    await context.send(
        Screen(
            t(
                "I can't read that yet. Send me <b>text</b>, a <b>link</b> to an article, a <b>forwarded post</b>, "
                "or a <b>.txt</b> or <b>.md</b> file, and I make posts of it."
            )
        )
    )


async def on_show_source(context: Context, press: ShowSource) -> None:
    async with context.deps.read() as session:
        source = await source_of(session, owner_id=context.actor.id, source_id=press.source_id)
    await context.show(screens.source_card(source, context.texts))


async def _keep(context: Context, reading: Reading) -> Source:
    async with context.deps.tx() as tx:
        return await keep_source(tx, owner_id=ids.UserId(context.actor.id), reading=reading)


@dataclass(frozen=True, slots=True)
class _Paste:
    """The beginning of a long text, and the card that shows it."""

    text: str
    message_id: int


async def _paste_begun(context: Context) -> _Paste | None:
    """The long message right before this one, which may be its beginning."""
    stored = await context.deps.redis.getdel(_paste_key(context))
    return _Paste(**json.loads(stored)) if stored else None


async def _remember_paste(context: Context, paste: _Paste) -> None:
    await context.deps.redis.set(_paste_key(context), json.dumps(asdict(paste)), ex=PASTE_LIFE_S)


def _paste_key(context: Context) -> str:
    return f"paste:{context.chat_id}"


def _extension(name: str | None) -> str:
    return f".{name.rpartition('.')[2].lower()}" if name and "." in name else ""


def _message(context: Context) -> Message:
    if context.message is None:
        raise RuntimeError("a message was expected")
    return context.message
