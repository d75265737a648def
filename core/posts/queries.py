"""Looking at posts. Every query is the owner's: somebody else's post is not found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select

from core import ids
from core.db import Page, Paged, ReadSession, TelegramId, paged
from core.errors import NotFound
from core.posts.models import Batch, Card, Post, PostStatus
from core.posts.platforms import Platform

UPCOMING = (PostStatus.SCHEDULED, PostStatus.ON_HOLD, PostStatus.PUBLISHING)


class PostNotFound(NotFound):
    code = "posts.not_found"


class BatchNotFound(NotFound):
    code = "posts.batch_not_found"


@dataclass(frozen=True, slots=True)
class PostFilter:
    """None and empty: any."""

    status: PostStatus | None = None
    platform: Platform | None = None
    search: str = ""


async def post_of(session: ReadSession, *, owner_id: ids.UserId, post_id: ids.PostId, lock: bool = False) -> Post:
    """Raises PostNotFound, also for somebody else's and for a deleted one."""
    mine = select(Post).where(Post.id == post_id, Post.owner_id == owner_id, Post.deleted_at.is_(None))
    if lock:
        mine = mine.with_for_update().execution_options(populate_existing=True)
    post = await session.scalar(mine)
    if post is None:
        raise PostNotFound(post_id=str(post_id))
    return post


async def batch_of(session: ReadSession, *, owner_id: ids.UserId, batch_id: ids.BatchId, lock: bool = False) -> Batch:
    """Raises BatchNotFound, also for somebody else's."""
    mine = select(Batch).where(Batch.id == batch_id, Batch.owner_id == owner_id)
    batch = await session.scalar(mine.with_for_update() if lock else mine)
    if batch is None:
        raise BatchNotFound(batch_id=str(batch_id))
    return batch


async def posts_of_batch(session: ReadSession, *, owner_id: ids.UserId, batch_id: ids.BatchId) -> Sequence[Post]:
    """The variants in their order, without the deleted ones."""
    mine = select(Post).where(Post.batch_id == batch_id, Post.owner_id == owner_id, Post.deleted_at.is_(None))
    return (await session.scalars(mine.order_by(Post.position))).all()


async def posts_from_source(session: ReadSession, *, owner_id: ids.UserId, source_id: ids.SourceId) -> int:
    """How many were written from it, without the deleted ones."""
    batches = select(Batch.id).where(Batch.source_id == source_id, Batch.owner_id == owner_id)
    mine = (Post.owner_id == owner_id, Post.deleted_at.is_(None), Post.batch_id.in_(batches))
    return await session.scalar(select(func.count()).select_from(Post).where(*mine)) or 0


async def first_comment_of(session: ReadSession, *, owner_id: ids.UserId, post_id: ids.PostId | None) -> str:
    """What its owner wants to write below it; "" for nothing, and for a post that is gone."""
    mine = select(Post.first_comment).where(Post.id == post_id, Post.owner_id == owner_id, Post.deleted_at.is_(None))
    return await session.scalar(mine) or "" if post_id is not None else ""


async def versions_of(session: ReadSession, post: Post) -> Sequence[Post]:
    """All that say the same as a post, itself included, in the platforms' order. Its owner was checked before."""
    root_id = post.root_id or post.id
    found = await session.scalars(
        select(Post).where(
            Post.owner_id == post.owner_id,
            or_(Post.id == root_id, Post.root_id == root_id),
            Post.deleted_at.is_(None),
        )
    )
    order = list(Platform)
    return sorted(found.all(), key=lambda each: (order.index(Platform(each.platform)), each.created_at))


