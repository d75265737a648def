"""A broadcast's life: planned a page at a time, held, released, ended, and counted."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core import ids
from core.accounts.service import mark_blocked
from core.broadcasts import service as broadcasts
from core.broadcasts.models import Broadcast, BroadcastStatus
from core.broadcasts.planning import plan_broadcast, settle_broadcast, unfinished_broadcasts
from core.broadcasts.progress import progress_of
from core.clock import FixedClock
from core.db import TelegramId
from core.deliveries import service as deliveries
from core.deliveries.broadcasting import IN_FLIGHT_MAX, lease_broadcasts
from core.deliveries.models import Delivery, DeliveryKind, DeliveryStatus, StatusMessage
from core.deps import Deps
from core.errors import Conflict, InvalidInput
from core.tx import Tx
from tests.factories import make_user

HELLO = {"text": "Hello", "format": "plain"}


async def started(tx: Tx, *, people: int) -> Broadcast:
    """By an admin, who gets it as everybody else does."""
    made = [await make_user(tx) for _ in range(people)]
    broadcast = await broadcasts.draft_broadcast(tx, admin_id=made[0].id, content=HELLO)
    return await broadcasts.start_broadcast(tx, admin_id=made[0].id, broadcast_id=broadcast.id)


async def rows(tx: Tx, broadcast: Broadcast) -> list[Delivery]:
    mine = select(Delivery).where(Delivery.subject_id == broadcast.id).order_by(Delivery.id)
    return list(await tx.session.scalars(mine.execution_options(populate_existing=True)))


async def statuses(tx: Tx, broadcast: Broadcast) -> Counter[str]:
    return Counter(row.status for row in await rows(tx, broadcast))


async def lease(tx: Tx, limit: int = 30) -> deliveries.Leased | None:
    return await lease_broadcasts(tx, running=broadcasts.running_broadcasts(), limit=limit)


async def leased_by_worker(tx: Tx, limit: int) -> list[ids.DeliveryId]:
    leased = await lease(tx, limit)
    assert leased is not None
    claimed = await deliveries.claim_leased(tx, leased.delivery_ids, ticket=leased.ticket, worker="w")
    return [row.id for row in claimed]


async def deliver(tx: Tx, delivery_id: ids.DeliveryId, status: DeliveryStatus = DeliveryStatus.DELIVERED) -> None:
    assert await deliveries.begin_sending(tx, [delivery_id], worker="w")
    assert await deliveries.finish_delivery(tx, delivery_id, worker="w", status=status)


async def test_pages_follow_each_other_and_reach_everybody_once(tx: Tx) -> None:
    broadcast = await started(tx, people=5)
    written = []
    for _ in range(4):
        written.append(await plan_broadcast(tx, broadcast.id, page=2))
        for delivery_id in await leased_by_worker(tx, 9) if written[-1] else []:
            await deliver(tx, delivery_id)
    people = [row.chat_id for row in await rows(tx, broadcast)]
    assert written == [2, 2, 1, 0]
    assert len(people) == len(set(people)) == 5
    assert broadcast.recipients == 5


async def test_the_next_page_waits_until_the_last_one_is_nearly_out(tx: Tx) -> None:
    broadcast = await started(tx, people=5)
    assert [await plan_broadcast(tx, broadcast.id, page=2) for _ in range(2)] == [2, 0]


async def test_who_has_blocked_the_bot_gets_nothing(tx: Tx) -> None:
    broadcast = await started(tx, people=3)
    gone = await make_user(tx)
    await mark_blocked(tx, telegram_user_id=gone.telegram_user_id, blocked=True)
    await plan_broadcast(tx, broadcast.id)
    assert gone.id not in {row.owner_id for row in await rows(tx, broadcast)}


async def test_what_was_promised_is_leased_by_itself_and_broadcasts_only_so_many_at_once(tx: Tx) -> None:
    broadcast = await started(tx, people=IN_FLIGHT_MAX + 5)
    await plan_broadcast(tx, broadcast.id)
    assert await deliveries.lease_due(tx, limit=30) is None
    assert await deliveries.next_due_at(tx.session) is None
    sizes = []
    while leased := await lease(tx, 50):
        sizes.append(len(leased.delivery_ids))
    assert sizes == [50, IN_FLIGHT_MAX - 50]


async def test_a_pause_holds_what_waits_and_what_is_set_aside_and_ends_when_it_is_resumed(tx: Tx) -> None:
    broadcast = await started(tx, people=6)
    await plan_broadcast(tx, broadcast.id)
    first, second = await leased_by_worker(tx, 2)
    assert await deliveries.begin_sending(tx, [first], worker="w")
    await broadcasts.pause_broadcast(tx, admin_id=broadcast.admin_id, broadcast_id=broadcast.id)
    assert await statuses(tx, broadcast) == {DeliveryStatus.SENDING: 1, DeliveryStatus.ON_HOLD: 5}
    assert not await deliveries.begin_sending(tx, [second], worker="w")
    assert await plan_broadcast(tx, broadcast.id) == 0
    await broadcasts.resume_broadcast(tx, admin_id=broadcast.admin_id, broadcast_id=broadcast.id)
    assert await statuses(tx, broadcast) == {DeliveryStatus.SENDING: 1, DeliveryStatus.SCHEDULED: 5}
    assert await lease(tx) is not None


@pytest.mark.parametrize("verb", [broadcasts.pause_broadcast, broadcasts.cancel_broadcast])
async def test_what_comes_back_from_telegram_after_the_word_isnt_sent_again(tx: Tx, verb: object) -> None:
    assert callable(verb)
    broadcast = await started(tx, people=1)
    await plan_broadcast(tx, broadcast.id)
    [row] = await leased_by_worker(tx, 1)
    assert await deliveries.begin_sending(tx, [row], worker="w")
    await verb(tx, admin_id=broadcast.admin_id, broadcast_id=broadcast.id)
    await deliveries.put_back(tx, row, worker="w", after_s=0)
    assert await lease(tx) is None
    await settle_broadcast(tx, broadcast.id)
    assert DeliveryStatus.SCHEDULED not in await statuses(tx, broadcast)


async def test_cancelled_it_ends_when_what_was_being_sent_has_ended(tx: Tx) -> None:
    broadcast = await started(tx, people=4)
    await plan_broadcast(tx, broadcast.id, page=3)
    [row] = await leased_by_worker(tx, 1)
    assert await deliveries.begin_sending(tx, [row], worker="w")
    await broadcasts.cancel_broadcast(tx, admin_id=broadcast.admin_id, broadcast_id=broadcast.id)
    await settle_broadcast(tx, broadcast.id)
    assert broadcast.finished_at is None
    assert await deliveries.finish_delivery(tx, row, worker="w", status=DeliveryStatus.DELIVERED)
    await settle_broadcast(tx, broadcast.id)
    assert broadcast.finished_at == tx.now
    assert await statuses(tx, broadcast) == {DeliveryStatus.DELIVERED: 1, DeliveryStatus.CANCELLED: 2}
    assert await unfinished_broadcasts(tx.session) == []


async def test_cancelled_it_says_how_many_may_have_arrived_all_the_same(tx: Tx) -> None:
    broadcast = await started(tx, people=3)
    await plan_broadcast(tx, broadcast.id)
    row, _ = await leased_by_worker(tx, 2)
    assert await deliveries.begin_sending(tx, [row], worker="w")
    await deliveries.recover_leases(tx, dead_workers=["w"])
    await broadcasts.cancel_broadcast(tx, admin_id=broadcast.admin_id, broadcast_id=broadcast.id)
    counts = await progress_of(tx.session, broadcast)
    assert (counts["cancelled"], counts["doubtful"]) == (3, 1)


async def test_done_when_everybody_has_been_dealt_with_and_its_message_says_the_counts(
    deps: Deps, clock: FixedClock
) -> None:
    async with deps.tx() as tx:
        broadcast = await started(tx, people=3)
        await plan_broadcast(tx, broadcast.id)
        first, second, third = await leased_by_worker(tx, 3)
        await deliver(tx, first)
        assert await deliveries.begin_sending(tx, [second], worker="w")
        error = {"code": "delivery.blocked_by_user", "params": {}}
        await deliveries.finish_delivery(tx, second, worker="w", status=DeliveryStatus.FAILED, error=error)
        await settle_broadcast(tx, broadcast.id, per_s=0.5)
        assert (await progress_of(tx.session, broadcast, per_s=0.5))["left_s"] == 2
        assert broadcast.status == BroadcastStatus.RUNNING
        await deliver(tx, third)
    clock.advance(timedelta(seconds=3))
    async with deps.tx() as tx:
        await settle_broadcast(tx, broadcast.id)
        shown = await tx.session.get_one(StatusMessage, broadcast.id)
        ended = await broadcasts.broadcast_of(tx.session, broadcast.id)
    assert ended.status == BroadcastStatus.DONE
    counted = {name: shown.data[name] for name in ("status", "sent", "blocked", "failed", "left")}
    assert counted == {"status": "done", "sent": 2, "blocked": 1, "failed": 0, "left": 0}


async def test_a_message_that_says_it_already_isnt_changed(tx: Tx) -> None:
    broadcast = await started(tx, people=2)
    await settle_broadcast(tx, broadcast.id)
    await settle_broadcast(tx, broadcast.id)
    assert (await tx.session.get_one(StatusMessage, broadcast.id)).version == 1


async def test_the_same_word_twice_is_one_and_what_is_over_stays_over(tx: Tx) -> None:
    broadcast = await started(tx, people=1)
    mine: dict[str, Any] = {"admin_id": broadcast.admin_id, "broadcast_id": broadcast.id}
    for verb in (broadcasts.pause_broadcast, broadcasts.resume_broadcast, broadcasts.cancel_broadcast):
        for _ in range(2):
            await verb(tx, **mine)
    for verb in (broadcasts.start_broadcast, broadcasts.pause_broadcast, broadcasts.resume_broadcast):
        with pytest.raises(Conflict):
            await verb(tx, **mine)
    assert broadcast.status == BroadcastStatus.CANCELLED


async def test_a_draft_can_be_changed_until_it_has_begun_and_must_be_a_message(tx: Tx) -> None:
    admin = await make_user(tx)
    with pytest.raises(InvalidInput):
        await broadcasts.draft_broadcast(tx, admin_id=admin.id, content={"text": " "})
    broadcast = await broadcasts.draft_broadcast(tx, admin_id=admin.id, content=HELLO)
    mine: dict[str, Any] = {"admin_id": admin.id, "broadcast_id": broadcast.id}
    await broadcasts.redraft_broadcast(tx, **mine, content={"text": "Hi", "format": "plain"})
    assert broadcast.content["text"] == "Hi"
    await broadcasts.start_broadcast(tx, **mine)
    with pytest.raises(Conflict):
        await broadcasts.redraft_broadcast(tx, **mine, content=HELLO)


async def test_posts_to_the_same_person_are_leased_while_a_broadcast_waits(tx: Tx) -> None:
    broadcast = await started(tx, people=3)
    await plan_broadcast(tx, broadcast.id)
    post_id = await deliveries.schedule_delivery(
        tx,
        owner_id=broadcast.admin_id,
        kind=DeliveryKind.POST,
        subject_id=ids.new(),
        chat_id=TelegramId(7),
        content=HELLO,
        due_at=tx.now + timedelta(seconds=1),
    )
    later = Tx(tx.session, tx.now + timedelta(seconds=2))
    leased = await deliveries.lease_due(later, limit=1)
    assert leased is not None
    assert list(leased.delivery_ids) == [post_id]
