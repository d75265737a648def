"""Posts that a scenario doesn't schedule itself: some stand in a queue, and some recur, so that the scheduler makes
their copies while it is killed. Time is brought forward in the database: nobody waits for a slot here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select, update

from core import ids
from core.accounts.models import User
from core.channels.models import ChannelKind
from core.channels.service import SeenChat, connect_channel
from core.db import TelegramId
from core.deliveries.models import Delivery, DeliveryKind
from core.deps import Deps
from core.posts.models import Post
from core.posts.recurring import begin_recurring
from core.posts.scheduling import choose_target
from core.queues.service import add_slots, add_to_queue
from core.queues.slots import WeekTime
from core.series.models import Series, SeriesStatus
from core.tx import Tx
from tests.factories import make_post
from tests.faults.chats import Chats
from tests.faults.deliveries import Wanted
from tests.faults.plan import Plan

SLOTS: Final = [WeekTime(day, hour * 60) for day in range(7) for hour in range(24)]
ONCE: Final = "FREQ=DAILY;COUNT=1"
PLANNED_BY_S: Final = 2.0
"""How long after the first delivery series come due at the earliest: their planner is killed about then."""


@dataclass(frozen=True, slots=True)
class Recurring:
    """A series of one occurrence: its copy has to be made once, and to arrive once."""

    series_id: ids.SeriesId
    chat_id: int
    mark: str


async def queue_some(deps: Deps, chats: Chats, plan: Plan, first_due: datetime) -> list[Wanted]:
    """Posts in slots of queues, whose slots come while things go wrong."""
    async with deps.tx() as tx:
        return [await _queued(tx, chats, plan, number, first_due) for number in range(plan.planned)]


async def repeat_some(deps: Deps, chats: Chats, plan: Plan, first_due: datetime) -> list[Recurring]:
    """Series that nobody has planned yet."""
    async with deps.tx() as tx:
        return [await _recurring(tx, chats, plan, number, first_due) for number in range(plan.planned)]


async def copies_of(deps: Deps, recurring: Sequence[Recurring]) -> tuple[list[Wanted], list[str]]:
    """The deliveries of the copies, and in words what is amiss with their number."""
    series = {one.series_id: one for one in recurring}
    found: dict[ids.SeriesId, list[Wanted]] = {series_id: [] for series_id in series}
    async with deps.read() as session:
        rows = await session.execute(
            select(Post.series_id, Delivery.id, Post.id)
            .join(Delivery, Delivery.subject_id == Post.id)
            .where(Post.series_id.in_(series), Delivery.kind == DeliveryKind.POST)
        )
        for series_id, delivery_id, post_id in rows:
            if series_id is not None:
                one = series[series_id]
                found[series_id].append(Wanted(delivery_id, post_id, one.chat_id, (one.mark,)))
    amiss = [f"{series[key].mark} was planned {len(made)} times" for key, made in found.items() if len(made) != 1]
    return [one for made in found.values() for one in made], amiss


async def _queued(tx: Tx, chats: Chats, plan: Plan, number: int, first_due: datetime) -> Wanted:
    mark = f"{plan.seed}.q{number}"
    post, chat_id = await _post(tx, chats, plan, mark)
    await add_slots(tx, owner_id=post.owner_id, channel_id=post.channel_id, slots=SLOTS)
    await add_to_queue(tx, owner_id=post.owner_id, post_id=post.id)
    due_at = first_due + timedelta(seconds=plan.chosen.uniform(0, plan.spread_s))
    await tx.session.flush()
    await tx.session.execute(update(Post).where(Post.id == post.id).values(due_at=due_at))
    delivery_id = await tx.session.scalar(
        update(Delivery)
        .where(Delivery.subject_id == post.id, Delivery.kind == DeliveryKind.POST)
        .values(due_at=due_at, next_attempt_at=due_at)
        .returning(Delivery.id)
    )
    assert delivery_id is not None
    return Wanted(delivery_id, post.id, chat_id, (mark,))


async def _recurring(tx: Tx, chats: Chats, plan: Plan, number: int, first_due: datetime) -> Recurring:
    mark = f"{plan.seed}.s{number}"
    post, chat_id = await _post(tx, chats, plan, mark)
    await begin_recurring(tx, owner_id=post.owner_id, post_id=post.id)
    first_at = first_due + timedelta(seconds=plan.chosen.uniform(PLANNED_BY_S, PLANNED_BY_S + plan.spread_s))
    starts_on = first_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    series = Series(
        id=ids.new(),
        owner_id=post.owner_id,
        post_id=post.id,
        rule=ONCE,
        starts_on=starts_on,
        zone="UTC",
        status=SeriesStatus.ACTIVE,
        next_at=first_at,
        planned_through=starts_on - timedelta(days=1),
        created_at=tx.now,
    )
    tx.session.add(series)
    await tx.session.flush()
    return Recurring(series.id, chat_id, mark)


async def _post(tx: Tx, chats: Chats, plan: Plan, mark: str) -> tuple[Post, int]:
    """A draft for its owner, or for the one room that its owner has connected; and the chat's id."""
    place = plan.chosen.randrange(len(chats.people))
    person_id = chats.people[place].id
    owner = await tx.session.get_one(User, chats.owners[person_id])
    post = await make_post(tx, owner, f"{mark} Bread")
    if plan.chosen.random() < 0.5:
        return post, person_id
    chat_id = chats.rooms[place % len(chats.rooms)]
    seen = SeenChat(TelegramId(chat_id), ChannelKind.CHANNEL, "Oven news", None)
    channel = await connect_channel(tx, owner_id=owner.id, seen=seen)
    await choose_target(tx, owner_id=owner.id, post_id=post.id, channel_id=channel.id)
    await tx.session.refresh(post)
    return post, chat_id
