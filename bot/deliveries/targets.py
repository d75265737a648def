"""Choosing where a post goes, from its card or from the choice of times."""

from bot.context import Context
from bot.deliveries import target_screens as screens
from bot.deliveries.actions import Back, ChooseTarget, ChooseTime, SetTarget
from bot.deliveries.showing import show_beside
from bot.posts.actions import ShowCard
from bot.router import Router
from bot.screens import Toast
from core.channels.queries import channels_of
from core.db import Page
from core.posts import scheduling
from core.posts.queries import post_of
from core.posts.targets import target_data

PAGE_SIZE = 8


def register(router: Router) -> None:
    router.press(ChooseTarget, on_choose_target)
    router.press(SetTarget, on_set_target)


async def on_choose_target(context: Context, press: ChooseTarget) -> None:
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
        found = await channels_of(session, owner_id=context.actor.id, page=Page(press.page, PAGE_SIZE))
    if post.status not in scheduling.SCHEDULABLE:
        raise scheduling.BeingSent(post_id=str(post.id), status=post.status)
    screen = screens.choose_target(post, found, back=press.back, t=context.texts)
    await show_beside(context, post.id, screen)


async def on_set_target(context: Context, press: SetTarget) -> None:
    """Pressed again, it is the same choice."""
    async with context.deps.tx() as tx:
        done = await scheduling.choose_target(
            tx, owner_id=context.actor.id, post_id=press.post_id, channel_id=press.channel_id
        )
        target = await target_data(tx.session, done.post)
    await context.toast(Toast(screens.chosen(target, context.texts).unescape()))
    await context.perform(ShowCard(press.post_id) if press.back is Back.CARD else ChooseTime(press.post_id))
