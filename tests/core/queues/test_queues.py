"""Queues: the next free slot, adding, moving, pausing, and what takes a post out again."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.accounts.models import User
from core.channels.models import ChannelState
from core.channels.queries import ChannelNotFound
from core.channels.standing import note_bot_standing
from core.clock import FixedClock
from core.db import Page
from core.deliveries.models import Delivery, DeliveryStatus
from core.deps import Deps
from core.errors import Conflict, InvalidInput
from core.posts.models import Post, PostStatus
from core.posts.queries import PostNotFound
from core.posts.queued import queued_posts
from core.posts.scheduling import cancel_schedule, choose_target, schedule_post
from core.queues.free import next_free_slot, quiet_at
from core.queues.moving import Move, NotQueued, move_in_queue
from core.queues.service import (
    NoSlots,
    add_slots,
    add_to_queue,
    pause_queue,
    reflow_all,
    remove_slots,
    resume_queue,
    set_quiet_hours,
)
from core.queues.slots import QuietHours, WeekTime
from core.tx import Tx
from tests.factories import make_channel, make_post, make_user

BERLIN = "Europe/Berlin"
WORKDAYS_AT_9 = [WeekTime(day, 9 * 60) for day in range(5)]
MONDAY, TUESDAY, WEDNESDAY = (datetime(2026, 11, day, 8, tzinfo=UTC) for day in (23, 24, 25))
"""09:00 in Berlin, after the Saturday on which the tests' clock stands."""


@pytest.fixture
async def owner(tx: Tx) -> User:
    """In Berlin, with slots at nine on working days in the private chat."""
    user = await make_user(tx, time_zone=BERLIN)
    await add_slots(tx, owner_id=user.id, channel_id=None, slots=WORKDAYS_AT_9)
    return user


async def queued(tx: Tx, owner: User, text: str = "Bread.") -> Post:
    post = await make_post(tx, owner, text)
    await add_to_queue(tx, owner_id=owner.id, post_id=post.id)
    return post


async def promised(tx: Tx, post: Post) -> list[tuple[str, datetime]]:
    rows = await tx.session.execute(
        select(Delivery.status, Delivery.due_at).where(
            Delivery.subject_id == post.id, Delivery.kind == "post", Delivery.status != DeliveryStatus.CANCELLED
        )
    )
    return [(status, due_at) for status, due_at in rows]


async def free(tx: Tx, owner: User) -> datetime | None:
    return await next_free_slot(tx.session, owner_id=owner.id, channel_id=None, now=tx.now)


async def test_posts_take_the_free_slots_one_after_the_other(tx: Tx, owner: User) -> None:
    assert await free(tx, owner) == MONDAY
    posts = [await queued(tx, owner) for _ in range(3)]
    assert [post.due_at for post in posts] == [MONDAY, TUESDAY, WEDNESDAY]
    assert await promised(tx, posts[0]) == [(DeliveryStatus.SCHEDULED, MONDAY)]
    assert await free(tx, owner) == datetime(2026, 11, 26, 8, tzinfo=UTC)


async def test_adding_again_changes_nothing(tx: Tx, owner: User) -> None:
    post = await queued(tx, owner)
    again = await add_to_queue(tx, owner_id=owner.id, post_id=post.id)
    assert (again.changed, again.at) == (False, MONDAY)
    assert len(await promised(tx, post)) == 1


async def test_cancelling_and_choosing_another_time_free_the_slot(tx: Tx, owner: User) -> None:
    first, second = await queued(tx, owner), await queued(tx, owner)
    await cancel_schedule(tx, owner_id=owner.id, post_id=first.id)
    assert (first.queue_id, await free(tx, owner)) == (None, MONDAY)
    await schedule_post(tx, owner_id=owner.id, post_id=second.id, due_at=tx.now + timedelta(hours=5))
    assert second.queue_id is None
    third, fourth = await queued(tx, owner), await queued(tx, owner)
    assert (third.due_at, fourth.due_at) == (MONDAY, TUESDAY)


async def test_another_place_takes_a_post_out_of_the_queue(tx: Tx, owner: User) -> None:
    post, channel = await queued(tx, owner), await make_channel(tx, owner)
    await choose_target(tx, owner_id=owner.id, post_id=post.id, channel_id=channel.id)
    assert (post.queue_id, post.due_at, await free(tx, owner)) == (None, MONDAY, MONDAY)


