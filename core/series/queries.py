"""Looking at series: whose they are, and what comes next. Every query is the owner's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, select

from core import ids
from core.db import Json, Page, Paged, ReadSession, paged
from core.errors import NotFound
from core.posts.copies import PlannedCopy, copies_of
from core.posts.models import PostStatus
from core.series.models import Series, SeriesException, SeriesStatus
from core.when.rules import GAP_MAX, Occurrence, next_occurrences, occurrences
from core.when.times import at_local, to_local

SHOWN = 5
LEFT_OUT_SHOWN = 20
"""How many occurrences are looked through beyond those that go out."""
LISTED_MAX = 100


class SeriesNotFound(NotFound):
    code = "series.not_found"


class State(StrEnum):
    """What an upcoming occurrence is."""

    COMING = "coming"
    """It isn't planned yet."""
    PLANNED = "planned"
    """Its copy is made."""
    ON_HOLD = "on_hold"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    """Its owner has cancelled the copy by itself."""


LEFT_OUT = (State.SKIPPED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Upcoming:
    """An occurrence and when it goes out: `at`, which differs from the rule's time when it was `moved`."""

    local: datetime
    at: datetime
    state: State
    moved: bool
    post_id: ids.PostId | None = None
    """Its copy."""


async def series_of(
    session: ReadSession, *, owner_id: ids.UserId, series_id: ids.SeriesId, lock: bool = False
) -> Series:
    """Raises SeriesNotFound, also for somebody else's."""
    found = await session.scalar(_mine(owner_id, Series.id == series_id, lock=lock))
    if found is None:
        raise SeriesNotFound(series_id=str(series_id))
    return found


async def series_of_post(
    session: ReadSession, *, owner_id: ids.UserId, post_id: ids.PostId, lock: bool = False
) -> Series | None:
    """The series whose template a post is."""
    return await session.scalar(_mine(owner_id, Series.post_id == post_id, lock=lock))


def _mine(owner_id: ids.UserId, *which: ColumnElement[bool], lock: bool = False) -> Select[Series]:
    mine = select(Series).where(Series.owner_id == owner_id, *which)
    return mine.with_for_update().execution_options(populate_existing=True) if lock else mine


async def all_series(session: ReadSession, *, owner_id: ids.UserId, page: Page) -> Paged[Series]:
    """What recurs, and what is paused; the next one first."""
    running = Series.status != SeriesStatus.ENDED
    return await paged(session, _mine(owner_id, running).order_by(Series.next_at.nulls_last(), Series.id), page)


async def upcoming(session: ReadSession, series: Series, *, now: datetime, n: int = SHOWN) -> Sequence[Upcoming]:
    """The next `n` that go out, and those that are left out among them."""
    exceptions = await exceptions_of(session, series)
    copies = await copies_of(session, owner_id=series.owner_id, series_id=series.id, since=now)
    ruled = next_occurrences(series.rule, series.starts_on, series.zone, after=now, n=n + LEFT_OUT_SHOWN)
    known = {each.local for each in ruled}
    moved = [
        Occurrence(local, at_local(local.date(), local.time(), series.zone))
        for local in {*copies, *(local for local, to in exceptions.items() if to is not None and to > now)} - known
    ]
    shown = [found for each in (*ruled, *moved) if (found := _upcoming(each, exceptions, copies, now)) is not None]
    shown.sort(key=lambda each: (each.at, each.local))
    return _first(shown, n)


async def next_of(session: ReadSession, series: Series, *, now: datetime) -> datetime | None:
    """When the next one goes out; None for what doesn't run."""
    coming = await upcoming(session, series, now=now, n=1) if series.status == SeriesStatus.ACTIVE else ()
    return next((each.at for each in coming if each.state not in LEFT_OUT), None)


def _upcoming(
    each: Occurrence,
    exceptions: Mapping[datetime, datetime | None],
    copies: Mapping[datetime, PlannedCopy],
    now: datetime,
) -> Upcoming | None:
    """None for what is over."""
    copy = copies.get(each.local)
    if copy is not None:
        state = _STATES.get(copy.status)
        return Upcoming(each.local, copy.due_at, state, copy.due_at != each.at, copy.post_id) if state else None
    if exceptions.get(each.local, each.at) is None:
        return Upcoming(each.local, each.at, State.SKIPPED, moved=False)
    at = exceptions.get(each.local) or each.at
    return Upcoming(each.local, at, State.COMING, moved=at != each.at) if at > now else None


_STATES = {
    PostStatus.SCHEDULED: State.PLANNED,
    PostStatus.ON_HOLD: State.ON_HOLD,
    PostStatus.CANCELLED: State.CANCELLED,
}


def _first(shown: Sequence[Upcoming], n: int) -> list[Upcoming]:
    """Up to the `n`th that goes out."""
    taken: list[Upcoming] = []
    for each in shown:
        if sum(one.state not in LEFT_OUT for one in taken) == n:
            break
        taken.append(each)
    return taken


async def exceptions_of(session: ReadSession, series: Series) -> dict[datetime, datetime | None]:
    """By occurrence: when it goes out instead; None when it doesn't."""
    rows = await session.execute(
        select(SeriesException.occurrence, SeriesException.moved_to).where(SeriesException.series_id == series.id)
    )
    return dict(rows.all())


async def series_between(
    session: ReadSession, *, owner_id: ids.UserId, start: datetime, end: datetime
) -> list[tuple[datetime, Series]]:
    """Occurrences in a span that aren't planned yet, the next one first: what a calendar marks beside the posts."""
    active = await session.scalars(_mine(owner_id, Series.status == SeriesStatus.ACTIVE).limit(LISTED_MAX))
    found: list[tuple[datetime, Series]] = []
    for series in active.all():
        exceptions = await exceptions_of(session, series)
        behind = to_local(start, series.zone).replace(tzinfo=None) - GAP_MAX
        after = max(behind, series.planned_through or behind)
        for each in occurrences(series.rule, series.starts_on, series.zone, after=after):
            if each.at >= end:
                break
            if each.at >= start and each.local not in exceptions:
                found.append((each.at, series))
    return sorted(found, key=lambda each: each[0])


async def series_data(session: ReadSession, *, owner_id: ids.UserId, post_id: ids.PostId, now: datetime) -> Json | None:
    """The series of a template as plain data for screens, with `next_at`; None when it has none."""
    series = await series_of_post(session, owner_id=owner_id, post_id=post_id)
    if series is None:
        return None
    next_at = await next_of(session, series, now=now)
    return {**data_of(series), "next_at": next_at.isoformat() if next_at else None}


def data_of(series: Series) -> Json:
    """A series as plain data for screens."""
    return {
        "series_id": str(series.id),
        "rule": series.rule,
        "starts_on": series.starts_on.isoformat(),
        "zone": series.zone,
        "status": series.status,
    }
