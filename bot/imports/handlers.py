"""Many posts from one file: it is read, shown, and counts when that is confirmed."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Final

from telegram import Document, Message
from telegram.constants import ChatAction

from bot.accounts import ask_time_zone
from bot.context import Context
from bot.deliveries.phrases import NO_ZONE
from bot.imports import screens
from bot.imports.actions import (
    CancelImported,
    ImportPosts,
    ReadFile,
    RestoreImported,
    SendTemplate,
    ShowImport,
    ShowPreview,
    StopLooking,
    UseAsText,
)
from bot.imports.sentences import FILE_PROBLEMS
from bot.router import Router
from bot.screens import Screen
from bot.sources.screens import source_card
from core.db import Json, TelegramId
from core.errors import InvalidInput
from core.posts.import_checks import with_warnings
from core.posts.import_looks import addresses, payload_of, request_looks, stop_looking, to_be_looked_at
from core.posts.import_pages import page_data
from core.posts.imported import cancel_imported, import_posts, restore_imported
from core.posts.importing import Reader, Understood, import_of, keep_import, reader_for, understand
from core.posts.models import Import
from core.posts.tables import BYTES_LIMIT, read_table, write_table
from core.posts.writing import Place
from core.sources.files import read_file
from core.sources.service import keep_source
from core.when.times import to_local

EXTENSIONS: Final = (".csv", ".tsv")
WAITING_S: Final = 24 * 3600
"""How long a file is remembered for which the time zone has to be known."""
TEMPLATE_NAME: Final = "posts-template.csv"


def register(router: Router) -> None:
    router.command("import", on_import, menu="Schedule many posts from a file")
    router.content(_is_table, on_table)
    router.press(ShowImport, on_show_import)
    router.press(SendTemplate, on_template)
    router.press(ReadFile, on_read_file)
    router.press(ShowPreview, on_show_preview)
    router.press(StopLooking, on_stop_looking)
    router.press(ImportPosts, on_import_posts)
    router.press(CancelImported, on_cancel_imported)
    router.press(RestoreImported, on_restore_imported)
    router.press(UseAsText, on_use_as_text)


def _is_table(message: Message) -> bool:
    return message.document is not None and (message.document.file_name or "").lower().endswith(EXTENSIONS)


async def on_import(context: Context) -> None:
    await context.show(screens.how_to(context.texts))


async def on_show_import(context: Context, press: ShowImport) -> None:
    await context.show(screens.how_to(context.texts))


async def on_template(context: Context, press: SendTemplate) -> None:
    """With times that are still ahead."""
    zone = context.actor.time_zone or NO_ZONE
    today = to_local(context.deps.clock.now(), zone).date()
    rows = [
        ("A first post.", f"{today + timedelta(days=1)} 09:00", "me", ""),
        ('With "quotes", commas,\nand a second line.', f"{today + timedelta(days=2)} 18:30", "me", ""),
    ]
    await context.send_file(write_table(rows), TEMPLATE_NAME, screens.template(context.texts))


async def on_table(context: Context) -> None:
    """Times in it are by the user's clock: who hasn't said where they are is asked first."""
    document = context.message.document if context.message is not None else None
    if document is None:
        return
    if context.actor.time_zone is None:
        await _remember(context, document)
        await ask_time_zone(context, ReadFile())
    else:
        await _read_and_show(context, document)


async def on_read_file(context: Context, press: ReadFile) -> None:
    """The time zone is known now."""
    document = await _remembered(context)
    if document is None:
        raise InvalidInput("import.file_gone")
    await _read_and_show(context, document)


async def _read_and_show(context: Context, document: Document) -> None:
    """What is wrong with the file as a whole is said with a way to use it as a text."""
    content = await _download(context, document)
    try:
        kept, ignored = await _read(context, document.file_name or "", content)
    except InvalidInput as refusal:
        sentence = FILE_PROBLEMS.get(refusal.error_code)
        if sentence is None:
            raise
        screen = screens.unreadable(sentence(context.texts, refusal.params), context.texts)
        await _answer_file(context, screen)
        return
    if addresses(kept):
        await _look(context, kept, ignored)
    else:
        await _answer_file(context, await _preview(context, kept, 1, ignored))


async def _look(context: Context, kept: Import, ignored: list[str]) -> None:
    """The answer tells how far it is, until it becomes the preview."""
    begun = screens.looking({"import_id": str(kept.id), "done": 0, "total": len(addresses(kept))}, context.texts)
    place = Place(context.chat_id, await _answer_file(context, begun), context.actor.language)
    async with context.deps.tx() as tx:
        await request_looks(tx, kept, payload=_payload(context, place, ignored))


async def on_stop_looking(context: Context, press: StopLooking) -> None:
    """The preview comes at once. Pressed again, it changes nothing."""
    payload = _payload(context, context.place, [])
    async with context.deps.tx() as tx:
        await stop_looking(tx, owner_id=context.actor.id, import_id=press.import_id, payload=payload)


async def on_show_preview(context: Context, press: ShowPreview) -> None:
    async with context.deps.read() as session:
        kept = await import_of(session, owner_id=context.actor.id, import_id=press.import_id)
    await context.show(await _preview(context, kept, press.page, []))


async def on_import_posts(context: Context, press: ImportPosts) -> None:
    """Pressed again, it says the same."""
    async with context.deps.tx() as tx:
        done = await import_posts(tx, owner_id=context.actor.id, import_id=press.import_id)
    if not done.changed:
        await context.toast(context.texts("They are imported already."))
    await context.show(screens.imported(done, context.texts))


async def on_cancel_imported(context: Context, press: CancelImported) -> None:
    async with context.deps.tx() as tx:
        done = await cancel_imported(tx, owner_id=context.actor.id, import_id=press.import_id)
    await context.show(screens.cancelled(done, context.texts))


async def on_restore_imported(context: Context, press: RestoreImported) -> None:
    async with context.deps.tx() as tx:
        done = await restore_imported(tx, owner_id=context.actor.id, import_id=press.import_id)
    await context.show(screens.imported(done, context.texts))


async def on_use_as_text(context: Context, press: UseAsText) -> None:
    """The preview answers the file: its text becomes a source."""
    file = context.pressed.reply_to_message if context.pressed is not None else None
    document = file.document if file is not None else await _remembered(context)
    if document is None:
        raise InvalidInput("import.file_gone")
    content = await _download(context, document)
    reading = await asyncio.to_thread(read_file, "", content)
    async with context.deps.tx() as tx:
        source = await keep_source(tx, owner_id=context.actor.id, reading=reading)
    await context.show(source_card(source, context.texts))


async def _download(context: Context, document: Document) -> bytes:
    """Raises InvalidInput import.too_big before anything is fetched."""
    if (document.file_size or 0) > BYTES_LIMIT:
        raise InvalidInput("import.too_big", limit_bytes=BYTES_LIMIT)
    await context.bot.send_chat_action(context.chat_id, ChatAction.TYPING)
    file = await document.get_file()
    return bytes(await file.download_as_bytearray())


async def _read(context: Context, filename: str, content: bytes) -> tuple[Import, list[str]]:
    """The import as it was kept, and the columns that aren't used."""
    now, zone = _now_and_zone(context)
    async with context.deps.read() as session:
        reader = await reader_for(
            session,
            owner_id=context.actor.id,
            now=now,
            zone=zone,
            language=context.actor.language,
            anywhere=context.deps.settings.allow_private_urls,
        )
    understood, ignored = await asyncio.to_thread(_understood, content, reader)
    async with context.deps.read() as session:
        understood = await with_warnings(session, understood, owner_id=context.actor.id, now=now)
    understood = to_be_looked_at(understood)
    async with context.deps.tx() as tx:
        kept = await keep_import(tx, owner_id=context.actor.id, filename=filename, understood=understood)
    return kept, ignored


