"""Files and videos whose words have to be got first: begun by itself or by a press, stopped, tried again, or typed."""

import asyncio

from bot.context import Context
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from bot.sources import page_screens, screens
from bot.sources.actions import OpenSourcePage, ReadWords, ShowSourcePage, StopReading, StopUpload, TypeWords
from core import ids
from core.db import TelegramId
from core.errors import AppError, InvalidInput
from core.languages import UNKNOWN
from core.limits import GENERATIONS, hit
from core.posts.writing import Place
from core.providers.discovery import Network
from core.providers.discovery_links import network_of, youtube_url, youtube_video_id
from core.providers.transcription import NOT_SET_UP
from core.sources import words
from core.sources.models import Source, SourceStatus
from core.sources.papers import Words
from core.sources.parts import readings_of
from core.sources.reading import Reading, SourceKind
from core.sources.service import Kept, keep_or_find, source_of
from core.sources.showing import source_data, unread_of
from core.sources.unread import begins_by_itself
from core.videos import uploads
from core.videos.links import build_upload_links
from core.videos.models import UploadPurpose

WORDS_PROMPT = "sources.words"
CARD = "card_id"
"""What growing words note of the message that shows them."""


def register(router: Router) -> None:
    router.press(ReadWords, on_read)
    router.press(StopReading, on_stop)
    router.press(TypeWords, on_type)
    router.prompt(WORDS_PROMPT, on_words, about="typing what is said")
    router.press(OpenSourcePage, on_page)
    router.press(ShowSourcePage, on_show_page)
    router.press(StopUpload, on_stop_upload)


async def take_file(context: Context, understood: Reading) -> None:
    """What came in one message: kept, and its words are got when it was sent for them."""
    async with context.deps.tx() as tx:
        kept = await keep_or_find(tx, owner_id=context.actor.id, reading=understood)
    if kept.known or not begins_by_itself(understood.media, understood.recording):
        await context.send(screens.source_card(kept.source, context.texts, same=kept.known))
        return
    await _begin(context, kept.source)


async def take_video_link(context: Context, link: str) -> bool:
    """A link to a video on YouTube: what is said in it is asked for. False for any other."""
    if network_of(link) is not Network.YOUTUBE:
        return False
    try:
        address = youtube_url(youtube_video_id(link))
    except InvalidInput:
        return False
    understood = Reading(SourceKind.VIDEO, title="", text="", language=UNKNOWN, url=address)
    async with context.deps.tx() as tx:
        kept: Kept = await keep_or_find(tx, owner_id=context.actor.id, reading=understood)
    if kept.known:
        await context.send(screens.source_card(kept.source, context.texts, same=True))
    else:
        await _begin(context, kept.source)
    return True


async def _begin(context: Context, source: Source, *, message_id: int | None = None) -> None:
    """At a message that tells how far it is. Where nobody can listen, that is said at once."""
    listens = any(file.is_heard for file in unread_of(source))
    if listens and context.deps.transcriber is None:
        async with context.deps.tx() as tx:
            source = await source_of(tx.session, owner_id=context.actor.id, source_id=source.id, lock=True)
            words.leave_unread(source, AppError(NOT_SET_UP))
        await _show(context, screens.source_card(source, context.texts), message_id)
        return
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    waiting = {**source_data(source), "status": SourceStatus.READING, "step": "queued", "percent": 0}
    shown_id = await _show(context, screens.card(waiting, context.texts), message_id)
    async with context.deps.tx() as tx:
        place = Place(context.chat_id, shown_id, context.actor.language)
        await words.begin_reading(tx, owner_id=context.actor.id, source_id=source.id, place=place)


async def on_read(context: Context, press: ReadWords) -> None:
    """For a video, an album, or after a failure. Pressed again, it does no harm."""
    await _begin(context, await _source(context, press.source_id), message_id=context.place.message_id)


async def on_stop(context: Context, press: StopReading) -> None:
    async with context.deps.tx() as tx:
        stopped = await words.cancel_reading(
            tx, owner_id=context.actor.id, source_id=press.source_id, place=context.place
        )
    if not stopped:
        await context.toast(context.texts("There is nothing to cancel any more."))
        await context.show(screens.source_card(await _source(context, press.source_id), context.texts))


async def on_type(context: Context, press: TypeWords) -> None:
    source = await _source(context, press.source_id)
    await context.ask(WORDS_PROMPT, source_id=ids.short(source.id))
    await context.send(screens.ask_words(context.texts))


async def on_words(context: Context, prompt: Prompt) -> bool:
    """The words, in however many messages. Anything but text is no answer, and goes the way of all messages."""
    if not context.text.strip():
        return False
    source = await _source(context, ids.SourceId(ids.parse_short(prompt.data["source_id"])))
    try:
        understood = await asyncio.to_thread(_typed, context, source)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    async with context.deps.tx() as tx:
        source = await words.type_words(tx, owner_id=context.actor.id, source_id=source.id, reading=understood)
    notes = context.paste.notes if context.paste is not None else {}
    notes[CARD] = await _show(context, screens.source_card(source, context.texts), notes.get(CARD))
    return True


def _typed(context: Context, source: Source) -> Reading:
    caption = source.text if source.caption is None else source.caption
    name = next((file.name for file in unread_of(source)), "")
    first, *more = readings_of(
        Words(context.text), kind=SourceKind(source.kind), name=name, caption=caption, language=context.actor.language
    )
    if more:
        raise InvalidInput("source.too_long", length=len(context.text), limit=len(first.text))
    return first


async def on_page(context: Context, press: OpenSourcePage) -> None:
    """A link for one file; of a source that Telegram didn't give, the file takes its place."""
    await context.stop_asking()
    if press.source_id is not None:
        await _source(context, press.source_id)
    async with context.deps.tx() as tx:
        upload = await uploads.open_upload(
            tx,
            owner_id=context.actor.id,
            place=context.place,
            purpose=UploadPurpose.SOURCE,
            source_id=press.source_id,
        )
    await _show_link(context, upload.id)


async def on_show_page(context: Context, press: ShowSourcePage) -> None:
    async with context.deps.tx() as tx:
        await uploads.open_upload_of(tx, owner_id=context.actor.id, upload_id=press.upload_id)
    await _show_link(context, press.upload_id)


async def on_stop_upload(context: Context, press: StopUpload) -> None:
    async with context.deps.tx() as tx:
        stopped = await uploads.cancel_upload(tx, owner_id=context.actor.id, upload_id=press.upload_id)
    if not stopped:
        await context.toast(context.texts("There is nothing to cancel any more."))


async def _show_link(context: Context, upload_id: ids.UploadId) -> None:
    link = build_upload_links(context.deps.settings).page(owner_id=context.actor.id, upload_id=upload_id)
    await context.show(page_screens.upload_page(upload_id, link, context.texts))


async def _show(context: Context, screen: Screen, message_id: int | None) -> TelegramId:
    """In place of a message, or as a new one. Gives where it is."""
    return await (context.send(screen) if message_id is None else context.change(message_id, screen))


async def _source(context: Context, source_id: ids.SourceId) -> Source:
    async with context.deps.read() as session:
        return await source_of(session, owner_id=context.actor.id, source_id=source_id)
