"""Copies of evergreen posts, each for one slot of a queue. They make no noise until something comes of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from core import ids
from core.accounts.service import user_of
from core.deliveries.models import DeliveryKind, Priority
from core.deliveries.service import schedule_delivery
from core.posts.awaiting import is_not_waiting
from core.posts.content import content_for
from core.posts.dates import fill_date, has_date
from core.posts.makeup import copied_values
from core.posts.models import Post, PostStatus, PostVersion
from core.posts.targets import chat_for
from core.tx import Tx


async def templates_of(tx: Tx, *, owner_id: ids.UserId, post_ids: Sequence[ids.PostId]) -> Mapping[ids.PostId, Post]:
    """Those that are there and that others have agreed to, if they were asked; locked so that they stay."""
    found = await tx.session.scalars(
        select(Post)
        .where(Post.id.in_(post_ids), Post.owner_id == owner_id, Post.deleted_at.is_(None), is_not_waiting())
        .order_by(Post.id)
        .with_for_update(read=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    return {post.id: post for post in found.all()}


async def plan_filler(
    tx: Tx, template: Post, *, queue_id: ids.QueueId, channel_id: ids.ChannelId | None, due_at: datetime
) -> Post:
    """Schedule a copy of a post in a slot. Raises NotReady or ChannelNotFound when the chat takes no posts."""
    copy = _copy(tx, template, queue_id, channel_id, due_at)
    user = await user_of(tx.session, copy.owner_id)
    if has_date(template):
        fill_date(copy, user.time_zone)
    tx.session.add(copy)
    await tx.session.flush()
    tx.session.add(PostVersion.of(copy, tx.now))
    await schedule_delivery(
        tx,
        owner_id=copy.owner_id,
        kind=DeliveryKind.POST,
        subject_id=copy.id,
        chat_id=await chat_for(tx.session, copy) or user.telegram_user_id,
        content=await content_for(tx.session, copy),
        due_at=due_at,
        priority=Priority.POST,
    )
    return copy


def _copy(tx: Tx, template: Post, queue_id: ids.QueueId, channel_id: ids.ChannelId | None, due_at: datetime) -> Post:
    return Post(
        id=ids.new(),
        owner_id=template.owner_id,
        platform=template.platform,
        title=template.title,
        text=template.text,
        language=template.language,
        engine=template.engine,
        status=PostStatus.SCHEDULED,
        due_at=due_at,
        channel_id=channel_id,
        queue_id=queue_id,
        template_id=template.id,
        created_at=tx.now,
        updated_at=tx.now,
        **copied_values(template),
    )
