"""Connecting chats, disconnecting them, and the one that posts go to by default.

Whether the user and the bot may post there is asked of Telegram before, by who has it at hand (bot/channels).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from core import ids
from core.billing.queries import Feature
from core.billing.service import limit_reached
from core.channels.models import Channel, ChannelKind, ChannelState
from core.channels.queries import channel_of, room_for_channels
from core.db import TelegramId
from core.deliveries.queries import waiting_in
from core.errors import Conflict, InvalidInput
from core.telegram.content import Entity
from core.telegram.markup import utf16_length
from core.tx import Tx

FOOTER_LIMIT = 500
"""UTF-16 units: it stands under every post, and half a caption must be left."""


class PostsWaiting(Conflict):
    """Posts are still to go out there. Params: posts (how many)."""

    code = "channels.posts_waiting"


@dataclass(frozen=True, slots=True)
class SeenChat:
    """A chat as Telegram has just described it."""

    chat_id: TelegramId
    kind: ChannelKind
    title: str
    username: str | None


async def connect_channel(tx: Tx, *, owner_id: ids.UserId, seen: SeenChat) -> Channel:
    """Let posts go to a chat that was verified. Connecting it again gives the same row, up to date but for its state.

    Raises LimitReached when the plan has no room for one more.
    """
    await _queue_up(tx, owner_id)
    known = await tx.session.scalar(
        select(Channel).where(Channel.owner_id == owner_id, Channel.chat_id == seen.chat_id)
    )
    if known is None or known.disconnected_at is not None:
        await _check_room(tx, owner_id)
    described = {
        "kind": seen.kind,
        "title": seen.title,
        "username": seen.username,
        "disconnected_at": None,
    }
    return (
        await tx.session.scalars(
            insert(Channel)
            .values(
                id=ids.new(),
                owner_id=owner_id,
                chat_id=seen.chat_id,
                state=ChannelState.READY,
                is_default=False,
                connected_at=tx.now,
                **described,
            )
            .on_conflict_do_update(index_elements=["owner_id", "chat_id"], set_=described)
            .returning(Channel)
            .execution_options(populate_existing=True)
        )
    ).one()


async def disconnect_channel(tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId) -> Channel:
    """Let nothing go there any more. What is disconnected already stays so.

    Raises PostsWaiting while posts are still to go out there: nothing is dropped behind anybody's back.
    """
    channel = await channel_of(tx.session, owner_id=owner_id, channel_id=channel_id, also_disconnected=True)
    waiting = await waiting_in(tx.session, owner_id=owner_id, chat_id=channel.chat_id)
    if waiting:
        raise PostsWaiting(posts=waiting)
    channel.disconnected_at = channel.disconnected_at or tx.now
    return channel


async def reconnect_channel(tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId) -> Channel:
    """Take a disconnection back. Raises LimitReached when another chat has taken the room meanwhile."""
    await _queue_up(tx, owner_id)
    channel = await channel_of(tx.session, owner_id=owner_id, channel_id=channel_id, also_disconnected=True)
    if channel.disconnected_at is not None:
        await _check_room(tx, owner_id)
        channel.disconnected_at = None
    return channel


async def choose_default(tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId, wanted: bool) -> Channel:
    """Let new posts for Telegram go to this chat, or (not `wanted`) to the user again."""
    await _queue_up(tx, owner_id)
    channel = await channel_of(tx.session, owner_id=owner_id, channel_id=channel_id)
    if wanted:
        await tx.session.execute(
            update(Channel).where(Channel.owner_id == owner_id, Channel.is_default).values(is_default=False)
        )
    channel.is_default = wanted
    await tx.session.flush()
    return channel


async def set_footer(
    tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId, text: str, entities: Sequence[Entity] = ()
) -> Channel:
    """What stands under each post there. For what is scheduled already, see core.posts.footers.

    Raises ChannelNotFound, or InvalidInput ("channels.footer_too_long": length, limit).
    """
    length = utf16_length(text)
    if length > FOOTER_LIMIT:
        raise InvalidInput("channels.footer_too_long", length=length, limit=FOOTER_LIMIT)
    channel = await channel_of(tx.session, owner_id=owner_id, channel_id=channel_id)
    channel.footer, channel.footer_entities = text, [entity.to_json() for entity in entities]
    await tx.session.flush()
    return channel


async def move_chat(tx: Tx, *, from_id: TelegramId, to_id: TelegramId) -> None:
    """A group became a supergroup: everybody's connection follows. Who has connected the new one already keeps that."""
    moved = aliased(Channel)
    has_new = select(moved.id).where(moved.owner_id == Channel.owner_id, moved.chat_id == to_id).exists()
    here = Channel.chat_id == from_id
    await tx.session.execute(
        update(Channel)
        .where(here, ~has_new)
        .values(chat_id=to_id, kind=ChannelKind.SUPERGROUP)
        .execution_options(synchronize_session=False)
    )
    await tx.session.execute(
        update(Channel)
        .where(here, Channel.disconnected_at.is_(None))
        .values(disconnected_at=tx.now)
        .execution_options(synchronize_session=False)
    )


async def _queue_up(tx: Tx, owner_id: ids.UserId) -> None:
    """One change of a user's chats at a time, so that two never both take the last room."""
    lock = func.hashtextextended(f"{owner_id}:{Feature.TARGET_CHATS}", 0)
    await tx.session.execute(select(func.pg_advisory_xact_lock(lock)))


async def _check_room(tx: Tx, owner_id: ids.UserId) -> None:
    room = await room_for_channels(tx.session, owner_id=owner_id, now=tx.now)
    if not room.allows(1):
        raise limit_reached(room, asked=1)