async def test_what_is_scheduled_by_hand_takes_the_slot_that_has_its_time(tx: Tx, owner: User) -> None:
    by_hand = await make_post(tx, owner)
    await schedule_post(tx, owner_id=owner.id, post_id=by_hand.id, due_at=MONDAY)
    assert await free(tx, owner) == TUESDAY
    added = await add_to_queue(tx, owner_id=owner.id, post_id=by_hand.id)
    assert (added.at, added.post.queue_id) == (MONDAY, added.queue.id), "its own time isn't taken from it"


async def test_two_adds_at_once_never_take_the_same_slot(concurrent_deps: Deps) -> None:
    async with concurrent_deps.tx() as tx:
        owner = await make_user(tx, time_zone=BERLIN)
        await add_slots(tx, owner_id=owner.id, channel_id=None, slots=WORKDAYS_AT_9)
        posts = [await make_post(tx, owner) for _ in range(6)]

    async def add(post: Post) -> datetime:
        async with concurrent_deps.tx() as tx:
            return (await add_to_queue(tx, owner_id=owner.id, post_id=post.id)).at

    taken = await asyncio.gather(*map(add, posts))
    assert len(set(taken)) == len(posts)


async def test_without_slots_or_beyond_a_year_there_is_no_slot(tx: Tx, owner: User) -> None:
    other = await make_user(tx, time_zone=BERLIN)
    post = await make_post(tx, other)
    with pytest.raises(NoSlots):
        await add_to_queue(tx, owner_id=other.id, post_id=post.id)
    await add_slots(tx, owner_id=other.id, channel_id=None, slots=[WeekTime(0, 540)])
    for _ in range(53):
        await queued(tx, other)
    assert await free(tx, other) is None
    with pytest.raises(Conflict) as full:
        await add_to_queue(tx, owner_id=other.id, post_id=post.id)
    assert full.value.error_code == "queues.full"


async def test_moving_exchanges_times_and_the_deliveries_go_along(tx: Tx, owner: User) -> None:
    first, second, third = [await queued(tx, owner, text) for text in ("One.", "Two.", "Three.")]
    assert await move_in_queue(tx, owner_id=owner.id, post_id=third.id, move=Move.TOP, seen_at=WEDNESDAY)
    assert [post.due_at for post in (third, first, second)] == [MONDAY, TUESDAY, WEDNESDAY]
    for post in (first, second, third):
        assert await promised(tx, post) == [(DeliveryStatus.SCHEDULED, post.due_at)]
    assert await move_in_queue(tx, owner_id=owner.id, post_id=first.id, move=Move.DOWN, seen_at=TUESDAY)
    assert not await move_in_queue(tx, owner_id=owner.id, post_id=first.id, move=Move.DOWN, seen_at=TUESDAY)
    assert [post.due_at for post in (third, second, first)] == [MONDAY, TUESDAY, WEDNESDAY]


async def test_what_is_being_sent_and_what_isnt_queued_can_t_be_moved(deps: Deps, clock: FixedClock) -> None:
    async with deps.tx() as tx:
        owner = await make_user(tx, time_zone=BERLIN)
        await add_slots(tx, owner_id=owner.id, channel_id=None, slots=WORKDAYS_AT_9)
        post, other = await queued(tx, owner), await make_post(tx, owner)
    clock.at = MONDAY
    async with deps.tx() as tx:
        with pytest.raises(Conflict) as sent:
            await move_in_queue(tx, owner_id=owner.id, post_id=post.id, move=Move.DOWN, seen_at=MONDAY)
        assert sent.value.error_code == "posts.being_sent"
        with pytest.raises(NotQueued):
            await move_in_queue(tx, owner_id=owner.id, post_id=other.id, move=Move.UP, seen_at=MONDAY)


async def test_a_paused_queue_holds_its_posts_and_gives_them_the_coming_slots_after(
    deps: Deps, clock: FixedClock
) -> None:
    async with deps.tx() as tx:
        owner = await make_user(tx, time_zone=BERLIN)
        await add_slots(tx, owner_id=owner.id, channel_id=None, slots=WORKDAYS_AT_9)
        first, second = await queued(tx, owner), await queued(tx, owner)
        await pause_queue(tx, owner_id=owner.id, channel_id=None)
        third = await queued(tx, owner)
        assert {post.status for post in (first, second, third)} == {PostStatus.ON_HOLD}
        assert await promised(tx, third) == [(DeliveryStatus.ON_HOLD, WEDNESDAY)]
    clock.at = WEDNESDAY + timedelta(hours=1)
    async with deps.tx() as tx:
        for _ in range(2):
            await resume_queue(tx, owner_id=owner.id, channel_id=None)
        assert first.queue_id is not None
        waiting = await queued_posts(tx.session, owner_id=owner.id, queue_id=first.queue_id, now=tx.now, page=Page())
        assert [post.id for post in waiting.items] == [first.id, second.id, third.id]
        assert [(post.status, post.due_at) for post in waiting.items] == [
            (PostStatus.SCHEDULED, WEDNESDAY + timedelta(days=days)) for days in (1, 2, 5)
        ]
        assert await promised(tx, third) == [(DeliveryStatus.SCHEDULED, WEDNESDAY + timedelta(days=5))]


