"""Which messages show a draft card just now, so that cards can follow what becomes of their post.

Which post a message is about, whatever it shows, stands in `post_cards`. That it shows something else at the moment (a
choice of times, a list) is kept in Redis for a day: without that, it is taken for a card again.
"""

from collections.abc import Sequence
from typing import Final

from redis.asyncio import Redis
from sqlalchemy import select

from core import ids
from core.db import ReadSession, TelegramId
from core.posts.models import Card

ELSEWHERE_S: Final = 24 * 3600
CARDS_MAX: Final = 3
"""Of one post that follow it: the newest."""
Place = tuple[TelegramId, TelegramId]
"""Chat and message."""


async def leave_card(redis: Redis, *, chat_id: TelegramId, message_id: TelegramId) -> None:
    """The message is about to show something else than a card."""
    await redis.set(_key(chat_id, message_id), 1, ex=ELSEWHERE_S)


async def return_to_card(redis: Redis, *, chat_id: TelegramId, message_id: TelegramId) -> None:
    """The message shows the card of its post again."""
    await redis.delete(_key(chat_id, message_id))


async def cards_of(session: ReadSession, *, post_id: ids.PostId) -> list[Place]:
    """The messages about a post, the newest first."""
    bound = (
        select(Card.chat_id, Card.message_id)
        .where(Card.post_id == post_id)
        .order_by(Card.message_id.desc())
        .limit(CARDS_MAX)
    )
    return [(chat_id, message_id) for chat_id, message_id in await session.execute(bound)]


async def showing_cards(redis: Redis, places: Sequence[Place]) -> list[Place]:
    """Of these, the ones that show the card just now."""
    if not places:
        return []
    elsewhere = await redis.mget([_key(*place) for place in places])
    return [place for place, left in zip(places, elsewhere, strict=True) if left is None]


def _key(chat_id: TelegramId, message_id: TelegramId) -> str:
    return f"card.elsewhere:{chat_id}:{message_id}"
