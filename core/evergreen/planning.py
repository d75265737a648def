"""Filling the slots of the coming day that nothing else has taken, with copies from the pools.

One transaction a queue. Schedulers side by side skip what another one has locked; killed in between, the next round
goes on: a slot is filled when a post stands in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from sqlalchemy import func, or_, select

from core import ids
from core.accounts.service import user_of
from core.channels.models import ChannelState
from core.channels.queries import channel_of
from core.evergreen.models import EvergreenPost
from core.evergreen.queries import turn_of
from core.posts.fillers import plan_filler, templates_of
from core.posts.models import Post
from core.posts.queued import last_out, taken_times
from core.queues.free import FROM_NOW, free_slots, zone_of
from core.queues.models import Queue
from core.queues.queries import pattern_of, queue_by_id
from core.tx import Tx

AHEAD = timedelta(hours=24)
CLOCK_CHANGE = timedelta(hours=1)
"""A week may have an hour less."""
QUEUES_AT_ONCE = 100


async def queues_to_fill(tx: Tx, *, after: ids.QueueId | None = None) -> Sequence[tuple[ids.UserId, ids.QueueId]]:
    """Queues with a post whose turn comes within the day: the next ones behind `after`."""
    ready_by = tx.now + AHEAD + CLOCK_CHANGE
    rest = func.make_interval(0, 0, 0, EvergreenPost.cool_down_days)
    ready = (
        select(EvergreenPost.owner_id, EvergreenPost.queue_id)
        .where(
            or_(EvergreenPost.repeats_max.is_(None), EvergreenPost.repeats < EvergreenPost.repeats_max),
            or_(EvergreenPost.last_planned_at.is_(None), EvergreenPost.last_planned_at + rest <= ready_by),
        )
        .distinct()
    )
    if after is not None:
        ready = ready.where(EvergreenPost.queue_id > after)
    rows = await tx.session.execute(ready.order_by(EvergreenPost.queue_id).limit(QUEUES_AT_ONCE))
    return [(owner_id, queue_id) for owner_id, queue_id in rows]


async def fill_queue(tx: Tx, *, owner_id: ids.UserId, queue_id: ids.QueueId) -> int:
    """Put copies into the free slots of a queue. Gives how many; 0 while somebody else changes the queue."""
    queue = await queue_by_id(tx.session, owner_id=owner_id, queue_id=queue_id, lock=True, unless_locked=True)
    if queue is None or queue.paused_at is not None or not await _takes_posts(tx, queue):
        return 0
    slots = await _free_slots(tx, queue)
    if not slots:
        return 0
    pool = await _locked_pool(tx, queue)
    planned = 0
    for at in slots:
        chosen = pool.next_for(at)
        if chosen is not None:
            template = pool.templates[chosen.post_id]
            await plan_filler(tx, template, queue_id=queue.id, channel_id=queue.channel_id, due_at=at)
            chosen.repeats, chosen.last_planned_at = chosen.repeats + 1, at
            planned += 1
    return planned


async def _takes_posts(tx: Tx, queue: Queue) -> bool:
    """A chat must be connected and let the bot post, a person mustn't have blocked it."""
    if queue.channel_id is None:
        return (await user_of(tx.session, queue.owner_id)).blocked_at is None
    channel = await channel_of(tx.session, owner_id=queue.owner_id, channel_id=queue.channel_id, also_disconnected=True)
    return channel.disconnected_at is None and channel.state == ChannelState.READY


async def _free_slots(tx: Tx, queue: Queue) -> list[datetime]:
    """Of the coming day."""
    taken = await taken_times(
        tx.session, owner_id=queue.owner_id, channel_id=queue.channel_id, after=tx.now, with_fillers=True
    )
    coming = free_slots(
        await pattern_of(tx.session, queue),
        zone=await zone_of(tx.session, queue.owner_id),
        after=tx.now + FROM_NOW,
        taken=taken,
    )
    return list(takewhile(lambda at: at <= tx.now + AHEAD, coming))


@dataclass(frozen=True, slots=True)
class _Pool:
    """What may go out of a queue's pool; nobody else changes it meanwhile."""

    posts: Sequence[EvergreenPost]
    templates: Mapping[ids.PostId, Post]
    last: Mapping[ids.PostId, datetime]
    """When each was out, whoever sent it."""
    now: datetime

    def next_for(self, at: datetime) -> EvergreenPost | None:
        """Whoever wasn't out for longest, and has rested."""
        ready = []
        for each in self.posts:
            turn = turn_of(each, last_at=self.last.get(each.post_id), now=self.now)
            if each.post_id in self.templates and turn.next_at is not None and turn.next_at - CLOCK_CHANGE <= at:
                ready.append((turn.last_at is not None, turn.last_at or each.added_at, each.added_at, each.post_id))
        if not ready:
            return None
        *_, post_id = min(ready)
        return next(each for each in self.posts if each.post_id == post_id)


async def _locked_pool(tx: Tx, queue: Queue) -> _Pool:
    """Posts are locked before the rows of the pool, as by everybody."""
    mine = select(EvergreenPost).where(EvergreenPost.queue_id == queue.id, EvergreenPost.owner_id == queue.owner_id)
    post_ids = (await tx.session.scalars(mine.with_only_columns(EvergreenPost.post_id))).all()
    templates = await templates_of(tx, owner_id=queue.owner_id, post_ids=post_ids)
    locked = mine.where(EvergreenPost.post_id.in_(post_ids)).order_by(EvergreenPost.post_id).with_for_update()
    posts = await tx.session.scalars(locked.execution_options(populate_existing=True))
    last = await last_out(tx.session, owner_id=queue.owner_id, post_ids=post_ids)
    return _Pool(posts.all(), templates, last, tx.now)
