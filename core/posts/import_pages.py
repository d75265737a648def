"""A page of what was understood of a file, as plain data: bot and jobs show it by the same screen."""

from typing import Final

from core import ids
from core.channels.queries import all_channels
from core.db import Json, ReadSession
from core.posts.import_checks import WARNINGS
from core.posts.models import Import

PAGE_SIZE: Final = 10
DOUBTFUL_PAGE_SIZE: Final = 6
"""Of rows with warnings below them: a page is one message."""
TEXT_CHARACTERS: Final = 200
"""How much of a text goes with it: its first words are shown."""


async def page_data(
    session: ReadSession, kept: Import, number: int, *, ignored: list[str], zone: str, language: str
) -> Json:
    """The page with that number, or the nearest. `ignored`: columns that aren't used."""
    shown = kept.problems or kept.rows
    doubtful = sum(bool(row.get(WARNINGS)) for row in kept.rows)
    size = DOUBTFUL_PAGE_SIZE if doubtful else PAGE_SIZE
    pages = max(1, -(-len(shown) // size))
    number = min(max(1, number), pages)
    part = shown[(number - 1) * size : number * size]
    return {
        "import_id": str(kept.id),
        "imported": kept.imported_at is not None,
        "total": len(shown),
        "lines_wrong": len({problem["line"] for problem in kept.problems}),
        "doubtful": doubtful,
        "page": number,
        "pages": pages,
        "problems": part if kept.problems else [],
        "rows": [] if kept.problems else [{**row, "text": row["text"][:TEXT_CHARACTERS]} for row in part],
        "chats": await _chats(session, kept.owner_id, part),
        "ignored": ignored,
        "zone": zone,
        "language": language,
    }


async def _chats(session: ReadSession, owner_id: ids.UserId, rows: list[Json]) -> Json:
    """Kind and title of where the rows go."""
    wanted = {row["channel_id"] for row in rows if row.get("channel_id")}
    if not wanted:
        return {}
    channels = await all_channels(session, owner_id=owner_id)
    return {str(each.id): {"kind": each.kind, "title": each.title} for each in channels if str(each.id) in wanted}
