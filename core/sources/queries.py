"""Looking at what users have sent, always their owner's."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from core import ids
from core.db import Page, Paged, ReadSession
from core.sources.models import Source


@dataclass(frozen=True, slots=True)
class SourceTitle:
    """A source in a list: without its text. `title` may be empty where nothing but media came."""

    id: ids.SourceId
    title: str
    words: int
    kind: str = ""
    status: str = ""


async def recent_sources(session: ReadSession, *, owner_id: ids.UserId, page: Page) -> Paged[SourceTitle]:
    """What has words, newest first."""
    return await _titles(session, [*_mine(owner_id), Source.text != ""], page)


async def sources(
    session: ReadSession,
    *,
    owner_id: ids.UserId,
    page: Page,
    kinds: Collection[str] = (),
    search: str = "",
    with_words: bool = False,
) -> Paged[SourceTitle]:
    """All of them, newest first, or those that can be written from. `search` looks for each of its words in title and
    text."""
    wanted = _mine(owner_id)
    if with_words:
        wanted.append(Source.text != "")
    if kinds:
        wanted.append(Source.kind.in_(kinds))
    for word in search.split():
        wanted.append(or_(Source.title.icontains(word, autoescape=True), Source.text.icontains(word, autoescape=True)))
    return await _titles(session, wanted, page)


async def count_by_kind(session: ReadSession, *, owner_id: ids.UserId) -> dict[str, int]:
    rows = await session.execute(select(Source.kind, func.count()).where(*_mine(owner_id)).group_by(Source.kind))
    return {row[0]: row[1] for row in rows}


async def chosen_sources(
    session: ReadSession, *, owner_id: ids.UserId, source_ids: Sequence[ids.SourceId]
) -> Sequence[Source]:
    """Those of them that are there, in this order."""
    found = await session.scalars(select(Source).where(*_mine(owner_id), Source.id.in_(source_ids)))
    by_id = {source.id: source for source in found}
    return [by_id[source_id] for source_id in source_ids if source_id in by_id]


async def unnamed(session: ReadSession, keys: Sequence[str]) -> list[str]:
    """Those of the keys that no row names."""
    key = Source.recording["storage_key"].astext
    named = set((await session.scalars(select(key).where(key.in_(keys)))).all())
    return [each for each in keys if each not in named]


async def same_file(
    session: ReadSession, *, owner_id: ids.UserId, file_digest: str, but: ids.SourceId
) -> Source | None:
    """One whose words came from the very same file; the first of them."""
    wanted = select(Source).where(
        *_mine(owner_id), Source.file_digest == file_digest, Source.id != but, Source.text != ""
    )
    return await session.scalar(wanted.order_by(Source.id).limit(1))


def _mine(owner_id: ids.UserId) -> list[ColumnElement[bool]]:
    return [Source.owner_id == owner_id, Source.deleted_at.is_(None)]


async def _titles(session: ReadSession, wanted: Sequence[ColumnElement[Any]], page: Page) -> Paged[SourceTitle]:
    total = await session.scalar(select(func.count()).select_from(Source).where(*wanted)) or 0
    pages = max(1, -(-total // page.size))
    number = min(max(1, page.number), pages)
    rows = await session.execute(
        select(Source.id, Source.title, Source.words, Source.kind, Source.status)
        .where(*wanted)
        .order_by(Source.id.desc())
        .limit(page.size)
        .offset((number - 1) * page.size)
    )
    found = [SourceTitle(row.id, row.title, row.words, row.kind, row.status) for row in rows]
    return Paged(items=found, number=number, pages=pages, total=total)
