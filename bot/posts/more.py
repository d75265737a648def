"""What else can be done with a draft: versions for other platforms, a thread, the first comment."""

from functools import partial
from uuid import UUID

from bot.accounts import ask_time_zone
from bot.context import Context
from bot.deliveries.phrases import NO_ZONE
from bot.errors import sentence_of
from bot.posts import more_screens as screens
from bot.posts.actions import ShowMore
from bot.posts.more_actions import (
    AskFirstComment,
    ChooseTimeForAll,
    MakeVersion,
    RemoveFirstComment,
    ScheduleAll,
    ShowFirstComment,
    ShowThread,
    ShowVersions,
)
from bot.prompts import Prompt
from bot.router import Router
from core import ids
from core.errors import InvalidInput
from core.posts.comments import set_first_comment
from core.posts.models import Post
from core.posts.platforms import Platform
from core.posts.queries import post_of, versions_of
from core.posts.threads import thread_of
from core.posts.versions import make_version, schedule_versions
from core.when.choices import instant_of_choice, quick_choices

COMMENT_PROMPT = "posts.first_comment"


def register(router: Router) -> None:
    router.press(ShowMore, on_more)
    router.press(ShowVersions, on_versions)
    router.press(MakeVersion, on_make_version)
    router.press(ChooseTimeForAll, on_choose_time)
    router.press(ScheduleAll, partial(on_schedule_all, router))
    router.press(ShowThread, on_thread)
    router.press(ShowFirstComment, on_show_comment)
    router.press(AskFirstComment, on_ask_comment)
    router.press(RemoveFirstComment, on_remove_comment)
    router.prompt(COMMENT_PROMPT, on_comment, about="the first comment")
    router.errors(screens.SENTENCES)


async def on_more(context: Context, press: ShowMore) -> None:
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
        versions = await versions_of(session, post)
    await context.show(screens.more(post, len(versions), context.texts))


async def on_versions(context: Context, press: ShowVersions) -> None:
    await _show_versions(context, press.post_id)


async def on_make_version(context: Context, press: MakeVersion) -> None:
    """Pressed twice, there is one."""
    async with context.deps.tx() as tx:
        for platform in Platform if press.platform is None else (press.platform,):
            await make_version(tx, owner_id=context.actor.id, post_id=press.post_id, platform=platform)
    await _show_versions(context, press.post_id)


async def _show_versions(context: Context, post_id: ids.PostId) -> None:
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=post_id)
        versions = await versions_of(session, post)
    await context.show(screens.versions(post, versions, context.texts))


async def on_choose_time(context: Context, press: ChooseTimeForAll) -> None:
    if context.actor.time_zone is None:
        await ask_time_zone(context, press)
        return
    now, zone = context.deps.clock.now(), context.actor.time_zone or NO_ZONE
    await _post(context, press.post_id)
    choices = quick_choices(now=now, zone=zone)
    await context.show(screens.time_for_all(press.post_id, choices, zone=zone, now=now, t=context.texts))


async def on_schedule_all(router: Router, context: Context, press: ScheduleAll) -> None:
    """What can't be scheduled is named with its reason; the others are."""
    now, zone = context.deps.clock.now(), context.actor.time_zone or NO_ZONE
    at = instant_of_choice(press.choice, now=now, zone=zone)
    if at is None:
        raise InvalidInput("when.in_past")
    async with context.deps.tx() as tx:
        outcomes = await schedule_versions(tx, owner_id=context.actor.id, post_id=press.post_id, due_at=at)
    told = [
        (each.post, sentence_of(router, each.error, context.texts) if each.error is not None else None)
        for each in outcomes
    ]
    await context.show(screens.scheduled(press.post_id, told, at, zone=zone, now=now, t=context.texts))


async def on_thread(context: Context, press: ShowThread) -> None:
    post = await _post(context, press.post_id)
    await context.show(screens.thread(post, thread_of(post.text), press.part, context.texts))


async def on_show_comment(context: Context, press: ShowFirstComment) -> None:
    await context.show(screens.first_comment(await _post(context, press.post_id), context.texts))


async def on_ask_comment(context: Context, press: AskFirstComment) -> None:
    post = await _post(context, press.post_id)
    await context.ask(COMMENT_PROMPT, post_id=str(post.id))
    await context.send(screens.ask_first_comment(post, context.texts))


async def on_comment(context: Context, prompt: Prompt) -> None:
    post_id = ids.PostId(UUID(prompt.data["post_id"]))
    try:
        if not context.text.strip():
            raise InvalidInput("comments.empty")
        async with context.deps.tx() as tx:
            post = await set_first_comment(tx, owner_id=context.actor.id, post_id=post_id, text=context.text)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await context.send(screens.first_comment(post, context.texts))


async def on_remove_comment(context: Context, press: RemoveFirstComment) -> None:
    async with context.deps.tx() as tx:
        await set_first_comment(tx, owner_id=context.actor.id, post_id=press.post_id, text="")
    await on_more(context, ShowMore(press.post_id))


async def _post(context: Context, post_id: ids.PostId) -> Post:
    async with context.deps.read() as session:
        return await post_of(session, owner_id=context.actor.id, post_id=post_id)