def _understood(content: bytes, reader: Reader) -> tuple[Understood, list[str]]:
    table = read_table(content)
    return understand(table, reader), list(table.ignored)


async def _preview(context: Context, kept: Import, page: int, ignored: list[str]) -> Screen:
    now, zone = _now_and_zone(context)
    async with context.deps.read() as session:
        data = await page_data(session, kept, page, ignored=ignored, zone=zone, language=context.actor.language)
    return screens.preview(data, context.texts, now)


def _payload(context: Context, place: Place, ignored: list[str]) -> Json:
    return payload_of(place, zone=_now_and_zone(context)[1], ignored=ignored)


async def _answer_file(context: Context, screen: Screen) -> TelegramId:
    """Below the file, as a reply to it: its text may still be wanted."""
    if context.message is not None:
        return await context.send(screen, reply_to=context.message.message_id)
    return await context.show(screen)


async def _remember(context: Context, document: Document) -> None:
    await context.deps.redis.set(_waiting_key(context), document.to_json(), ex=WAITING_S)


async def _remembered(context: Context) -> Document | None:
    stored = await context.deps.redis.get(_waiting_key(context))
    return Document.de_json(json.loads(stored), context.bot) if stored is not None else None


def _waiting_key(context: Context) -> str:
    return f"import-file:{context.chat_id}"


def _now_and_zone(context: Context) -> tuple[datetime, str]:
    return context.deps.clock.now(), context.actor.time_zone or NO_ZONE
