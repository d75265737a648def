"""A worker that stands still between its commit and its call: another one judges the delivery meanwhile."""

from datetime import timedelta

import pytest

from core.clock import FixedClock
from core.db import TelegramId
from core.deliveries import service as deliveries
from core.deliveries.models import Delivery, DeliveryKind, DeliveryStatus
from core.deps import Deps
from core.telegram.content import SentPart
from jobs import deliveries as jobs
from jobs.runtime import Bench
from tests.factories import make_post, make_user
from tests.recording_queue import RecordingQueue
from web.sandbox.client import Person

NEARLY_A_LEASE = deliveries.LEASE - timedelta(seconds=1)


async def begun(deps: Deps, bench: Bench, queue: RecordingQueue, person: Person, *, text: str) -> jobs.Sending:
    """A delivery whose turn has come: its row says that it is being sent."""
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=person.id)
        post = await make_post(tx, user)
        tx.outbox.clear()
        delivery_id = await deliveries.schedule_delivery(
            tx,
            owner_id=user.id,
            kind=DeliveryKind.POST,
            subject_id=post.id,
            chat_id=TelegramId(person.id),
            content={"text": text, "format": "plain"},
        )
        assert delivery_id is not None
    [(ticket, _)] = queue.pushed(deliveries.SEND)
    async with deps.tx() as tx:
        [claimed] = await deliveries.claim_leased(tx, [delivery_id], ticket=str(ticket), worker="frozen")
    sending = jobs.Sending(bench, "frozen", claimed)
    await sending._begin(0)
    return sending


async def status(deps: Deps, sending: jobs.Sending) -> str:
    async with deps.read() as session:
        return (await session.get_one(Delivery, sending.delivery.id)).status


async def test_who_wakes_up_late_makes_no_call_and_gives_the_delivery_back(
    deps: Deps, bench: Bench, queue: RecordingQueue, person: Person, clock: FixedClock
) -> None:
    sending = await begun(deps, bench, queue, person, text="Bread")
    clock.advance(NEARLY_A_LEASE)
    await sending.run()
    assert await status(deps, sending) == DeliveryStatus.SCHEDULED
    assert [message for message in await person.history() if not message.outgoing] == []


async def test_who_wakes_up_after_somebody_else_has_judged_changes_nothing(
    deps: Deps, bench: Bench, queue: RecordingQueue, person: Person, clock: FixedClock
) -> None:
    sending = await begun(deps, bench, queue, person, text="Bread")
    clock.advance(deliveries.LEASE + timedelta(seconds=1))
    async with deps.tx() as tx:
        (await tx.session.get_one(Delivery, sending.delivery.id)).chat_id = TelegramId(-5)
    async with deps.tx() as tx:
        [judged] = await deliveries.recover_leases(tx)
    assert judged.status == DeliveryStatus.UNCONFIRMED
    await sending.run()
    assert await status(deps, sending) == DeliveryStatus.UNCONFIRMED
    assert [message for message in await person.history() if not message.outgoing] == []


async def test_a_part_that_arrived_renews_the_lease_for_the_next(
    deps: Deps, bench: Bench, queue: RecordingQueue, person: Person, clock: FixedClock
) -> None:
    sending = await begun(deps, bench, queue, person, text="Bread. " * 1_000)
    clock.advance(deliveries.LEASE - jobs.CALL_BEFORE)
    sending._look_at_lease()
    await sending._note_part(0, SentPart(message_id=1))
    clock.advance(deliveries.LEASE - jobs.CALL_BEFORE)
    async with deps.tx() as tx:
        assert await deliveries.recover_leases(tx) == []
    sending._look_at_lease()
    clock.advance(timedelta(seconds=1))
    with pytest.raises(jobs.LeaseNearlyOver):
        sending._look_at_lease()
