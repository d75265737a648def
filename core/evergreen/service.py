"""Which posts are evergreen, how often they go out, and how long they rest in between."""

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.errors import Conflict, InvalidInput
from core.evergreen.models import EvergreenPost
from core.evergreen.queries import evergreen_of, pool_size
from core.posts.models import Post, PostStatus
from core.posts.queries import PostNotFound, post_of
from core.posts.queued import last_out
from core.queues.service import open_queue
from core.tx import Tx

COOL_DOWN_DAYS = (7, 14, 30, 90)
"""What is offered; anything from 1 to 365 is taken."""
REPEATS_MAX = (3, 5, 10, None)
"""What is offered; None: no end."""
DEFAULT_COOL_DOWN_DAYS, DEFAULT_REPEATS_MAX = 30, 5
LONGEST_COOL_DOWN_DAYS = 365
MOST_REPEATS = 1_000
POOL_MAX = 200
NEVER = frozenset({PostStatus.RECURRING})


async def add_evergreen(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    post_id: ids.PostId,
    cool_down_days: int = DEFAULT_COOL_DOWN_DAYS,
    repeats_max: int | None = DEFAULT_REPEATS_MAX,
) -> EvergreenPost:
    """Let copies of a post fill the slots of its target's queue that nothing else takes; the post itself stays what it
    is. A copy stands for the post it was made of. One that is in the pool already stays as it is.

    Raises InvalidInput ("evergreen.out_of_range"), Conflict for what recurs by itself ("evergreen.recurring") and for a
    full pool ("evergreen.full", with limit).
    """
    _check(cool_down_days, repeats_max)
    post = await origin_of(tx, owner_id, post_id)
    if post.status in NEVER:
        raise Conflict("evergreen.recurring", post_id=str(post.id))
    queue = await open_queue(tx, owner_id=owner_id, channel_id=post.channel_id)
    limit_reached = await pool_size(tx.session, owner_id=owner_id, queue_id=queue.id) >= POOL_MAX
    last = await last_out(tx.session, owner_id=owner_id, post_ids=[post.id])
    values = {
        "post_id": post.id,
        "owner_id": owner_id,
        "queue_id": queue.id,
        "cool_down_days": cool_down_days,
        "repeats_max": repeats_max,
        "repeats": 0,
        "last_planned_at": last.get(post.id),
        "added_at": tx.now,
    }
    if limit_reached:
        raise Conflict("evergreen.full", limit=POOL_MAX)
    await tx.session.execute(insert(EvergreenPost).values(values).on_conflict_do_nothing())
    return await evergreen_of(tx.session, owner_id=owner_id, post_id=post.id)


async def origin_of(tx: Tx, owner_id: ids.UserId, post_id: ids.PostId) -> Post:
    """The post itself, or what the pool has copied it from, as long as that is there."""
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id)
    if post.template_id is None or post.series_id is not None:
        return post
    try:
        return await post_of(tx.session, owner_id=owner_id, post_id=post.template_id)
    except PostNotFound:
        return post


async def change_evergreen(
    tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId, cool_down_days: int, repeats_max: int | None
) -> EvergreenPost:
    """From the next copy on. Raises NotEvergreen, InvalidInput ("evergreen.out_of_range")."""
    _check(cool_down_days, repeats_max)
    found = await evergreen_of(tx.session, owner_id=owner_id, post_id=post_id, lock=True)
    found.cool_down_days, found.repeats_max = cool_down_days, repeats_max
    return found


async def remove_evergreen(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId) -> bool:
    """Make no more copies; those that are planned go out. False when it was in no pool."""
    removed = await tx.session.scalar(
        delete(EvergreenPost)
        .where(EvergreenPost.post_id == post_id, EvergreenPost.owner_id == owner_id)
        .returning(EvergreenPost.post_id)
    )
    return removed is not None


def _check(cool_down_days: int, repeats_max: int | None) -> None:
    repeats_fit = repeats_max is None or 1 <= repeats_max <= MOST_REPEATS
    if not 1 <= cool_down_days <= LONGEST_COOL_DOWN_DAYS or not repeats_fit:
        raise InvalidInput("evergreen.out_of_range")
