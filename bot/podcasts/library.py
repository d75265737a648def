"""/podcasts: the list, one podcast, its files, and the private feed."""

from datetime import timedelta

from bot.context import Context
from bot.podcasts import library_screens as screens
from bot.podcasts.actions import (
    AskRotateFeed,
    AskTitle,
    DeletePodcast,
    ListPodcasts,
    RotateFeed,
    SendEpisode,
    SendTranscript,
    Shelf,
    ShowDownload,
    ShowFeed,
    ShowPodcast,
    UndeletePodcast,
)
from bot.podcasts.status_screens import file_name
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from core import ids
from core.db import Page
from core.errors import Conflict, InvalidInput
from core.podcasts import service
from core.podcasts.feeds import feed_url
from core.podcasts.models import Podcast
from core.podcasts.private_feed import feed_token, rotate_feed
from core.podcasts.queries import podcast_of, podcasts_of
from core.podcasts.recording import send_episode
from core.storage import build_links

TITLE_PROMPT = "podcasts.title"
PAGE_SIZE = 6
LINK_LIFE = timedelta(hours=1)


def register(router: Router) -> None:
    router.command("podcasts", on_podcasts)
    router.press(ListPodcasts, on_list)
    router.press(ShowPodcast, on_show)
    router.press(SendEpisode, on_send)
    router.press(SendTranscript, on_transcript)
    router.press(ShowDownload, on_download)
    router.press(AskTitle, on_ask_title)
    router.prompt(TITLE_PROMPT, on_title, about="renaming a podcast")
    router.press(DeletePodcast, on_delete)
    router.press(UndeletePodcast, on_undelete)
    router.press(ShowFeed, on_feed)
    router.press(AskRotateFeed, on_ask_rotate)
    router.press(RotateFeed, on_rotate)


async def on_podcasts(context: Context) -> None:
    await context.send(await _shelf(context, Shelf.ALL, 1))


async def on_list(context: Context, press: ListPodcasts) -> None:
    await context.show(await _shelf(context, press.shelf, press.page))


async def _shelf(context: Context, shelf: Shelf, page: int) -> Screen:
    async with context.deps.read() as session:
        found = await podcasts_of(
            session, owner_id=context.actor.id, statuses=shelf.statuses, page=Page(page, PAGE_SIZE)
        )
    return screens.shelf(found.items, shelf, page=found.number, pages=found.pages, total=found.total, t=context.texts)


async def on_show(context: Context, press: ShowPodcast) -> None:
    podcast = await _podcast(context, press.podcast_id)
    await _show_beside_audio(context, _details(context, podcast))


def _details(context: Context, podcast: Podcast) -> Screen:
    now = context.deps.clock.now()
    return screens.details(podcast, time_zone=context.actor.time_zone, now=now, t=context.texts)


async def on_send(context: Context, press: SendEpisode) -> None:
    """Once for each press, however often Telegram tells of it."""
    podcast = await _ready(context, press.podcast_id)
    async with context.deps.tx() as tx:
        await send_episode(tx, podcast, context.place, dedupe=f"update:{context.update.update_id}")
    await context.toast(context.texts("It is on its way."))


async def on_transcript(context: Context, press: SendTranscript) -> None:
    podcast = await _ready(context, press.podcast_id)
    if podcast.transcript_key is None:
        raise Conflict("podcasts.no_script")
    pieces = [piece async for piece in context.deps.storage.read(podcast.transcript_key)]
    name = f"{file_name(podcast.title)}.txt"
    await context.send_file(b"".join(pieces), name, screens.transcript_caption(podcast, context.texts))


async def on_download(context: Context, press: ShowDownload) -> None:
    """Links that anybody can open for an hour."""
    podcast = await _ready(context, press.podcast_id)
    several = len(podcast.parts) > 1
    links = []
    for number, part in enumerate(podcast.parts, start=1):
        name = f"{file_name(podcast.title)}{f' {number}' if several else ''}.mp3"
        links.append(await context.deps.storage.url(part["key"], expires_in=LINK_LIFE, filename=name))
    openable = all(link.startswith("https://") for link in links)
    screen = screens.download if openable else screens.download_text
    await _show_beside_audio(context, screen(podcast, links, context.texts))


async def on_ask_title(context: Context, press: AskTitle) -> None:
    podcast = await _podcast(context, press.podcast_id)
    await context.ask(TITLE_PROMPT, podcast_id=ids.short(podcast.id))
    await context.send(screens.ask_title(podcast, context.texts))


async def on_title(context: Context, prompt: Prompt) -> None:
    podcast_id = ids.PodcastId(ids.parse_short(prompt.data["podcast_id"]))
    try:
        async with context.deps.tx() as tx:
            podcast = await service.rename_podcast(
                tx, owner_id=context.actor.id, podcast_id=podcast_id, title=context.text
            )
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await context.send(screens.renamed(podcast, context.texts))


async def on_delete(context: Context, press: DeletePodcast) -> None:
    """At once, with a way back. Pressed again, it says the same."""
    async with context.deps.tx() as tx:
        podcast, stopped = await service.delete_podcast(
            tx, owner_id=context.actor.id, podcast_id=press.podcast_id, place=context.place
        )
    await _show_beside_audio(context, screens.deleted(podcast, stopped=stopped, t=context.texts))


async def on_undelete(context: Context, press: UndeletePodcast) -> None:
    async with context.deps.tx() as tx:
        podcast = await service.undelete_podcast(tx, owner_id=context.actor.id, podcast_id=press.podcast_id)
    await context.toast(context.texts("It is back."))
    await context.show(_details(context, podcast))


async def on_feed(context: Context, press: ShowFeed) -> None:
    async with context.deps.tx() as tx:
        token = await feed_token(tx, owner_id=context.actor.id)
    await _show_beside_audio(context, screens.feed(_address(context, token), context.texts))


async def on_ask_rotate(context: Context, press: AskRotateFeed) -> None:
    await context.show(screens.ask_rotate(context.texts))


async def on_rotate(context: Context, press: RotateFeed) -> None:
    async with context.deps.tx() as tx:
        token = await rotate_feed(tx, owner_id=context.actor.id)
    await context.show(screens.feed(_address(context, token), context.texts, changed=True))


def _address(context: Context, token: str) -> str:
    return feed_url(build_links(context.deps.settings).base_url, token)


async def _podcast(context: Context, podcast_id: ids.PodcastId) -> Podcast:
    async with context.deps.read() as session:
        return await podcast_of(session, owner_id=context.actor.id, podcast_id=podcast_id)


async def _ready(context: Context, podcast_id: ids.PodcastId) -> Podcast:
    """Raises NotNow for one without audio."""
    podcast = await _podcast(context, podcast_id)
    if not podcast.parts:
        raise service.NotNow(status=podcast.status)
    return podcast


async def _show_beside_audio(context: Context, screen: Screen) -> None:
    """In place of the pressed message; below it when that is the audio, which is to stay."""
    if context.pressed is not None and context.pressed.audio is not None:
        await context.send(screen)
    else:
        await context.show(screen)
