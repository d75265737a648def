"""Looking at queues. Every query is the owner's: somebody else's queue is not found."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, select

from core import ids
from core.db import ReadSession
from core.queues.models import Queue, Slot
from core.queues.slots import Pattern, QuietHours, WeekTime


async def queue_of(
    session: ReadSession, *, owner_id: ids.UserId, channel_id: ids.ChannelId | None, lock: bool = False
) -> Queue | None:
    """The queue of a target; None when none was set up. `channel_id` None: the private chat's.

    Whoever changes what is in a queue locks it first, then the posts, then their deliveries.
    """
    mine = select(Queue).where(Queue.owner_id == owner_id, Queue.channel_id.is_not_distinct_from(channel_id))
    return await session.scalar(_locked(mine) if lock else mine)


async def queue_by_id(
    session: ReadSession,
    *,
    owner_id: ids.UserId,
    queue_id: ids.QueueId,
    lock: bool = False,
    unless_locked: bool = False,
) -> Queue | None:
    """None also for somebody else's, and with `unless_locked` for one that somebody is changing."""
    mine = select(Queue).where(Queue.owner_id == owner_id, Queue.id == queue_id)
    return await session.scalar(_locked(mine, skip=unless_locked) if lock else mine)


async def queues_of(session: ReadSession, *, owner_id: ids.UserId) -> Mapping[ids.ChannelId | None, Queue]:
    """What was set up, by target."""
    found = await session.scalars(select(Queue).where(Queue.owner_id == owner_id).order_by(Queue.id))
    return {queue.channel_id: queue for queue in found.all()}


async def pattern_of(session: ReadSession, queue: Queue) -> Pattern:
    """When it sends."""
    slots = await session.scalars(select(Slot).where(Slot.queue_id == queue.id))
    return Pattern(frozenset(WeekTime(slot.weekday, slot.minute) for slot in slots.all()), quiet_hours_of(queue))


async def patterns_of(session: ReadSession, queues: Sequence[Queue]) -> Mapping[ids.QueueId, Pattern]:
    """When each of several sends."""
    slots = await session.scalars(select(Slot).where(Slot.queue_id.in_([queue.id for queue in queues])))
    times: dict[ids.QueueId, set[WeekTime]] = {queue.id: set() for queue in queues}
    for slot in slots.all():
        times[slot.queue_id].add(WeekTime(slot.weekday, slot.minute))
    return {queue.id: Pattern(frozenset(times[queue.id]), quiet_hours_of(queue)) for queue in queues}


def quiet_hours_of(queue: Queue) -> QuietHours | None:
    if queue.quiet_from is None or queue.quiet_until is None:
        return None
    return QuietHours(queue.quiet_from, queue.quiet_until)


def _locked(mine: Select[Queue], *, skip: bool = False) -> Select[Queue]:
    """Posts may name it meanwhile, as long as they aren't put into it."""
    return mine.with_for_update(key_share=True, skip_locked=skip).execution_options(populate_existing=True)
