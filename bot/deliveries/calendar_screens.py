"""The coming posts: as a list by day, and as a month."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import groupby

from markupsafe import Markup

from bot.deliveries.actions import CantChoose, ShowCalendar, ShowDay, ShowEntry, ShowMonth
from bot.deliveries.grid import MARK, month_number, month_rows
from bot.deliveries.phrases import first_words
from bot.keyboards import pager
from bot.posts.actions import ShowPosts
from bot.posts.labels import platform_label
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core.db import Paged
from core.posts.models import Post
from core.when.choices import Day, month_grid
from core.when.formats import format_clock, format_day
from core.when.times import local_day

WORDS_IN_LINE, WORDS_IN_BUTTON = 60, 36
"""UTF-16 units."""


def coming(posts: Paged[Post], *, zone: str, t: Texts, now: datetime) -> Screen:
    """What is scheduled, the next one first."""
    if not posts.total:
        return _nothing(t)
    heading = t.plural(
        "📅 <b>{n} post is coming</b> · {zone}", "📅 <b>{n} posts are coming</b> · {zone}", posts.total, zone=zone
    )
    return Screen(
        lines([heading, *_days(posts.items, zone, t, now)]),
        [*_entries(posts.items, zone, t), pager(posts.number, posts.pages, ShowCalendar), [_to_month(t)]],
    )


def day(posts: Sequence[Post], shown: date, *, zone: str, t: Texts, now: datetime) -> Screen:
    """The posts of one day."""
    back = [Button(t("🗓 Month"), ShowMonth(month_number(shown))), Button(t("📋 List"), ShowCalendar(1))]
    if not posts:
        name = format_day(shown, zone, t.language, now=now)
        return Screen(t("📅 <b>{day}</b>\nNothing is planned for that day.", day=name), [back])
    return Screen(lines(_days(posts, zone, t, now)[1:]), [*_entries(posts, zone, t), back])


def month(first: date, counts: Mapping[date, int], *, zone: str, t: Texts, now: datetime) -> Screen:
    """A month's grid. Days with posts are marked: a phone shows three characters of each."""
    grid = month_grid(first, now=now, zone=zone, language=t.language)

    def cell(each: Day) -> Button:
        if counts.get(each.day):
            return Button(f"{each.day.day}{MARK}", ShowDay(each.day.toordinal()))
        return Button(str(each.day.day) if each.can_be_chosen else "·", CantChoose(empty=True))

    total = sum(counts.values())
    heading = t.plural("🗓 <b>{n} post this month</b>", "🗓 <b>{n} posts this month</b>", total)
    rows = month_rows(grid, cell, turn=lambda other: ShowMonth(month_number(other)))
    return Screen(heading, [*rows, [Button(t("📋 List"), ShowCalendar(1))]])


def _nothing(t: Texts) -> Screen:
    return Screen(
        t(
            "📅 <b>Nothing is planned.</b>\n"
            "Open a draft and press Schedule, or send me a text or a link to make a post of."
        ),
        [[Button(t("📚 My posts"), ShowPosts(page=1)), _to_month(t)]],
    )


def _to_month(t: Texts) -> Button:
    return Button(t("🗓 Month"), ShowMonth(None))


def _days(posts: Sequence[Post], zone: str, t: Texts, now: datetime) -> list[Markup]:
    told = []
    for local, those in groupby(posts, lambda post: local_day(_due_at(post), zone)):
        told += [Markup(), Markup("<b>{}</b>").format(format_day(local, zone, t.language, now=now))]
        told += [_line(post, zone, t) for post in those]
    return told


def _line(post: Post, zone: str, t: Texts) -> Markup:
    return Markup("{} · {} · <i>{}</i>").format(
        format_clock(_due_at(post), zone, t.language),
        platform_label(post.platform),
        first_words(post.title, post.text, WORDS_IN_LINE),
    )


def _entries(posts: Sequence[Post], zone: str, t: Texts) -> list[list[Button]]:
    return [
        [
            Button(
                f"{format_clock(_due_at(post), zone, t.language)} · "
                f"{first_words(post.title, post.text, WORDS_IN_BUTTON)}",
                ShowEntry(post.id),
            )
        ]
        for post in posts
    ]


def _due_at(post: Post) -> datetime:
    if post.due_at is None:
        raise ValueError("a coming post has a time")
    return post.due_at
