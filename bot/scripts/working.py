"""Having a script analysed, rewritten, or written like a channel's."""

import asyncio

from bot.context import Context
from bot.posts.actions import WritePosts
from bot.prompts import Prompt
from bot.router import Router
from bot.screens import Screen
from bot.scripts import screens
from bot.scripts.actions import (
    AnalyseScript,
    AskTopic,
    KeepRewrite,
    PostsFromScript,
    ShowRewrite,
    ShowWay,
    StopScript,
)
from core import ids
from core.errors import Conflict, InvalidInput
from core.languages import UNKNOWN, detect
from core.limits import GENERATIONS, hit
from core.posts.writing import Place
from core.scripts import service
from core.scripts.queries import said_by, script_of
from core.scripts.ways import VIDEOS_MOST, way_of
from core.sources.reading import Reading, SourceKind, title_of
from core.sources.service import keep_source
from core.viral.creators import creator_of, newest_videos
from core.viral.keeping import SNAPSHOT_LIFE

TOPIC_PROMPT = "scripts.topic"


def register(router: Router) -> None:
    router.press(AnalyseScript, on_analyse)
    router.press(StopScript, on_stop)
    router.press(ShowRewrite, on_rewrite)
    router.press(KeepRewrite, on_keep_rewrite)
    router.press(PostsFromScript, on_posts)
    router.press(ShowWay, on_way)
    router.press(AskTopic, on_ask_topic)
    router.prompt(TOPIC_PROMPT, on_topic, about="a script like a channel's")


async def on_analyse(context: Context, press: AnalyseScript) -> None:
    """From here on the pressed message shows how far it is; a second press changes nothing."""
    await context.stop_asking()
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    async with context.deps.tx() as tx:
        await service.request_analysis(tx, owner_id=context.actor.id, script_id=press.script_id, place=context.place)


async def on_stop(context: Context, press: StopScript) -> None:
    async with context.deps.tx() as tx:
        stopping = await service.cancel_work(
            tx, owner_id=context.actor.id, script_id=press.script_id, place=context.place
        )
    await context.toast(context.texts("Stopping…") if stopping else context.texts("It has ended already."))


async def on_rewrite(context: Context, press: ShowRewrite) -> None:
    """Below the analysis, which stays."""
    t = context.texts
    async with context.deps.read() as session:
        script = await script_of(session, owner_id=context.actor.id, script_id=press.script_id)
    critique = script.critique or {}
    if not critique.get("rewrite"):
        raise Conflict("scripts.no_rewrite")
    if len(critique["rewrite"]) <= screens.MESSAGE_CHARACTERS:
        await context.send(screens.rewrite(script.id, critique, t))
    else:
        caption = Screen(t("✍️ The rewrite of “{title}”", title=script.title), screens.rewrite_ways(script.id, t))
        await context.send_file(critique["rewrite"].encode(), "script.txt", caption)


async def on_keep_rewrite(context: Context, press: KeepRewrite) -> None:
    async with context.deps.tx() as tx:
        script = await service.keep_rewrite(tx, owner_id=context.actor.id, script_id=press.script_id)
    await context.send(screens.script(service.script_data(script), context.texts))


async def on_posts(context: Context, press: PostsFromScript) -> None:
    """The options card of posts, with the script as their source."""
    async with context.deps.read() as session:
        script = await script_of(session, owner_id=context.actor.id, script_id=press.script_id)
    reading = Reading(SourceKind.TEXT, script.title, script.text, script.language)
    async with context.deps.tx() as tx:
        source = await keep_source(tx, owner_id=context.actor.id, reading=reading)
    await context.perform(WritePosts(source.id))


async def on_way(context: Context, press: ShowWay) -> None:
    """Below what was pressed, which stays."""
    deps = context.deps
    async with deps.read() as session:
        creator = await creator_of(session, press.creator_id)
        videos = await newest_videos(
            session, creator.id, measured_since=deps.clock.now() - SNAPSHOT_LIFE, limit=VIDEOS_MOST
        )
        said = await said_by(session, owner_id=context.actor.id, creator_id=creator.id)
    sample = any(video.sample for video in videos)
    shown = screens.way(
        way_of(videos, said), creator.id, creator.handle, context.texts, offline=deps.critic.offline, sample=sample
    )
    await context.send(shown)


async def on_ask_topic(context: Context, press: AskTopic) -> None:
    async with context.deps.read() as session:
        creator = await creator_of(session, press.creator_id)
    await context.ask(TOPIC_PROMPT, creator_id=ids.short(creator.id))
    await context.send(screens.ask_topic(creator.handle, context.texts))


async def on_topic(context: Context, prompt: Prompt) -> None:
    """A new message shows how far it is."""
    creator_id = ids.CreatorId(ids.parse_short(prompt.data["creator_id"]))
    try:
        topic = service.checked_topic(context.text)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await hit(context.deps.redis, GENERATIONS, str(context.actor.telegram_id))
    found = (await asyncio.to_thread(detect, topic, expected=context.actor.language)).code
    language = context.actor.language if found == UNKNOWN else found
    message_id = await context.send(screens.begun(title_of(topic), context.texts))
    async with context.deps.tx() as tx:
        await service.request_writing(
            tx,
            owner_id=context.actor.id,
            creator_id=creator_id,
            topic=topic,
            language=language,
            place=Place(context.chat_id, message_id, context.actor.language),
        )
