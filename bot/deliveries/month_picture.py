"""The month as a picture: what core draws, in the user's words."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime

import structlog

from bot.deliveries.phrases import first_words
from bot.posts.labels import platform_label
from bot.texts import Texts
from core import ids
from core.channels.models import Channel
from core.languages import is_right_to_left
from core.pictures.colors import CHATS, PLATFORMS, VIDEOS
from core.pictures.month import ENTRIES_IN_DAY, Entry, Month, month_png
from core.pictures.type import Color
from core.posts.calendar import Planned
from core.posts.platforms import Platform
from core.publishing.coming import ComingVideo
from core.when.choices import month_grid
from core.when.formats import format_clock
from core.when.times import local_day

log = structlog.get_logger()

WORDS = 60
"""UTF-16 units: more than a day's column has room for."""


def picture_of(
    first: date,
    planned: Sequence[Planned],
    channels: Sequence[Channel],
    videos: Sequence[ComingVideo] = (),
    *,
    dark: bool,
    zone: str,
    t: Texts,
    now: datetime,
) -> Month:
    """The month that begins with `first`. `planned` and `videos` are what goes out in it, `channels` all that were ever
    connected."""
    grid = month_grid(first, now=now, zone=zone, language=t.language)
    colors = {channel.id: CHATS[place % len(CHATS)] for place, channel in enumerate(channels)}
    entries = [(each.at, _entry(each, _color(each, colors), zone, t)) for each in planned]
    entries += [(each.at, Entry(format_clock(each.at, zone, t.language), each.name, VIDEOS)) for each in videos]
    days: dict[date, list[Entry]] = defaultdict(list)
    for at, entry in sorted(entries, key=lambda each: each[0]):
        days[local_day(at, zone)].append(entry)
    return Month(
        title=grid.title,
        subtitle=_subtitle(len(planned), len(videos), t),
        weekdays=grid.weekdays,
        weeks=[[cell.day if cell is not None else None for cell in week] for week in grid.weeks],
        today=local_day(now, zone),
        entries={day: those[:ENTRIES_IN_DAY] for day, those in days.items()},
        more={day: _more(len(those), t) for day, those in days.items() if len(those) > ENTRIES_IN_DAY},
        legend=[*_legend(planned, channels, colors), *([(t("Videos").unescape(), VIDEOS)] if videos else [])],
        dark=dark,
        right_to_left=is_right_to_left(t.language),
    )


def _subtitle(posts: int, videos: int, t: Texts) -> str:
    told = [t.plural("{n} post", "{n} posts", posts)] if posts or not videos else []
    told += [t.plural("{n} video", "{n} videos", videos)] if videos else []
    return " · ".join(each.unescape() for each in told)


async def rendered(describe: Callable[[], Month]) -> bytes | None:
    """Described and drawn beside the event loop. None when it can't be drawn here: the list says the same in words."""
    try:
        return await asyncio.to_thread(lambda: month_png(describe()))
    except (ImportError, OSError, RuntimeError, ValueError, MemoryError) as exc:
        log.error("pictures.not_drawn", picture="month", exc_info=exc)
        return None


def _entry(planned: Planned, color: Color, zone: str, t: Texts) -> Entry:
    return Entry(format_clock(planned.at, zone, t.language), first_words(planned.title, planned.text, WORDS), color)


def _more(entries: int, t: Texts) -> str:
    return t("+{n} more", n=entries - ENTRIES_IN_DAY).unescape()


def _color(planned: Planned, colors: dict[ids.ChannelId, Color]) -> Color:
    if planned.channel_id in colors:
        return colors[planned.channel_id]
    return PLATFORMS[Platform(planned.platform)]


def _legend(
    planned: Sequence[Planned], channels: Sequence[Channel], colors: dict[ids.ChannelId, Color]
) -> list[tuple[str, Color]]:
    """What the colours stand for: in the order in which they come."""
    titles = {channel.id: channel.title for channel in channels}
    shown: dict[Color, str] = {}
    for each in planned:
        name = titles.get(each.channel_id) if each.channel_id else None
        shown.setdefault(_color(each, colors), name or platform_label(each.platform))
    return [(name, color) for color, name in shown.items()]
