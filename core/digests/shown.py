"""What users were shown: never the same video twice to the same person, by digest or by alert.

Rows are forgotten after `KEPT_FOR`, and still nothing comes twice: only videos that we have first seen within
`CANDIDATE_FOR` are ever chosen, a video is never shown before it was first seen, and when that was never changes.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, column, delete, func, literal, select, text
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.db import ReadSession, any_of
from core.digests.models import ShownVideo
from core.tx import Tx

CANDIDATE_FOR: Final = timedelta(days=30)
KEPT_FOR: Final = timedelta(days=45)
FORGOTTEN_AT_ONCE: Final = 20_000

Pair = tuple[ids.UserId, ids.VideoId]


def may_be_shown(first_seen_at: datetime, now: datetime) -> bool:
    return now - first_seen_at < CANDIDATE_FOR


async def shown_to(
    session: ReadSession, owner_ids: Collection[ids.UserId], video_ids: Collection[ids.VideoId]
) -> dict[ids.UserId, set[ids.VideoId]]:
    """Which of these videos each of these users was shown; users who were shown none are left out."""
    rows = await session.execute(
        select(ShownVideo.owner_id, ShownVideo.video_id).where(
            ShownVideo.owner_id == any_of(owner_ids), ShownVideo.video_id == any_of(video_ids)
        )
    )
    found: dict[ids.UserId, set[ids.VideoId]] = {}
    for owner_id, video_id in rows:
        found.setdefault(owner_id, set()).add(video_id)
    return found


async def note_shown(tx: Tx, wanted: Iterable[Pair], *, alerted: bool = False) -> set[Pair]:
    """Note them, and give those that are new: the others were shown meanwhile, by somebody at the same work.

    In the order of their keys, so that two who note the same wait for each other, and never both for ever.
    """
    pairs = sorted(set(wanted))
    if not pairs:
        return set()
    owners, videos = _array([owner_id for owner_id, _ in pairs]), _array([video_id for _, video_id in pairs])
    rows = (
        func.unnest(owners, videos)
        .table_valued(column("owner_id", Uuid), column("video_id", Uuid), name="wanted")
        .render_derived()
    )
    source = select(rows.c.owner_id, rows.c.video_id, literal(alerted), literal(tx.now))
    noted = await tx.session.execute(
        insert(ShownVideo)
        .from_select(["owner_id", "video_id", "alerted", "shown_at"], source, include_defaults=False)
        .on_conflict_do_nothing()
        .returning(ShownVideo.owner_id, ShownVideo.video_id)
    )
    return {(owner_id, video_id) for owner_id, video_id in noted}


async def alerted_since(
    session: ReadSession, owner_ids: Collection[ids.UserId], since: datetime
) -> dict[ids.UserId, int]:
    """How many alerts each had."""
    rows = await session.execute(
        select(ShownVideo.owner_id, func.count())
        .where(ShownVideo.owner_id == any_of(owner_ids), ShownVideo.alerted, ShownVideo.shown_at > since)
        .group_by(ShownVideo.owner_id)
    )
    return dict(rows.all())


async def forget_shown(tx: Tx, *, limit: int = FORGOTTEN_AT_ONCE) -> int:
    """Forget what can't come again, so many at once. Gives how many went."""
    old = text("ctid = ANY(ARRAY(SELECT ctid FROM shown_videos WHERE shown_at < :before LIMIT :limit))")
    gone = await tx.session.execute(
        delete(ShownVideo)
        .where(old.bindparams(before=tx.now - KEPT_FOR, limit=limit))
        .returning(ShownVideo.owner_id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _array(values: Sequence[UUID]) -> ColumnElement[Any]:
    return literal(list(values), ARRAY(Uuid))
