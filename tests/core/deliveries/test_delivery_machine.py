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
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

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
A_FEW = st.integers(0, 40)
"""Picks one of what is there, whatever its number."""


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


class DeliveryMachine(RuleBasedStateMachine):
    """Each rule is one step that one process takes, with whatever else has happened in between."""

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self.machine = machine
        self.messages: list[Message] = []
        self.tickets: list[Leased] = []
        self.attempts: list[Attempt] = []
        self.claims = 0
        self.owner = machine.do(make_user)

    # what users do

    @initialize(channel=st.booleans())
    def begin_with_something_due(self, channel: bool) -> None:
        self.schedule(channel, -5)

    @precondition(lambda self: len(self.messages) < MESSAGES_MAX)
    @rule(channel=st.booleans(), in_s=st.integers(-5, 60))
    def schedule(self, channel: bool, in_s: int) -> None:
        subject_id, now = ids.new(), self.machine.clock.now()

        async def add(tx: Tx) -> ids.DeliveryId | None:
            made = await deliveries.schedule_delivery(
                tx,
                owner_id=self.owner.id,
                kind=DeliveryKind.POST,
                subject_id=subject_id,
                chat_id=CHANNEL if channel else PRIVATE,
                content={"revision": 1},
                due_at=now + timedelta(seconds=in_s),
            )
            for push in tx.outbox:
                ticket, delivery_id = map(str, push.args)
                self.tickets.append(Leased(ticket, [ids.DeliveryId(UUID(delivery_id))]))
            return made

        delivery_id = self.machine.do(add)
        assert delivery_id is not None
        self.messages.append(Message(delivery_id, subject_id, channel))

    @rule(which=A_FEW)
    def cancel(self, which: int) -> None:
        message = _one(self.messages, which)
        if self.machine.do(
            lambda tx: deliveries.cancel_deliveries(tx, owner_id=self.owner.id, subject_id=message.subject_id)
        ):
            message.cancelled = True

    @rule(which=A_FEW)
    def edit(self, which: int) -> None:
        message = _one(self.messages, which)
        content = {"revision": message.revision + 1}
        if self.machine.do(
            lambda tx: deliveries.replace_content(
                tx, owner_id=self.owner.id, subject_id=message.subject_id, content=content
            )
        ):
            message.revision += 1

    # what the scheduler, the sweeper and jobs do

    @rule(seconds=st.sampled_from([1, 10, 31]), swept=st.booleans())
    def time_passes(self, seconds: int, swept: bool) -> None:
        self.machine.clock.advance(timedelta(seconds=seconds))
        if swept:
            self._recover(dead=())

    @rule(limit=st.integers(1, 3), process=st.none() | st.sampled_from(PROCESSES))
    def lease(self, limit: int, process: str | None) -> None:
        """What is due goes to a process, or waits in the queue."""
        leased = self.machine.do(lambda tx: deliveries.lease_due(tx, limit=limit))
        if leased is not None:
            self.tickets.append(leased)
        if process is not None and self.tickets:
            self.claim(-1, process)

    @precondition(lambda self: self.tickets)
    @rule(which=A_FEW, process=st.sampled_from(PROCESSES))
    def claim(self, which: int, process: str) -> None:
        """Also what was claimed before: a queue may give a job out twice."""
        leased = _one(self.tickets, which)
        self.claims += 1
        holder = f"{process}/{self.claims}"
        rows = self.machine.do(
            lambda tx: deliveries.claim_leased(tx, leased.delivery_ids, ticket=leased.ticket, worker=holder)
        )
        for row in rows:
            message = next(message for message in self.messages if message.id == row.id)
            attempt = Attempt(message, process, holder, row.content["revision"], self.machine.clock.now())
            self.attempts.append(attempt)

    @precondition(lambda self: self._going_on())
    @rule(which=A_FEW)
    def go_on(self, which: int) -> None:
        """An attempt takes its next step: say that it begins, call Telegram, write down the result."""
        attempt = _one(self._going_on(), which)
        if not attempt.begun:
            self._begin(attempt)
        elif not attempt.called:
            attempt.message.accepted += 1
            attempt.called = True
        else:
            self._finish(attempt, DeliveryStatus.DELIVERED)

    @precondition(lambda self: self._going_on(called=False))
    @rule(which=A_FEW, final=st.booleans())
    def be_refused(self, which: int, final: bool) -> None:
        """Telegram doesn't take it and says so, or asks to come later."""
        attempt = _one(self._going_on(called=False), which)
        if final:
            self._finish(attempt, DeliveryStatus.FAILED)
            return
        self.machine.do(lambda tx: deliveries.put_back(tx, attempt.message.id, worker=attempt.holder, after_s=2))
        attempt.over = True

    @precondition(lambda self: self._going_on())
    @rule(which=A_FEW)
    def keep(self, which: int) -> None:
        attempt = _one(self._going_on(), which)
        self.machine.do(lambda tx: deliveries.keep_leases(tx, [attempt.message.id], worker=attempt.holder))
        attempt.renewed_at = self.machine.clock.now()

    @rule(process=st.sampled_from(PROCESSES), noticed=st.booleans())
    def crash(self, process: str, noticed: bool) -> None:
        """All that the process remembers is gone; somebody may notice, or only the leases run out."""
        gone = [attempt for attempt in self.attempts if attempt.process == process]
        for attempt in gone:
            attempt.over = True
        if noticed:
            self._recover(dead=tuple(attempt.holder for attempt in gone))

    # what must hold

    @invariant()
    def a_channel_got_nothing_twice(self) -> None:
        assert all(message.accepted <= 1 for message in self.messages if message.channel)

    def teardown(self) -> None:
        """However it went: when one good worker goes on, everything comes to its end."""
        try:
            self.crash("one", noticed=False)
            self.crash("two", noticed=False)
            self._drain()
            for row in self.machine.do(self._rows):
                self._judge(row)
        finally:
            self.machine.do(self._clean)

    def _drain(self) -> None:
        for _ in range(2 * len(self.messages) + 1):
            self.time_passes(61, swept=True)
            self.lease(3, "one")
            while self._going_on():
                self.go_on(0)

    def _begin(self, attempt: Attempt) -> None:
        if not self.machine.do(lambda tx: deliveries.begin_sending(tx, attempt.message.id, worker=attempt.holder)):
            attempt.over = True
            return
        assert not attempt.message.cancelled, "cancelled, and sent all the same"
        assert attempt.revision == attempt.message.revision, "sent as it was before it was edited"
        for other in self._going_on(begun=True):
            if other.message is attempt.message:
                assert other.renewed_at + LEASE < self.machine.clock.now(), "two senders for one row"
        attempt.begun, attempt.renewed_at = True, self.machine.clock.now()

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


def test_no_order_of_events_loses_or_doubles_a_delivery(machine: Machine) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # hypothesis leaves it untyped
        lambda: DeliveryMachine(machine),
        settings=settings(
            max_examples=120,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
