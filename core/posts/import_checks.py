"""What speaks against the posts of a file, row by row: the look before a post goes out (core/posts/checks.py), and what
the rows have against each other. It is told and stops nothing: a row that can't go out is a problem already.

A warning is `{"code": ..., "params": ...}`, and stands in its row under WARNINGS.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, select

from core import ids
from core.db import Json, ReadSession
from core.posts.checks import (
    APART,
    REPEATED_WITHIN,
    TAKING_PLACE,
    FindingCode,
    first_word,
    length_problems,
    words,
)
from core.posts.content import footer_for
from core.posts.importing import Understood
from core.posts.makeup import Footer
from core.posts.models import Post, PostStatus
from core.posts.platforms import Platform
from core.posts.writing import BY_HAND
from core.queues.free import zone_of
from core.queues.queries import queues_of, quiet_hours_of
from core.queues.slots import QuietHours, minute_of

WARNINGS: Final = "warnings"
SAME_AS_LINE, NEAR_LINE = "import.same_as_line", "import.near_line"
"""Params: line."""


@dataclass(frozen=True, slots=True)
class _There:
    """What is planned or out already where the rows go, and what holds there."""

    footers: Mapping[str | None, Footer]
    quiet: Mapping[str | None, QuietHours | None]
    zone: str
    same: Mapping[tuple[str, str | None], Sequence[datetime]]
    """By words and target."""
    taken: Mapping[str | None, Sequence[datetime]]
    """By target, in order."""


async def with_warnings(
    session: ReadSession, understood: Understood, *, owner_id: ids.UserId, now: datetime
) -> Understood:
    """The same with what speaks against each row. A file with problems isn't looked at: it has to be sent again."""
    if understood.problems or not understood.rows:
        return understood
    there = await _there(session, understood.rows, owner_id, now)
    rows = []
    for row, against_others in zip(understood.rows, _among_rows(understood.rows), strict=True):
        found = [*_before_it_goes_out(row, there, owner_id=owner_id, now=now), *against_others]
        rows.append({**row, WARNINGS: found} if found else row)
    return replace(understood, rows=rows)


async def _there(session: ReadSession, rows: Sequence[Json], owner_id: ids.UserId, now: datetime) -> _There:
    """A few queries for all rows."""
    targets = {row["channel_id"]: _post(owner_id, row) for row in rows}
    queues = await queues_of(session, owner_id=owner_id)
    return _There(
        footers={target: await footer_for(session, post) for target, post in targets.items()},
        quiet={
            target: quiet_hours_of(queue) if (queue := queues.get(post.channel_id)) else None
            for target, post in targets.items()
        },
        zone=await zone_of(session, owner_id),
        same=await _same(session, rows, owner_id, now),
        taken=await _taken(session, rows, owner_id, now),
    )


def _theirs(owner_id: ids.UserId, start: datetime, end: datetime) -> list[ColumnElement[bool]]:
    """Posts for Telegram that take their place in a span."""
    return [
        Post.owner_id == owner_id,
        Post.deleted_at.is_(None),
        Post.status.in_(TAKING_PLACE),
        Post.platform == Platform.TELEGRAM,
        Post.due_at.between(start, end),
    ]


async def _same(
    session: ReadSession, rows: Sequence[Json], owner_id: ids.UserId, now: datetime
) -> dict[tuple[str, str | None], list[datetime]]:
    """When posts with the words of a row go out, or went, by words and target."""
    start, end = _span(rows, REPEATED_WITHIN, now)
    said = {_words(row) for row in rows} - {""}
    found: dict[tuple[str, str | None], list[datetime]] = defaultdict(list)
    same = select(words(Post.text), Post.channel_id, Post.due_at).where(
        *_theirs(owner_id, start, end),
        first_word(Post.text).in_({each.partition(" ")[0] for each in said}),
        words(Post.text).in_(said),
    )
    for text, channel_id, at in await session.execute(same):
        if at is not None:
            found[text, str(channel_id) if channel_id else None].append(at)
    return found


