"""Where posts go: to their owner, or to a chat that the owner has connected."""

from dataclasses import dataclass

from core import ids
from core.channels.models import ChannelState
from core.channels.queries import all_channels, channel_of, channels_of, chat_url, default_channel, message_url
from core.db import Json, Page, ReadSession, TelegramId
from core.errors import NotAllowed
from core.posts.models import Post


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat that is or was connected, as files name it."""

    id: ids.ChannelId
    title: str
    username: str | None
    state: str
    connected: bool
    url: str | None


class NotReady(NotAllowed):
    """The bot can't post there at the moment. Params: title, state (of the chat)."""

    code = "channels.not_ready"


async def target_data(session: ReadSession, post: Post) -> Json | None:
    """The chat that a post goes to, as plain data for screens; None: to its owner.

    `message_url` is the post's own address once it is out, where the chat gives its messages one.
    """
    if post.channel_id is None:
        return None
    channel = await channel_of(session, owner_id=post.owner_id, channel_id=post.channel_id, also_disconnected=True)
    return {
        "kind": channel.kind,
        "title": channel.title,
        "state": channel.state,
        "connected": channel.disconnected_at is None,
        "chat_url": chat_url(channel),
        "message_url": message_url(channel, post.message_id) if post.message_id is not None else None,
    }


async def chats_of(session: ReadSession, *, owner_id: ids.UserId) -> dict[ids.ChannelId, Chat]:
    """What is connected and what was."""
    return {
        channel.id: Chat(
            id=channel.id,
            title=channel.title,
            username=channel.username,
            state=channel.state,
            connected=channel.disconnected_at is None,
            url=chat_url(channel),
        )
        for channel in await all_channels(session, owner_id=owner_id)
    }


async def has_choice(session: ReadSession, *, owner_id: ids.UserId) -> bool:
    """Whether a post can go anywhere but to its owner."""
    return (await channels_of(session, owner_id=owner_id, page=Page(size=1))).total > 0


async def chat_for(session: ReadSession, post: Post) -> TelegramId | None:
    """The chat to send a post to; None: its owner's.

    Raises ChannelNotFound for one that isn't connected any more, NotReady while nothing can be posted there.
    """
    if post.channel_id is None:
        return None
    return await ready_chat(session, owner_id=post.owner_id, channel_id=post.channel_id)


async def ready_chat(session: ReadSession, *, owner_id: ids.UserId, channel_id: ids.ChannelId) -> TelegramId:
    """A connected chat that takes messages now. Raises ChannelNotFound or NotReady."""
    channel = await channel_of(session, owner_id=owner_id, channel_id=channel_id)
    if channel.state != ChannelState.READY:
        raise NotReady(title=channel.title, state=channel.state)
    return channel.chat_id


async def preset_target(session: ReadSession, *, owner_id: ids.UserId) -> ids.ChannelId | None:
    """Where a new post for Telegram goes unless said otherwise."""
    channel = await default_channel(session, owner_id=owner_id)
    return channel.id if channel is not None else None
