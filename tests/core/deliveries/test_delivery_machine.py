"""Any order of scheduling, leasing, sending, crashing and cancelling: nothing is lost, a channel gets nothing twice.

The machine plays schedulers, worker processes and Telegram over real rows; each step is a transaction of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from core import ids
from core.accounts.models import User
from core.clock import FixedClock
from core.db import TelegramId, open_engine
from core.deliveries import service as deliveries
from core.deliveries.models import FINAL, Delivery, DeliveryKind, DeliveryStatus
from core.deliveries.service import LEASE, Leased
from core.settings import Settings
from core.tx import Tx
from tests.factories import make_user

Result = TypeVar("Result")
CHANNEL, PRIVATE = TelegramId(-1001), TelegramId(1001)
PROCESSES = ("one", "two")
MESSAGES_MAX = 3


@dataclass
class Message:
    """A delivery as this test knows it: what was promised, and what Telegram has got."""

    id: ids.DeliveryId
    subject_id: UUID
    channel: bool
    revision: int = 1
    accepted: int = 0
    cancelled: bool = False


@dataclass
class Attempt:
    """One job's hold on one row, as the job remembers it."""

    message: Message
    process: str
    holder: str
    revision: int
    renewed_at: datetime
    begun: bool = False
    called: bool = False
    over: bool = False


@dataclass
class Machine:
    """The database on an event loop of its own, so that Hypothesis may call it step by step."""

    engine: AsyncEngine
    run: Callable[[Awaitable[Any]], Any]
    clock: FixedClock = field(default_factory=FixedClock)

    @asynccontextmanager
    async def tx(self) -> AsyncIterator[Tx]:
        sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        async with sessions() as session, session.begin():
            yield Tx(session=session, now=self.clock.now())

    def do(self, verb: Callable[[Tx], Awaitable[Result]]) -> Result:
        async def within() -> Result:
            async with self.tx() as tx:
                return await verb(tx)

        result: Result = self.run(within())
        return result


@pytest.fixture
def machine(settings: Settings, fresh_database: AsyncEngine) -> Iterator[Machine]:
    loop = asyncio.new_event_loop()
    engine = open_engine(settings)
    yield Machine(engine, loop.run_until_complete)
    loop.run_until_complete(engine.dispose())
    loop.close()


@dataclass(frozen=True)
class Chance:
    """What one act is about, drawn by Hypothesis: each act takes of it what it needs."""

    which: int
    process: str
    yes: bool
    steps: int


CHANCES = st.builds(Chance, st.integers(0, 20), st.sampled_from(PROCESSES), st.booleans(), st.integers(1, 3))
ACTS = (
    *("schedule", "cancel", "edit", "time_passes", "lease", "claim_again", "go_on", "all_go_on", "be_refused", "keep"),
    *("go_on", "lease", "crash"),  # the more often, the farther it gets
)


