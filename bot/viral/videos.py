"""One video: its card, what its numbers mean, why it works, keeping it, and writing one's own version."""

from functools import partial

from bot.context import Context
from bot.posts.actions import ShowOptions
from bot.prompts import Prompt
from bot.router import Router
from bot.viral import saved_screens, screens, version_screens
from bot.viral.actions import ExplainNumbers, ExplainVideo, SaveVideo, ShowVideo, StartVersion, WriteVersion
from core import ids
from core.accounts.service import user_of
from core.db import Page
from core.errors import InvalidInput
from core.http import ANYWHERE, PUBLIC, fetch_public
from core.posts.options import WritingOptions
from core.posts.platforms import Platform
from core.posts.writing import open_batch
from core.providers.discovery import VideoFormat
from core.sources.links import find_link, read_link
from core.sources.queries import recent_sources
from core.sources.reading import Reading, read_text
from core.sources.service import keep_source
from core.viral.pages import PAGE_SIZE
from core.viral.patterns import Pattern, pattern_of
from core.viral.queries import Seen, lookup_of, saving_of, video_seen
from core.viral.saving import save_video
from core.viral.thumbnails import stored_picture

VERSION_PROMPT = "viral.version"
SOURCES_OFFERED = 4


def register(router: Router) -> None:
    router.press(ShowVideo, on_video)
    router.press(ExplainNumbers, on_how)
    router.press(ExplainVideo, on_why)
    router.press(SaveVideo, on_save)
    router.press(StartVersion, on_start_version)
    router.press(WriteVersion, on_write_version)
    router.prompt(VERSION_PROMPT, on_version, about="your version of a video")


async def on_video(context: Context, press: ShowVideo) -> None:
    await context.show(screens.video(await _shown(context, press.video_id, press.lookup_id), context.texts))


async def on_how(context: Context, press: ExplainNumbers) -> None:
    shown = await _shown(context, press.video_id, press.lookup_id)
    await context.show(screens.how_counted(shown, context.texts))


async def on_why(context: Context, press: ExplainVideo) -> None:
    shown = await _shown(context, press.video_id, press.lookup_id)
    await context.show(screens.why(shown, _pattern(shown.seen), context.texts))


async def on_save(context: Context, press: SaveVideo) -> None:
    """Pressed again, it stays; its note can be written from the message that tells of it."""
    async with context.deps.tx() as tx:
        already = await saving_of(tx.session, owner_id=context.actor.id, video_id=press.video_id)
        saved = await save_video(tx, owner_id=context.actor.id, video_id=press.video_id)
    if already is None:
        await context.show(screens.video(await _shown(context, press.video_id, press.lookup_id), context.texts))
    await context.send(saved_screens.just_saved(saved, context.texts, again=already is not None))


async def on_start_version(context: Context, press: StartVersion) -> None:
    """What the video's way is, and the question what the user's own is about."""
    async with context.deps.read() as session:
        seen = await video_seen(session, press.video_id, now=context.deps.clock.now())
        page = await recent_sources(session, owner_id=context.actor.id, page=Page(1, SOURCES_OFFERED))
    await context.ask(VERSION_PROMPT, video_id=ids.short(press.video_id))
    offline = context.deps.writer.offline
    await context.send(version_screens.ask(seen, _pattern(seen), page.items, context.texts, offline=offline))


async def on_version(context: Context, prompt: Prompt) -> None:
    """The user's own material: a text, or a link to one."""
    video_id = ids.VideoId(ids.parse_short(prompt.data["video_id"]))
    try:
        reading = await _read(context)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    async with context.deps.tx() as tx:
        source = await keep_source(tx, owner_id=context.actor.id, reading=reading)
    await _open_options(context, video_id, source.id)


async def on_write_version(context: Context, press: WriteVersion) -> None:
    await context.stop_asking()
    await _open_options(context, press.video_id, press.source_id)


async def _open_options(context: Context, video_id: ids.VideoId, source_id: ids.SourceId) -> None:
    """The options card of posts, for a batch that follows the video's way."""
    async with context.deps.tx() as tx:
        seen = await video_seen(tx.session, video_id, now=tx.now)
        user = await user_of(tx.session, context.actor.id)
        platforms = tuple(Platform(name) for name in user.platforms)
        options = WritingOptions.from_json(
            {**user.writing_options, "pattern": _pattern(seen).brief, "video_id": str(video_id)},
            default_platforms=platforms,
        )
        batch = await open_batch(tx, owner_id=user.id, source_id=source_id, options=options)
    await context.perform(ShowOptions(batch.id))


async def _read(context: Context) -> Reading:
    """Raises InvalidInput for what holds no words."""
    text = context.received.text
    link = find_link(text)
    if link is None:
        return read_text(text, expected_language=context.actor.language)
    reach = ANYWHERE if context.deps.settings.allow_private_urls else PUBLIC
    return await read_link(link, partial(fetch_public, reach=reach))


async def _shown(context: Context, video_id: ids.VideoId, lookup_id: ids.LookupId | None) -> screens.Shown:
    """Somebody else's results are no way back."""
    now, page = context.deps.clock.now(), 1
    async with context.deps.read() as session:
        seen = await video_seen(session, video_id, now=now)
        saving = await saving_of(session, owner_id=context.actor.id, video_id=video_id)
        if lookup_id is not None:
            lookup = await lookup_of(session, owner_id=context.actor.id, lookup_id=lookup_id)
            if video_id in lookup.video_ids:
                page = lookup.video_ids.index(video_id) // PAGE_SIZE + 1
    picture = await stored_picture(context.deps.storage, seen.video.thumbnail_key)
    return screens.Shown(seen, lookup_id, now, saved=saving is not None, picture=picture, page=page)


def _pattern(seen: Seen) -> Pattern:
    row = seen.video
    return pattern_of(row.title, format=VideoFormat(row.format), duration_s=row.duration_s)
