"""Posts that others have to agree to first: while they wait, nothing of them goes out, whatever their time is.

What waits and has a time is on hold with a reason of its own. Who is asked and what they say: core/approvals.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select

from core.channels.queries import ChannelNotFound
from core.db import Json, ReadSession
from core.deliveries.holding import hold_subjects, release_delivery
from core.errors import Conflict
from core.posts.models import Approval, Post, PostStatus
from core.posts.queued import is_held_by_queue
from core.posts.targets import NotReady, chat_for
from core.tx import Tx

AWAITING = "approvals.waiting"
"""In a post's `error`: it waits for others to agree."""
TOO_LATE = "approvals.too_late"
"""In a post's `error`: they have agreed, and its time had passed by then."""
OVERDUE_AT_ONCE = 100


class AwaitsApproval(Conflict):
    """It can't go out before others have agreed. Params: post_id."""

    code = AWAITING


def is_waiting(post: Post) -> bool:
    return post.approval == Approval.WAITING


def is_not_waiting() -> ColumnElement[bool]:
    """For selects: what may go out as far as approvals are concerned."""
    return Post.approval.is_distinct_from(Approval.WAITING)


def waiting_error(*, told: bool = False) -> Json:
    """What stands in the post's `error`. `told`: its owner knows that its time has passed."""
    return {"code": AWAITING, "params": {"told": told}}


def check_may_go(post: Post) -> None:
    """Raises AwaitsApproval."""
    if is_waiting(post):
        raise AwaitsApproval(post_id=str(post.id))


async def hold_back(tx: Tx, post: Post) -> bool:
    """The post waits for others from now on: what is arranged for it is put on hold. False when that is too late.

    A queue that is paused, and a chat that takes nothing, hold it beside that.
    """
    post.approval = Approval.WAITING
    if post.status == PostStatus.SCHEDULED:
        held = await hold_subjects(tx, owner_id=post.owner_id, subject_ids=[post.id])
        if post.id not in held:
            return False
        post.status = PostStatus.ON_HOLD
    if post.status == PostStatus.ON_HOLD and not is_held_by_queue(post):
        post.error = waiting_error()
    post.updated_at = tx.now
    return True


async def let_go(tx: Tx, post: Post, approval: Approval | None) -> None:
    """Others have agreed, or aren't asked any more: the post goes out at its time. One whose time has passed waits for
    its owner's word; a paused queue and a chat that takes nothing go on holding it.
    """
    post.approval, post.updated_at = approval, tx.now
    if post.status != PostStatus.ON_HOLD or is_held_by_queue(post):
        return
    post.error = None
    try:
        await chat_for(tx.session, post)
    except (NotReady, ChannelNotFound):
        return
    if post.due_at is None or post.due_at <= tx.now:
        post.error = {"code": TOO_LATE, "params": {}}
    elif await release_delivery(tx, owner_id=post.owner_id, subject_id=post.id, due_at=post.due_at):
        post.status = PostStatus.SCHEDULED


async def something_overdue(session: ReadSession, *, now: datetime) -> bool:
    return await session.scalar(select(Post.id).where(*_overdue(now)).limit(1)) is not None


async def overdue_waiting(tx: Tx) -> Sequence[Post]:
    """Posts whose time has passed while others hadn't agreed, and whose owners don't know that yet: locked, and noted
    as told."""
    found = await tx.session.scalars(
        select(Post)
        .where(*_overdue(tx.now))
        .order_by(Post.due_at, Post.id)
        .limit(OVERDUE_AT_ONCE)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    posts = found.all()
    for post in posts:
        post.error, post.updated_at = waiting_error(told=True), tx.now
    return posts


def _overdue(now: datetime) -> list[ColumnElement[bool]]:
    return [
        Post.approval == Approval.WAITING,
        Post.due_at <= now,
        Post.status == PostStatus.ON_HOLD,
        Post.deleted_at.is_(None),
        Post.error["code"].astext == AWAITING,
        Post.error["params"]["told"].astext == "false",
    ]
