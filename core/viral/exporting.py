"""Saved videos as a table, for spreadsheets."""

from collections.abc import Mapping, Sequence
from typing import Final

from core import ids
from core.posts.tables import write_table
from core.viral.models import SavedVideo
from core.viral.queries import Seen

ROWS_MOST: Final = 2_000
CSV_EXPORT: Final = "csv_export"
"""The perk of a plan."""
COLUMNS: Final = (
    "title", "network", "creator", "url", "format", "views", "likes", "comments", "shares", "saves",
    "outlier score",
    "engagement rate", "published", "saved", "note", "sample data",
)  # fmt: skip


def as_csv(saved: Sequence[SavedVideo], seen: Mapping[ids.VideoId, Seen]) -> bytes:
    """Instants in UTC; what a network doesn't tell is empty. Cells that a spreadsheet would take for a formula, since
    titles and names are whatever somebody wrote, become text (core/posts/tables.py)."""
    return write_table((_row(each, seen[each.video_id]) for each in saved if each.video_id in seen), COLUMNS)


def _row(saved: SavedVideo, seen: Seen) -> list[str]:
    video = seen.video
    return [
        video.title,
        video.network,
        f"@{seen.creator.handle}",
        video.url,
        video.format,
        *(_number(each) for each in (video.views, video.likes, video.comments, video.shares, video.saves)),
        _number(seen.outlier.score, digits=2),
        _number(seen.engagement, digits=4),
        video.published_at.isoformat(timespec="minutes") if video.published_at else "",
        saved.saved_at.isoformat(timespec="minutes"),
        saved.note,
        "yes" if video.sample else "",
    ]


def _number(value: float | None, *, digits: int = 0) -> str:
    return "" if value is None else f"{value:.{digits}f}"
