"""When a post goes out: every verb, twice, too late, and for somebody else's."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core import ids
from core.accounts.models import User
from core.clock import FixedClock
from core.deliveries import service as deliveries
from core.deliveries.models import Delivery, DeliveryStatus, StatusMessage
from core.deps import Deps
from core.errors import Conflict, InvalidInput
from core.posts import scheduling
from core.posts import service as posts
from core.posts.models import Post, PostStatus
from core.posts.platforms import Draft
from core.posts.queries import PostNotFound, coming_between, post_of, scheduled_between
from core.posts.scheduling import BeingSent, cancel_schedule, post_now, reschedule, schedule_post
from core.tx import Tx
from tests.factories import make_post, make_user

WORKER = "host:1:aa"
IN_AN_HOUR = timedelta(hours=1)


@pytest.fixture
async def owner(tx: Tx) -> User:
    return await make_user(tx, time_zone="Europe/Berlin")


@pytest.fixture
async def post(tx: Tx, owner: User) -> Post:
    return await make_post(tx, owner)


async def rows(tx: Tx, post: Post) -> list[Delivery]:
    """All deliveries of a post, the first one first."""
    found = await tx.session.scalars(
        select(Delivery)
        .where(Delivery.subject_id == post.id, Delivery.kind == "post")
        .order_by(Delivery.id)
        .execution_options(populate_existing=True)
    )
    return list(found)


async def status_of(tx: Tx, post: Post) -> StatusMessage:
    found = await tx.session.get(StatusMessage, post.id, populate_existing=True)
    assert found is not None
    return found


async def start_sending(tx: Tx, post: Post) -> Delivery:
    """As far as right before the call to Telegram."""
    [*_, delivery] = await rows(tx, post)
    delivery.leased_by, delivery.status = WORKER, DeliveryStatus.LEASED
    await tx.session.flush()
    assert await deliveries.begin_sending(tx, [delivery.id], worker=WORKER)
    return delivery


async def test_a_scheduled_post_has_one_delivery_and_a_status_message(tx: Tx, owner: User, post: Post) -> None:
    due_at = tx.now + IN_AN_HOUR
    done = await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=due_at)
    assert done.changed
    assert (done.post.status, done.post.due_at) == (PostStatus.SCHEDULED, due_at)
    [delivery] = await rows(tx, post)
    assert (delivery.status, delivery.due_at, delivery.chat_id) == ("scheduled", due_at, owner.telegram_user_id)
    assert delivery.content == {"text": post.text, "format": "plain"}
    status = await status_of(tx, post)
    assert (status.data["status"], status.data["time_zone"]) == ("scheduled", "Europe/Berlin")


@pytest.mark.parametrize("seconds_later", [0, 2])
async def test_scheduling_twice_is_scheduling_once(tx: Tx, owner: User, post: Post, seconds_later: int) -> None:
    due_at = tx.now + IN_AN_HOUR
    await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=due_at)
    again = due_at + timedelta(seconds=seconds_later)
    done = await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=again)
    assert not done.changed
    assert done.post.due_at == due_at
    assert len(await rows(tx, post)) == 1


async def test_another_time_moves_it(tx: Tx, owner: User, post: Post) -> None:
    await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + IN_AN_HOUR)
    done = await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + 2 * IN_AN_HOUR)
    assert done.changed
    assert [row.status for row in await rows(tx, post)] == ["cancelled", "scheduled"]


@pytest.mark.parametrize(
    ("ahead", "code"), [(timedelta(seconds=-1), "when.in_past"), (timedelta(days=367), "when.too_far")]
)
async def test_never_in_the_past_nor_in_years(tx: Tx, owner: User, post: Post, ahead: timedelta, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + ahead)
    assert refused.value.error_code == code
    assert not await rows(tx, post)


async def test_post_now_pressed_twice_sends_once(tx: Tx, owner: User, post: Post) -> None:
    assert (await post_now(tx, owner_id=owner.id, post_id=post.id)).changed
    assert not (await post_now(tx, owner_id=owner.id, post_id=post.id)).changed
    [delivery] = await rows(tx, post)
    assert (delivery.status, delivery.due_at) == ("leased", tx.now)


async def test_what_waits_for_a_worker_can_still_be_moved(tx: Tx, owner: User, post: Post) -> None:
    await post_now(tx, owner_id=owner.id, post_id=post.id)
    await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + IN_AN_HOUR)
    first, second = await rows(tx, post)
    assert (first.status, second.status) == ("cancelled", "scheduled")
    ticket = next(str(push.args[0]) for push in tx.outbox if push.spec == deliveries.SEND)
    assert not await deliveries.claim_leased(tx, [first.id], ticket=ticket, worker=WORKER)


async def test_what_is_being_sent_stays(tx: Tx, owner: User, post: Post) -> None:
    await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + IN_AN_HOUR)
    delivery = await start_sending(tx, post)
    with pytest.raises(BeingSent) as refused:
        await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + 2 * IN_AN_HOUR)
    assert refused.value.params["status"] == PostStatus.PUBLISHING
    with pytest.raises(BeingSent):
        await cancel_schedule(tx, owner_id=owner.id, post_id=post.id)
    with pytest.raises(posts.NotEditable):
        await posts.replace_text(tx, owner_id=owner.id, post_id=post.id, draft=Draft("Too late."))
    assert [row.id for row in await rows(tx, post)] == [delivery.id]


async def test_a_cancelled_post_goes_back_to_its_time(tx: Tx, owner: User, post: Post) -> None:
    due_at = tx.now + IN_AN_HOUR
    await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=due_at)
    assert (await cancel_schedule(tx, owner_id=owner.id, post_id=post.id)).changed
    assert not (await cancel_schedule(tx, owner_id=owner.id, post_id=post.id)).changed
    assert (await status_of(tx, post)).data["status"] == "cancelled"
    assert (await reschedule(tx, owner_id=owner.id, post_id=post.id)).changed
    assert not (await reschedule(tx, owner_id=owner.id, post_id=post.id)).changed
    assert [(row.status, row.due_at) for row in await rows(tx, post)] == [("cancelled", due_at), ("scheduled", due_at)]


async def test_a_time_that_has_passed_doesnt_come_back(deps: Deps, clock: FixedClock) -> None:
    async with deps.tx() as tx:
        owner = await make_user(tx)
        post = await make_post(tx, owner)
        await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + IN_AN_HOUR)
        await cancel_schedule(tx, owner_id=owner.id, post_id=post.id)
    clock.advance(2 * IN_AN_HOUR)
    async with deps.tx() as tx:
        with pytest.raises(InvalidInput):
            await reschedule(tx, owner_id=owner.id, post_id=post.id)


async def test_a_draft_has_no_time_to_go_back_to(tx: Tx, owner: User, post: Post) -> None:
    with pytest.raises(Conflict):
        await reschedule(tx, owner_id=owner.id, post_id=post.id)
    assert not (await cancel_schedule(tx, owner_id=owner.id, post_id=post.id)).changed


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (DeliveryStatus.DELIVERED, PostStatus.PUBLISHED),
        (DeliveryStatus.FAILED, PostStatus.FAILED),
        (DeliveryStatus.UNCONFIRMED, PostStatus.UNCONFIRMED),
    ],
)
async def test_what_came_of_it_stands_in_the_status_message(
    tx: Tx, owner: User, post: Post, result: DeliveryStatus, expected: PostStatus
) -> None:
    await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + IN_AN_HOUR)
    error = None if result == DeliveryStatus.DELIVERED else {"code": "delivery.no_rights", "params": {}}
    await scheduling.record_delivery(tx, owner_id=owner.id, post_id=post.id, status=result, error=error)
    data = (await status_of(tx, post)).data
    assert (data["status"], data["error"]) == (expected, error)
    assert data["delivered_at"] == tx.now.isoformat()


async def test_a_failed_post_can_be_tried_again_and_forgets_its_error(tx: Tx, owner: User, post: Post) -> None:
    await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + IN_AN_HOUR)
    delivery = await start_sending(tx, post)
    error = {"code": "delivery.no_rights", "params": {}}
    await deliveries.finish_delivery(tx, delivery.id, worker=WORKER, status=DeliveryStatus.FAILED, error=error)
    await scheduling.record_delivery(tx, owner_id=owner.id, post_id=post.id, status=DeliveryStatus.FAILED, error=error)
    done = await post_now(tx, owner_id=owner.id, post_id=post.id)
    assert (done.changed, done.post.status, done.post.error) == (True, PostStatus.SCHEDULED, None)


async def test_what_is_out_is_out(tx: Tx, owner: User, post: Post) -> None:
    post.status = PostStatus.PUBLISHED
    for late in (post_now, cancel_schedule):
        with pytest.raises(BeingSent) as refused:
            await late(tx, owner_id=owner.id, post_id=post.id)
        assert refused.value.params["status"] == PostStatus.PUBLISHED


async def test_an_edit_goes_out_and_shows_in_the_status_message(tx: Tx, owner: User, post: Post) -> None:
    await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + IN_AN_HOUR)
    await posts.replace_text(tx, owner_id=owner.id, post_id=post.id, draft=Draft("Fresh bread at seven."))
    [delivery] = await rows(tx, post)
    assert delivery.content["text"] == "Fresh bread at seven."
    assert (await status_of(tx, post)).data["text"] == "Fresh bread at seven."


async def test_a_duplicate_is_a_draft_of_its_own(tx: Tx, owner: User, post: Post) -> None:
    await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + IN_AN_HOUR)
    copied = await posts.duplicate_post(tx, owner_id=owner.id, post_id=post.id)
    assert (copied.text, copied.status, copied.due_at, copied.version) == (post.text, PostStatus.DRAFT, None, 1)
    await posts.replace_text(tx, owner_id=owner.id, post_id=copied.id, draft=Draft("Changed."))
    undone = await posts.undo(tx, owner_id=owner.id, post_id=copied.id, from_version=2)
    assert undone.text == post.text


async def test_somebody_elses_post_is_not_found(tx: Tx, post: Post) -> None:
    stranger = (await make_user(tx)).id
    for verb in (post_now, cancel_schedule, reschedule, posts.duplicate_post):
        with pytest.raises(PostNotFound):
            await verb(tx, owner_id=stranger, post_id=post.id)
    with pytest.raises(PostNotFound):
        await post_now(tx, owner_id=stranger, post_id=ids.PostId(ids.new()))


async def test_the_calendar_holds_what_is_coming_in_a_span(tx: Tx, owner: User) -> None:
    early, late = await make_post(tx, owner, "Early."), await make_post(tx, owner, "Late.")
    await make_post(tx, owner, "A draft.")
    for post, hours in ((late, 5), (early, 2)):
        await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + timedelta(hours=hours))
    end = tx.now + timedelta(hours=5)
    coming = await coming_between(tx.session, owner_id=owner.id, start=tx.now, end=end)
    assert [post.id for post in coming] == [early.id]
    instants = await scheduled_between(tx.session, owner_id=owner.id, start=tx.now, end=end)
    assert instants == [tx.now + timedelta(hours=2)]
    assert (await post_of(tx.session, owner_id=owner.id, post_id=late.id)).status == PostStatus.SCHEDULED
