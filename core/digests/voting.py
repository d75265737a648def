"""Thumbs: what a user likes comes first in their digests, and what they don't goes down."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.db import ReadSession, any_of
from core.digests.models import Vote
from core.digests.queries import vote_on
from core.digests.ranking import Taste
from core.tx import Tx
from core.viral.queries import video_seen


async def vote(tx: Tx, *, owner_id: ids.UserId, video_id: ids.VideoId, keyword: str, liked: bool) -> bool | None:
    """Thumb up or down; the same again takes it back. Gives what stands then. Raises VideoNotFound."""
    if await vote_on(tx.session, owner_id=owner_id, video_id=video_id) is liked:
        await tx.session.execute(delete(Vote).where(Vote.owner_id == owner_id, Vote.video_id == video_id))
        return None
    video = (await video_seen(tx.session, video_id, now=tx.now)).video
    about = {"creator_id": video.creator_id, "format": video.format, "keyword": keyword, "liked": liked}
    upsert = insert(Vote).values(owner_id=owner_id, video_id=video_id, voted_at=tx.now, **about)
    await tx.session.execute(
        upsert.on_conflict_do_update(index_elements=["owner_id", "video_id"], set_={**about, "voted_at": tx.now})
    )
    return liked


async def tastes_of(session: ReadSession, owner_ids: Collection[ids.UserId]) -> dict[ids.UserId, Taste]:
    """Of many users; those who have never voted are left out."""
    rows = await session.execute(
        select(Vote.owner_id, Vote.creator_id, Vote.keyword, Vote.format, func.sum(case((Vote.liked, 1), else_=-1)))
        .where(Vote.owner_id == any_of(owner_ids))
        .group_by(Vote.owner_id, Vote.creator_id, Vote.keyword, Vote.format)
    )
    found: dict[ids.UserId, Taste] = {}
    for owner_id, creator_id, keyword, kind, votes in rows:
        taste = found.setdefault(owner_id, Taste(defaultdict(int), defaultdict(int), defaultdict(int)))
        for about, what in ((taste.creators, creator_id), (taste.keywords, keyword), (taste.formats, kind)):
            about[what] += votes  # type: ignore[index]
    return found


async def taste_of(session: ReadSession, *, owner_id: ids.UserId) -> Taste:
    return (await tastes_of(session, [owner_id])).get(owner_id, Taste())
