"""The order of what waits in a queue. The slots stay where they are: posts exchange them."""

from datetime import datetime, timedelta
from enum import StrEnum

from core import ids
from core.errors import Conflict
from core.posts.models import Post, PostStatus
from core.posts.queries import post_of
from core.posts.queued import due_at_of, locked_queue
from core.posts.scheduling import BeingSent
from core.queues.queries import queue_by_id
from core.queues.service import arrange
from core.tx import Tx

SHOWN_TO = timedelta(seconds=1)
"""A button tells times in whole seconds."""


class Move(StrEnum):
    UP = "u"
    DOWN = "d"
    TOP = "t"


class NotQueued(Conflict):
    """The post is in no queue (any more). Params: post_id."""

    code = "queues.not_queued"


async def move_in_queue(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId, move: Move, seen_at: datetime) -> bool:
    """Let a post exchange its slot with the one before or behind it, or take the first one, and the others move on.

    `seen_at`: the slot in which it was seen. False when it isn't there any more (a second press), or can't go further.
    Raises NotQueued, BeingSent when its time has come.
    """
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id)
    queue = post.queue_id and await queue_by_id(tx.session, owner_id=owner_id, queue_id=post.queue_id, lock=True)
    if not queue:
        raise NotQueued(post_id=str(post_id))
    posts = await locked_queue(tx, owner_id=owner_id, queue_id=queue.id)
    place = next((place for place, each in enumerate(posts) if each.id == post_id), None)
    if place is None:
        raise await _why_not(tx, owner_id, post_id)
    if abs(due_at_of(posts[place]) - seen_at) >= SHOWN_TO:
        return False
    order = _moved(posts, place, move)
    if order == posts:
        return False
    await arrange(tx, order, [due_at_of(each) for each in posts])
    return True


def _moved(posts: list[Post], place: int, move: Move) -> list[Post]:
    target = {Move.UP: place - 1, Move.DOWN: place + 1, Move.TOP: 0}[move]
    rest = [*posts[:place], *posts[place + 1 :]]
    target = min(max(target, 0), len(rest))
    return [*rest[:target], posts[place], *rest[target:]]


async def _why_not(tx: Tx, owner_id: ids.UserId, post_id: ids.PostId) -> Conflict:
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id)
    if post.status == PostStatus.SCHEDULED and post.queue_id is not None:
        return BeingSent(post_id=str(post_id), status=PostStatus.PUBLISHING)
    return NotQueued(post_id=str(post_id))
