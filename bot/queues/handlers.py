"""The queue of each chat: what waits in it, and its order."""

from datetime import UTC, datetime

from bot.accounts import ask_time_zone
from bot.actions import OutdatedButton
from bot.context import Context
from bot.deliveries.actions import OpenCard
from bot.deliveries.checking import objected
from bot.deliveries.phrases import NO_ZONE, echo
from bot.queues import screens
from bot.queues.actions import (
    AddAnyway,
    AddToQueue,
    MoveQueued,
    PauseQueue,
    RemoveQueued,
    SelectQueued,
    SetUpQueue,
    ShowQueue,
    ShowQueues,
)
from bot.queues.places import rows_of_queues, view_of
from bot.queues.waiting import wait_no_more
from bot.router import Router
from bot.screens import Toast
from core import ids
from core.posts.queries import post_of
from core.posts.scheduling import cancel_schedule
from core.queues import service
from core.queues.moving import move_in_queue
from core.queues.offers import slot_offer


def register(router: Router) -> None:
    router.command("queue", on_queue, menu="The queue of each chat")
    router.press(ShowQueues, on_show_queues)
    router.press(ShowQueue, on_show_queue)
    router.press(SelectQueued, on_select)
    router.press(MoveQueued, on_move)
    router.press(RemoveQueued, on_remove)
    router.press(PauseQueue, on_pause)
    router.press(AddToQueue, on_add)
    router.press(AddAnyway, on_add_anyway)


async def on_queue(context: Context) -> None:
    """One's own when there is no other."""
    await on_show_queues(context, ShowQueues(1))


async def on_show_queues(context: Context, press: ShowQueues) -> None:
    if context.actor.time_zone is None:
        await ask_time_zone(context, press)
        return
    found = await rows_of_queues(context, press.page)
    if found.total == 1:
        await _show(context, None)
    else:
        await context.show(screens.queues(found.items, page=found.number, pages=found.pages, t=context.texts))


async def on_show_queue(context: Context, press: ShowQueue) -> None:
    if context.actor.time_zone is None:
        await ask_time_zone(context, press)
        return
    await _show(context, press.channel_id, page=press.page)


async def on_select(context: Context, press: SelectQueued) -> None:
    """One that doesn't wait any more isn't there to be selected: then the queue shows how it is."""
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
    await _show(context, post.channel_id, selected=post.id)


async def on_move(context: Context, press: MoveQueued) -> None:
    """Pressed again, it is the same move."""
    seen_at = _instant(press.seen_at)
    async with context.deps.tx() as tx:
        moved = await move_in_queue(
            tx, owner_id=context.actor.id, post_id=press.post_id, move=press.move, seen_at=seen_at
        )
        post = await post_of(tx.session, owner_id=context.actor.id, post_id=press.post_id)
    if not moved:
        await context.toast(context.texts("It is there already."))
    await _show(context, post.channel_id, selected=post.id)


def _instant(seen_at: int) -> datetime:
    """Raises OutdatedButton for what can't have stood in a button of ours."""
    try:
        return datetime.fromtimestamp(seen_at, UTC)
    except (ValueError, OverflowError, OSError) as exc:
        raise OutdatedButton(str(seen_at)) from exc


async def on_remove(context: Context, press: RemoveQueued) -> None:
    """The post stays among the posts, cancelled; its slot is free."""
    async with context.deps.tx() as tx:
        post = await post_of(tx.session, owner_id=context.actor.id, post_id=press.post_id)
        was_there = post.queue_id is not None
        if was_there:
            await cancel_schedule(tx, owner_id=context.actor.id, post_id=press.post_id)
    t = context.texts
    await context.toast(
        t("Out of the queue. You find it under My posts.") if was_there else t("It isn't there any more.")
    )
    await _show(context, post.channel_id)


async def on_pause(context: Context, press: PauseQueue) -> None:
    verb = service.pause_queue if press.wanted else service.resume_queue
    async with context.deps.tx() as tx:
        await verb(tx, owner_id=context.actor.id, channel_id=press.channel_id)
    t = context.texts
    await context.toast(t("Paused.") if press.wanted else t("It goes on."))
    await _show(context, press.channel_id)


async def on_add(context: Context, press: AddToQueue) -> None:
    """Unless something speaks against it, or there are no slots yet: then that is shown."""
    if context.actor.time_zone is None:
        await ask_time_zone(context, press)
        return
    now = context.deps.clock.now()
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
        offer = await slot_offer(session, post, now=now)
    if not offer["has_slots"]:
        await context.perform(SetUpQueue(press.post_id))
        return
    if not offer["queued"] and offer["next_slot"] is not None:
        at = datetime.fromisoformat(offer["next_slot"])
        if await objected(context, press.post_id, at=at, anyway=AddAnyway(press.post_id), in_slot=True):
            return
    await _add(context, press.post_id)


async def on_add_anyway(context: Context, press: AddAnyway) -> None:
    await _add(context, press.post_id)


async def _add(context: Context, post_id: ids.PostId) -> None:
    """Say when it goes out, and turn the choice back into the draft's card."""
    async with context.deps.tx() as tx:
        queued = await service.add_to_queue(tx, owner_id=context.actor.id, post_id=post_id)
    now, zone, t = context.deps.clock.now(), context.actor.time_zone or NO_ZONE, context.texts
    time = echo(queued.at, zone, t, now).striptags()
    if queued.queue.paused_at is not None:
        said = t("In the queue, which is paused. It goes on when you press Go on under /queue.")
    elif queued.changed:
        said = t("In the queue: {time}", time=time)
    else:
        said = t("It is in the queue already: {time}", time=time)
    await context.toast(Toast(said.unescape()))
    await wait_no_more(context)
    await context.perform(OpenCard(post_id))


async def _show(
    context: Context, channel_id: ids.ChannelId | None, *, page: int = 1, selected: ids.PostId | None = None
) -> None:
    view = await view_of(context, channel_id, page=page, selected=selected)
    await context.show(screens.queue(view, context.texts, context.deps.clock.now()))
