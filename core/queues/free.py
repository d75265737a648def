"""Which slot is free, and which hours are quiet. What is scheduled by hand takes a slot, too, when it has its time."""

from collections.abc import Iterator, Set
from datetime import datetime, timedelta

from core import ids
from core.accounts.service import user_of
from core.db import ReadSession
from core.posts.queued import taken_times
from core.queues.models import Queue
from core.queues.queries import pattern_of, queue_of, quiet_hours_of
from core.queues.slots import Pattern, coming_slots, minute_of

NO_ZONE = "UTC"
"""For who hasn't said where they are."""
FARTHEST = timedelta(days=366)
"""As far ahead as anything is planned."""
FROM_NOW = timedelta(minutes=1)
"""A slot that comes sooner has as good as passed."""


async def next_free_slot(
    session: ReadSession, *, owner_id: ids.UserId, channel_id: ids.ChannelId | None, now: datetime
) -> datetime | None:
    """The slot that a post would get in the queue of a target (None: the private chat).

    None without a queue, without slots, or when all slots of the coming year are taken.
    """
    queue = await queue_of(session, owner_id=owner_id, channel_id=channel_id)
    return None if queue is None else await free_slot_of(session, queue, now=now)


async def free_slot_of(
    session: ReadSession, queue: Queue, *, now: datetime, apart_from: tuple[ids.PostId, ...] = ()
) -> datetime | None:
    """The next slot that nothing else has; `apart_from` stays out of account."""
    pattern = await pattern_of(session, queue)
    taken = await taken_times(
        session, owner_id=queue.owner_id, channel_id=queue.channel_id, after=now, apart_from=apart_from
    )
    coming = free_slots(pattern, zone=await zone_of(session, queue.owner_id), after=now + FROM_NOW, taken=taken)
    free = next(coming, None)
    return None if free is None or free > now + FARTHEST else free


def free_slots(pattern: Pattern, *, zone: str, after: datetime, taken: Set[datetime]) -> Iterator[datetime]:
    """The slots that aren't taken, without end."""
    return (at for at in coming_slots(pattern, zone=zone, after=after) if at not in taken)


async def quiet_at(
    session: ReadSession, *, owner_id: ids.UserId, channel_id: ids.ChannelId | None, at: datetime
) -> bool:
    """Whether the owner wants nothing to go out to a target at that time."""
    queue = await queue_of(session, owner_id=owner_id, channel_id=channel_id)
    quiet = quiet_hours_of(queue) if queue is not None else None
    return quiet is not None and quiet.cover(minute_of(at, await zone_of(session, owner_id)))


async def zone_of(session: ReadSession, owner_id: ids.UserId) -> str:
    user = await user_of(session, owner_id)
    return user.time_zone or NO_ZONE
