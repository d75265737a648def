"""Status messages: what should be shown, what is shown, and when to look again."""

from datetime import timedelta
from uuid import UUID

import pytest

from core import ids
from core.clock import FixedClock
from core.db import TelegramId
from core.deliveries import statuses
from core.deliveries.models import StatusMessage
from core.deps import Deps
from core.tx import Tx
from tests.factories import make_user
from tests.recording_queue import RecordingQueue

SHOWN_AS = TelegramId(77)


async def want(tx: Tx, text: str, *, subject_id: UUID, owner_id: ids.UserId) -> None:
    await statuses.show_status(
        tx, owner_id=owner_id, subject_id=subject_id, chat_id=TelegramId(5), notice="posts.status", data={"text": text}
    )


async def shown(tx: Tx, subject_id: UUID) -> StatusMessage:
    found = await tx.session.get(StatusMessage, subject_id, populate_existing=True)
    assert found is not None
    return found


@pytest.fixture
async def subject(deps: Deps, queue: RecordingQueue) -> UUID:
    """Shown once, up to date."""
    subject_id = ids.new()
    async with deps.tx() as tx:
        await want(tx, "one", subject_id=subject_id, owner_id=(await make_user(tx)).id)
    assert queue.pushed(statuses.SHOW_STATUS) == [(str(subject_id),)]
    async with deps.tx() as tx:
        claimed = await statuses.claim_status(tx, subject_id)
        assert claimed is not None
        await statuses.record_shown(tx, subject_id, version=1, message_id=SHOWN_AS, refresh_at=None)
    queue.clear()
    return subject_id


async def test_what_is_up_to_date_isnt_shown_again(deps: Deps, subject: UUID) -> None:
    async with deps.tx() as tx:
        assert await statuses.claim_status(tx, subject) is None


async def test_a_change_keeps_the_message_and_is_shown_once(deps: Deps, subject: UUID) -> None:
    async with deps.tx() as tx:
        owner_id = (await shown(tx, subject)).owner_id
        await want(tx, "two", subject_id=subject, owner_id=owner_id)
        claimed = await statuses.claim_status(tx, subject)
        assert claimed is not None
        assert (claimed.message_id, claimed.data, claimed.version) == (SHOWN_AS, {"text": "two"}, 2)
        assert await statuses.claim_status(tx, subject) is None, "somebody is at it"


async def test_a_change_while_it_is_being_shown_is_shown_after(
    deps: Deps, subject: UUID, queue: RecordingQueue
) -> None:
    async with deps.tx() as tx:
        owner_id = (await shown(tx, subject)).owner_id
        await want(tx, "two", subject_id=subject, owner_id=owner_id)
        await statuses.claim_status(tx, subject)
        await want(tx, "three", subject_id=subject, owner_id=owner_id)
    queue.clear()
    async with deps.tx() as tx:
        await statuses.record_shown(tx, subject, version=2, message_id=SHOWN_AS, refresh_at=None)
    assert queue.pushed(statuses.SHOW_STATUS) == [(str(subject),)]
    async with deps.tx() as tx:
        claimed = await statuses.claim_status(tx, subject)
        assert claimed is not None
        assert claimed.data == {"text": "three"}


async def test_a_lost_push_and_a_dead_worker_are_made_up_for(
    deps: Deps, subject: UUID, queue: RecordingQueue, clock: FixedClock
) -> None:
    async with deps.tx() as tx:
        await want(tx, "two", subject_id=subject, owner_id=(await shown(tx, subject)).owner_id)
        await statuses.claim_status(tx, subject)
    queue.clear()
    clock.advance(statuses.SHOWING + timedelta(seconds=1))
    async with deps.tx() as tx:
        assert await statuses.enqueue_refreshes(tx, limit=10) == 1
    async with deps.tx() as tx:
        assert await statuses.claim_status(tx, subject) is not None
    assert queue.pushed(statuses.SHOW_STATUS) == [(str(subject),)]


async def test_while_workers_are_away_a_refresh_is_enqueued_only_now_and_then(
    deps: Deps, subject: UUID, queue: RecordingQueue, clock: FixedClock
) -> None:
    async with deps.tx() as tx:
        await statuses.try_status_later(tx, subject, after_s=1)
    for _ in range(60):
        clock.advance(timedelta(seconds=1))
        async with deps.tx() as tx:
            await statuses.enqueue_refreshes(tx, limit=10)
    assert len(queue.pushed(statuses.SHOW_STATUS)) == 3


async def test_a_countdown_is_shown_anew_with_the_same_data(deps: Deps, subject: UUID, clock: FixedClock) -> None:
    async with deps.tx() as tx:
        await statuses.record_shown(
            tx, subject, version=1, message_id=SHOWN_AS, refresh_at=clock.now() + timedelta(seconds=30)
        )
    clock.advance(timedelta(seconds=30))
    async with deps.tx() as tx:
        await statuses.enqueue_refreshes(tx, limit=10)
        claimed = await statuses.claim_status(tx, subject)
        assert claimed is not None
        assert (claimed.data, claimed.message_id) == ({"text": "one"}, SHOWN_AS)


async def test_what_telegram_refuses_for_good_is_left_until_it_changes(
    deps: Deps, subject: UUID, clock: FixedClock
) -> None:
    async with deps.tx() as tx:
        owner_id = (await shown(tx, subject)).owner_id
        await want(tx, "two", subject_id=subject, owner_id=owner_id)
        await statuses.claim_status(tx, subject)
        await statuses.give_up_status(tx, subject, version=2)
    clock.advance(timedelta(hours=1))
    async with deps.tx() as tx:
        assert await statuses.enqueue_refreshes(tx, limit=10) == 0
        await want(tx, "three", subject_id=subject, owner_id=owner_id)
        assert await statuses.claim_status(tx, subject) is not None


def test_a_countdown_stays_true_until_its_next_step() -> None:
    now, due_in = FixedClock().now(), timedelta(hours=14, minutes=23)
    due_at = now + due_in
    assert statuses.counted_down(due_in) == timedelta(hours=14)
    assert statuses.counted_down(timedelta(hours=14, minutes=37)) == timedelta(hours=15)
    seen = []
    while (following := statuses.next_countdown(due_at, now)) is not None:
        now = following
        seen.append(due_at - now)
        if now < due_at:
            assert statuses.counted_down(due_at - now) == due_at - now
            assert statuses.counted_down(due_at - now - timedelta(seconds=2)) == due_at - now
    assert seen[0] == timedelta(hours=14)
    assert seen[-1] < timedelta(0), "what should be out and isn't is looked at again"
    assert len(seen) < 60


@pytest.mark.parametrize(
    ("left_s", "shown_s"), [(59.5, 60), (44.9, 45), (14.2, 15), (11, 15), (10, 10), (0.4, 5), (-3, 0)]
)
def test_a_countdown_that_begins_within_the_last_minute_is_true_to_five_seconds(left_s: float, shown_s: int) -> None:
    assert statuses.counted_down(timedelta(seconds=left_s)) == timedelta(seconds=shown_s)
