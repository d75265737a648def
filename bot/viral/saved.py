"""/saved: the list of kept videos, one of them, its note."""

import asyncio

from bot.context import Context
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from bot.viral import saved_screens as screens
from bot.viral.actions import (
    AskNote,
    ClearNote,
    ExportSaved,
    ForgetSaved,
    ListSaved,
    RestoreSaved,
    SearchSaved,
    ShowSaved,
)
from core import ids
from core.billing.queries import cheapest_with, has_perk
from core.db import Page
from core.errors import InvalidInput
from core.viral.exporting import CSV_EXPORT, ROWS_MOST, as_csv
from core.viral.queries import saved_by_network, saved_video_of, saved_videos, video_seen, videos_seen
from core.viral.saving import forget_saved, note_saved, restore_saved
from core.viral.thumbnails import stored_picture

NOTE_PROMPT = "viral.note"
SEARCH_PROMPT = "viral.search"
SEARCH_LIFE_S = 7 * 24 * 3600
SEARCH_LIMIT = 100
PAGE_SIZE = 6


def register(router: Router) -> None:
    router.command("saved", on_saved)
    router.press(ListSaved, on_list)
    router.press(SearchSaved, on_search)
    router.prompt(SEARCH_PROMPT, on_words, about="a search in your saved videos")
    router.press(ExportSaved, on_export)
    router.press(ShowSaved, on_show)
    router.press(AskNote, on_ask_note)
    router.press(ClearNote, on_clear_note)
    router.press(ForgetSaved, on_forget)
    router.press(RestoreSaved, on_restore)
    router.prompt(NOTE_PROMPT, on_note, about="a note for a saved video")


async def on_saved(context: Context) -> None:
    """Words behind the command are looked for."""
    if context.arguments:
        await _search(context, context.arguments)
    else:
        await context.send(await _list(context, ListSaved(1)))


async def on_list(context: Context, press: ListSaved) -> None:
    await context.show(await _list(context, press))


async def on_search(context: Context, press: SearchSaved) -> None:
    await context.ask(SEARCH_PROMPT)
    await context.send(screens.ask_words(context.texts))


async def on_words(context: Context, prompt: Prompt) -> None:
    if context.text.strip():
        await _search(context, context.text)
        return
    await context.ask(prompt.name)
    await context.send(screens.ask_words(context.texts))


async def on_export(context: Context, press: ExportSaved) -> None:
    """A file below the list, where the plan has it."""
    owner_id = context.actor.id
    async with context.deps.read() as session:
        included = await has_perk(session, owner_id=owner_id, perk=CSV_EXPORT, now=context.deps.clock.now())
        needed = await cheapest_with(session, perk=CSV_EXPORT)
    if not included:
        await context.send(screens.no_export(needed.key if needed is not None else None, context.texts))
        return
    async with context.deps.read() as session:
        found = await saved_videos(session, owner_id=owner_id, page=Page(1, ROWS_MOST))
        seen = await videos_seen(session, [each.video_id for each in found.items], now=context.deps.clock.now())
    table = await asyncio.to_thread(as_csv, found.items, {each.video.id: each for each in seen})
    await context.send_file(table, "saved videos.csv", screens.exported(len(seen), found.total, context.texts))


async def on_show(context: Context, press: ShowSaved) -> None:
    await context.show(await _one(context, press.saved_id))


async def on_ask_note(context: Context, press: AskNote) -> None:
    async with context.deps.read() as session:
        saved = await saved_video_of(session, owner_id=context.actor.id, saved_id=press.saved_id)
    await context.ask(NOTE_PROMPT, saved_id=ids.short(press.saved_id))
    await context.send(screens.ask_note(saved, context.texts))


async def on_note(context: Context, prompt: Prompt) -> None:
    saved_id = ids.SavedVideoId(ids.parse_short(prompt.data["saved_id"]))
    try:
        await _note(context, saved_id, context.received.text)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await context.send(await _one(context, saved_id))


async def on_clear_note(context: Context, press: ClearNote) -> None:
    await context.stop_asking()
    await _note(context, press.saved_id, "")
    await context.show(await _one(context, press.saved_id))


async def on_forget(context: Context, press: ForgetSaved) -> None:
    """At once, with a way back. Pressed again, it says the same."""
    async with context.deps.tx() as tx:
        saved = await forget_saved(tx, owner_id=context.actor.id, saved_id=press.saved_id)
        seen = await video_seen(tx.session, saved.video_id, now=tx.now)
    await context.show(screens.forgotten(saved, seen, context.texts))


async def on_restore(context: Context, press: RestoreSaved) -> None:
    async with context.deps.tx() as tx:
        await restore_saved(tx, owner_id=context.actor.id, saved_id=press.saved_id)
    await context.toast(context.texts("It is back."))
    await context.show(await _one(context, press.saved_id))


async def _note(context: Context, saved_id: ids.SavedVideoId, note: str) -> None:
    async with context.deps.tx() as tx:
        await note_saved(tx, owner_id=context.actor.id, saved_id=saved_id, note=note)


async def _search(context: Context, words: str) -> None:
    await context.deps.redis.set(_search_key(context), " ".join(words.split())[:SEARCH_LIMIT], ex=SEARCH_LIFE_S)
    await context.send(await _list(context, ListSaved(1, found=True)))


async def _list(context: Context, shown: ListSaved) -> Screen:
    now, search = context.deps.clock.now(), await _last_search(context) if shown.found else ""
    async with context.deps.read() as session:
        found = await saved_videos(
            session,
            owner_id=context.actor.id,
            page=Page(shown.page, PAGE_SIZE),
            network=shown.network,
            search=search,
        )
        counts = await saved_by_network(session, owner_id=context.actor.id)
        seen = await videos_seen(session, [each.video_id for each in found.items], now=now)
    videos = {each.video.id: each for each in seen}
    return screens.listed(found, videos, counts, context.texts, network=shown.network, search=search)


async def _one(context: Context, saved_id: ids.SavedVideoId) -> Screen:
    now = context.deps.clock.now()
    async with context.deps.read() as session:
        saved = await saved_video_of(session, owner_id=context.actor.id, saved_id=saved_id)
        seen = await video_seen(session, saved.video_id, now=now)
    picture = await stored_picture(context.deps.storage, seen.video.thumbnail_key)
    return screens.one(saved, seen, now, context.texts, picture=picture)


async def _last_search(context: Context) -> str:
    stored = await context.deps.redis.get(_search_key(context))
    return stored.decode() if isinstance(stored, bytes) else stored or ""


def _search_key(context: Context) -> str:
    return f"viral.search:{context.chat_id}"
