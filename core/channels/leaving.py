"""Disconnecting a chat for which posts wait: they are cancelled with it, if their owner says so."""

from sqlalchemy import select

from core import ids
from core.channels.models import Channel
from core.channels.service import disconnect_channel
from core.posts.holding import cancel_posts
from core.tx import Tx


async def cancel_and_disconnect(tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId) -> tuple[Channel, int]:
    """Cancel what is still to go out there, and let nothing go there any more. Gives how many posts that were.

    Raises ChannelNotFound, also for somebody else's, and BeingSent when one is on its way: then nothing has changed.
    """
    mine = (Channel.id == channel_id, Channel.owner_id == owner_id)
    await tx.session.execute(select(Channel.id).where(*mine).with_for_update())  # first: chats are locked before posts
    cancelled = await cancel_posts(tx, owner_id=owner_id, channel_id=channel_id)
    return await disconnect_channel(tx, owner_id=owner_id, channel_id=channel_id), cancelled
