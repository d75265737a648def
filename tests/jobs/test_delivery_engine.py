"""The engine with the sandbox Telegram: what it does when Telegram says no, says nothing, or isn't there."""

from datetime import timedelta
from typing import Any

import pytest

from core import ids
from core.clock import FixedClock
from core.db import TelegramId
from core.deliveries import service as deliveries
from core.deliveries.models import Delivery, DeliveryKind, DeliveryStatus
from core.deps import Deps
from core.telegram.content import SentPart
from jobs import deliveries as jobs
from jobs.runtime import Bench
from jobs.scheduler import Scheduler
from tests.factories import make_post, make_user
from tests.recording_queue import RecordingQueue
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person


async def add(
    deps: Deps, person: Person, content: dict[str, Any], *, kind: DeliveryKind = DeliveryKind.POST
) -> Delivery:
    """A delivery that is due now."""
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=person.id)
        post = await make_post(tx, user)
        tx.outbox.clear()
        delivery_id = await deliveries.schedule_delivery(
            tx,
            owner_id=user.id,
            kind=kind,
            subject_id=post.id,
            chat_id=TelegramId(person.id),
            content=content,
        )
        assert delivery_id is not None
    return await row(deps, delivery_id)


async def row(deps: Deps, delivery_id: ids.DeliveryId) -> Delivery:
    async with deps.read() as session:
        found = await session.get(Delivery, delivery_id)
    assert found is not None
    return found


async def send(bench: Bench, queue: RecordingQueue) -> None:
    """What is due is leased, and what is pushed is sent."""
    await Scheduler(bench.deps).tick()
    for args in queue.pushed(deliveries.SEND):
        await jobs.send.function(bench, *args)
    queue.clear()


async def texts(person: Person) -> list[str]:
    return [message.text for message in await person.history() if not message.outgoing]


async def test_an_unreachable_telegram_is_tried_again_and_gets_it_once(
    deps: Deps, bench: Bench, queue: RecordingQueue, person: Person, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    await sandbox.client.add_fault("rate_limit", "sendMessage", chat_id=person.id, times=2, retry_after=1)
    delivery = await add(deps, person, {"text": "Bread", "format": "plain"})
    for attempt in (1, 2):
        await send(bench, queue)
        delivery = await row(deps, delivery.id)
        assert (delivery.status, delivery.attempt) == (DeliveryStatus.SCHEDULED, attempt)
        assert delivery.next_attempt_at == clock.now() + timedelta(seconds=deliveries.retry_wait(attempt))
        clock.advance(timedelta(minutes=1))
    await send(bench, queue)
    assert (await row(deps, delivery.id)).status == DeliveryStatus.DELIVERED
    assert await texts(person) == ["Bread"]


async def test_a_person_gets_it_again_when_telegram_never_said_but_not_without_end(
    deps: Deps, bench: Bench, queue: RecordingQueue, person: Person, sandbox: RunningSandbox, clock: FixedClock
) -> None:
    await sandbox.client.add_fault("drop_answer", "sendMessage", chat_id=person.id, times=100)
    delivery = await add(deps, person, {"text": "Bread", "format": "plain"})
    for _ in range(5):
        await send(bench, queue)
        clock.advance(timedelta(minutes=1))
    delivery = await row(deps, delivery.id)
    assert delivery.status == DeliveryStatus.UNCONFIRMED
    assert delivery.error is not None
    assert delivery.error["code"] == deliveries.UNKNOWN_OUTCOME
    assert await texts(person) == ["Bread"] * jobs.UNKNOWN_MAX


async def test_after_the_last_attempt_it_fails_with_a_reason(
    deps: Deps, bench: Bench, queue: RecordingQueue, person: Person
) -> None:
    delivery = await add(deps, person, {"text": "Bread", "format": "plain"})
    async with deps.tx() as tx:
        (await tx.session.merge(delivery)).attempt = deliveries.ATTEMPTS_MAX
    await send(bench, queue)
    delivery = await row(deps, delivery.id)
    assert delivery.status == DeliveryStatus.FAILED
    assert delivery.error is not None
    assert delivery.error["code"] == jobs.UNREACHABLE
    assert await texts(person) == []


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        ({"text": "<b>Bread", "format": "html"}, DeliveryKind.POST, "delivery.bad_content"),
        ({"nonsense": True}, DeliveryKind.POST, jobs.CRASHED),
        ({"notice": "no.such", "data": {}, "language": "en"}, DeliveryKind.NOTICE, jobs.CRASHED),
    ],
)
async def test_what_can_never_be_sent_fails_at_once_and_isnt_tried_for_ever(
    deps: Deps,
    bench: Bench,
    queue: RecordingQueue,
    person: Person,
    content: dict[str, Any],
    kind: DeliveryKind,
    code: str,
) -> None:
    delivery = await add(deps, person, content, kind=kind)
    await send(bench, queue)
    delivery = await row(deps, delivery.id)
    assert delivery.status == DeliveryStatus.FAILED
    assert delivery.error is not None
    assert delivery.error["code"] == code


async def test_a_job_that_lost_its_lease_between_parts_sends_no_more(
    deps: Deps, bench: Bench, queue: RecordingQueue, person: Person
) -> None:
    """Somebody else has the row by then: two senders would shuffle the parts."""
    delivery = await add(deps, person, {"text": "Bread. " * 1_500, "format": "plain"})
    [(ticket, _)] = queue.pushed(deliveries.SEND)
    async with deps.tx() as tx:
        [claimed] = await deliveries.claim_leased(tx, [delivery.id], ticket=str(ticket), worker="another")
    sending = jobs.Sending(bench, "another", claimed)
    await sending._begin(0)
    async with deps.tx() as tx:
        await deliveries.recover_leases(tx, dead_workers=["another"])
    with pytest.raises(jobs.TakenAway):
        await sending._note_part(0, SentPart(message_id=1))
    await send(bench, queue)
    assert (await row(deps, delivery.id)).status == DeliveryStatus.DELIVERED
    assert len(await texts(person)) == 3


async def test_only_the_job_that_claimed_a_row_can_send_it(
    deps: Deps, bench: Bench, queue: RecordingQueue, person: Person
) -> None:
    """The queue gives the same job out twice to one worker process, which does several at once."""
    delivery = await add(deps, person, {"text": "Bread", "format": "plain"})
    [args] = queue.pushed(deliveries.SEND)
    for _ in range(2):
        await jobs.send.function(bench, *args)
    assert (await row(deps, delivery.id)).status == DeliveryStatus.DELIVERED
    assert await texts(person) == ["Bread"]
