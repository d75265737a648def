"""Watching creators."""

from bot.context import Context
from bot.digests import watch_screens as screens
from bot.digests.actions import LetWait, ListWatches, SetAlertsADay, Unwatch, WatchCreator
from bot.router import Router
from bot.screens import Screen
from bot.viral.actions import ShowWatch
from core import ids
from core.db import Page
from core.digests.queries import (
    count_running_watches,
    count_watches,
    disturbance_of,
    watches_page,
    watching,
)
from core.digests.service import set_alerts_a_day
from core.digests.watching import let_wait, unwatch, watch_creator
from core.viral.creators import creator_of, creators_of

PAGE_SIZE = 8


def register(router: Router) -> None:
    router.press(ListWatches, on_list)
    router.press(ShowWatch, on_show)
    router.press(WatchCreator, on_watch)
    router.press(LetWait, on_let_wait)
    router.press(Unwatch, on_unwatch)
    router.press(SetAlertsADay, on_alerts_a_day)


async def on_list(context: Context, press: ListWatches) -> None:
    await context.show(await _list(context, press.page))


async def on_show(context: Context, press: ShowWatch) -> None:
    """Below: what leads there has its own place."""
    await context.send(await _one(context, press.creator_id))


async def on_watch(context: Context, press: WatchCreator) -> None:
    async with context.deps.tx() as tx:
        await watch_creator(tx, owner_id=context.actor.id, creator_id=press.creator_id, times=press.times)
    await context.show(await _one(context, press.creator_id))


async def on_let_wait(context: Context, press: LetWait) -> None:
    async with context.deps.tx() as tx:
        await let_wait(tx, owner_id=context.actor.id, creator_id=press.creator_id)
    await context.show(await _one(context, press.creator_id))


async def on_unwatch(context: Context, press: Unwatch) -> None:
    """The creator's screen is the way back."""
    async with context.deps.tx() as tx:
        await unwatch(tx, owner_id=context.actor.id, creator_id=press.creator_id)
    await context.toast(context.texts("You are told of this creator no more."))
    await context.show(await _one(context, press.creator_id))


async def on_alerts_a_day(context: Context, press: SetAlertsADay) -> None:
    async with context.deps.tx() as tx:
        await set_alerts_a_day(tx, owner_id=context.actor.id, most=press.most)
    await context.show(await _list(context, 1))


async def _list(context: Context, page: int) -> Screen:
    async with context.deps.read() as session:
        found = await watches_page(session, owner_id=context.actor.id, page=Page(page, PAGE_SIZE))
        creators = await creators_of(session, [watch.creator_id for watch in found.items])
        disturbance = await disturbance_of(session, owner_id=context.actor.id)
    return screens.listed(found, creators, disturbance, context.texts)


async def _one(context: Context, creator_id: ids.CreatorId) -> Screen:
    async with context.deps.read() as session:
        creator = await creator_of(session, creator_id)
        watch = await watching(session, owner_id=context.actor.id, creator_id=creator_id)
        there = await count_watches(session, owner_id=context.actor.id)
        running = await count_running_watches(session, owner_id=context.actor.id)
    return screens.one(creator, watch, context.texts, others_wait=running < there)
