"""The coming posts: as a list by day, as a month, and one day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Self

from markupsafe import Markup

from bot.channels.labels import channel_label
from bot.deliveries.actions import CantChoose, ShowCalendar, ShowDay, ShowEntry, ShowMonth, UseDark
from bot.deliveries.grid import MARK, month_number, month_rows
from bot.deliveries.phrases import first_words
from bot.imports.actions import ExportSchedule, ShowImport
from bot.keyboards import pager
from bot.posts.actions import ShowPosts
from bot.posts.labels import platform_label
from bot.screens import Button, Screen, lines
from bot.series.actions import ShowAllSeries, ShowSeries
from bot.texts import Texts
from core import ids
from core.channels.models import Channel
from core.db import Paged
from core.posts.calendar import Planned
from core.posts.platforms import Platform
from core.when.choices import Day, month_grid
from core.when.formats import format_clock, format_day, format_local
from core.when.times import local_day

WORDS_IN_LINE, WORDS_IN_BUTTON = 45, 36
"""UTF-16 units: a page of lines is a picture's caption, of 1,024 at the most."""
REPEATS = "🔁 "

Names = Mapping[ids.ChannelId, str]
"""What connected chats are called."""


@dataclass(frozen=True, slots=True)
class DayPage:
    """Some of the posts of a day; `number` is the page that is shown, whatever was asked for."""

    items: Sequence[Planned]
    number: int
    pages: int

    @classmethod
    def of(cls, planned: Sequence[Planned], number: int, size: int) -> Self:
        pages = max(1, -(-len(planned) // size))
        number = min(max(1, number), pages)
        return cls(planned[(number - 1) * size : number * size], number, pages)


@dataclass(frozen=True, slots=True)
class Repeating:
    """How many posts recur, and when the first goes out that isn't listed yet; None when none of them runs."""

    posts: int
    next_at: datetime | None


def names_of(channels: Sequence[Channel]) -> Names:
    return {channel.id: channel_label(channel) for channel in channels}


def coming(
    posts: Paged[Planned],
    *,
    repeating: Repeating,
    names: Names,
    dark: bool,
    zone: str,
    t: Texts,
    now: datetime,
    videos: bool = False,
) -> Screen:
    """What is scheduled, the next one first. `repeating`: what recurs beside it; `videos`: some are told below."""
    repeats = _repeats(repeating, zone, t, now) if repeating.posts else []
    if not posts.total and videos:
        return _no_posts(repeats, t)
    if not posts.total:
        return _only_repeats(repeats, t) if repeats else _nothing(t)
    heading = t.plural(
        "📅 <b>{n} post is coming</b> · {zone}", "📅 <b>{n} posts are coming</b> · {zone}", posts.total, zone=zone
    )
    return Screen(
        lines([heading, *repeats, *_days(posts.items, names, zone, t, now)]),
        [
            *_entries(posts.items, zone, t),
            pager(posts.number, posts.pages, ShowCalendar),
            [_to_month(t), Button(t("🔁 Repeats"), ShowAllSeries(1)), _light(UseDark(not dark, None, posts.number), t)],
            _files(t),
        ],
    )


def day(
    page: DayPage, shown: date, *, names: Names, zone: str, t: Texts, now: datetime, videos: bool = False
) -> Screen:
    """The posts of one day. `videos`: some are told below."""
    back = [Button(t("🗓 Month"), ShowMonth(month_number(shown))), Button(t("📋 List"), ShowCalendar(1))]
    if not page.items:
        name = format_day(shown, zone, t.language, now=now)
        if videos:
            return Screen(t("📅 <b>{day}</b>", day=name), [back])
        return Screen(t("📅 <b>{day}</b>\nNothing is planned for that day.", day=name), [back])
    turn = pager(page.number, page.pages, lambda number: ShowDay(shown.toordinal(), number))
    return Screen(lines(_days(page.items, names, zone, t, now)[1:]), [*_entries(page.items, zone, t), turn, back])


def month(
    first: date,
    counts: Mapping[date, int],
    *,
    dark: bool,
    zone: str,
    t: Texts,
    now: datetime,
    videos: Mapping[date, int] | None = None,
) -> Screen:
    """A month's grid. Days with posts or `videos` are marked: a phone shows three characters of each."""
    films = videos or {}
    grid = month_grid(first, now=now, zone=zone, language=t.language)

    def cell(each: Day) -> Button:
        if counts.get(each.day) or films.get(each.day):
            return Button(f"{each.day.day}{MARK}", ShowDay(each.day.toordinal(), 1))
        return Button(str(each.day.day) if each.can_be_chosen else "·", CantChoose(empty=True))

    total = sum(counts.values())
    heading = _in_month(total, sum(films.values()), t)
    rows = month_rows(grid, cell, turn=lambda other: ShowMonth(month_number(other)))
    last = [Button(t("📋 List"), ShowCalendar(1)), _light(UseDark(not dark, month_number(first), 1), t)]
    return Screen(heading, [*rows, last])


def _in_month(posts: int, videos: int, t: Texts) -> Markup:
    if videos and not posts:
        return t.plural("🗓 <b>{n} video this month</b>", "🗓 <b>{n} videos this month</b>", videos)
    heading = t.plural("🗓 <b>{n} post this month</b>", "🗓 <b>{n} posts this month</b>", posts)
    more = t.plural("{n} video", "{n} videos", videos)
    return Markup("{} · 📹 {}").format(heading, more) if videos else heading


def _nothing(t: Texts) -> Screen:
    return Screen(
        t(
            "📅 <b>Nothing is planned.</b>\n"
            "Open a draft and press Schedule, or send me a text or a link to make a post of."
        ),
        [[Button(t("📚 My posts"), ShowPosts(page=1)), _to_month(t)], _files(t)[:1]],
    )


def _repeats(repeating: Repeating, zone: str, t: Texts, now: datetime) -> list[Markup]:
    if repeating.next_at is None:
        return [t.plural("🔁 {n} post repeats.", "🔁 {n} posts repeat.", repeating.posts)]
    time = format_local(repeating.next_at, zone, t.language, now=now)
    return [
        t.plural(
            "🔁 {n} post repeats, next on {time}. See Month for more.",
            "🔁 {n} posts repeat, next on {time}. See Month for more.",
            repeating.posts,
            time=time,
        )
    ]


def _no_posts(repeats: Sequence[Markup], t: Texts) -> Screen:
    return Screen(
        lines([t("📅 <b>No posts are planned.</b>"), *repeats]),
        [[_to_month(t), Button(t("📚 My posts"), ShowPosts(page=1))], _files(t)],
    )


def _only_repeats(repeats: Sequence[Markup], t: Texts) -> Screen:
    return Screen(
        lines([t("📅 <b>Nothing else is planned.</b>"), *repeats]),
        [[_to_month(t), Button(t("🔁 Repeats"), ShowAllSeries(1))], _files(t)],
    )


def _to_month(t: Texts) -> Button:
    return Button(t("🗓 Month"), ShowMonth(None))


def _light(switch: UseDark, t: Texts) -> Button:
    return Button(t("🌙 Dark") if switch.dark else t("☀️ Light"), switch)


def _files(t: Texts) -> list[Button]:
    return [Button(t("📥 Import"), ShowImport()), Button(t("📤 Export"), ExportSchedule())]


def _days(posts: Sequence[Planned], names: Names, zone: str, t: Texts, now: datetime) -> list[Markup]:
    told = []
    for local, those in groupby(posts, lambda post: local_day(post.at, zone)):
        told += [Markup(), Markup("<b>{}</b>").format(format_day(local, zone, t.language, now=now))]
        told += [_line(post, names, zone, t) for post in those]
    return told


def _line(post: Planned, names: Names, zone: str, t: Texts) -> Markup:
    return Markup("{}{} · {} · <i>{}</i>").format(
        REPEATS if post.repeats else "",
        format_clock(post.at, zone, t.language),
        _target(post, names),
        first_words(post.title, post.text, WORDS_IN_LINE),
    )


def _target(post: Planned, names: Names) -> str:
    """The chat; without one, the platform that it is written for."""
    chat = names.get(post.channel_id) if post.channel_id is not None else None
    if chat is None:
        return platform_label(post.platform)
    return chat if post.platform == Platform.TELEGRAM else f"{platform_label(post.platform)} → {chat}"


def _entries(posts: Sequence[Planned], zone: str, t: Texts) -> list[list[Button]]:
    return [
        [
            Button(
                f"{REPEATS if post.repeats else ''}{format_clock(post.at, zone, t.language)} · "
                f"{first_words(post.title, post.text, WORDS_IN_BUTTON)}",
                ShowSeries(post.series_id) if post.series_id else ShowEntry(post.post_id),
            )
        ]
        for post in posts
    ]
