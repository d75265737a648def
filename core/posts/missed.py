"""Posts whose time passed while they couldn't go out: by their owner's choice they go out late, wait for a word, or
are left out.

An outage of the whole house is settled here. A chat that took nothing: core/posts/holding.py. Both end in the same
state, and the same verbs lead out of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, select

from core import ids
from core.accounts.models import LatePolicy
from core.accounts.service import late_policies, user_of, users_with_policy
from core.db import Json, Page, ReadSession, paged
from core.deliveries.models import DeliveryStatus
from core.deliveries.outages import missed_subjects, owners_of_missed, set_missed_aside
from core.deliveries.service import send_notice
from core.posts.awaiting import is_not_waiting
from core.posts.models import Post, PostStatus
from core.posts.queued import held_by_queue
from core.posts.scheduling import cancel_schedule, post_now, show_post_status
from core.posts.targets import NotReady, target_data
from core.tx import Tx

MISSED, SKIPPED = "posts.missed", "posts.skipped"
"""In a post's `error`: it waits for a word; it was left out."""
OWNERS_AT_ONCE = 50
POSTS_AT_ONCE = 200
"""Of one transaction: their owners can press a button in between."""
PAGE_SIZE = 5


class Why(StrEnum):
    """Why a post missed its time: a param of its error."""

    OUTAGE = "outage"
    CHAT = "chat"


_ASIDE = {
    LatePolicy.ASK: (DeliveryStatus.ON_HOLD, PostStatus.ON_HOLD, MISSED),
    LatePolicy.SKIP: (DeliveryStatus.CANCELLED, PostStatus.CANCELLED, SKIPPED),
}


def missed_error(why: Why, *, code: str = MISSED) -> Json:
    """What stands in the post's `error`."""
    return {"code": code, "params": {"why": why}}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the settling got: all owners up to `after` have been looked at."""

    after: ids.UserId | None = None
    done: bool = False


async def settle_missed(
    tx: Tx, *, after: ids.UserId | None = None, owners: int = OWNERS_AT_ONCE, posts: int = POSTS_AT_ONCE
) -> Progress:
    """After an outage: hold or leave out what missed its time, as some of the owners want it. Whose posts are to go
    out late keep waiting for their turn. Owners who want to be asked get one message about all of theirs.

    Takes up to so many owners behind `after`, and so many of their posts: who has more comes again, and is asked with
    the last. Each call has a transaction of its own: killed in between, the rest is done by whoever begins again.
    """
    owner_ids = await owners_of_missed(tx, among=users_with_policy(*_ASIDE), after=after, limit=owners)
    if not owner_ids:
        return Progress(after, done=True)
    policies = await late_policies(tx.session, owner_ids)
    missed = await missed_subjects(tx, owner_ids=owner_ids, limit=posts + 1)
    comes_again = missed[-1][0] if len(missed) > posts else None
    locked = await _locked(tx, Post.id.in_([subject_id for _, subject_id in missed[:posts]]))
    settled = 0
    for policy in _ASIDE:
        chosen = [owner_id for owner_id in owner_ids if policies[owner_id] == policy]
        settled += await _settle(tx, chosen, locked, policy, ask_later=comes_again)
    if comes_again is None or not settled:
        return Progress(owner_ids[-1])
    return Progress(max((owner_id for owner_id in owner_ids if owner_id < comes_again), default=after))


async def _settle(
    tx: Tx,
    owner_ids: Sequence[ids.UserId],
    posts: Mapping[ids.PostId, Post],
    policy: LatePolicy,
    *,
    ask_later: ids.UserId | None,
) -> int:
    delivery_status, status, code = _ASIDE[policy]
    done = await set_missed_aside(tx, owner_ids=owner_ids, subject_ids=list(posts), status=delivery_status)
    for subject_id in done:
        post = posts[ids.PostId(subject_id)]
        post.status, post.error, post.updated_at = status, missed_error(Why.OUTAGE, code=code), tx.now
        await show_post_status(tx, post)
    if policy is LatePolicy.ASK:
        await tx.session.flush()
        for owner_id in sorted({posts[ids.PostId(subject_id)].owner_id for subject_id in done} - {ask_later}):
            await _ask(tx, owner_id)
    return len(done)


async def _ask(tx: Tx, owner_id: ids.UserId) -> None:
    user = await user_of(tx.session, owner_id)
    await send_notice(
        tx,
        owner_id=owner_id,
        chat_id=user.telegram_user_id,
        subject_id=owner_id,
        notice="posts.missed",
        data=await missed_data(tx.session, owner_id=owner_id, now=tx.now, page=1),
        language=user.language,
    )


async def missed_data(session: ReadSession, *, owner_id: ids.UserId, now: datetime, page: int) -> Json:
    """A page of the posts that wait for a word, as plain data for screens."""
    user = await user_of(session, owner_id)
    waiting = select(Post).where(*_missed(owner_id, now), _asked_about()).order_by(Post.due_at, Post.id)
    found = await paged(session, waiting, Page(page, PAGE_SIZE))
    return {
        "posts": [await _line(session, post) for post in found.items],
        "page": found.number,
        "pages": found.pages,
        "total": found.total,
        "first": (found.number - 1) * PAGE_SIZE + 1,
        "time_zone": user.time_zone,
    }


async def _line(session: ReadSession, post: Post) -> Json:
    return {
        "post_id": str(post.id),
        "platform": post.platform,
        "title": post.title,
        "text": post.text[:200],
        "due_at": post.due_at.isoformat() if post.due_at else None,
        "target": await target_data(session, post),
    }


async def send_all_missed(tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId | None = None) -> int:
    """Send now what waits for a word: of one chat, or (None) of all that take posts. Gives how many; 0 on a second
    press. Raises NotReady when the one chat takes nothing."""
    sent = 0
    for post in await _locked_waiting(tx, owner_id, channel_id):
        try:
            await post_now(tx, owner_id=owner_id, post_id=post.id)
        except NotReady:
            if channel_id is not None:
                raise
        else:
            sent += 1
    return sent


async def skip_all_missed(tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId | None = None) -> int:
    """Cancel what waits for a word: of one chat, or (None) of all. Gives how many."""
    waiting = await _locked_waiting(tx, owner_id, channel_id)
    for post in waiting:
        await cancel_schedule(tx, owner_id=owner_id, post_id=post.id)
    return len(waiting)


async def _locked_waiting(tx: Tx, owner_id: ids.UserId, channel_id: ids.ChannelId | None) -> list[Post]:
    """What is on hold for one chat and missed its time; for None, what its owner was asked about."""
    which = _asked_about() if channel_id is None else (Post.channel_id == channel_id)
    locked = await _locked(tx, *_missed(owner_id, tx.now), which)
    return sorted(locked.values(), key=lambda post: (post.due_at, post.id))


def _missed(owner_id: ids.UserId, now: datetime) -> list[ColumnElement[bool]]:
    return [
        Post.owner_id == owner_id,
        Post.deleted_at.is_(None),
        Post.status == PostStatus.ON_HOLD,
        Post.due_at <= now,
        ~held_by_queue(),
        is_not_waiting(),
    ]


def _asked_about() -> ColumnElement[bool]:
    asked: ColumnElement[bool] = Post.error["code"].astext == MISSED
    return asked


async def _locked(tx: Tx, *which: ColumnElement[bool]) -> dict[ids.PostId, Post]:
    """In one order, so that nobody waits for somebody who waits for them."""
    found = await tx.session.scalars(
        select(Post).where(*which).order_by(Post.id).with_for_update().execution_options(populate_existing=True)
    )
    return {post.id: post for post in found}
