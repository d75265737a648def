"""Any order of adding, moving, pausing, changing slots and losing rights: no post is lost, no two share a slot."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from core import ids
from core.accounts.models import User
from core.channels.models import Channel, ChannelState
from core.channels.standing import note_bot_standing
from core.deliveries.models import FINAL, Delivery, DeliveryStatus
from core.errors import AppError
from core.evergreen.planning import fill_queue
from core.evergreen.service import add_evergreen
from core.posts.models import Post, PostStatus
from core.posts.queued import is_filler, is_held_by_queue
from core.posts.scheduling import cancel_schedule, record_delivery, schedule_post
from core.queues import service
from core.queues.moving import Move, move_in_queue
from core.queues.queries import pattern_of, queue_of
from core.queues.slots import QuietHours, WeekTime, coming_slots
from core.tx import Tx
from tests.core.deliveries.test_delivery_machine import Machine, machine
from tests.factories import make_channel, make_post, make_user

__all__ = ["machine"]

BERLIN = "Europe/Berlin"
WEEKS = (
    frozenset({WeekTime(day, 9 * 60) for day in range(7)}),
    frozenset({WeekTime(day, 18 * 60) for day in range(5)}),
    frozenset({WeekTime(6, 2 * 60 + 30), WeekTime(6, 3 * 60 + 30), WeekTime(2, 12 * 60)}),
    frozenset[WeekTime](),
)
QUIET = (None, QuietHours(22 * 60, 8 * 60), QuietHours(17 * 60, 19 * 60))
ACTS = (
    *("add", "add", "add", "move", "move", "cancel", "by_hand", "pause", "resume", "week", "quiet", "time_passes"),
    *("lose_rights", "regain_rights", "fill", "trouble", "trouble"),
)
KEEP_THE_ORDER = frozenset({"pause", "resume", "week", "quiet", "lose_rights", "regain_rights", "trouble"})


@dataclass
class Story:
    """The rows of one example, and what this test knows of them."""

    machine: Machine
    owner: User
    channel: Channel
    posts: list[ids.PostId] = field(default_factory=list)

    def act(self, name: str, which: int) -> None:
        """An act that is refused changes nothing."""
        before = self.order()
        try:
            getattr(self, name)(which)
        except AppError:
            assert self.order() == before
        if name in KEEP_THE_ORDER:
            after = [post_id for post_id in self.order() if post_id in before]
            assert after == [post_id for post_id in before if post_id in after]

    def add(self, which: int) -> None:
        async def added(tx: Tx) -> ids.PostId:
            post = await make_post(tx, self.owner, f"Bread {len(self.posts)}")
            post.channel_id = self.channel.id
            await tx.session.flush()
            return post.id

        post_id = self.machine.do(added)
        self.posts.append(post_id)
        self.machine.do(lambda tx: service.add_to_queue(tx, owner_id=self.owner.id, post_id=post_id))

    def move(self, which: int) -> None:
        order = self.order()
        if not order:
            return
        place, move = which % len(order), list(Move)[which % 3]
        post_id = order[place]
        seen_at = next(post.due_at for post in self.rows() if post.id == post_id)
        assert seen_at is not None
        for _ in range(2):
            self.machine.do(
                lambda tx: move_in_queue(tx, owner_id=self.owner.id, post_id=post_id, move=move, seen_at=seen_at)
            )
        target = {Move.UP: max(0, place - 1), Move.DOWN: min(len(order) - 1, place + 1), Move.TOP: 0}[move]
        order.insert(target, order.pop(place))
        assert self.order() == order

    def cancel(self, which: int) -> None:
        if self.posts:
            post_id = self.posts[which % len(self.posts)]
            self.machine.do(lambda tx: cancel_schedule(tx, owner_id=self.owner.id, post_id=post_id))

    def by_hand(self, which: int) -> None:
        if self.posts:
            post_id = self.posts[which % len(self.posts)]
            at = self.machine.clock.now().replace(minute=0) + timedelta(hours=1 + which)
            self.machine.do(lambda tx: schedule_post(tx, owner_id=self.owner.id, post_id=post_id, due_at=at))

    def pause(self, which: int) -> None:
        self.machine.do(lambda tx: service.pause_queue(tx, **self.where))

    def resume(self, which: int) -> None:
        self.machine.do(lambda tx: service.resume_queue(tx, **self.where))

    def week(self, which: int) -> None:
        wanted = WEEKS[which % len(WEEKS)]

        async def change(tx: Tx) -> None:
            queue = await service.open_queue(tx, **self.where)
            present = (await pattern_of(tx.session, queue)).times
            await service.add_slots(tx, **self.where, slots=wanted)
            await service.remove_slots(tx, **self.where, slots=present - wanted)

        self.machine.do(change)

    def quiet(self, which: int) -> None:
        wanted = QUIET[which % len(QUIET)]
        self.machine.do(lambda tx: service.set_quiet_hours(tx, **self.where, quiet=wanted))

    def lose_rights(self, which: int) -> None:
        self._note(ChannelState.NO_RIGHTS)

    def regain_rights(self, which: int) -> None:
        self._note(ChannelState.READY)

    def trouble(self, which: int) -> None:
        """The queue is paused and the chat takes nothing; one of them ends."""
        holds = [self.pause, self.lose_rights]
        for hold in holds if which % 2 else reversed(holds):
            hold(which)
            self.judge()
        (self.resume if which % 3 else self.regain_rights)(which)

    def fill(self, which: int) -> None:
        async def filled(tx: Tx) -> None:
            post = await make_post(tx, self.owner, "Evergreen bread")
            post.channel_id = self.channel.id
            await tx.session.flush()
            await add_evergreen(tx, owner_id=self.owner.id, post_id=post.id, cool_down_days=1)
            queue = await service.open_queue(tx, **self.where)
            await fill_queue(tx, owner_id=self.owner.id, queue_id=queue.id)

        self.machine.do(filled)

    def time_passes(self, which: int) -> None:
        """What is due goes out."""
        self.machine.clock.advance(timedelta(hours=1 + which))
        self.machine.do(self._deliver_due)

    async def _deliver_due(self, tx: Tx) -> None:
        due = await tx.session.scalars(
            update(Delivery)
            .where(
                Delivery.owner_id == self.owner.id,
                Delivery.kind == "post",
                Delivery.status == DeliveryStatus.SCHEDULED,
                Delivery.due_at <= tx.now,
            )
            .values(status=DeliveryStatus.DELIVERED)
            .returning(Delivery.subject_id)
        )
        for subject_id in due.all():
            await record_delivery(
                tx,
                owner_id=self.owner.id,
                post_id=ids.PostId(subject_id),
                status=DeliveryStatus.DELIVERED,
                error=None,
            )

    def _note(self, state: ChannelState) -> None:
        self.machine.do(lambda tx: note_bot_standing(tx, chat_id=self.channel.chat_id, state=state))

    @property
    def where(self) -> dict[str, Any]:
        return {"owner_id": self.owner.id, "channel_id": self.channel.id}

    # what is there

    def rows(self) -> Sequence[Post]:
        return self.machine.do(self._rows)

    async def _rows(self, tx: Tx) -> Sequence[Post]:
        mine = select(Post).where(Post.owner_id == self.owner.id, Post.deleted_at.is_(None))
        return (await tx.session.scalars(mine.order_by(Post.due_at, Post.id))).all()

    def order(self) -> list[ids.PostId]:
        """What can be moved in the queue, the next one first."""
        return [post.id for post in self.rows() if self._waits(post)]

    def _waits(self, post: Post) -> bool:
        waiting = post.queue_id is not None and post.status in (PostStatus.SCHEDULED, PostStatus.ON_HOLD)
        return waiting and (is_held_by_queue(post) or (post.due_at or self.now) > self.now)

    @property
    def now(self) -> datetime:
        return self.machine.clock.now()

    def judge(self) -> None:
        self.machine.do(self._judge)

    async def _judge(self, tx: Tx) -> None:
        rows = {post.id: post for post in await self._rows(tx)}
        assert set(self.posts) <= set(rows), "a post is gone"
        live = (
            await tx.session.scalars(
                select(Delivery).where(
                    Delivery.owner_id == self.owner.id, Delivery.kind == "post", Delivery.status.not_in(FINAL)
                )
            )
        ).all()
        by_post = {delivery.subject_id: delivery for delivery in live}
        assert len(by_post) == len(live), "a post with two deliveries"
        arranged = [post for post in rows.values() if post.status in (PostStatus.SCHEDULED, PostStatus.ON_HOLD)]
        assert set(by_post) == {post.id for post in arranged}, "a promise without a delivery, or the other way round"
        for post in arranged:
            delivery = by_post[post.id]
            assert delivery.due_at == post.due_at
            assert delivery.status == post.status
        await self._judge_queue(tx, [post for post in arranged if self._waits(post)])

    async def _judge_queue(self, tx: Tx, queued: Sequence[Post]) -> None:
        queue = await queue_of(tx.session, owner_id=self.owner.id, channel_id=self.channel.id)
        times = [post.due_at for post in queued if post.due_at is not None]
        assert len(set(times)) == len(times), "two posts in one slot"
        if queue is None or not queued:
            return
        paused = queue.paused_at is not None
        assert all(is_held_by_queue(post) == paused for post in queued if not is_filler(post))
        assert not (paused and any(is_filler(post) for post in queued))
        channel = await tx.session.get_one(Channel, self.channel.id)
        on_hold = paused or channel.state != ChannelState.READY
        assert {post.status for post in queued} == {PostStatus.ON_HOLD if on_hold else PostStatus.SCHEDULED}
        pattern = await pattern_of(tx.session, queue)
        if pattern.loud and not paused:
            coming = coming_slots(pattern, zone=BERLIN, after=self.now)
            assert set(times) <= set(takewhile(lambda at: at <= max(times), coming)), "no slot of the week"


@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 40)), min_size=5, max_size=10))
@settings(
    max_examples=14,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_order_of_acts_loses_a_post_or_gives_a_slot_twice(machine: Machine, acts: list[tuple[str, int]]) -> None:
    machine.clock.at = datetime.fromisoformat("2027-03-26T12:00:00+00:00")
    owner = machine.do(lambda tx: make_user(tx, time_zone=BERLIN))
    story = Story(machine, owner, machine.do(lambda tx: make_channel(tx, owner)))
    story.week(0)
    for _ in range(4):
        story.add(0)
    try:
        for name, which in acts:
            story.act(name, which)
            story.judge()
    finally:
        machine.do(lambda tx: tx.session.execute(delete(User).where(User.id == owner.id)))