async def test_regained_rights_release_nothing_of_a_paused_queue_and_vice_versa(tx: Tx, owner: User) -> None:
    channel = await make_channel(tx, owner)
    await add_slots(tx, owner_id=owner.id, channel_id=channel.id, slots=WORKDAYS_AT_9)
    post = await make_post(tx, owner)
    await choose_target(tx, owner_id=owner.id, post_id=post.id, channel_id=channel.id)
    await add_to_queue(tx, owner_id=owner.id, post_id=post.id)
    await pause_queue(tx, owner_id=owner.id, channel_id=channel.id)
    await note_bot_standing(tx, chat_id=channel.chat_id, state=ChannelState.NO_RIGHTS)
    await note_bot_standing(tx, chat_id=channel.chat_id, state=ChannelState.READY)
    assert await promised(tx, post) == [(DeliveryStatus.ON_HOLD, MONDAY)]
    await note_bot_standing(tx, chat_id=channel.chat_id, state=ChannelState.NO_RIGHTS)
    await resume_queue(tx, owner_id=owner.id, channel_id=channel.id)
    assert (post.status, await promised(tx, post)) == (PostStatus.ON_HOLD, [(DeliveryStatus.ON_HOLD, MONDAY)])
    await note_bot_standing(tx, chat_id=channel.chat_id, state=ChannelState.READY)
    assert (post.status, await promised(tx, post)) == (PostStatus.SCHEDULED, [(DeliveryStatus.SCHEDULED, MONDAY)])


async def test_other_slots_quiet_hours_and_another_clock_move_what_waits(tx: Tx, owner: User) -> None:
    first, second = await queued(tx, owner), await queued(tx, owner)
    await add_slots(tx, owner_id=owner.id, channel_id=None, slots=[WeekTime(0, 12 * 60)])
    assert (first.due_at, second.due_at) == (MONDAY, MONDAY + timedelta(hours=3))
    await set_quiet_hours(tx, owner_id=owner.id, channel_id=None, quiet=QuietHours(11 * 60, 13 * 60))
    assert (first.due_at, second.due_at) == (MONDAY, TUESDAY)
    owner.time_zone = "Europe/Kyiv"
    await reflow_all(tx, owner_id=owner.id)
    assert (first.due_at, second.due_at) == (MONDAY - timedelta(hours=1), TUESDAY - timedelta(hours=1))
    await remove_slots(tx, owner_id=owner.id, channel_id=None, slots=WORKDAYS_AT_9)
    assert (first.due_at, second.due_at) == (MONDAY - timedelta(hours=1), TUESDAY - timedelta(hours=1)), "as they were"


async def test_quiet_hours_are_told_by_the_owner_s_clock(tx: Tx, owner: User) -> None:
    await set_quiet_hours(tx, owner_id=owner.id, channel_id=None, quiet=QuietHours(22 * 60, 7 * 60))
    quiet = [
        await quiet_at(tx.session, owner_id=owner.id, channel_id=None, at=datetime(2026, 11, 23, hour, tzinfo=UTC))
        for hour in (5, 6, 20, 21)
    ]
    assert quiet == [True, False, False, True]


async def test_somebody_elses_posts_and_chats_are_not_found(tx: Tx, owner: User) -> None:
    other = await make_user(tx)
    theirs, channel = await make_post(tx, other), await make_channel(tx, other)
    with pytest.raises(PostNotFound):
        await add_to_queue(tx, owner_id=owner.id, post_id=theirs.id)
    with pytest.raises(PostNotFound):
        await move_in_queue(tx, owner_id=owner.id, post_id=theirs.id, move=Move.UP, seen_at=MONDAY)
    with pytest.raises(ChannelNotFound):
        await add_slots(tx, owner_id=owner.id, channel_id=channel.id, slots=WORKDAYS_AT_9)


@pytest.mark.parametrize("slot", [WeekTime(7, 0), WeekTime(0, 1440), WeekTime(0, -1)])
async def test_a_time_that_no_week_has_is_refused(tx: Tx, owner: User, slot: WeekTime) -> None:
    with pytest.raises(InvalidInput):
        await add_slots(tx, owner_id=owner.id, channel_id=None, slots=[slot])
