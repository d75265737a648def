"""Evergreen posts fill only what nothing else takes: their copies make room, as if they had never been planned."""

from collections import Counter
from datetime import datetime

from sqlalchemy import select

from core import ids
from core.evergreen.models import EvergreenPost
from core.posts.queued import last_out, withdraw_fillers
from core.tx import Tx


async def make_room(
    tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId | None, at: datetime | None = None
) -> None:
    """Take back the copies that wait for an instant in a place, or (None) for any. What is being sent stays."""
    withdrawn = Counter(await withdraw_fillers(tx, owner_id=owner_id, channel_id=channel_id, at=at))
    if not withdrawn:
        return
    pool = await tx.session.scalars(
        select(EvergreenPost)
        .where(EvergreenPost.post_id.in_(withdrawn), EvergreenPost.owner_id == owner_id)
        .order_by(EvergreenPost.post_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    last = await last_out(tx.session, owner_id=owner_id, post_ids=list(withdrawn))
    for each in pool.all():
        each.repeats = max(0, each.repeats - withdrawn[each.post_id])
        each.last_planned_at = last.get(each.post_id)
