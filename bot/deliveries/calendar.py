"""The calendar of coming posts and videos: as a list, by month, by day, each under a picture of the month."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.context import Context
from bot.deliveries import calendar_screens as screens
from bot.deliveries.actions import DuplicatePost, ShowCalendar, ShowDay, ShowEntry, ShowMonth, UseDark
from bot.deliveries.grid import day_of, month_of
from bot.deliveries.handlers import open_card, show_entry
from bot.deliveries.month_picture import picture_of, rendered
from bot.deliveries.phrases import NO_ZONE
from bot.publishing.calendar_rows import with_videos
from bot.router import Router
from bot.screens import Screen
from core.accounts.service import choose_pictures, user_of
from core.channels.models import Channel
from core.channels.queries import all_channels
from core.db import Page
from core.posts.calendar import Planned, planned_between, planned_page
from core.posts.counting import utf16_length
from core.posts.queries import post_of
from core.posts.service import duplicate_post
from core.publishing.coming import ComingVideo, coming_videos
from core.series.queries import all_series
from core.telegram.content import CAPTION_LIMIT
from core.when.times import day_bounds, local_day

PAGE_SIZE = 6


def register(router: Router) -> None:
    router.command("calendar", on_calendar, menu="The posts that are coming")
    router.press(ShowCalendar, on_show_calendar)
    router.press(ShowMonth, on_show_month)
    router.press(ShowDay, on_show_day)
    router.press(UseDark, on_use_dark)
    router.press(ShowEntry, on_show_entry)
    router.press(DuplicatePost, on_duplicate)


@dataclass(frozen=True, slots=True)
class _Month:
    """What goes out in a month, and how its picture is drawn."""

    first: date
    planned: Sequence[Planned]
    channels: Sequence[Channel]
    videos: Sequence[ComingVideo]
    dark: bool


async def on_calendar(context: Context) -> None:
    await _show_list(context, 1)


async def on_show_calendar(context: Context, press: ShowCalendar) -> None:
    await _show_list(context, press.page)


async def on_show_month(context: Context, press: ShowMonth) -> None:
    await _show_month(context, press.month)


async def on_show_day(context: Context, press: ShowDay) -> None:
    now, zone = _now_and_zone(context)
    shown = day_of(press.day, local_day(now, zone))
    month = await _month(context, shown.replace(day=1))
    posts = [each for each in month.planned if local_day(each.at, zone) == shown]
    page = screens.DayPage.of(posts, press.page, PAGE_SIZE)
    names, t = screens.names_of(month.channels), context.texts
    videos = [each for each in month.videos if local_day(each.at, zone) == shown]
    screen = screens.day(page, shown, names=names, zone=zone, t=t, now=now, videos=bool(videos))
    await _show(context, with_videos(screen, videos, zone=zone, t=t, now=now), month)


async def on_use_dark(context: Context, press: UseDark) -> None:
    async with context.deps.tx() as tx:
        await choose_pictures(tx, user_id=context.actor.id, dark=press.dark)
    if press.month is None:
        await _show_list(context, press.page)
    else:
        await _show_month(context, press.month)


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


async def _show_list(context: Context, number: int) -> None:
    """Under the month in which the page begins."""
    now, zone = _now_and_zone(context)
    async with context.deps.read() as session:
        posts = await planned_page(session, owner_id=context.actor.id, page=Page(number, PAGE_SIZE))
        series = await all_series(session, owner_id=context.actor.id, page=Page(1, 1))
        videos = await coming_videos(session, owner_id=context.actor.id) if posts.number == 1 else ()
    repeating = screens.Repeating(series.total, series.items[0].next_at if series.items else None)
    first = [*(each.at for each in posts.items[:1]), *(each.at for each in videos[:1])]
    begins = local_day(min(first, default=now), zone)
    month = await _month(context, begins.replace(day=1))
    names = screens.names_of(month.channels)
    screen = screens.coming(
        posts,
        repeating=repeating,
        names=names,
        dark=month.dark,
        zone=zone,
        t=context.texts,
        now=now,
        videos=bool(videos),
    )
    screen = with_videos(screen, videos, zone=zone, t=context.texts, now=now)
    await _show(context, screen, month if posts.total or month.planned or month.videos else None)


async def _show_month(context: Context, number: int | None) -> None:
    now, zone = _now_and_zone(context)
    month = await _month(context, month_of(number, local_day(now, zone)))
    counts = Counter(local_day(each.at, zone) for each in month.planned)
    videos = Counter(local_day(each.at, zone) for each in month.videos)
    screen = screens.month(month.first, counts, dark=month.dark, zone=zone, t=context.texts, now=now, videos=videos)
    await _show(context, screen, month)


async def _month(context: Context, first: date) -> _Month:
    _, zone = _now_and_zone(context)
    start, _ = day_bounds(first, zone)
    end, _ = day_bounds((first + timedelta(days=31)).replace(day=1), zone)
    async with context.deps.read() as session:
        planned = await planned_between(session, owner_id=context.actor.id, start=start, end=end)
        channels = await all_channels(session, owner_id=context.actor.id)
        videos = await coming_videos(session, owner_id=context.actor.id, start=start, end=end)
        user = await user_of(session, context.actor.id)
    return _Month(first, planned, channels, videos, user.dark_pictures)


async def _show(context: Context, screen: Screen, month: _Month | None) -> None:
    """With the month's picture, unless there is nothing to draw or too much to say below it."""
    picture = None
    if month is not None and utf16_length(screen.text.striptags()) <= CAPTION_LIMIT:
        now, zone = _now_and_zone(context)
        picture = await rendered(
            lambda: picture_of(
                month.first,
                month.planned,
                month.channels,
                month.videos,
                dark=month.dark,
                zone=zone,
                t=context.texts,
                now=now,
            )
        )
    await context.show(replace(screen, picture=picture))


def _now_and_zone(context: Context) -> tuple[datetime, str]:
    return context.deps.clock.now(), context.actor.time_zone or NO_ZONE
