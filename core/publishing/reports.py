"""The weekly report: what was published in the last seven days, how it does, and what all videos gained meanwhile.

What a video gained in a span is its last reading in it, less the last one before; without one before, all of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.accounts.service import user_of, users_of
from core.db import Json, ReadSession
from core.deliveries.service import send_notice
from core.digests.models import Frequency
from core.digests.times import next_run
from core.publishing.models import Publication, PublicationNumbers, PublicationStatus, PublishingReport, VideoPost
from core.queue import PUBLISHING, JobSpec
from core.storage import key_for
from core.tx import Tx
from core.videos.queries import own_video
from core.when.times import day_bounds, local_day
from core.work.service import request_work

REPORT: Final = "publishing.report"
MAKE_REPORT: Final = JobSpec("jobs.publishing_reports.make_report", queue=PUBLISHING, attempts=3, timeout_s=60)
DAYS: Final = 7
LISTED: Final = 10
MONDAY, HOUR = 0, 9
NO_ZONE: Final = "UTC"
NAMES: Final = ("views", "likes", "comments", "shares")


@dataclass(frozen=True, slots=True)
class Reading:
    """A video's numbers at a moment; what a network doesn't tell is None."""

    at: datetime
    numbers: Mapping[str, int | None]


@dataclass(slots=True)
class _Shown:
    """A publication with its readings, the oldest first."""

    row: Publication
    readings: list[Reading] = field(default_factory=list)

    def gained(self, name: str, start: datetime, end: datetime) -> int:
        return gained(self.readings, name, start, end)


def gained(readings: Sequence[Reading], name: str, start: datetime, end: datetime) -> int:
    """What a number rose by in a span; 0 when nobody has looked. Networks may count down, too."""
    before = [each.numbers[name] for each in readings if each.at < start and each.numbers[name] is not None]
    within = [each.numbers[name] for each in readings if start <= each.at < end and each.numbers[name] is not None]
    if not within:
        return 0
    return int(within[-1] or 0) - int((before[-1] if before else 0) or 0)


async def report_data(session: ReadSession, *, owner_id: ids.UserId, now: datetime) -> Json:
    """The last seven days as plain data, for the screen and its chart."""
    user = await user_of(session, owner_id)
    zone = user.time_zone or NO_ZONE
    shown = await _with_readings(session, owner_id, since=now - timedelta(days=60))
    week, before = now - timedelta(days=DAYS), now - timedelta(days=2 * DAYS)
    new = [each for each in shown if each.row.published_at is not None and each.row.published_at >= week]
    new.sort(key=lambda each: _last(each, "views") or 0, reverse=True)
    return {
        "language": user.language,
        "time_zone": zone,
        "dark": user.dark_pictures,
        "published": len(new),
        "items": [await _item(session, owner_id, each) for each in new[:LISTED]],
        "gained": {name: sum(each.gained(name, week, now) for each in shown) for name in NAMES},
        "gained_before": {name: sum(each.gained(name, before, week) for each in shown) for name in NAMES},
        "days": _days(shown, zone, now),
        "at": now.isoformat(),
    }


def _days(shown: Iterable[_Shown], zone: str, now: datetime) -> list[Json]:
    """Views gained on each of the last days of the wall calendar, the oldest first."""
    found, all_of_them = [], list(shown)
    for back in reversed(range(DAYS)):
        day = local_day(now, zone) - timedelta(days=back)
        start, end = day_bounds(day, zone)
        views = sum(each.gained("views", start, end) for each in all_of_them)
        found.append({"day": day.isoformat(), "views": views})
    return found


async def _item(session: ReadSession, owner_id: ids.UserId, each: _Shown) -> Json:
    post = await session.get_one(VideoPost, each.row.video_post_id)
    video = await own_video(session, video_id=post.video_id, owner_id=owner_id, also_deleted=True)
    return {
        "video_post_id": str(post.id),
        "name": each.row.wanted.get("title") or video.name,
        "network": each.row.network,
        "url": each.row.url,
        **{name: _last(each, name) for name in NAMES},
    }


def _last(each: _Shown, name: str) -> int | None:
    known = [reading.numbers[name] for reading in each.readings if reading.numbers[name] is not None]
    return known[-1] if known else None


async def _with_readings(session: ReadSession, owner_id: ids.UserId, *, since: datetime) -> list[_Shown]:
    """What is published since then, with all its readings."""
    mine = select(Publication).where(
        Publication.owner_id == owner_id,
        Publication.status == PublicationStatus.PUBLISHED,
        Publication.published_at >= since,
    )
    shown = {row.id: _Shown(row) for row in await session.scalars(mine)}
    readings = select(PublicationNumbers).where(PublicationNumbers.publication_id.in_(shown))
    ordered = readings.order_by(PublicationNumbers.publication_id, PublicationNumbers.read_at)
    for publication_id, rows in groupby(await session.scalars(ordered), lambda row: row.publication_id):
        shown[publication_id].readings = [
            Reading(row.read_at, {name: getattr(row, name) for name in NAMES}) for row in rows
        ]
    return list(shown.values())


async def wants_report(session: ReadSession, *, owner_id: ids.UserId) -> bool:
    return await session.get(PublishingReport, owner_id) is not None


async def choose_report(tx: Tx, *, owner_id: ids.UserId, wanted: bool) -> None:
    """Have it sent each Monday morning, or no more."""
    if not wanted:
        await tx.session.execute(delete(PublishingReport).where(PublishingReport.owner_id == owner_id))
        return
    user = await user_of(tx.session, owner_id)
    next_at = _next_at(owner_id, user.time_zone, tx.now)
    await tx.session.execute(
        insert(PublishingReport).values(owner_id=owner_id, next_at=next_at).on_conflict_do_nothing()
    )


async def request_due_reports(tx: Tx, *, limit: int = 100) -> int:
    """Have those made that are due, each once, and move on to its next Monday: what passed while nothing ran is one
    report. Whoever has blocked the bot gets none. Gives how many rows were dealt with."""
    due = await tx.session.scalars(
        select(PublishingReport)
        .where(PublishingReport.next_at <= tx.now)
        .order_by(PublishingReport.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    rows = due.all()
    users = await users_of(tx.session, {row.owner_id for row in rows})
    for row in rows:
        row.next_at = _next_at(row.owner_id, users[row.owner_id].time_zone, tx.now)
        if users[row.owner_id].blocked_at is None:
            await request_work(tx, MAKE_REPORT, owner_id=row.owner_id, subject_id=row.owner_id)
    return len(rows)


def _next_at(owner_id: ids.UserId, zone: str | None, after: datetime) -> datetime:
    return next_run(
        owner_id, frequency=Frequency.WEEKLY, weekday=MONDAY, hour=HOUR, zone=zone or NO_ZONE, quiet=None, after=after
    )


def picture_key(owner_id: ids.UserId) -> str:
    """Where the chart is kept: the next one takes its place."""
    return key_for(owner_id, "reports", "weekly", "png")


async def send_report(tx: Tx, *, owner_id: ids.UserId, data: Mapping[str, Any], picture: str | None) -> None:
    """Once for each Monday. Nothing to somebody who wants none any more."""
    if not await wants_report(tx.session, owner_id=owner_id):
        return
    user = await user_of(tx.session, owner_id)
    await send_notice(
        tx,
        owner_id=owner_id,
        chat_id=user.telegram_user_id,
        subject_id=owner_id,
        notice=REPORT,
        data={**data, "picture": picture, "subscribed": True},
        language=user.language,
        dedupe_key=f"publishing:report:{owner_id}:{str(data['at'])[:10]}",
    )
