"""Looking at connected chats. Every query is the owner's: somebody else's channel is not found."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select

from core import ids
from core.billing.queries import Entitlement, Feature, entitlement_of
from core.channels.models import Channel
from core.db import Page, Paged, ReadSession, TelegramId, paged
from core.errors import NotFound

SUPERGROUP_PREFIX = -1_000_000_000_000
"""Ids of channels and supergroups lie below it. https://core.telegram.org/api/bots/ids"""
CHANNELS_MAX = 500
"""More than any plan has room for."""


class ChannelNotFound(NotFound):
    code = "channels.not_found"


async def channels_of(session: ReadSession, *, owner_id: ids.UserId, page: Page) -> Paged[Channel]:
    """What is connected, in the order of connecting."""
    mine = select(Channel).where(Channel.owner_id == owner_id, Channel.disconnected_at.is_(None))
    return await paged(session, mine.order_by(Channel.connected_at, Channel.id), page)


async def channel_of(
    session: ReadSession, *, owner_id: ids.UserId, channel_id: ids.ChannelId, also_disconnected: bool = False
) -> Channel:
    """Raises ChannelNotFound, also for somebody else's, and for a disconnected one unless that is asked for."""
    mine = select(Channel).where(Channel.id == channel_id, Channel.owner_id == owner_id)
    if not also_disconnected:
        mine = mine.where(Channel.disconnected_at.is_(None))
    channel = await session.scalar(mine)
    if channel is None:
        raise ChannelNotFound(channel_id=str(channel_id))
    return channel


async def channels_by_id(
    session: ReadSession, channel_ids: Collection[ids.ChannelId]
) -> Mapping[ids.ChannelId, Channel]:
    """Chats of many owners, the disconnected ones too: for planners, which have the ids from their owners' posts."""
    if not channel_ids:
        return {}
    found = await session.scalars(
        select(Channel).where(Channel.id.in_(channel_ids)).execution_options(populate_existing=True)
    )
    return {channel.id: channel for channel in found.all()}


async def all_channels(session: ReadSession, *, owner_id: ids.UserId) -> Sequence[Channel]:
    """What is connected and what was, in the order of connecting: names for whatever a post may point to."""
    mine = select(Channel).where(Channel.owner_id == owner_id)
    return (await session.scalars(mine.order_by(Channel.connected_at, Channel.id).limit(CHANNELS_MAX))).all()


async def default_channel(session: ReadSession, *, owner_id: ids.UserId) -> Channel | None:
    """Where new posts for Telegram go; None: to the user."""
    return await session.scalar(
        select(Channel).where(Channel.owner_id == owner_id, Channel.is_default, Channel.disconnected_at.is_(None))
    )


async def connected_chats(session: ReadSession, chat_ids: Collection[TelegramId]) -> set[TelegramId]:
    """Those of the chats that anybody has connected."""
    found = select(Channel.chat_id).where(Channel.chat_id.in_(chat_ids), Channel.disconnected_at.is_(None))
    return {*(await session.scalars(found)).all()}


async def room_for_channels(session: ReadSession, *, owner_id: ids.UserId, now: datetime) -> Entitlement:
    """How many chats the plan lets a user connect, and how many are."""
    connected = await session.scalar(
        select(func.count()).where(Channel.owner_id == owner_id, Channel.disconnected_at.is_(None))
    )
    return await entitlement_of(session, owner_id=owner_id, feature=Feature.TARGET_CHATS, now=now, there=connected or 0)


def chat_url(channel: Channel) -> str | None:
    """The address of a public chat; None for a private one."""
    return f"https://t.me/{channel.username}" if channel.username else None


def message_url(channel: Channel, message_id: int) -> str | None:
    """The address of a message; None in a basic group, whose messages have none."""
    if channel.username:
        return f"https://t.me/{channel.username}/{message_id}"
    internal = SUPERGROUP_PREFIX - channel.chat_id
    return f"https://t.me/c/{internal}/{message_id}" if internal > 0 else None
