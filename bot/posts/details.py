"""Details: what goes with a post. Media, buttons, a footer, how it is laid out and how it arrives."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from telegram.error import BadRequest

from bot.context import Context
from bot.posts import details_screens as screens
from bot.posts.details_actions import (
    AskButtons,
    AskMedia,
    PreviewPost,
    RemoveButtons,
    RemoveMedia,
    SetLayout,
    ShowDetails,
    SwitchDetail,
)
from bot.prompts import Prompt
from bot.received import received
from bot.router import Router
from bot.screens import Toast
from core import ids
from core.errors import Conflict, InvalidInput
from core.posts import details
from core.posts.buttons import read_buttons
from core.posts.content import footer_for, message_of
from core.posts.models import Post
from core.posts.queries import post_of
from core.posts.service import EDITABLE
from core.posts.writing import card_of

BUTTONS_PROMPT = "posts.buttons"
MEDIA_PROMPT = "posts.media"


def register(router: Router) -> None:
    router.press(ShowDetails, on_show_details)
    router.press(SwitchDetail, on_switch)
    router.press(SetLayout, on_layout)
    router.press(AskButtons, on_ask_buttons)
    router.press(RemoveButtons, on_remove_buttons)
    router.press(AskMedia, on_ask_media)
    router.press(RemoveMedia, on_remove_media)
    router.press(PreviewPost, on_preview)
    router.prompt(BUTTONS_PROMPT, on_buttons_answer, about="the buttons")
    router.prompt(MEDIA_PROMPT, on_media_answer, about="the media")


async def on_show_details(context: Context, press: ShowDetails) -> None:
    await _show(context, await _post(context, press.post_id))


async def on_switch(context: Context, press: SwitchDetail) -> None:
    async with context.deps.tx() as tx:
        post = await details.set_detail(
            tx, owner_id=context.actor.id, post_id=press.post_id, detail=press.detail, on=press.on
        )
    await _show(context, post)


async def on_layout(context: Context, press: SetLayout) -> None:
    async with context.deps.tx() as tx:
        post = await details.choose_layout(tx, owner_id=context.actor.id, post_id=press.post_id, layout=press.layout)
    await _show(context, post)


async def on_ask_buttons(context: Context, press: AskButtons) -> None:
    """The next message holds them."""
    post = await _post(context, press.post_id)
    await context.ask(BUTTONS_PROMPT, post_id=str(post.id))
    await context.send(screens.ask_buttons(post, context.texts))


async def on_buttons_answer(context: Context, prompt: Prompt) -> None:
    """What can't be read is asked for again, with the line that is wrong."""
    post_id = ids.PostId(UUID(prompt.data["post_id"]))
    try:
        rows = read_buttons(context.text)
        async with context.deps.tx() as tx:
            post = await details.set_buttons(tx, owner_id=context.actor.id, post_id=post_id, rows=rows)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await context.send(screens.buttons_set(await _card(context, post), context.texts))


async def on_remove_buttons(context: Context, press: RemoveButtons) -> None:
    async with context.deps.tx() as tx:
        post = await details.set_buttons(tx, owner_id=context.actor.id, post_id=press.post_id, rows=())
    await _show(context, post)


async def on_ask_media(context: Context, press: AskMedia) -> None:
    """The next message, or album, brings them."""
    await _post(context, press.post_id)
    await context.ask(MEDIA_PROMPT, post_id=str(press.post_id), replace=press.replace)
    await context.send(screens.ask_media(replace=press.replace, t=context.texts))


async def on_media_answer(context: Context, prompt: Prompt) -> None:
    """An album comes in several messages: the further ones add to what the first one brought."""
    try:
        post = await attach(context, ids.PostId(UUID(prompt.data["post_id"])), replace=bool(prompt.data["replace"]))
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await answer_growing(context, post)


async def attach(context: Context, post_id: ids.PostId, *, replace: bool = False) -> Post:
    """Let what the message brings go with the post. Raises InvalidInput ("makeup.no_media") when it brings none."""
    brought = received(context.message).media if context.message is not None else ()
    if not brought:
        raise InvalidInput("makeup.no_media")
    begun = context.album is not None and context.album.begun
    async with context.deps.tx() as tx:
        return await details.add_media(
            tx, owner_id=context.actor.id, post_id=post_id, media=brought, replace=replace and not begun
        )


async def answer_growing(context: Context, post: Post) -> None:
    """One answer for all items of an album, which tells of all of them in the end."""
    await context.send_growing(screens.media_added(await _card(context, post), context.texts))


async def on_remove_media(context: Context, press: RemoveMedia) -> None:
    async with context.deps.tx() as tx:
        post = await details.remove_media(tx, owner_id=context.actor.id, post_id=press.post_id)
    await _show(context, post)


async def on_preview(context: Context, press: PreviewPost) -> None:
    """In this chat, as it would go out; nothing is published."""
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
        content = message_of(post, await footer_for(session, post))
    try:
        await context.send_content(content)
    except BadRequest as refusal:
        raise Conflict("makeup.preview_refused", detail=refusal.message) from refusal


async def _show(context: Context, post: Post) -> None:
    """What is out or on its way stays as it is."""
    t = context.texts
    card = await _card(context, post)
    if post.status not in EDITABLE:
        await context.toast(Toast(t("This post is out or on its way, so it stays as it is."), alert=True))
    elif details.has_details(post):
        await context.show(screens.details(post, card, t))
    else:
        await context.show(screens.only_for_telegram(post, has_choice=bool(card["has_choice"]), t=t))


async def _card(context: Context, post: Post) -> Mapping[str, Any]:
    async with context.deps.read() as session:
        return await card_of(session, post=post, now=context.deps.clock.now())


async def _post(context: Context, post_id: ids.PostId) -> Post:
    async with context.deps.read() as session:
        return await post_of(session, owner_id=context.actor.id, post_id=post_id)
