"""The newest posts of connected channels, for learning a voice from.

A bot is told of what others post in a channel only from when it is a member there, and never of its own posts
(https://core.telegram.org/bots/api#update): those are known from their deliveries.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from core.brands.models import HeardPost
from core.channels.queries import connected_chats
from core.db import ReadSession, TelegramId
from core.tx import Tx

HEARD_MOST: Final = 10
"""Posts of one channel that are kept: as many as a voice is learned from."""
CHARACTERS_MOST: Final = 5_000


async def hear_post(tx: Tx, *, chat_id: TelegramId, message_id: TelegramId, text: str, posted_at: datetime) -> None:
    """Keep what was just posted in a channel, if anybody has connected it. Only the newest few stay."""
    if not text.strip() or not await connected_chats(tx.session, [chat_id]):
        return
    heard = insert(HeardPost).values(
        chat_id=chat_id, message_id=message_id, text=text[:CHARACTERS_MOST], posted_at=posted_at
    )
    await tx.session.execute(heard.on_conflict_do_nothing(index_elements=["chat_id", "message_id"]))
    newest = select(HeardPost.message_id).where(HeardPost.chat_id == chat_id)
    kept = newest.order_by(HeardPost.message_id.desc()).limit(HEARD_MOST).scalar_subquery()
    await tx.session.execute(
        delete(HeardPost)
        .where(HeardPost.chat_id == chat_id, HeardPost.message_id.not_in(kept))
        .execution_options(synchronize_session=False)
    )


async def heard_posts(session: ReadSession, *, chat_id: TelegramId) -> Sequence[tuple[datetime, str]]:
    """When and what, the newest first. Whether the user has connected the chat is asked before."""
    found = select(HeardPost).where(HeardPost.chat_id == chat_id).order_by(HeardPost.message_id.desc())
    return [(each.posted_at, each.text) for each in await session.scalars(found.limit(HEARD_MOST))]
