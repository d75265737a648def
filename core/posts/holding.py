"""Posts whose chat takes nothing at the moment: held, resumed in time, and asked about when their time has passed."""

from dataclasses import dataclass

from sqlalchemy import select

from core import ids
from core.db import TelegramId
from core.deliveries.holding import hold_deliveries, release_upcoming
from core.posts.awaiting import is_waiting
from core.posts.missed import Why, missed_error
from core.posts.models import Post, PostStatus
from core.posts.queued import is_held_by_queue
from core.posts.scheduling import cancel_schedule, show_post_status
from core.tx import Tx


@dataclass(frozen=True, slots=True)
class Resumed:
    """What became of a chat's held posts when it took posts again."""

    upcoming: int
    """They go out as planned."""
    missed: int
    """Their time has passed meanwhile: their owner decides."""


async def hold_posts(tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId, chat_id: TelegramId) -> int:
    """Hold what is scheduled to a chat and isn't being sent. Gives how many are on hold then.

    Posts are locked before their deliveries, as by everybody who changes a post.
    """
    posts = await _posts_in(tx, owner_id, channel_id, PostStatus.SCHEDULED, PostStatus.ON_HOLD)
    held = set(await hold_deliveries(tx, owner_id=owner_id, chat_id=chat_id))
    on_hold = [post for post in posts if post.id in held]
    for post in on_hold:
        if post.status != PostStatus.ON_HOLD:
            post.status, post.updated_at = PostStatus.ON_HOLD, tx.now
            await show_post_status(tx, post)
    return len(on_hold)


async def resume_posts(tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId, chat_id: TelegramId) -> Resumed:
    """Let go on what is still in time; the others' status messages ask what to do. A paused queue's posts stay."""
    posts = await _held_by_chat(tx, owner_id, channel_id)
    held = [post.id for post in posts]
    released = set(await release_upcoming(tx, owner_id=owner_id, chat_id=chat_id, subject_ids=held))
    for post in posts:
        if post.id in released:
            post.status, post.updated_at = PostStatus.SCHEDULED, tx.now
        else:
            post.error = missed_error(Why.CHAT)
        await show_post_status(tx, post)
    return Resumed(upcoming=len(released), missed=len(posts) - len(released))


async def cancel_posts(tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId) -> int:
    """Take back all that is still to go out in a chat. Gives how many that were.

    Raises BeingSent when one is on its way: then nothing has changed.
    """
    posts = await _posts_in(tx, owner_id, channel_id, PostStatus.SCHEDULED, PostStatus.ON_HOLD)
    for post in posts:
        await cancel_schedule(tx, owner_id=owner_id, post_id=post.id)
    return len(posts)


async def _held_by_chat(tx: Tx, owner_id: ids.UserId, channel_id: ids.ChannelId) -> list[Post]:
    """What no paused queue holds, and what waits for nobody's word."""
    posts = await _posts_in(tx, owner_id, channel_id, PostStatus.ON_HOLD)
    return [post for post in posts if not is_held_by_queue(post) and not is_waiting(post)]


async def _posts_in(tx: Tx, owner_id: ids.UserId, channel_id: ids.ChannelId, *statuses: PostStatus) -> list[Post]:
    found = await tx.session.scalars(
        select(Post)
        .where(
            Post.owner_id == owner_id,
            Post.channel_id == channel_id,
            Post.status.in_(statuses),
            Post.deleted_at.is_(None),
        )
        .order_by(Post.due_at, Post.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(found.all())
