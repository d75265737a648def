"""Which posts are evergreen: the pool of each queue, and one post of it."""

from bot.accounts import ask_time_zone
from bot.context import Context
from bot.deliveries.phrases import NO_ZONE
from bot.deliveries.showing import show_beside
from bot.evergreen import screens
from bot.evergreen.actions import ChangeEvergreen, RemoveEvergreen, ShowEvergreen, ShowPool
from bot.evergreen.screens import Entry
from bot.router import Router
from core import ids
from core.channels.queries import channel_of
from core.db import Page, Paged, ReadSession
from core.evergreen import service
from core.evergreen.models import EvergreenPost
from core.evergreen.queries import evergreen_of, pool_of, turn_of
from core.posts.queries import PostNotFound, post_of
from core.posts.queued import last_out
from core.queues.queries import pattern_of, queue_by_id, queue_of

SHOWN = 6


def register(router: Router) -> None:
    router.press(ShowEvergreen, on_show)
    router.press(ShowPool, on_show_pool)
    router.press(ChangeEvergreen, on_change)
    router.press(RemoveEvergreen, on_remove)
    router.error(
        "evergreen.recurring",
        lambda t, _: t("That post recurs by itself already. Stop the repetition to make it evergreen."),
    )
    router.error(
        "evergreen.full",
        lambda t, params: t("A queue has room for {limit} evergreen posts. Remove one first.", limit=params["limit"]),
    )
    router.error("evergreen.not_there", lambda t, _: t("That post isn't evergreen any more."))
    router.error("evergreen.out_of_range", lambda t, _: t("That can't be chosen. Please take one of the buttons."))


async def on_show(context: Context, press: ShowEvergreen) -> None:
    """A post that isn't evergreen becomes it; pressed again, nothing changes."""
    if context.actor.time_zone is None:
        await ask_time_zone(context, press)
        return
    async with context.deps.tx() as tx:
        row = await service.add_evergreen(tx, owner_id=context.actor.id, post_id=press.post_id)
    await _show(context, row, beside=press.post_id)


async def on_change(context: Context, press: ChangeEvergreen) -> None:
    async with context.deps.tx() as tx:
        row = await service.change_evergreen(
            tx,
            owner_id=context.actor.id,
            post_id=press.post_id,
            cool_down_days=press.cool_down_days,
            repeats_max=press.repeats_max,
        )
    await _show(context, row, beside=press.post_id)


async def on_remove(context: Context, press: RemoveEvergreen) -> None:
    """Raises NotEvergreen on a second press, and for somebody else's."""
    async with context.deps.tx() as tx:
        row = await evergreen_of(tx.session, owner_id=context.actor.id, post_id=press.post_id)
        queue = await queue_by_id(tx.session, owner_id=context.actor.id, queue_id=row.queue_id)
        await service.remove_evergreen(tx, owner_id=context.actor.id, post_id=press.post_id)
    await context.show(screens.removed(press.post_id, queue.channel_id if queue is not None else None, context.texts))


async def on_show_pool(context: Context, press: ShowPool) -> None:
    owner_id, now = context.actor.id, context.deps.clock.now()
    found: Paged[EvergreenPost] = Paged(items=[], number=1, pages=1, total=0)
    async with context.deps.read() as session:
        channel = None
        if press.channel_id is not None:
            channel = await channel_of(session, owner_id=owner_id, channel_id=press.channel_id)
        queue = await queue_of(session, owner_id=owner_id, channel_id=press.channel_id)
        if queue is not None:
            found = await pool_of(session, owner_id=owner_id, queue_id=queue.id, page=Page(press.page, SHOWN))
        entries = [await _entry(context, session, row) for row in found.items]
    zone = context.actor.time_zone or NO_ZONE
    first = (found.number - 1) * SHOWN + 1
    await context.show(screens.pool(entries, found, channel, first=first, zone=zone, t=context.texts, now=now))


async def _show(context: Context, row: EvergreenPost, *, beside: ids.PostId) -> None:
    """In place of the pressed message; below a status message."""
    async with context.deps.read() as session:
        queue = await queue_by_id(session, owner_id=context.actor.id, queue_id=row.queue_id)
        pattern = await pattern_of(session, queue) if queue is not None else None
        row = await evergreen_of(session, owner_id=context.actor.id, post_id=row.post_id)
        entry = await _entry(context, session, row)
    screen = screens.evergreen(
        entry,
        queue.channel_id if queue is not None else None,
        has_slots=pattern is not None and bool(pattern.loud),
        zone=context.actor.time_zone or NO_ZONE,
        t=context.texts,
        now=context.deps.clock.now(),
    )
    await show_beside(context, beside, screen)


async def _entry(context: Context, session: ReadSession, row: EvergreenPost) -> Entry:
    last = await last_out(session, owner_id=row.owner_id, post_ids=[row.post_id])
    turn = turn_of(row, last_at=last.get(row.post_id), now=context.deps.clock.now())
    try:
        return Entry(row, await post_of(session, owner_id=row.owner_id, post_id=row.post_id), turn)
    except PostNotFound:
        return Entry(row, None, turn)
