"""Looking at evergreen pools. Every query is the owner's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from core import ids
from core.db import Page, Paged, ReadSession, paged
from core.errors import NotFound
from core.evergreen.models import EvergreenPost


class NotEvergreen(NotFound):
    """The post is in no pool. Params: post_id."""

    code = "evergreen.not_there"


@dataclass(frozen=True, slots=True)
class Turn:
    """When a post of a pool was out last, and when it may go out again."""

    last_at: datetime | None
    next_at: datetime | None
    """None: it has gone out as often as it may."""


async def evergreen_of(
    session: ReadSession, *, owner_id: ids.UserId, post_id: ids.PostId, lock: bool = False
) -> EvergreenPost:
    """Raises NotEvergreen, also for somebody else's."""
    mine = select(EvergreenPost).where(EvergreenPost.post_id == post_id, EvergreenPost.owner_id == owner_id)
    if lock:
        mine = mine.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(mine)
    if found is None:
        raise NotEvergreen(post_id=str(post_id))
    return found


async def pool_of(
    session: ReadSession, *, owner_id: ids.UserId, queue_id: ids.QueueId, page: Page
) -> Paged[EvergreenPost]:
    """The posts of a queue's pool; whose turn is next comes first."""
    mine = select(EvergreenPost).where(EvergreenPost.owner_id == owner_id, EvergreenPost.queue_id == queue_id)
    order = (EvergreenPost.last_planned_at.asc().nulls_first(), EvergreenPost.added_at, EvergreenPost.post_id)
    return await paged(session, mine.order_by(*order), page)


async def pool_size(session: ReadSession, *, owner_id: ids.UserId, queue_id: ids.QueueId) -> int:
    mine = (EvergreenPost.owner_id == owner_id, EvergreenPost.queue_id == queue_id)
    return await session.scalar(select(func.count()).where(*mine)) or 0


def turn_of(post: EvergreenPost, *, last_at: datetime | None, now: datetime) -> Turn:
    """`last_at`: core.posts.queued.last_out, which also knows of what its owner has sent by hand."""
    out = [at for at in (post.last_planned_at, last_at) if at is not None]
    last = max(out) if out else None
    if post.repeats_max is not None and post.repeats >= post.repeats_max:
        return Turn(last, None)
    return Turn(last, max(now, last + timedelta(days=post.cool_down_days)) if last is not None else now)
