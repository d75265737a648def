"""What speaks against the posts of a file, row by row: the look before a post goes out (core/posts/checks.py), and what
the rows have against each other. It is told and stops nothing: a row that can't go out is a problem already.

A warning is `{"code": ..., "params": ...}`, and stands in its row under WARNINGS.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core import ids
from core.db import Json, ReadSession
from core.posts.checks import APART, FindingCode, problems_before
from core.posts.importing import Understood
from core.posts.models import Post, PostStatus
from core.posts.platforms import Platform
from core.posts.writing import BY_HAND

WARNINGS: Final = "warnings"
SAME_AS_LINE, NEAR_LINE = "import.same_as_line", "import.near_line"
"""Params: line."""
ABOUT_TIME: Final = frozenset({FindingCode.CROWDED, FindingCode.QUIET})
"""Without meaning for a row that gets a slot."""


async def with_warnings(
    session: ReadSession, understood: Understood, *, owner_id: ids.UserId, now: datetime
) -> Understood:
    """The same with what speaks against each row. A file with problems isn't looked at: it has to be sent again."""
    if understood.problems:
        return understood
    among = _among_rows(understood.rows)
    rows = []
    for row, against_others in zip(understood.rows, among, strict=True):
        found = [*await _before_it_goes_out(session, row, owner_id=owner_id, now=now), *against_others]
        rows.append({**row, WARNINGS: found} if found else row)
    return replace(understood, rows=rows)


async def _before_it_goes_out(
    session: ReadSession, row: Json, *, owner_id: ids.UserId, now: datetime
) -> Sequence[Json]:
    due_at = datetime.fromisoformat(row["when"]) if row["when"] is not None else None
    found = await problems_before(session, _post(owner_id, row, now), due_at=due_at or now, now=now)
    return [
        _warning(finding.code, **finding.params)
        for finding in found
        if due_at is not None or finding.code not in ABOUT_TIME
    ]


def _among_rows(rows: Sequence[Json]) -> list[list[Json]]:
    """By row: which line before it says the same in the same place, and which one goes there within the hour."""
    return [list(_against(row, rows[:place])) for place, row in enumerate(rows)]


def _against(row: Json, before: Sequence[Json]) -> Iterator[Json]:
    there = [each for each in before if each["channel_id"] == row["channel_id"]]
    same = next((each for each in there if _words(each) == _words(row)), None)
    if same is not None:
        yield _warning(SAME_AS_LINE, line=same["line"])
    near = next((each for each in there if _are_near(each, row)), None)
    if near is not None:
        yield _warning(NEAR_LINE, line=near["line"])


def _words(row: Json) -> tuple[str, ...]:
    return tuple(row["text"].casefold().split()) or (str(row["media"]),)


def _are_near(one: Json, other: Json) -> bool:
    if one["when"] is None or other["when"] is None:
        return False
    return abs(datetime.fromisoformat(one["when"]) - datetime.fromisoformat(other["when"])) < APART


def _post(owner_id: ids.UserId, row: Json, now: datetime) -> Post:
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
        created_at=now,
        updated_at=now,
    )


def _warning(code: str, **params: Any) -> Json:
    return {"code": str(code), "params": params}
