"""The calendar of coming posts."""

from collections import Counter
from datetime import datetime, timedelta

from bot.context import Context
from bot.deliveries import calendar_screens as screens
from bot.deliveries.actions import DuplicatePost, ShowCalendar, ShowDay, ShowEntry, ShowMonth
from bot.deliveries.grid import day_of, month_of
from bot.deliveries.handlers import open_card, show_entry
from bot.deliveries.phrases import NO_ZONE
from bot.router import Router
from core.db import Page
from core.posts.queries import coming_between, post_of, scheduled_between, upcoming_posts
from core.posts.service import duplicate_post
from core.when.times import day_bounds, local_day

PAGE_SIZE = 6


def register(router: Router) -> None:
    router.command("calendar", on_calendar, menu="The posts that are coming")
    router.press(ShowCalendar, on_show_calendar)
    router.press(ShowMonth, on_show_month)
    router.press(ShowDay, on_show_day)
    router.press(ShowEntry, on_show_entry)
    router.press(DuplicatePost, on_duplicate)


async def on_calendar(context: Context) -> None:
    await _show_page(context, 1)


async def on_show_calendar(context: Context, press: ShowCalendar) -> None:
    await _show_page(context, press.page)


async def on_show_month(context: Context, press: ShowMonth) -> None:
    now, zone = _now_and_zone(context)
    first = month_of(press.month, local_day(now, zone))
    start, _ = day_bounds(first, zone)
    end, _ = day_bounds((first + timedelta(days=31)).replace(day=1), zone)
    async with context.deps.read() as session:
        instants = await scheduled_between(session, owner_id=context.actor.id, start=start, end=end)
    counts = Counter(local_day(at, zone) for at in instants)
    await context.show(screens.month(first, counts, zone=zone, t=context.texts, now=now))


async def on_show_day(context: Context, press: ShowDay) -> None:
    now, zone = _now_and_zone(context)
    day = day_of(press.day, local_day(now, zone))
    start, end = day_bounds(day, zone)
    async with context.deps.read() as session:
        posts = await coming_between(session, owner_id=context.actor.id, start=start, end=end)
    await context.show(screens.day(posts, day, zone=zone, t=context.texts, now=now))


async def on_show_entry(context: Context, press: ShowEntry) -> None:
    async with context.deps.read() as session:
        post = await post_of(session, owner_id=context.actor.id, post_id=press.post_id)
    await show_entry(context, post)


async def on_duplicate(context: Context, press: DuplicatePost) -> None:
    """The copy's card; beside the status message of a post that is out, below it."""
    async with context.deps.tx() as tx:
        copied = await duplicate_post(tx, owner_id=context.actor.id, post_id=press.post_id)
    await context.toast(context.texts("A new draft with the same text."))
    await open_card(context, copied, beside=press.post_id)


async def _show_page(context: Context, number: int) -> None:
    now, zone = _now_and_zone(context)
    async with context.deps.read() as session:
        page = Page(number, PAGE_SIZE)
        posts = await upcoming_posts(session, owner_id=context.actor.id, page=page)
    await context.show(screens.coming(posts, zone=zone, t=context.texts, now=now))


def _now_and_zone(context: Context) -> tuple[datetime, str]:
    return context.deps.clock.now(), context.actor.time_zone or NO_ZONE