class DeliveryMachine(RuleBasedStateMachine):
    """Each act is one step that one process takes, with whatever else has happened in between.

    They come in stories from one rule: Hypothesis leaves out rules at random and likes to be brief, and doubling a
    message takes many different acts.
    """

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self.machine = machine
        self.messages: list[Message] = []
        self.tickets: list[Leased] = []
        self.attempts: list[Attempt] = []
        self.claims = 0
        self.owner = machine.do(make_user)

    @rule(story=st.lists(st.tuples(st.sampled_from(ACTS), CHANCES), min_size=10, max_size=10))
    def live_on(self, story: list[tuple[str, Chance]]) -> None:
        for act, chance in story:
            getattr(self, act if self.messages else "schedule")(chance)
            assert all(message.accepted <= 1 for message in self.messages if message.channel), "doubled"

    # what users do

    def schedule(self, chance: Chance) -> None:
        if len(self.messages) == MESSAGES_MAX:
            return
        subject_id, now = ids.new(), self.machine.clock.now()

        async def add(tx: Tx) -> ids.DeliveryId | None:
            made = await deliveries.schedule_delivery(
                tx,
                owner_id=self.owner.id,
                kind=DeliveryKind.POST,
                subject_id=subject_id,
                chat_id=CHANNEL if chance.yes else PRIVATE,
                content={"revision": 1},
                due_at=now + timedelta(seconds=20 if chance.steps == 1 else -5),
            )
            for push in tx.outbox:
                ticket, delivery_id = map(str, push.args)
                self.tickets.append(Leased(ticket, [ids.DeliveryId(UUID(delivery_id))]))
            return made

        delivery_id = self.machine.do(add)
        assert delivery_id is not None
        self.messages.append(Message(delivery_id, subject_id, chance.yes))

    def cancel(self, chance: Chance) -> None:
        message = _one(self.messages, chance.which)
        if self.machine.do(
            lambda tx: deliveries.cancel_deliveries(tx, owner_id=self.owner.id, subject_id=message.subject_id)
        ):
            message.cancelled = True

    def edit(self, chance: Chance) -> None:
        message = _one(self.messages, chance.which)
        content = {"revision": message.revision + 1}
        if self.machine.do(
            lambda tx: deliveries.replace_content(
                tx, owner_id=self.owner.id, subject_id=message.subject_id, content=content
            )
        ):
            message.revision += 1

    # what the scheduler, the sweeper and jobs do

    def time_passes(self, chance: Chance) -> None:
        self.machine.clock.advance(timedelta(seconds=3 if chance.steps == 1 else 31))
        if chance.yes:
            self._recover(dead=())

    def lease(self, chance: Chance) -> None:
        """What is due goes to a process, or waits in the queue."""
        leased = self.machine.do(lambda tx: deliveries.lease_due(tx, limit=MESSAGES_MAX))
        if leased is not None:
            self.tickets.append(leased)
        if chance.steps > 1 and self.tickets:
            self._claim(self.tickets[-1], chance.process)

    def claim_again(self, chance: Chance) -> None:
        """A queue may give a job out twice."""
        if self.tickets:
            self._claim(_one(self.tickets, chance.which), chance.process)

    def go_on(self, chance: Chance) -> None:
        """An attempt takes its next steps: say that it begins, call Telegram, write down the result."""
        for attempt in _one_or_none(self._going_on(), chance.which):
            for _ in range(chance.steps):
                if not attempt.over:
                    self._take_a_step(attempt)

    def all_go_on(self, chance: Chance) -> None:
        """Until just before their calls, or just after."""
        for attempt in self._going_on(begun=False):
            self._begin(attempt)
        for attempt in self._going_on(begun=True, called=False) if chance.yes else ():
            self._take_a_step(attempt)

    def be_refused(self, chance: Chance) -> None:
        """Telegram doesn't take it and says so, or asks to come later."""
        for attempt in _one_or_none(self._going_on(called=False), chance.which):
            if chance.yes:
                self._finish(attempt, DeliveryStatus.FAILED)
            else:
                self._put_back(attempt)

    def keep(self, chance: Chance) -> None:
        for attempt in _one_or_none(self._going_on(), chance.which):
            self._keep(attempt)

    def crash(self, chance: Chance) -> None:
        """All that a process remembers is gone; somebody may notice, or only the leases run out."""
        gone = [attempt for attempt in self.attempts if attempt.process == chance.process]
        for attempt in gone:
            attempt.over = True
        if chance.yes:
            self._recover(dead=tuple(attempt.holder for attempt in gone))

    # what must hold

    def teardown(self) -> None:
        """However it went: when one good worker goes on, everything comes to its end."""
        try:
            for process in PROCESSES:
                self.crash(Chance(0, process, yes=False, steps=1))
            self._drain()
            for row in self.machine.do(self._rows):
                self._judge(row)
        finally:
            self.machine.do(self._clean)

    def _drain(self) -> None:
        for _ in range(3):
            self.machine.clock.advance(timedelta(minutes=1))
            self._recover(dead=())
            self.lease(Chance(0, PROCESSES[0], yes=True, steps=3))
            while self._going_on():
                self.go_on(Chance(0, PROCESSES[0], yes=True, steps=3))

    def _claim(self, leased: Leased, process: str) -> None:
        self.claims += 1
        holder = f"{process}/{self.claims}"
        rows = self.machine.do(
            lambda tx: deliveries.claim_leased(tx, leased.delivery_ids, ticket=leased.ticket, worker=holder)
        )
        for row in rows:
            message = next(message for message in self.messages if message.id == row.id)
            attempt = Attempt(message, process, holder, row.content["revision"], self.machine.clock.now())
            self.attempts.append(attempt)

    def _take_a_step(self, attempt: Attempt) -> None:
        if not attempt.begun:
            self._begin(attempt)
        elif not attempt.called:
            attempt.message.accepted += 1
            attempt.called = True
        else:
            self._finish(attempt, DeliveryStatus.DELIVERED)

    def _begin(self, attempt: Attempt) -> None:
        if not self.machine.do(lambda tx: deliveries.begin_sending(tx, [attempt.message.id], worker=attempt.holder)):
            attempt.over = True
            return
        assert not attempt.message.cancelled, "cancelled, and sent all the same"
        assert attempt.revision == attempt.message.revision, "sent as it was before it was edited"
        for other in self._going_on(begun=True):
            if other.message is attempt.message:
                assert other.renewed_at + LEASE < self.machine.clock.now(), "two senders for one row"
        attempt.begun, attempt.renewed_at = True, self.machine.clock.now()

    def _put_back(self, attempt: Attempt) -> None:
        self.machine.do(lambda tx: deliveries.put_back(tx, attempt.message.id, worker=attempt.holder, after_s=2))
        attempt.over = True

    def _keep(self, attempt: Attempt) -> None:
        """What is lost stays lost. The worker isn't told, and doesn't count on it."""

        async def kept(tx: Tx) -> bool:
            await deliveries.keep_leases(tx, [attempt.message.id], worker=attempt.holder)
            return (await tx.session.get_one(Delivery, attempt.message.id)).leased_by == attempt.holder

        if self.machine.do(kept):
            attempt.renewed_at = self.machine.clock.now()

    def _judge(self, row: Delivery) -> None:
        message = next(message for message in self.messages if message.id == row.id)
        assert row.status in FINAL, "lost on the way"
        assert row.lease_until is None
        if row.status == DeliveryStatus.UNCONFIRMED:
            assert message.channel
        if row.status == DeliveryStatus.DELIVERED:
            assert message.accepted >= 1
            assert not message.cancelled
        if message.cancelled:
            assert row.status == DeliveryStatus.CANCELLED
            assert message.accepted == 0 or not message.channel

    async def _rows(self, tx: Tx) -> list[Delivery]:
        return list(await tx.session.scalars(select(Delivery).where(Delivery.owner_id == self.owner.id)))

    async def _clean(self, tx: Tx) -> None:
        await tx.session.execute(delete(User).where(User.id == self.owner.id))

    def _recover(self, *, dead: tuple[str, ...]) -> None:
        self.machine.do(lambda tx: deliveries.recover_leases(tx, dead_workers=dead))

    def _finish(self, attempt: Attempt, status: DeliveryStatus) -> None:
        self.machine.do(
            lambda tx: deliveries.finish_delivery(tx, attempt.message.id, worker=attempt.holder, status=status)
        )
        attempt.over = True

    def _going_on(self, **wanted: bool) -> list[Attempt]:
        """The attempts that aren't over, and are in this state."""
        return [
            attempt
            for attempt in self.attempts
            if not attempt.over and all(getattr(attempt, name) is value for name, value in wanted.items())
        ]


Item = TypeVar("Item")


def _one(items: list[Item], which: int) -> Item:
    return items[which % len(items)]


def _one_or_none(items: list[Item], which: int) -> list[Item]:
    return [_one(items, which)] if items else []


def test_no_order_of_events_loses_or_doubles_a_delivery(machine: Machine) -> None:
    run_state_machine_as_test(
        lambda: DeliveryMachine(machine),  # type: ignore[arg-type]  # hypothesis takes any callable, and says so
        settings=settings(
            max_examples=30,
            stateful_step_count=8,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
