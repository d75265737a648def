"""What Telegram says of connected chats as time goes by: rights lost and regained, titles, groups that moved.

The owner is told once of each change, and posts wait while they can't go out.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from core import ids
from core.accounts.service import user_of
from core.channels.models import Channel, ChannelState
from core.channels.service import SeenChat, connect_channel, move_chat
from core.db import TelegramId
from core.deliveries.holding import hold_refused, move_deliveries
from core.deliveries.service import send_notice
from core.posts.holding import hold_posts, resume_posts
from core.tx import Tx


async def keep_verified(tx: Tx, *, owner_id: ids.UserId, seen: SeenChat) -> Channel:
    """Connect a chat that was just verified, or find it ready again: then its posts go on.

    Raises LimitReached when the plan has no room for one more.
    """
    channel = await connect_channel(tx, owner_id=owner_id, seen=seen)
    await _change(tx, channel, ChannelState.READY)
    return channel


async def note_bot_standing(tx: Tx, *, chat_id: TelegramId, state: ChannelState) -> None:
    """The bot's own standing in a chat has changed, for everybody who has connected it.

    It says nothing of users: who is no admin there any more stays that.
    """
    for channel in await _connections(tx, chat_id):
        if not (state is ChannelState.READY and channel.state == ChannelState.NOT_ADMIN):
            await _change(tx, channel, state)


async def note_user_standing(tx: Tx, *, chat_id: TelegramId, owner_id: ids.UserId, may_post: bool) -> None:
    """A user became an admin of a chat, or is none any more."""
    for channel in await _connections(tx, chat_id):
        if channel.owner_id == owner_id and may_post == (channel.state == ChannelState.NOT_ADMIN):
            await _change(tx, channel, ChannelState.READY if may_post else ChannelState.NOT_ADMIN)


async def note_trouble(
    tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId, state: ChannelState
) -> Channel | None:
    """What a check found for one user. None when the chat isn't theirs, or isn't connected any more."""
    channel = await tx.session.scalar(
        select(Channel)
        .where(Channel.id == channel_id, Channel.owner_id == owner_id, Channel.disconnected_at.is_(None))
        .with_for_update()
    )
    if channel is not None:
        await _change(tx, channel, state)
    return channel


async def note_title(tx: Tx, *, chat_id: TelegramId, title: str, username: str | None) -> None:
    """A chat is called something else now."""
    for channel in await _connections(tx, chat_id):
        channel.title, channel.username = title, username


async def hold_undeliverable(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    chat_id: TelegramId,
    delivery_id: ids.DeliveryId,
    worker: str,
    state: ChannelState,
) -> bool:
    """Telegram has just refused a post because of its chat: hold it, and whatever else is to go there.

    False when its owner hasn't connected that chat (any more): then it has failed.
    """
    connections = await _connections(tx, chat_id)
    if not any(channel.owner_id == owner_id for channel in connections):
        return False
    if await hold_refused(tx, delivery_id, worker=worker):
        await note_bot_standing(tx, chat_id=chat_id, state=state)
    return True


async def follow_migration(tx: Tx, *, from_id: TelegramId, to_id: TelegramId) -> None:
    """A group became a supergroup: connections and what is to go out follow. Again, it changes nothing."""
    await move_chat(tx, from_id=from_id, to_id=to_id)
    await move_deliveries(tx, from_id=from_id, to_id=to_id)


async def _connections(tx: Tx, chat_id: TelegramId) -> list[Channel]:
    found = await tx.session.scalars(
        select(Channel)
        .where(Channel.chat_id == chat_id, Channel.disconnected_at.is_(None))
        .order_by(Channel.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(found.all())


async def _change(tx: Tx, channel: Channel, state: ChannelState) -> None:
    """Tells the owner only when posts can go there no more, or again."""
    was_ready, channel.state = channel.state == ChannelState.READY, state
    await tx.session.flush()
    where: dict[str, Any] = {"owner_id": channel.owner_id, "channel_id": channel.id, "chat_id": channel.chat_id}
    if state is not ChannelState.READY:
        held = await hold_posts(tx, **where)
        if was_ready:
            await _tell(tx, channel, "channels.lost", {"posts": held})
    elif not was_ready:
        resumed = await resume_posts(tx, **where)
        await _tell(tx, channel, "channels.regained", {"upcoming": resumed.upcoming, "missed": resumed.missed})


async def _tell(tx: Tx, channel: Channel, notice: str, more: Mapping[str, Any]) -> None:
    user = await user_of(tx.session, channel.owner_id)
    shown = {
        "channel_id": str(channel.id),
        "kind": channel.kind,
        "title": channel.title,
        "state": channel.state,
    }
    await send_notice(
        tx,
        owner_id=channel.owner_id,
        chat_id=user.telegram_user_id,
        subject_id=channel.id,
        notice=notice,
        data={**shown, **more},
        language=user.language,
    )
