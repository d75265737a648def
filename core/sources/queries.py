"""Looking at what users have sent, always their owner's."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from core import ids
from core.db import Page, Paged, ReadSession
from core.sources.models import Source


@dataclass(frozen=True, slots=True)
class SourceTitle:
    """A source in a list: without its text."""

    id: ids.SourceId
    title: str
    words: int


async def recent_sources(session: ReadSession, *, owner_id: ids.UserId, page: Page) -> Paged[SourceTitle]:
    """What has words, newest first."""
    mine = (Source.owner_id == owner_id, Source.text != "")
    total = await session.scalar(select(func.count()).select_from(Source).where(*mine)) or 0
    pages = max(1, -(-total // page.size))
    number = min(max(1, page.number), pages)
    rows = await session.execute(
        select(Source.id, Source.title, Source.words)
        .where(*mine)
        .order_by(Source.id.desc())
        .limit(page.size)
        .offset((number - 1) * page.size)
    )
    found: Sequence[SourceTitle] = [SourceTitle(row.id, row.title, row.words) for row in rows]
    return Paged(items=found, number=number, pages=pages, total=total)
