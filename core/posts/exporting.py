"""The schedule as files: CSV, to be changed and imported again, and iCalendar (RFC 5545), for calendars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select

from core import ids
from core.db import Page, ReadSession
from core.posts.models import Post, PostStatus
from core.posts.tables import write_table
from core.posts.targets import Chat, chats_of
from core.series.models import SeriesStatus
from core.series.queries import all_series, exceptions_of
from core.telegram.content import Media
from core.when.times import at_local, to_local, zone_info

if TYPE_CHECKING:
    from icalendar import Event

POSTS_MAX: Final = 5_000
CHARACTERS_MAX: Final = 8_000_000
"""Of all texts together: a file that is sent at once and kept in memory."""
SERIES_MAX: Final = 200
SUMMARY_CHARACTERS: Final = 80
TO_ME: Final = "me"
COMING = (PostStatus.SCHEDULED, PostStatus.ON_HOLD)


@dataclass(frozen=True, slots=True)
class Entry:
    """A post that is coming. `media_url`: of its first medium, "" when only Telegram has that."""

    post_id: ids.PostId
    at: datetime
    title: str
    text: str
    on_hold: bool
    media_url: str
    chat: Chat | None
    series_id: ids.SeriesId | None
    occurrence: datetime | None


@dataclass(frozen=True, slots=True)
class Repeating:
    """A series with its template; exceptions by occurrence: the new time, None where it is left out."""

    series_id: ids.SeriesId
    rule: str
    starts_on: datetime
    zone: str
    title: str
    text: str
    chat: Chat | None
    exceptions: Mapping[datetime, datetime | None]


@dataclass(frozen=True, slots=True)
class Schedule:
    entries: Sequence[Entry]
    repeating: Sequence[Repeating]
    total: int
    """How many posts are coming; more than `entries` when the file had to be cut."""
    without_media: int
    """Posts with media that can't stand in a file."""


async def schedule_of(session: ReadSession, *, owner_id: ids.UserId) -> Schedule:
    """What is coming, the next one first: up to 5,000 posts and 8 million characters."""
    chats = await chats_of(session, owner_id=owner_id)
    mine = (Post.owner_id == owner_id, Post.deleted_at.is_(None), Post.status.in_(COMING))
    total = await session.scalar(select(func.count()).select_from(Post).where(*mine)) or 0
    running = func.sum(func.length(Post.text)).over(order_by=(Post.due_at, Post.id)).label("characters")
    sized = select(Post.id, running).where(*mine).order_by(Post.due_at, Post.id).limit(POSTS_MAX).subquery()
    taken = select(Post).join(sized, sized.c.id == Post.id).where(sized.c.characters <= CHARACTERS_MAX)
    posts = (await session.scalars(taken.order_by(Post.due_at, Post.id))).all()
    entries = [_entry(post, chats) for post in posts if post.due_at is not None]
    without = sum(bool(post.media) and not _is_whole(post) for post in posts)
    return Schedule(entries, await _repeating(session, owner_id, chats), total, without)


def as_csv(schedule: Schedule, *, zone: str) -> bytes:
    """With the columns of an import, times by the zone's clock and its distance from UTC."""
    return write_table(
        (entry.text, to_local(entry.at, zone).isoformat(sep=" "), _target(entry.chat), entry.media_url)
        for entry in schedule.entries
    )


