"""The queue of a target: its slots and quiet hours, what is put into it, pausing and going on.

Each verb locks the queue, so that no two posts ever get the same slot. `channel_id` None: the private chat.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.channels.queries import channel_of
from core.errors import Conflict, InvalidInput
from core.evergreen.giving_way import make_room
from core.posts.models import Post, PostStatus
from core.posts.queries import post_of
from core.posts.queued import due_at_of, hold_queued, is_held_by_queue, locked_queue, move_queued, taken_times
from core.posts.scheduling import BeingSent, release_held, schedule_post, show_post_status
from core.queues.free import FROM_NOW, free_slot_of, free_slots, zone_of
from core.queues.models import Queue, Slot
from core.queues.queries import pattern_of, queue_of, queues_of
from core.queues.slots import MINUTES_OF_DAY, WEEKDAYS, QuietHours, WeekTime
from core.tx import Tx

SLOTS_MAX = 168
"""One an hour."""


class NoSlots(Conflict):
    """The target has no queue, or one that never sends. Params: channel_id, or None."""

    code = "queues.no_slots"


@dataclass(frozen=True, slots=True)
class Queued:
    """A post in a queue. `changed` is False when it was there already."""

    post: Post
    queue: Queue
    changed: bool

    @property
    def at(self) -> datetime:
        return due_at_of(self.post)


async def add_slots(
    tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId | None, slots: Collection[WeekTime]
) -> Queue:
    """Send at these times of the week, too. Posts that wait take the coming slots in their order.

    Raises InvalidInput for a time that no week has, or ("queues.too_many_slots", with limit) for too many;
    ChannelNotFound.
    """
    if any(each.weekday not in WEEKDAYS or not 0 <= each.minute < MINUTES_OF_DAY for each in slots):
        raise InvalidInput("queues.slots_not_understood")
    queue = await open_queue(tx, owner_id=owner_id, channel_id=channel_id)
    before = (await pattern_of(tx.session, queue)).times
    if len(before | set(slots)) > SLOTS_MAX:
        raise InvalidInput("queues.too_many_slots", limit=SLOTS_MAX)
    new = set(slots) - before
    if new:
        rows = [{"queue_id": queue.id, "weekday": each.weekday, "minute": each.minute} for each in sorted(new)]
        await tx.session.execute(insert(Slot).values(rows).on_conflict_do_nothing())
        await reflow(tx, queue)
    return queue


async def remove_slots(
    tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId | None, slots: Collection[WeekTime]
) -> Queue:
    """Don't send at these times any more. Posts that wait take the coming slots; without any, they keep their times."""
    queue = await open_queue(tx, owner_id=owner_id, channel_id=channel_id)
    gone = (await pattern_of(tx.session, queue)).times & set(slots)
    for each in gone:
        await tx.session.execute(
            delete(Slot).where(Slot.queue_id == queue.id, Slot.weekday == each.weekday, Slot.minute == each.minute)
        )
    if gone:
        await reflow(tx, queue)
    return queue


async def set_quiet_hours(
    tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId | None, quiet: QuietHours | None
) -> Queue:
    """Send nothing from the queue in these hours; None: there are none. Raises InvalidInput for no hours of a day."""
    if quiet is not None and not all(0 <= minute < MINUTES_OF_DAY for minute in (quiet.begins, quiet.ends)):
        raise InvalidInput("queues.quiet_not_understood")
    queue = await open_queue(tx, owner_id=owner_id, channel_id=channel_id)
    wanted = (quiet.begins, quiet.ends) if quiet is not None else (None, None)
    if (queue.quiet_from, queue.quiet_until) != wanted:
        queue.quiet_from, queue.quiet_until = wanted
        await tx.session.flush()
        await reflow(tx, queue)
    return queue


async def add_to_queue(tx: Tx, *, owner_id: ids.UserId, post_id: ids.PostId) -> Queued:
    """Schedule a post at the next free slot of its target. One that is in the queue already keeps its slot.

    While the queue is paused, the post waits with the others. Raises NoSlots, Conflict ("queues.full") when a year's
    slots are taken, and what schedule_post raises.
    """
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id)
    queue = await queue_of(tx.session, owner_id=owner_id, channel_id=post.channel_id, lock=True)
    if queue is None or not (await pattern_of(tx.session, queue)).loud:
        raise NoSlots(channel_id=str(post.channel_id) if post.channel_id else None)
    post = await post_of(tx.session, owner_id=owner_id, post_id=post_id, lock=True)
    if post.channel_id != queue.channel_id:
        raise Conflict("queues.target_changed", post_id=str(post_id))
    if post.queue_id == queue.id and _waits(post, tx.now):
        return Queued(post, queue, changed=False)
    at = await free_slot_of(tx.session, queue, now=tx.now, apart_from=(post.id,))
    if at is None:
        raise Conflict("queues.full")
    await schedule_post(tx, owner_id=owner_id, post_id=post_id, due_at=at, queue_id=queue.id)
    post.queue_id, post.due_at = queue.id, at
    if queue.paused_at is not None:
        await tx.session.flush()
        await _hold(tx, [post])
    return Queued(post, queue, changed=True)


