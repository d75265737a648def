"""Posting at once, cancelling, and taking that back: from a draft card, a status message or the calendar."""

from bot.context import Context
from bot.deliveries import screens
from bot.deliveries.actions import CancelSchedule, ConfirmThere, OpenCard, PostNow, Reschedule, SendAnyway
from bot.deliveries.checking import objected
from bot.deliveries.phrases import NO_ZONE, echo
from bot.deliveries.sentences import being_sent
from bot.deliveries.showing import shows_status
from bot.posts.actions import ShowCard
from bot.posts.drafts import send_card
from bot.router import Router
from bot.screens import Toast
from core import ids
from core.db import TelegramId
from core.posts import scheduling
from core.posts.models import Post, PostStatus
from core.posts.queries import post_of, post_on_card
from core.posts.targets import target_data


def register(router: Router) -> None:
    router.press(PostNow, on_post_now)
    router.press(CancelSchedule, on_cancel)
    router.press(ConfirmThere, on_confirm_there)
    router.press(Reschedule, on_reschedule)
    router.press(OpenCard, on_open_card)


async def on_post_now(context: Context, press: PostNow) -> None:
    """Pressed again, it says that it is on its way or out."""
    if not await objected(context, press.post_id, at=None, anyway=SendAnyway(press.post_id, None)):
        await send_now(context, press.post_id)


async def send_now(context: Context, post_id: ids.PostId) -> None:
    """Without another look."""
    t = context.texts
    try:
        async with context.deps.tx() as tx:
            done = await scheduling.post_now(tx, owner_id=context.actor.id, post_id=post_id)
    except scheduling.BeingSent as late:
        await context.toast(Toast(being_sent(t, late.params).unescape()))
    else:
        await context.toast(t("Going out now.") if done.changed else t("It is on its way already."))
    await _redraw(context, post_id)


async def on_cancel(context: Context, press: CancelSchedule) -> None:
    t = context.texts
    async with context.deps.tx() as tx:
        done = await scheduling.cancel_schedule(tx, owner_id=context.actor.id, post_id=press.post_id)
    await context.toast(t("Cancelled.") if done.changed else t("It isn't scheduled."))
    await _redraw(context, press.post_id)


async def on_confirm_there(context: Context, press: ConfirmThere) -> None:
    async with context.deps.tx() as tx:
        done = await scheduling.confirm_published(tx, owner_id=context.actor.id, post_id=press.post_id)
    t = context.texts
    rest = done.post.status == PostStatus.SCHEDULED
    await context.toast(t("Good: the rest goes out now.") if rest else t("Good: it counts as published."))
    await _redraw(context, press.post_id)


async def on_reschedule(context: Context, press: Reschedule) -> None:
    """Its owner had decided for that time before, so there is no other look at it."""
    async with context.deps.tx() as tx:
        done = await scheduling.reschedule(tx, owner_id=context.actor.id, post_id=press.post_id)
    now, zone, t = context.deps.clock.now(), context.actor.time_zone or NO_ZONE, context.texts
    time = echo(done.post.due_at or now, zone, t, now).striptags()
    await context.toast(t("Scheduled: {time}", time=time).unescape())
    await _redraw(context, press.post_id)


async def on_open_card(context: Context, press: OpenCard) -> None:
    await open_card(context, await _post(context, press.post_id), beside=press.post_id)


async def open_card(context: Context, post: Post, *, beside: ids.PostId) -> None:
    """The card of `post`: in place of the pressed message, or below it when that is the status of `beside`."""
    if await shows_status(context, beside):
        await send_card(context, post)
    else:
        await context.perform(ShowCard(post.id))


async def show_entry(context: Context, post: Post) -> None:
    """The post as the calendar shows it."""
    now, zone = context.deps.clock.now(), context.actor.time_zone or NO_ZONE
    async with context.deps.read() as session:
        target = await target_data(session, post)
    await context.show(screens.entry(post, target=target, zone=zone, t=context.texts, now=now))


async def _redraw(context: Context, post_id: ids.PostId) -> None:
    """Bring the pressed message up to date, whatever it is."""
    if context.pressed is None or await shows_status(context, post_id):
        return
    async with context.deps.read() as session:
        on_card = await post_on_card(
            session,
            owner_id=context.actor.id,
            chat_id=context.chat_id,
            message_id=TelegramId(context.pressed.message_id),
        )
    if on_card is not None and on_card.id == post_id:
        await context.perform(ShowCard(post_id))
    else:
        await show_entry(context, await _post(context, post_id))


async def _post(context: Context, post_id: ids.PostId) -> Post:
    async with context.deps.read() as session:
        return await post_of(session, owner_id=context.actor.id, post_id=post_id)