def as_ics(schedule: Schedule, *, now: datetime) -> bytes:
    """An event for each post, one for each series, and one for each occurrence that differs from its series.

    Takes seconds for thousands: not for an event loop.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Postaify//Schedule//EN")
    calendar.add("version", "2.0")
    known = {each.series_id: each for each in schedule.repeating}
    for each in schedule.repeating:
        calendar.add_component(_series_event(each, now))
        for occurrence, moved_to in each.exceptions.items():
            if moved_to is not None:
                calendar.add_component(_moved_event(each, occurrence, moved_to, now))
    for entry in schedule.entries:
        series = known.get(entry.series_id) if entry.series_id is not None else None
        if series is None or entry.occurrence is None:
            calendar.add_component(_post_event(entry, now))
        elif entry.at != at_local(entry.occurrence.date(), entry.occurrence.time(), series.zone):
            calendar.add_component(_moved_event(series, entry.occurrence, entry.at, now))
    calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written


def _entry(post: Post, chats: Mapping[ids.ChannelId, Chat]) -> Entry:
    return Entry(
        post_id=post.id,
        at=post.due_at or post.created_at,
        title=post.title,
        text=post.text,
        on_hold=post.status == PostStatus.ON_HOLD,
        media_url=(Media.from_json(post.media[0]).url or "") if post.media else "",
        chat=chats.get(post.channel_id) if post.channel_id is not None else None,
        series_id=post.series_id,
        occurrence=post.occurrence,
    )


def _is_whole(post: Post) -> bool:
    """Whether a single address stands for all of its media."""
    return len(post.media) == 1 and "url" in post.media[0]


async def _repeating(
    session: ReadSession, owner_id: ids.UserId, chats: Mapping[ids.ChannelId, Chat]
) -> list[Repeating]:
    found = await all_series(session, owner_id=owner_id, page=Page(1, SERIES_MAX))
    active = {series.post_id: series for series in found.items if series.status == SeriesStatus.ACTIVE}
    templates = await session.scalars(select(Post).where(Post.id.in_(active), Post.owner_id == owner_id))
    repeating = []
    for post in templates.all():
        series = active[post.id]
        repeating.append(
            Repeating(
                series_id=series.id,
                rule=series.rule,
                starts_on=series.starts_on,
                zone=series.zone,
                title=post.title,
                text=post.text,
                chat=chats.get(post.channel_id) if post.channel_id is not None else None,
                exceptions=await exceptions_of(session, series),
            )
        )
    return await _with_cancelled(session, owner_id, repeating)


async def _with_cancelled(
    session: ReadSession, owner_id: ids.UserId, repeating: Sequence[Repeating]
) -> list[Repeating]:
    """An occurrence whose post was cancelled by itself is left out, too."""
    rows = await session.execute(
        select(Post.series_id, Post.occurrence).where(
            Post.owner_id == owner_id,
            Post.series_id.in_([each.series_id for each in repeating]),
            Post.status == PostStatus.CANCELLED,
            Post.occurrence.is_not(None),
        )
    )
    left_out: dict[ids.SeriesId, dict[datetime, None]] = {}
    for series_id, occurrence in rows:
        if series_id is not None and occurrence is not None:
            left_out.setdefault(series_id, {})[occurrence] = None
    return [replace(each, exceptions={**each.exceptions, **left_out.get(each.series_id, {})}) for each in repeating]


def _target(chat: Chat | None) -> str:
    if chat is None:
        return TO_ME
    return f"@{chat.username}" if chat.username else chat.title


def _post_event(entry: Entry, now: datetime) -> "Event":
    event = _event(f"{entry.post_id}@postaify", entry.title, entry.text, entry.chat, now)
    event.add("dtstart", entry.at.astimezone(UTC))
    event.add("status", "TENTATIVE" if entry.on_hold else "CONFIRMED")
    return event


def _series_event(each: Repeating, now: datetime) -> "Event":
    from icalendar import vRecur

    event = _event(f"{each.series_id}@postaify", each.title, each.text, each.chat, now)
    event.add("dtstart", _zoned(each.starts_on, each.zone))
    rule: Any = vRecur.from_ical(each.rule.removeprefix("RRULE:"))
    if "UNTIL" in rule:
        rule["UNTIL"] = [_in_utc(until, each.zone) for until in rule["UNTIL"]]
    event.add("rrule", rule)
    left_out = [occurrence for occurrence, moved_to in sorted(each.exceptions.items()) if moved_to is None]
    if left_out:
        event.add("exdate", [_zoned(occurrence, each.zone) for occurrence in left_out])
    event.add("status", "CONFIRMED")
    return event


def _moved_event(each: Repeating, occurrence: datetime, at: datetime, now: datetime) -> "Event":
    event = _event(f"{each.series_id}@postaify", each.title, each.text, each.chat, now)
    event.add("recurrence-id", _zoned(occurrence, each.zone))
    event.add("dtstart", at.astimezone(UTC))
    return event


def _event(uid: str, title: str, text: str, chat: Chat | None, now: datetime) -> "Event":
    """Takes no time in a calendar: nobody is busy because a post goes out."""
    from icalendar import Event

    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", now.astimezone(UTC))
    words = " ".join((title or text).split())[:SUMMARY_CHARACTERS]
    event.add("summary", f"{words} → {chat.title}" if chat is not None else words)
    event.add("description", f"{title}\n\n{text}" if title else text)
    if chat is not None and chat.url is not None:
        event.add("url", chat.url)
    event.add("transp", "TRANSPARENT")
    return event


def _zoned(local: datetime, zone: str) -> datetime:
    return local.replace(tzinfo=zone_info(zone))


def _in_utc(until: Any, zone: str) -> datetime:
    """RFC 5545, 3.3.10: beside a start with a zone, the end is in UTC."""
    if not isinstance(until, datetime):
        until = datetime(until.year, until.month, until.day, 23, 59, 59)  # noqa: DTZ001 - by the wall clock
    return at_local(until.date(), until.time(), zone)
