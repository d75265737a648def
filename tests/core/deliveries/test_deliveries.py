"""The single steps of a delivery."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import text

from core import ids
from core.clock import FixedClock
from core.db import Json, TelegramId
from core.deliveries import service as deliveries
from core.deliveries.models import Delivery, DeliveryKind, DeliveryStatus, Priority
from core.deps import Deps
from core.tx import Tx
from tests.factories import make_user
from tests.recording_queue import RecordingQueue

PRIVATE, CHANNEL = TelegramId(1001), TelegramId(-1001)
WORKER = "host:1:aa"


async def add(
    tx: Tx,
    *,
    in_s: float = 60,
    chat_id: TelegramId = PRIVATE,
    priority: Priority = Priority.POST,
    dedupe_key: str | None = None,
    subject_id: ids.PostId | None = None,
    owner_id: ids.UserId | None = None,
) -> ids.DeliveryId:
    owner = owner_id or (await make_user(tx)).id
    made = await deliveries.schedule_delivery(
        tx,
        owner_id=owner,
        kind=DeliveryKind.POST,
        subject_id=subject_id or ids.PostId(ids.new()),
        chat_id=chat_id,
        content={"text": "Bread"},
        due_at=tx.now + timedelta(seconds=in_s),
        priority=priority,
        dedupe_key=dedupe_key,
    )
    assert made is not None
    return made


async def row(tx: Tx, delivery_id: ids.DeliveryId) -> Delivery:
    found = await tx.session.get(Delivery, delivery_id, populate_existing=True)
    assert found is not None
    return found


async def begin(tx: Tx, delivery_id: ids.DeliveryId) -> None:
    """As far as right before the call. The row must be due later than now."""
    found = await row(tx, delivery_id)
    found.next_attempt_at = tx.now
    await tx.session.flush()
    leased = await deliveries.lease_due(tx, limit=10)
    assert leased is not None
    await deliveries.claim_leased(tx, leased.delivery_ids, ticket=leased.ticket, worker=WORKER)
    assert await deliveries.begin_sending(tx, [delivery_id], worker=WORKER)


async def test_what_is_due_at_once_is_pushed_with_its_ticket_after_the_commit(
    deps: Deps, queue: RecordingQueue
) -> None:
    async with deps.tx() as tx:
        delivery_id = await add(tx, in_s=0)
        assert not queue.pushes
    [(ticket, pushed_id)] = queue.pushed(deliveries.SEND)
    assert pushed_id == str(delivery_id)
    async with deps.tx() as tx:
        claimed = await deliveries.claim_leased(tx, [delivery_id], ticket=str(ticket), worker=WORKER)
        assert [delivery.id for delivery in claimed] == [delivery_id]


async def test_what_is_due_later_waits_for_the_scheduler(deps: Deps, clock: FixedClock, queue: RecordingQueue) -> None:
    async with deps.tx() as tx:
        delivery_id = await add(tx, in_s=60)
        assert await deliveries.lease_due(tx, limit=10) is None
    assert not queue.pushes
    clock.advance(timedelta(seconds=60))
    async with deps.tx() as tx:
        leased = await deliveries.lease_due(tx, limit=10)
        assert leased is not None
        assert leased.delivery_ids == [delivery_id]


async def test_no_plan_of_the_database_leases_more_than_the_limit(tx: Tx) -> None:
    for _ in range(5):
        (await row(tx, await add(tx, in_s=60))).next_attempt_at = tx.now
    await tx.session.flush()
    for way in ("hashagg", "hashjoin", "mergejoin", "material", "sort"):
        await tx.session.execute(text(f"SET LOCAL enable_{way} = off"))
    leased = await deliveries.lease_due(tx, limit=2)
    assert leased is not None
    assert len(leased.delivery_ids) == 2


async def test_the_same_dedupe_key_adds_nothing(tx: Tx) -> None:
    owner = await make_user(tx)
    for expected_new in (True, False):
        made = await deliveries.send_notice(
            tx,
            owner_id=owner.id,
            chat_id=PRIVATE,
            subject_id=ids.new(),
            notice="posts.late",
            data={},
            language="en",
            dedupe_key="late:1",
        )
        assert (made is not None) is expected_new
    assert len(tx.outbox) == 1


async def test_a_ticket_is_good_for_one_claim(tx: Tx) -> None:
    delivery_id = await add(tx, in_s=0)
    ticket = str(tx.outbox[-1].args[0])
    assert await deliveries.claim_leased(tx, [delivery_id], ticket=ticket, worker="one")
    assert not await deliveries.claim_leased(tx, [delivery_id], ticket=ticket, worker="two")


async def test_there_is_no_room_while_enough_is_in_flight(tx: Tx) -> None:
    owner = await make_user(tx)
    for _ in range(deliveries.IN_FLIGHT_MAX - 1):
        await add(tx, in_s=0, owner_id=owner.id)
    await add(tx, in_s=60, owner_id=owner.id)
    assert await deliveries.has_room(tx.session)
    await add(tx, in_s=0, owner_id=owner.id)
    assert not await deliveries.has_room(tx.session)


async def test_a_batch_comes_in_order_of_urgency(tx: Tx) -> None:
    owner = await make_user(tx)
    due = [
        await add(tx, in_s=0, priority=priority, owner_id=owner.id)
        for priority in (Priority.BROADCAST, Priority.ANSWER, Priority.POST)
    ]
    tickets = {str(push.args[1]): str(push.args[0]) for push in tx.outbox}
    for delivery_id in due:
        (await row(tx, delivery_id)).leased_by = tickets[str(due[0])]
    await tx.session.flush()
    claimed = await deliveries.claim_leased(tx, due, ticket=tickets[str(due[0])], worker=WORKER)
    assert [delivery.priority for delivery in claimed] == [Priority.ANSWER, Priority.POST, Priority.BROADCAST]


async def test_only_who_has_claimed_a_row_may_begin(tx: Tx) -> None:
    delivery_id = await add(tx, in_s=0)
    ticket = str(tx.outbox[-1].args[0])
    assert not await deliveries.begin_sending(tx, [delivery_id], worker=WORKER)
    await deliveries.claim_leased(tx, [delivery_id], ticket=ticket, worker=WORKER)
    assert not await deliveries.begin_sending(tx, [delivery_id], worker="another")
    assert await deliveries.begin_sending(tx, [delivery_id], worker=WORKER)
    assert not await deliveries.begin_sending(tx, [delivery_id], worker=WORKER), "begun twice"
    assert (await row(tx, delivery_id)).attempt == 1


@pytest.mark.parametrize(
    ("chat_id", "expected"), [(PRIVATE, DeliveryStatus.SCHEDULED), (CHANNEL, DeliveryStatus.UNCONFIRMED)]
)
async def test_found_in_sending_after_a_crash(tx: Tx, chat_id: TelegramId, expected: DeliveryStatus) -> None:
    """To a person again: one message twice is better than none. To a channel never: its owner is asked."""
    delivery_id = await add(tx, chat_id=chat_id)
    await begin(tx, delivery_id)
    unconfirmed = await deliveries.recover_leases(tx, dead_workers=[WORKER])
    found = await row(tx, delivery_id)
    assert found.status == expected
    assert found.lease_until is None
    if expected == DeliveryStatus.UNCONFIRMED:
        assert [delivery.id for delivery in unconfirmed] == [delivery_id]
        assert found.error == {"code": deliveries.UNKNOWN_OUTCOME, "params": {}}
    else:
        assert not unconfirmed
        assert found.error == {"code": deliveries.UNKNOWN_OUTCOME, "params": {}}, "for who cancels it now"


async def test_that_an_attempt_may_have_arrived_outlasts_what_becomes_of_later_ones(tx: Tx) -> None:
    delivery_id = await add(tx)
    no_answer, refused = ({"code": code, "params": {}} for code in (deliveries.UNKNOWN_OUTCOME, "delivery.unreachable"))
    for error, kept in ((refused, refused), (no_answer, no_answer), (refused, no_answer), (None, no_answer)):
        await begin(tx, delivery_id)
        await deliveries.put_back(tx, delivery_id, worker=WORKER, after_s=0, error=error)
        assert (await row(tx, delivery_id)).error == kept


async def test_what_wasnt_begun_goes_back_to_the_schedule_also_for_a_channel(tx: Tx) -> None:
    delivery_id = await add(tx, in_s=0, chat_id=CHANNEL)
    await deliveries.claim_leased(tx, [delivery_id], ticket=str(tx.outbox[-1].args[0]), worker=WORKER)
    assert not await deliveries.recover_leases(tx, dead_workers=[WORKER])
    assert (await row(tx, delivery_id)).status == DeliveryStatus.SCHEDULED


async def test_a_live_lease_is_left_alone(deps: Deps, clock: FixedClock) -> None:
    async with deps.tx() as tx:
        delivery_id = await add(tx)
        await begin(tx, delivery_id)
    clock.advance(deliveries.LEASE - timedelta(seconds=1))
    async with deps.tx() as tx:
        await deliveries.keep_leases(tx, [delivery_id], worker=WORKER)
    clock.advance(timedelta(seconds=2))
    async with deps.tx() as tx:
        await deliveries.recover_leases(tx)
        assert (await row(tx, delivery_id)).status == DeliveryStatus.SENDING


async def test_parts_that_went_out_are_kept_for_the_next_attempt(tx: Tx) -> None:
    delivery_id = await add(tx)
    await begin(tx, delivery_id)
    parts: list[Json] = [{"message_id": 7}]
    assert await deliveries.record_parts(tx, delivery_id, worker=WORKER, parts=parts)
    await deliveries.put_back(tx, delivery_id, worker=WORKER, after_s=2)
    found = await row(tx, delivery_id)
    assert (found.status, found.parts) == (DeliveryStatus.SCHEDULED, parts)
    assert found.next_attempt_at == tx.now + timedelta(seconds=2)
    assert found.due_at == tx.now + timedelta(seconds=60), "the promise stays"


async def test_who_lost_the_lease_is_told_so(tx: Tx) -> None:
    delivery_id = await add(tx)
    await begin(tx, delivery_id)
    await deliveries.recover_leases(tx, dead_workers=[WORKER])
    assert not await deliveries.record_parts(tx, delivery_id, worker=WORKER, parts=[{"message_id": 7}])
    assert not await deliveries.finish_delivery(
        tx, delivery_id, worker=WORKER, status=DeliveryStatus.DELIVERED, parts=[{"message_id": 7}]
    )
    found = await row(tx, delivery_id)
    assert (found.status, found.parts) == (DeliveryStatus.SCHEDULED, [])


async def test_what_cant_even_be_tried_can_fail(tx: Tx) -> None:
    """Content that Telegram would refuse is refused before the call: the row is leased and not begun."""
    delivery_id = await add(tx, in_s=0)
    await deliveries.claim_leased(tx, [delivery_id], ticket=str(tx.outbox[-1].args[0]), worker=WORKER)
    error = {"code": "delivery.bad_content", "params": {}}
    assert await deliveries.finish_delivery(tx, delivery_id, worker=WORKER, status=DeliveryStatus.FAILED, error=error)
    found = await row(tx, delivery_id)
    assert (found.status, found.error, found.finished_at) == (DeliveryStatus.FAILED, error, tx.now)


@pytest.mark.parametrize("stage", ["scheduled", "leased", "claimed"])
async def test_cancelled_in_time_it_is_never_begun(tx: Tx, stage: str) -> None:
    owner, subject = await make_user(tx), ids.PostId(ids.new())
    delivery_id = await add(tx, in_s=60 if stage == "scheduled" else 0, subject_id=subject, owner_id=owner.id)
    if stage == "claimed":
        await deliveries.claim_leased(tx, [delivery_id], ticket=str(tx.outbox[-1].args[0]), worker=WORKER)
    assert await deliveries.cancel_deliveries(tx, owner_id=owner.id, subject_id=subject)
    assert not await deliveries.begin_sending(tx, [delivery_id], worker=WORKER)
    assert (await row(tx, delivery_id)).status == DeliveryStatus.CANCELLED
    assert not await deliveries.cancel_deliveries(tx, owner_id=owner.id, subject_id=subject), "nothing is left"


async def test_what_is_being_sent_cant_be_cancelled_or_changed(tx: Tx) -> None:
    owner, subject = await make_user(tx), ids.PostId(ids.new())
    delivery_id = await add(tx, subject_id=subject, owner_id=owner.id)
    await begin(tx, delivery_id)
    assert not await deliveries.cancel_deliveries(tx, owner_id=owner.id, subject_id=subject)
    assert not await deliveries.replace_content(tx, owner_id=owner.id, subject_id=subject, content={"text": "New"})
    assert (await row(tx, delivery_id)).status == DeliveryStatus.SENDING


async def test_nobody_cancels_somebody_elses(tx: Tx) -> None:
    subject, stranger = ids.PostId(ids.new()), await make_user(tx)
    delivery_id = await add(tx, subject_id=subject)
    assert not await deliveries.cancel_deliveries(tx, owner_id=stranger.id, subject_id=subject)
    assert not await deliveries.replace_content(tx, owner_id=stranger.id, subject_id=subject, content={})
    assert (await row(tx, delivery_id)).status == DeliveryStatus.SCHEDULED


async def test_content_changes_until_a_worker_has_read_it(tx: Tx) -> None:
    owner, subject = await make_user(tx), ids.PostId(ids.new())
    delivery_id = await add(tx, in_s=0, subject_id=subject, owner_id=owner.id)
    new = {"text": "New"}
    assert await deliveries.replace_content(tx, owner_id=owner.id, subject_id=subject, content=new)
    ticket = str(tx.outbox[-1].args[0])
    [claimed] = await deliveries.claim_leased(tx, [delivery_id], ticket=ticket, worker=WORKER)
    assert claimed.content == new
    assert not await deliveries.replace_content(tx, owner_id=owner.id, subject_id=subject, content={"text": "Newer"})


async def test_an_overdue_post_is_told_once(deps: Deps, clock: FixedClock) -> None:
    async with deps.tx() as tx:
        delivery_id = await add(tx, in_s=5)
    clock.advance(timedelta(minutes=2, seconds=4))
    assert await late(deps) == []
    clock.advance(timedelta(seconds=2))
    assert await late(deps) == [delivery_id]
    assert await late(deps) == []


async def late(deps: Deps) -> Sequence[ids.DeliveryId]:
    async with deps.tx() as tx:
        return [delivery.id for delivery in await deliveries.late_deliveries(tx)]


async def test_the_next_moment_is_that_of_the_next_attempt(tx: Tx) -> None:
    assert await deliveries.next_due_at(tx.session) is None
    await add(tx, in_s=60)
    await add(tx, in_s=20)
    assert await deliveries.next_due_at(tx.session) == tx.now + timedelta(seconds=20)


def test_waits_between_attempts_double_up_to_a_minute() -> None:
    waits = [deliveries.retry_wait(attempt) for attempt in range(1, deliveries.ATTEMPTS_MAX + 1)]
    assert waits[:7] == [2, 4, 8, 16, 32, 60, 60]
    assert 45 * 60 < sum(waits) < 75 * 60
