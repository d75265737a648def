"""What a post's target has to offer it: the next free slot, as plain data for the screens on which a time is chosen."""

from datetime import datetime

from core.db import Json, ReadSession
from core.posts.models import Post
from core.posts.queued import WAITING
from core.queues.free import free_slot_of, zone_of
from core.queues.queries import pattern_of, queue_of


async def slot_offer(session: ReadSession, post: Post, *, now: datetime) -> Json:
    """`next_slot`: an instant in ISO format, or None; `has_slots`: False when there is no queue to speak of; `queued`:
    the post stands in the queue already; `paused`: the queue goes on later."""
    queue = await queue_of(session, owner_id=post.owner_id, channel_id=post.channel_id)
    offer = {"time_zone": await zone_of(session, post.owner_id), "queued": False, "paused": False}
    if queue is None or not (await pattern_of(session, queue)).loud:
        return {**offer, "has_slots": False, "next_slot": None}
    free = await free_slot_of(session, queue, now=now, apart_from=(post.id,))
    return {
        **offer,
        "has_slots": True,
        "next_slot": free.isoformat() if free is not None else None,
        "queued": post.queue_id == queue.id and post.status in WAITING,
        "paused": queue.paused_at is not None,
    }
