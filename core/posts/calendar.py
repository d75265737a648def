"""What a calendar shows: posts that are coming, and the occurrences of recurring ones that aren't posts yet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from core import ids
from core.db import Page, Paged, ReadSession
from core.posts.models import Post
from core.posts.queries import UPCOMING
from core.series.queries import series_between

BEGINNING = 200
"""Characters of a text that a calendar may show."""
MOST = 3_000
"""Entries of one span."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One entry: when, what (the beginning of it), where (None: to the owner)."""

    at: datetime
    post_id: ids.PostId
    platform: str
    title: str
    text: str
    channel_id: ids.ChannelId | None
    series_id: ids.SeriesId | None = None
    """Of an occurrence to come: `post_id` is what it will be a copy of."""
    repeats: bool = False
    """Of a series, planned or to come."""


async def planned_between(
    session: ReadSession, *, owner_id: ids.UserId, start: datetime, end: datetime
) -> list[Planned]:
    """What goes out in a span, the next one first; of an overfull one the beginning."""
    ordered = _entries(owner_id, Post.status.in_(UPCOMING), Post.due_at >= start, Post.due_at < end)
    posts = [_planned(row) for row in await session.execute(ordered.limit(MOST))]
    coming = await series_between(session, owner_id=owner_id, start=start, end=end)
    templates = await _templates(session, owner_id, {series.post_id for _, series in coming})
    repeated = [
        replace(templates[series.post_id], at=at, series_id=series.id, repeats=True)
        for at, series in coming
        if series.post_id in templates
    ]
    return sorted([*posts, *repeated], key=lambda each: each.at)[:MOST]


async def planned_page(session: ReadSession, *, owner_id: ids.UserId, page: Page) -> Paged[Planned]:
    """All posts that are coming, the next one first."""
    ordered = _entries(owner_id, Post.status.in_(UPCOMING))
    total = await session.scalar(select(func.count()).select_from(ordered.order_by(None).subquery())) or 0
    pages = max(1, -(-total // page.size))
    number = min(max(1, page.number), pages)
    rows = await session.execute(ordered.limit(page.size).offset((number - 1) * page.size))
    return Paged(items=[_planned(row) for row in rows], number=number, pages=pages, total=total)


async def _templates(
    session: ReadSession, owner_id: ids.UserId, post_ids: set[ids.PostId]
) -> dict[ids.PostId, Planned]:
    if not post_ids:
        return {}
    rows = await session.execute(_entries(owner_id, Post.id.in_(post_ids)))
    return {row[1]: _planned(row) for row in rows}


def _entries(owner_id: ids.UserId, *which: ColumnElement[bool]) -> Select[Any]:
    columns = (
        Post.due_at,
        Post.id,
        Post.platform,
        Post.title,
        func.left(Post.text, BEGINNING),
        Post.channel_id,
        Post.series_id,
    )
    mine = select(*columns).where(Post.owner_id == owner_id, Post.deleted_at.is_(None), *which)
    return mine.order_by(Post.due_at, Post.id)


def _planned(row: Sequence[Any]) -> Planned:
    at, post_id, platform, title, text, channel_id, series_id = row
    return Planned(at, post_id, platform, title, text, channel_id, repeats=series_id is not None)