def _waits(post: Post, now: datetime) -> bool:
    """In a slot; who missed theirs may get another one."""
    if post.status == PostStatus.ON_HOLD and not is_held_by_queue(post):
        return post.due_at is not None and post.due_at > now
    return post.status in (PostStatus.SCHEDULED, PostStatus.ON_HOLD)


async def pause_queue(tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId | None) -> Queue:
    """Let what waits in the queue wait on. Again, it changes nothing; what is being sent goes out."""
    queue = await open_queue(tx, owner_id=owner_id, channel_id=channel_id)
    if queue.paused_at is None:
        queue.paused_at = tx.now
        await make_room(tx, owner_id=owner_id, channel_id=channel_id)
        await _hold(tx, await locked_queue(tx, owner_id=owner_id, queue_id=queue.id))
    return queue


async def resume_queue(tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId | None) -> Queue:
    """Go on: what waits takes the coming slots in its order. What its chat holds besides stays on hold.

    Raises NoSlots while posts wait and there are no slots for them.
    """
    queue = await open_queue(tx, owner_id=owner_id, channel_id=channel_id)
    if queue.paused_at is None:
        return queue
    posts = await locked_queue(tx, owner_id=owner_id, queue_id=queue.id)
    if posts and not (await pattern_of(tx.session, queue)).loud:
        raise NoSlots(channel_id=str(channel_id) if channel_id else None)
    queue.paused_at = None
    await reflow(tx, queue)
    for post in posts:
        await release_held(tx, post)
    return queue


async def reflow(tx: Tx, queue: Queue) -> None:
    """Give the waiting posts of a locked queue the coming slots in their order; without slots, they keep their times.

    Copies of the evergreen pool go; they are planned anew where there is room.
    """
    pattern, owner_id = await pattern_of(tx.session, queue), queue.owner_id
    if not pattern.loud:
        return
    await make_room(tx, owner_id=owner_id, channel_id=queue.channel_id)
    posts = await locked_queue(tx, owner_id=owner_id, queue_id=queue.id)
    taken = await taken_times(
        tx.session,
        owner_id=owner_id,
        channel_id=queue.channel_id,
        after=tx.now,
        apart_from=[post.id for post in posts],
    )
    zone = await zone_of(tx.session, owner_id)
    coming = free_slots(pattern, zone=zone, after=tx.now + FROM_NOW, taken=taken)
    await arrange(tx, posts, list(islice(coming, len(posts))))


async def reflow_all(tx: Tx, *, owner_id: ids.UserId) -> None:
    """The owner lives by another clock now: the slots are other instants."""
    for channel_id in await queues_of(tx.session, owner_id=owner_id):
        queue = await queue_of(tx.session, owner_id=owner_id, channel_id=channel_id, lock=True)
        if queue is not None:
            await reflow(tx, queue)


async def arrange(tx: Tx, posts: list[Post], times: list[datetime]) -> None:
    """Give waiting posts these times, one each. Raises BeingSent when one of them is under way; then nothing counts."""
    for post, at in zip(posts, times, strict=True):
        if post.due_at == at:
            continue
        if not await move_queued(tx, post, at):
            raise BeingSent(post_id=str(post.id), status=PostStatus.PUBLISHING)
        await show_post_status(tx, post)


async def _hold(tx: Tx, posts: list[Post]) -> None:
    for post in await hold_queued(tx, posts):
        await show_post_status(tx, post)


async def open_queue(tx: Tx, *, owner_id: ids.UserId, channel_id: ids.ChannelId | None) -> Queue:
    """The queue of a target, locked, made if there is none. Raises ChannelNotFound."""
    if channel_id is not None:
        await channel_of(tx.session, owner_id=owner_id, channel_id=channel_id)
    found = await queue_of(tx.session, owner_id=owner_id, channel_id=channel_id, lock=True)
    if found is not None:
        return found
    values = {"id": ids.new(), "owner_id": owner_id, "channel_id": channel_id, "created_at": tx.now}
    await tx.session.execute(insert(Queue).values(**values).on_conflict_do_nothing())
    made = await queue_of(tx.session, owner_id=owner_id, channel_id=channel_id, lock=True)
    if made is None:
        raise Conflict("queues.target_changed")
    return made