async def _taken(
    session: ReadSession, rows: Sequence[Json], owner_id: ids.UserId, now: datetime
) -> dict[str | None, list[datetime]]:
    start, end = _span(rows, APART, now)
    found: dict[str | None, list[datetime]] = defaultdict(list)
    around = select(Post.channel_id, Post.due_at).where(*_theirs(owner_id, start, end)).order_by(Post.due_at)
    for channel_id, at in await session.execute(around):
        if at is not None:
            found[str(channel_id) if channel_id else None].append(at)
    return found


def _span(rows: Sequence[Json], around: timedelta, now: datetime) -> tuple[datetime, datetime]:
    """From the first row's time to the last one's and a bit. Rows that get a slot have none yet."""
    times = [at for row in rows if (at := _time_of(row))] or [now]
    return min(times) - around, max(times) + around


def _before_it_goes_out(row: Json, there: _There, *, owner_id: ids.UserId, now: datetime) -> Iterator[Json]:
    target, at = row["channel_id"], _time_of(row)
    for finding in length_problems(_post(owner_id, row), there.footers[target]):
        yield _warning(finding.code, **finding.params)
    about = at or now
    same = there.same.get((_words(row), target), ())
    near_same = [each for each in same if abs(each - about) <= REPEATED_WITHIN]
    if near_same:
        yield _warning(FindingCode.DUPLICATE, at=min(near_same, key=lambda each: abs(each - about)).isoformat())
    if at is None:
        return
    quiet = there.quiet[target]
    if quiet is not None and quiet.cover(minute_of(at, there.zone)):
        yield _warning(FindingCode.QUIET)
    near = [each for each in _around(there.taken.get(target, ()), at) if abs(each - at) < APART]
    if near:
        yield _warning(FindingCode.CROWDED, at=min(near, key=lambda each: abs(each - at)).isoformat())


def _around(times: Sequence[datetime], at: datetime) -> Sequence[datetime]:
    place = bisect_left(times, at)
    return times[max(0, place - 1) : place + 1]


def _time_of(row: Json) -> datetime | None:
    return datetime.fromisoformat(row["when"]) if row["when"] is not None else None


def _among_rows(rows: Sequence[Json]) -> list[list[Json]]:
    """By row: which line before it says the same in the same place, and which one goes there within the hour."""
    lines: dict[tuple[str | None, str], int] = {}
    times: dict[str | None, list[tuple[datetime, int]]] = defaultdict(list)
    among = []
    for row in rows:
        said, at = (row["channel_id"], _words(row) or str(row["media"])), _time_of(row)
        before = times[row["channel_id"]]
        near = next((line for each, line in before if at is not None and abs(each - at) < APART), None)
        among.append(
            [
                *([_warning(SAME_AS_LINE, line=lines[said])] if said in lines else []),
                *([_warning(NEAR_LINE, line=near)] if near is not None else []),
            ]
        )
        lines.setdefault(said, row["line"])
        if at is not None:
            before.append((at, row["line"]))
    return among


def _words(row: Json) -> str:
    """As core.posts.checks.words compares them."""
    return " ".join(row["text"].split()).lower()


def _post(owner_id: ids.UserId, row: Json) -> Post:
    """As it will be when it is imported; it is never stored."""
    return Post(
        owner_id=owner_id,
        platform=Platform.TELEGRAM,
        title="",
        text=row["text"],
        entities=[],
        media=row["media"],
        buttons=[],
        link_preview=True,
        silent=False,
        pin=False,
        footer=True,
        language=row["language"],
        engine=BY_HAND,
        status=PostStatus.DRAFT,
        channel_id=ids.ChannelId(UUID(row["channel_id"])) if row["channel_id"] is not None else None,
    )


def _warning(code: str, **params: Any) -> Json:
    return {"code": str(code), "params": params}
