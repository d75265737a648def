"""Posts that stand in the slots of a queue: which they are, and where they stand. The verbs: core/queues.

Who changes any of this has locked the queue; then come the posts, then their deliveries.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from core import ids
from core.db import Json, Page, Paged, ReadSession, paged
from core.deliveries.holding import hold_subjects, move_delivery
from core.deliveries.service import cancel_deliveries
from core.posts.models import Post, PostStatus
from core.tx import Tx

QUEUE_PAUSED = "queues.paused"
"""In a post's `error`: its queue is paused. Lost rights say nothing there."""
WAITING = (PostStatus.SCHEDULED, PostStatus.ON_HOLD)
OUT = (
    *WAITING,
    PostStatus.PUBLISHING,
    PostStatus.PUBLISHED,
    PostStatus.PARTIALLY_PUBLISHED,
    PostStatus.UNCONFIRMED,
)
"""People have read it at its time, or will."""


def is_held_by_queue(post: Post) -> bool:
    return post.error is not None and post.error["code"] == QUEUE_PAUSED


def held_by_queue() -> ColumnElement[bool]:
    return func.coalesce(Post.error["code"].astext, "") == QUEUE_PAUSED


def is_filler(post: Post) -> bool:
    """Whether it is a copy from the evergreen pool: it makes room for anything else."""
    return post.template_id is not None and post.series_id is None and post.queue_id is not None


def _fillers() -> ColumnElement[bool]:
    return and_(Post.template_id.is_not(None), Post.series_id.is_(None), Post.queue_id.is_not(None))


def _coming(owner_id: ids.UserId, queue_id: ids.QueueId, now: datetime) -> list[ColumnElement[bool]]:
    """What can still be moved: what is due is on its way, and what waits for a word has lost its slot."""
    return [
        Post.owner_id == owner_id,
        Post.queue_id == queue_id,
        Post.deleted_at.is_(None),
        Post.status.in_(WAITING),
        (Post.due_at > now) | held_by_queue(),
    ]


async def queued_posts(
    session: ReadSession, *, owner_id: ids.UserId, queue_id: ids.QueueId, now: datetime, page: Page
) -> Paged[Post]:
    """What waits in a queue, the next one first."""
    coming = select(Post).where(*_coming(owner_id, queue_id, now))
    return await paged(session, coming.order_by(Post.due_at, Post.id), page)


async def count_queued(session: ReadSession, *, owner_id: ids.UserId, now: datetime) -> dict[ids.QueueId, int]:
    """How many posts wait in each of an owner's queues; queues without any are left out."""
    waiting = (
        Post.owner_id == owner_id,
        Post.queue_id.is_not(None),
        Post.deleted_at.is_(None),
        Post.status.in_(WAITING),
        (Post.due_at > now) | held_by_queue(),
    )
    rows = await session.execute(select(Post.queue_id, func.count()).where(*waiting).group_by(Post.queue_id))
    return {queue_id: count for queue_id, count in rows if queue_id is not None}


async def locked_queue(tx: Tx, *, owner_id: ids.UserId, queue_id: ids.QueueId) -> list[Post]:
    """All that waits in a queue, locked, the next one first."""
    found = await tx.session.scalars(
        select(Post)
        .where(*_coming(owner_id, queue_id, tx.now))
        .order_by(Post.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return sorted(found.all(), key=lambda post: (due_at_of(post), post.id))


def due_at_of(post: Post) -> datetime:
    """Of a post that waits: it has a time. Raises ValueError otherwise."""
    if post.due_at is None:
        raise ValueError(f"post {post.id} has no time")
    return post.due_at


async def taken_times(
    session: ReadSession,
    *,
    owner_id: ids.UserId,
    channel_id: ids.ChannelId | None,
    after: datetime,
    apart_from: Sequence[ids.PostId] = (),
    with_fillers: bool = False,
) -> set[datetime]:
    """The instants behind `after` at which something goes out there, in a queue or not.

    `with_fillers`: also what the evergreen pool has put there, which makes room for anything else.
    """
    waiting = [
        Post.owner_id == owner_id,
        Post.channel_id.is_not_distinct_from(channel_id),
        Post.deleted_at.is_(None),
        Post.status.in_(WAITING),
        Post.due_at > after,
        Post.id.not_in(apart_from),
    ]
    if not with_fillers:
        waiting.append(~_fillers())
    found = await session.scalars(select(Post.due_at).where(*waiting))
    return {at for at in found.all() if at is not None}


async def move_queued(tx: Tx, post: Post, due_at: datetime) -> bool:
    """Give a waiting post another time; what is on hold stays that. False when it is being sent."""
    if not await move_delivery(tx, owner_id=post.owner_id, subject_id=post.id, due_at=due_at):
        return False
    post.due_at, post.updated_at = due_at, tx.now
    return True


async def hold_queued(tx: Tx, posts: Sequence[Post]) -> list[Post]:
    """Let posts of one owner wait for their queue. Gives those that do: the others are being sent."""
    if not posts:
        return []
    found = await hold_subjects(tx, owner_id=posts[0].owner_id, subject_ids=[post.id for post in posts])
    held = [post for post in posts if post.id in set(found)]
    for post in held:
        post.status, post.error, post.updated_at = PostStatus.ON_HOLD, _paused(), tx.now
    return held


def _paused() -> Json:
    return {"code": QUEUE_PAUSED, "params": {}}


async def withdraw_fillers(
    tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId | None, at: datetime | None = None
) -> list[ids.PostId]:
    """Take back without a word what the evergreen pool has put into a place: at one instant, or (None) all to come.
    Gives the templates whose copies they were; what is being sent stays.
    """
    which = [
        Post.owner_id == owner_id,
        Post.channel_id.is_not_distinct_from(channel_id),
        Post.deleted_at.is_(None),
        Post.status.in_(WAITING),
        Post.due_at > tx.now if at is None else Post.due_at == at,
        _fillers(),
    ]
    found = await tx.session.scalars(
        select(Post).where(*which).order_by(Post.id).with_for_update().execution_options(populate_existing=True)
    )
    templates = []
    for post in found.all():
        if await cancel_deliveries(tx, owner_id=owner_id, subject_id=post.id) and post.template_id is not None:
            templates.append(post.template_id)
            post.status, post.queue_id, post.error = PostStatus.CANCELLED, None, None
            post.deleted_at = post.updated_at = tx.now
    return templates


async def last_out(
    session: ReadSession, *, owner_id: ids.UserId, post_ids: Sequence[ids.PostId]
) -> dict[ids.PostId, datetime]:
    """When each post, or its latest copy, goes or went out; those that never do are left out."""
    origin = case((Post.id.in_(post_ids), Post.id), else_=Post.template_id)
    found = await session.execute(
        select(origin, func.max(Post.due_at))
        .where(
            Post.owner_id == owner_id,
            or_(Post.id.in_(post_ids), Post.template_id.in_(post_ids)),
            Post.status.in_(OUT),
            Post.due_at.is_not(None),
        )
        .group_by(origin)
    )
    return {ids.PostId(post_id): at for post_id, at in found}


async def place_in_queue(
    session: ReadSession, *, owner_id: ids.UserId, queue_id: ids.QueueId, post_id: ids.PostId, now: datetime
) -> int | None:
    """How many wait before a post; None when it doesn't wait there (any more)."""
    coming = _coming(owner_id, queue_id, now)
    ordered = select(Post.id).where(*coming).order_by(Post.due_at, Post.id)
    waiting = list((await session.scalars(ordered)).all())
    return waiting.index(post_id) if post_id in waiting else None