async def posts(session: ReadSession, *, owner_id: ids.UserId, page: Page, chosen: PostFilter) -> Paged[Post]:
    """History, the newest first."""
    mine = select(Post).where(Post.owner_id == owner_id, Post.deleted_at.is_(None))
    if chosen.status is not None:
        mine = mine.where(Post.status == chosen.status)
    if chosen.platform is not None:
        mine = mine.where(Post.platform == chosen.platform)
    if chosen.search:
        mine = mine.where(_has_words(chosen.search))
    return await paged(session, mine.order_by(Post.created_at.desc(), Post.position, Post.id.desc()), page)


async def sendable_posts(session: ReadSession, *, owner_id: ids.UserId, page: Page, search: str = "") -> Paged[Post]:
    """What can be dropped into a chat, what was changed last first; without the copies that series and pools make."""
    mine = select(Post).where(Post.owner_id == owner_id, Post.deleted_at.is_(None), Post.template_id.is_(None))
    if search:
        mine = mine.where(_has_words(search))
    return await paged(session, mine.order_by(Post.updated_at.desc(), Post.id.desc()), page)


async def upcoming_posts(session: ReadSession, *, owner_id: ids.UserId, page: Page) -> Paged[Post]:
    """What is scheduled, the next one first."""
    mine = select(Post).where(Post.owner_id == owner_id, Post.deleted_at.is_(None), Post.status.in_(UPCOMING))
    return await paged(session, mine.order_by(Post.due_at, Post.id), page)


async def scheduled_between(
    session: ReadSession, *, owner_id: ids.UserId, start: datetime, end: datetime
) -> Sequence[datetime]:
    """The instants of scheduled posts in a span: what a calendar marks."""
    mine = select(Post.due_at).where(
        Post.owner_id == owner_id,
        Post.deleted_at.is_(None),
        Post.status.in_(UPCOMING),
        Post.due_at >= start,
        Post.due_at < end,
    )
    return [due_at for due_at in await session.scalars(mine) if due_at is not None]


async def coming_between(
    session: ReadSession, *, owner_id: ids.UserId, start: datetime, end: datetime
) -> Sequence[Post]:
    """What is scheduled in a span, the next one first."""
    mine = select(Post).where(
        Post.owner_id == owner_id,
        Post.deleted_at.is_(None),
        Post.status.in_(UPCOMING),
        Post.due_at >= start,
        Post.due_at < end,
    )
    return (await session.scalars(mine.order_by(Post.due_at, Post.id))).all()


async def post_on_card(
    session: ReadSession, *, owner_id: ids.UserId, chat_id: TelegramId, message_id: TelegramId
) -> Post | None:
    """The post that a message in the chat shows; None when it shows none (any more)."""
    return await session.scalar(
        select(Post)
        .join(Card, Card.post_id == Post.id)
        .where(
            Card.chat_id == chat_id,
            Card.message_id == message_id,
            Post.owner_id == owner_id,
            Post.deleted_at.is_(None),
        )
    )


async def count_by_status(session: ReadSession, *, owner_id: ids.UserId) -> dict[PostStatus, int]:
    """How many posts are in each state; states without posts are left out."""
    rows = await session.execute(
        select(Post.status, func.count())
        .where(Post.owner_id == owner_id, Post.deleted_at.is_(None))
        .group_by(Post.status)
    )
    return {PostStatus(status): count for status, count in rows}


def _has_words(wanted: str) -> ColumnElement[bool]:
    return or_(Post.text.icontains(wanted, autoescape=True), Post.title.icontains(wanted, autoescape=True))


async def published_in(
    session: ReadSession, *, owner_id: ids.UserId, channel_id: ids.ChannelId, limit: int
) -> Sequence[tuple[datetime, str]]:
    """When and what of an owner's posts with words that went out in a chat, the newest first."""
    found = select(Post.updated_at, Post.text).where(
        Post.owner_id == owner_id,
        Post.channel_id == channel_id,
        Post.status == PostStatus.PUBLISHED,
        Post.text != "",
        Post.deleted_at.is_(None),
    )
    return [(at, text) for at, text in await session.execute(found.order_by(Post.updated_at.desc()).limit(limit))]
