"""/sources: what was sent, by kind and by words; renamed, deleted, and used together."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from bot.context import Context
from bot.podcasts.options import show_together
from bot.posts.actions import WritePosts
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from bot.sources import library_screens as screens
from bot.sources.actions import (
    AskSourceTitle,
    DeleteSource,
    ListSources,
    OpenSource,
    PickSource,
    SearchSources,
    Shelf,
    TalkAboutPicked,
    UndeleteSource,
    WriteFromPicked,
)
from bot.sources.screens import card
from core import ids
from core.db import Page
from core.errors import InvalidInput
from core.podcasts.options import SOURCES_MOST
from core.podcasts.queries import podcasts_from_source
from core.posts.queries import posts_from_source
from core.sources import library, queries
from core.sources.models import Source
from core.sources.parts import combined
from core.sources.reading import SourceKind
from core.sources.service import keep_source, source_of
from core.sources.showing import source_data

SEARCH_PROMPT = "sources.search"
TITLE_PROMPT = "sources.title"
SEARCH_LIFE_S = 7 * 24 * 3600
PICKED_LIFE_S = 24 * 3600
SEARCH_LIMIT = 100
PAGE_SIZE = 6
KINDS: dict[Shelf, tuple[SourceKind, ...]] = {
    Shelf.ALL: (),
    Shelf.TEXTS: (SourceKind.TEXT, SourceKind.FORWARD, SourceKind.COMBINED),
    Shelf.LINKS: (SourceKind.LINK,),
    Shelf.FILES: (SourceKind.FILE,),
    Shelf.RECORDINGS: (SourceKind.AUDIO, SourceKind.VIDEO),
}


def register(router: Router) -> None:
    router.command("sources", on_sources)
    router.press(ListSources, on_list)
    router.press(SearchSources, on_search)
    router.prompt(SEARCH_PROMPT, on_search_words, about="a search in your sources")
    router.press(OpenSource, on_open)
    router.press(AskSourceTitle, on_ask_title)
    router.prompt(TITLE_PROMPT, on_title, about="renaming a source")
    router.press(DeleteSource, on_delete)
    router.press(UndeleteSource, on_undelete)
    router.press(PickSource, on_pick)
    router.press(WriteFromPicked, on_write)
    router.press(TalkAboutPicked, on_talk)


async def on_sources(context: Context) -> None:
    """`/sources` shows all, `/sources words` searches."""
    if context.arguments:
        await _search(context, context.arguments)
    else:
        await context.send(await _list(context, ListSources(1, Shelf.ALL, found=False, picking=False)))


async def on_list(context: Context, press: ListSources) -> None:
    """Leaving the choice of several forgets it."""
    if not press.picking:
        await context.deps.redis.delete(_picked_key(context))
    await context.show(await _list(context, press))


async def on_search(context: Context, press: SearchSources) -> None:
    await context.ask(SEARCH_PROMPT)
    await context.send(screens.ask_search(context.texts))


async def on_search_words(context: Context, prompt: Prompt) -> None:
    if context.text.strip():
        await _search(context, context.text)
        return
    await context.ask(prompt.name)
    await context.send(screens.ask_search(context.texts))


async def _search(context: Context, words: str) -> None:
    words = " ".join(words.split())[:SEARCH_LIMIT]
    await context.deps.redis.set(_search_key(context), words, ex=SEARCH_LIFE_S)
    await context.send(await _list(context, ListSources(1, Shelf.ALL, found=True, picking=False)))


async def _list(context: Context, shown: ListSources) -> Screen:
    search = await _last_search(context) if shown.found else ""
    picked = await _picked(context) if shown.picking else []
    async with context.deps.read() as session:
        found = await queries.sources(
            session,
            owner_id=context.actor.id,
            page=Page(shown.page, PAGE_SIZE),
            kinds=KINDS[shown.shelf],
            search=search,
            with_words=shown.picking,
        )
    return screens.listed(found, context.texts, shown=shown, search=search, picked=picked)


async def on_open(context: Context, press: OpenSource) -> None:
    await context.show(card(source_data(await _source(context, press.source_id)), context.texts, from_list=True))


async def on_ask_title(context: Context, press: AskSourceTitle) -> None:
    source = await _source(context, press.source_id)
    await context.ask(TITLE_PROMPT, source_id=ids.short(source.id))
    await context.send(screens.ask_title(source.title, context.texts))


async def on_title(context: Context, prompt: Prompt) -> None:
    source_id = ids.SourceId(ids.parse_short(prompt.data["source_id"]))
    try:
        async with context.deps.tx() as tx:
            source = await library.rename_source(tx, owner_id=context.actor.id, source_id=source_id, title=context.text)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await context.send(screens.renamed(source.id, source.title, context.texts))


async def on_delete(context: Context, press: DeleteSource) -> None:
    """At once, with a way back; asked before only when something was made of it. Pressed again, it says the same."""
    owner_id = context.actor.id
    if not press.sure:
        async with context.deps.read() as session:
            source = await source_of(session, owner_id=owner_id, source_id=press.source_id, also_deleted=True)
            posts = await posts_from_source(session, owner_id=owner_id, source_id=press.source_id)
            podcasts = await podcasts_from_source(session, owner_id=owner_id, source_id=press.source_id)
        if source.deleted_at is None and (posts or podcasts):
            await context.show(screens.ask_delete(source.id, source.title, posts, podcasts, context.texts))
            return
    async with context.deps.tx() as tx:
        source = await library.delete_source(tx, owner_id=owner_id, source_id=press.source_id)
    await context.show(screens.deleted(source.id, source.title, library.UNDO_WITHIN, context.texts))


async def on_undelete(context: Context, press: UndeleteSource) -> None:
    async with context.deps.tx() as tx:
        source = await library.undelete_source(tx, owner_id=context.actor.id, source_id=press.source_id)
    await context.toast(context.texts("It is back."))
    await context.show(card(source_data(source), context.texts, from_list=True))


async def on_pick(context: Context, press: PickSource) -> None:
    """In, or out again; in the order in which they were chosen."""
    await _source(context, press.source_id)
    picked = await _picked(context)
    if press.source_id in picked:
        picked.remove(press.source_id)
    elif len(picked) >= SOURCES_MOST:
        raise InvalidInput("source.picked_most", most=SOURCES_MOST)
    else:
        picked.append(press.source_id)
    key = _picked_key(context)
    await context.deps.redis.delete(key)
    if picked:
        await context.deps.redis.rpush(key, *map(str, picked))
        await context.deps.redis.expire(key, PICKED_LIFE_S)
    await context.show(await _list(context, ListSources(press.page, press.shelf, press.found, picking=True)))


async def on_write(context: Context, press: WriteFromPicked) -> None:
    """All of them become one source, which is kept like any other; posts are written from that."""
    chosen = await _chosen(context)
    together = [(source.title, source.text) for source in chosen]
    reading = await asyncio.to_thread(combined, together, language=context.actor.language)
    async with context.deps.tx() as tx:
        source = await keep_source(tx, owner_id=context.actor.id, reading=reading)
    await context.deps.redis.delete(_picked_key(context))
    await context.perform(WritePosts(source.id))


async def on_talk(context: Context, press: TalkAboutPicked) -> None:
    """An episode takes several by itself."""
    chosen = await _chosen(context)
    await show_together(context, [source.id for source in chosen])
    await context.deps.redis.delete(_picked_key(context))


async def _chosen(context: Context) -> Sequence[Source]:
    """Raises InvalidInput "source.nothing_picked" when there are fewer than two."""
    picked = await _picked(context)
    async with context.deps.read() as session:
        chosen = await queries.chosen_sources(session, owner_id=context.actor.id, source_ids=picked)
    if len(chosen) < 2:
        raise InvalidInput("source.nothing_picked")
    return chosen


async def _picked(context: Context) -> list[ids.SourceId]:
    stored = await context.deps.redis.lrange(_picked_key(context), 0, -1)
    return [ids.SourceId(UUID(each.decode() if isinstance(each, bytes) else each)) for each in stored]


async def _source(context: Context, source_id: ids.SourceId) -> Source:
    async with context.deps.read() as session:
        return await source_of(session, owner_id=context.actor.id, source_id=source_id)


async def _last_search(context: Context) -> str:
    stored = await context.deps.redis.get(_search_key(context))
    return stored.decode() if isinstance(stored, bytes) else stored or ""


def _search_key(context: Context) -> str:
    return f"sources.search:{context.chat_id}"


def _picked_key(context: Context) -> str:
    return f"sources.picked:{context.chat_id}"
