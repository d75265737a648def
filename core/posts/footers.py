"""Footers of chats: what stands under every post there, from the next one on that isn't out yet."""

from collections.abc import Sequence

from sqlalchemy import select

from core import ids
from core.channels.service import set_footer
from core.deliveries.service import replace_content
from core.posts.content import content_for
from core.posts.models import Post
from core.posts.scheduling import ARRANGED
from core.telegram.content import Entity
from core.tx import Tx


async def change_footer(
    tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId, text: str, entities: Sequence[Entity] = ()
) -> int:
    """Let this stand under each post in a chat, also under those that are scheduled there; empty: nothing.

    Gives how many scheduled posts go out with it; what is being sent this moment stays as it is. Raises
    ChannelNotFound, or InvalidInput ("channels.footer_too_long": length, limit).
    """
    await set_footer(tx, owner_id=owner_id, channel_id=channel_id, text=text, entities=entities)
    waiting = await tx.session.scalars(
        select(Post)
        .where(
            Post.owner_id == owner_id,
            Post.channel_id == channel_id,
            Post.status.in_(ARRANGED),
            Post.footer,
            Post.deleted_at.is_(None),
        )
        .order_by(Post.due_at, Post.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    changed = 0
    for post in waiting.all():
        content = await content_for(tx.session, post)
        changed += await replace_content(tx, owner_id=owner_id, subject_id=post.id, content=content)
    return changed
