"""Deciding about posts that missed their time, from the one message about all of them."""

from bot.context import Context
from bot.deliveries.actions import (
    ChooseTime,
    ChooseTimeOfMissed,
    SendAllMissed,
    SendMissedPost,
    ShowMissed,
    SkipAllMissed,
    SkipMissedPost,
)
from bot.deliveries.choosing import choose_time
from bot.deliveries.missed_screens import missed
from bot.deliveries.sentences import being_sent
from bot.router import Router
from bot.screens import Toast
from core.posts.missed import missed_data, send_all_missed, skip_all_missed
from core.posts.scheduling import BeingSent, cancel_schedule, post_now


def register(router: Router) -> None:
    router.press(ShowMissed, on_show_missed)
    router.press(SendMissedPost, on_send_missed_post)
    router.press(SkipMissedPost, on_skip_missed_post)
    router.press(ChooseTimeOfMissed, on_choose_time_of_missed)
    router.press(SendAllMissed, on_send_all_missed)
    router.press(SkipAllMissed, on_skip_all_missed)


async def on_show_missed(context: Context, press: ShowMissed) -> None:
    async with context.deps.read() as session:
        data = await missed_data(session, owner_id=context.actor.id, now=context.deps.clock.now(), page=press.page)
    await context.show(missed(data, context.texts, context.deps.clock.now()))


async def on_send_missed_post(context: Context, press: SendMissedPost) -> None:
    """Pressed again, or after another decision, it says how the post stands."""
    t = context.texts
    try:
        async with context.deps.tx() as tx:
            await post_now(tx, owner_id=context.actor.id, post_id=press.post_id)
    except BeingSent as late:
        await context.toast(Toast(being_sent(t, late.params).unescape()))
    else:
        await context.toast(t("Going out now."))
    await on_show_missed(context, ShowMissed(press.page))


async def on_skip_missed_post(context: Context, press: SkipMissedPost) -> None:
    t = context.texts
    try:
        async with context.deps.tx() as tx:
            await cancel_schedule(tx, owner_id=context.actor.id, post_id=press.post_id)
    except BeingSent as late:
        await context.toast(Toast(being_sent(t, late.params).unescape()))
    else:
        await context.toast(t("Skipped."))
    await on_show_missed(context, ShowMissed(press.page))


async def on_choose_time_of_missed(context: Context, press: ChooseTimeOfMissed) -> None:
    """Below the list, which stays for the others."""
    await choose_time(context, ChooseTime(press.post_id), below=True)


async def on_send_all_missed(context: Context, press: SendAllMissed) -> None:
    """What can't go out, since its chat takes nothing, stays in the list."""
    t = context.texts
    async with context.deps.tx() as tx:
        sent = await send_all_missed(tx, owner_id=context.actor.id)
    await context.toast(t("Going out now.") if sent else t("Nothing waits for that any more."))
    await on_show_missed(context, ShowMissed(1))


async def on_skip_all_missed(context: Context, press: SkipAllMissed) -> None:
    t = context.texts
    async with context.deps.tx() as tx:
        skipped = await skip_all_missed(tx, owner_id=context.actor.id)
    await context.toast(t("Skipped.") if skipped else t("Nothing waits for that any more."))
    await on_show_missed(context, ShowMissed(1))
