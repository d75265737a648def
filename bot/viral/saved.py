"""/saved: the list of kept videos, one of them, its note."""

from bot.context import Context
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from bot.viral import saved_screens as screens
from bot.viral.actions import AskNote, ClearNote, ForgetSaved, ListSaved, ShowSaved
from core import ids
from core.db import Page
from core.errors import InvalidInput
from core.viral.queries import SavedVideoNotFound, saved_video_of, saved_videos, video_seen, videos_seen
from core.viral.saving import forget_saved, note_saved
from core.viral.thumbnails import stored_picture

NOTE_PROMPT = "viral.note"
PAGE_SIZE = 6


def register(router: Router) -> None:
    router.command("saved", on_saved)
    router.press(ListSaved, on_list)
    router.press(ShowSaved, on_show)
    router.press(AskNote, on_ask_note)
    router.press(ClearNote, on_clear_note)
    router.press(ForgetSaved, on_forget)
    router.prompt(NOTE_PROMPT, on_note, about="a note for a saved video")


async def on_saved(context: Context) -> None:
    await context.send(await _list(context, 1))


async def on_list(context: Context, press: ListSaved) -> None:
    await context.show(await _list(context, press.page))


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
    """Pressed again, the list is shown just the same."""
    try:
        async with context.deps.tx() as tx:
            await forget_saved(tx, owner_id=context.actor.id, saved_id=press.saved_id)
    except SavedVideoNotFound:
        pass
    await context.toast(context.texts("It is gone from your saved videos."))
    await context.show(await _list(context, 1))


async def _note(context: Context, saved_id: ids.SavedVideoId, note: str) -> None:
    async with context.deps.tx() as tx:
        await note_saved(tx, owner_id=context.actor.id, saved_id=saved_id, note=note)


async def _list(context: Context, page: int) -> Screen:
    now = context.deps.clock.now()
    async with context.deps.read() as session:
        found = await saved_videos(session, owner_id=context.actor.id, page=Page(page, PAGE_SIZE))
        seen = await videos_seen(session, [each.video_id for each in found.items], now=now)
    videos = {each.video.id: each for each in seen}
    return screens.listed(found, videos, context.texts)


async def _one(context: Context, saved_id: ids.SavedVideoId) -> Screen:
    now = context.deps.clock.now()
    async with context.deps.read() as session:
        saved = await saved_video_of(session, owner_id=context.actor.id, saved_id=saved_id)
        seen = await video_seen(session, saved.video_id, now=now)
    picture = await stored_picture(context.deps.storage, seen.video.thumbnail_key)
    return screens.one(saved, seen, now, context.texts, picture=picture)
