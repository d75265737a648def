"""Making the copies of series, a day ahead: page by page, each page a transaction of its own.

A page takes the series whose next occurrence comes within the horizon, skips those that somebody else has locked, and
moves them on. Whatever is killed in between, each occurrence is made once: posts are unique by series and occurrence.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, tuple_

from core import ids
from core.accounts.service import user_of
from core.db import ReadSession, any_of
from core.deliveries.service import send_notice
from core.posts.copies import Copy, Template, plan_copies, templates_by_id
from core.posts.recurring import end_recurring
from core.series.models import Series, SeriesException, SeriesStatus
from core.series.queries import data_of
from core.tx import Tx
from core.when.rules import Occurrence, occurrences
from core.when.times import at_local

HORIZON = timedelta(hours=24)
PAGE = 250
"""Series of one transaction: what they take is short enough not to make a delivery late beside it."""

Cursor = tuple[datetime, ids.SeriesId]


@dataclass(slots=True)
class _Walk:
    """From what is planned to the horizon."""

    wanted: list[Occurrence] = field(default_factory=list)
    missed: Occurrence | None = None
    """The latest that has passed while nobody planned."""
    left_out: int = 0
    """How many have passed before it."""
    last: datetime | None = None
    next_at: datetime | None = None
    """None: the rule gives nothing more."""


async def due_series(
    session: ReadSession, *, now: datetime, after: Cursor | None = None, limit: int = PAGE
) -> Sequence[Cursor]:
    """Which series want to be planned, the most urgent first, without locking them."""
    due = select(Series.next_at, Series.id).where(*_wanting(now)).order_by(Series.next_at, Series.id).limit(limit)
    rows = await session.execute(due if after is None else due.where(tuple_(Series.next_at, Series.id) > after))
    return [(next_at, series_id) for next_at, series_id in rows if next_at is not None]


async def plan_page(tx: Tx, series_ids: Collection[ids.SeriesId]) -> int:
    """Plan these series; what others have locked is left to them. Gives how many copies are new."""
    locked = await tx.session.scalars(
        select(Series)
        .where(Series.id == any_of(series_ids), *_wanting(tx.now))
        .order_by(Series.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return await plan(tx, locked.all())


def _wanting(now: datetime) -> list[Any]:
    return [Series.status == SeriesStatus.ACTIVE, Series.next_at <= now + HORIZON]


async def plan(tx: Tx, series: Sequence[Series]) -> int:
    """Bring locked, active series up to the horizon. Gives how many copies are new."""
    templates = await templates_by_id(tx, [each.post_id for each in series])
    exceptions = await _exceptions(tx, series)
    wanted: list[Copy] = []
    for each in series:
        template = templates.get(each.post_id)
        if template is None:
            _end(each)
        elif not template.connected:
            await _pause_without_chat(tx, each, template)
        else:
            walk = walk_to(each, exceptions.get(each.id, frozenset()), now=tx.now)
            wanted += _copies(each, walk)
            await _move_on(tx, each, walk)
    return await plan_copies(tx, wanted, templates)


def walk_to(series: Series, exceptions: Collection[datetime], *, now: datetime) -> _Walk:
    """What is to be planned of a series up to the horizon. Exceptions are left out: those that go out at another time
    were planned when they were moved."""
    walk = _Walk(last=series.planned_through)
    for each in occurrences(series.rule, series.starts_on, series.zone, after=series.planned_through):
        if each.at > now + HORIZON:
            walk.next_at = each.at
            break
        walk.last = each.local
        if each.local in exceptions:
            continue
        if each.at > now:
            walk.wanted.append(each)
        else:
            walk.left_out += walk.missed is not None
            walk.missed = each
    return walk


def _copies(series: Series, walk: _Walk) -> list[Copy]:
    found = [*([walk.missed] if walk.missed is not None else []), *walk.wanted]
    return [Copy(series.id, each.local, series.post_id, each.at) for each in found]


async def _move_on(tx: Tx, series: Series, walk: _Walk) -> None:
    series.planned_through, series.next_at = walk.last, walk.next_at
    if walk.left_out and walk.last is not None:
        await _tell(tx, series, "series.left_out", f"left-out:{walk.last.isoformat()}", occurrences=walk.left_out)
    if walk.next_at is None:
        _end(series)
        await end_recurring(tx, owner_id=series.owner_id, post_id=series.post_id)
        last = walk.last and at_local(walk.last.date(), walk.last.time(), series.zone)
        await _tell(tx, series, "series.last_planned", f"end:{walk.last}", last_at=last.isoformat() if last else None)


def _end(series: Series) -> None:
    series.status, series.next_at = SeriesStatus.ENDED, None


async def _pause_without_chat(tx: Tx, series: Series, template: Template) -> None:
    series.status = SeriesStatus.PAUSED
    await _tell(tx, series, "series.without_chat", f"without-chat:{tx.now.isoformat()}")


async def _tell(tx: Tx, series: Series, notice: str, occasion: str, **more: Any) -> None:
    """Tell the owner, once for each occasion."""
    user = await user_of(tx.session, series.owner_id)
    await send_notice(
        tx,
        owner_id=series.owner_id,
        chat_id=user.telegram_user_id,
        subject_id=series.id,
        notice=notice,
        data={**data_of(series), **more, "time_zone": user.time_zone},
        language=user.language,
        dedupe_key=f"series:{series.id}:{occasion}",
    )


async def _exceptions(tx: Tx, series: Sequence[Series]) -> Mapping[ids.SeriesId, set[datetime]]:
    rows = await tx.session.execute(
        select(SeriesException.series_id, SeriesException.occurrence).where(
            SeriesException.series_id == any_of([each.id for each in series])
        )
    )
    found: dict[ids.SeriesId, set[datetime]] = {}
    for series_id, occurrence in rows:
        found.setdefault(series_id, set()).add(occurrence)
    return found
