"""Evergreen pools: which post fills which slot, and when it makes room."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.accounts.models import User
from core.channels.models import ChannelState
from core.channels.standing import note_bot_standing
from core.clock import FixedClock
from core.deliveries.models import Delivery, DeliveryStatus, StatusMessage
from core.deps import Deps
from core.errors import InvalidInput
from core.evergreen.queries import NotEvergreen, evergreen_of
from core.evergreen.service import add_evergreen, change_evergreen, remove_evergreen
from core.posts.details import Detail, set_detail
from core.posts.models import Post, PostStatus
from core.posts.platforms import Draft
from core.posts.queries import PostNotFound
from core.posts.scheduling import record_delivery, schedule_post
from core.posts.service import replace_text
from core.queues.service import add_slots, add_to_queue, pause_queue, resume_queue
from core.queues.slots import WeekTime
from core.tx import Tx
from jobs.evergreen import plan_evergreen
from tests.factories import make_channel, make_post, make_user

DAILY = [WeekTime(day, 9 * 60) for day in range(7)]
SUNDAY = datetime(2026, 11, 22, 9, tzinfo=UTC)
"""The only slot within a day of the tests' clock."""


async def owner_with_slots(tx: Tx) -> User:
    owner = await make_user(tx, time_zone="UTC")
    await add_slots(tx, owner_id=owner.id, channel_id=None, slots=DAILY)
    return owner


async def evergreen(tx: Tx, owner: User, text: str, **chosen: int) -> Post:
    post = await make_post(tx, owner, text)
    await add_evergreen(tx, owner_id=owner.id, post_id=post.id, **chosen)
    return post


async def copies(deps: Deps, template: Post) -> list[Post]:
    async with deps.read() as session:
        made = select(Post).where(Post.template_id == template.id, Post.deleted_at.is_(None))
        return list(await session.scalars(made.order_by(Post.due_at)))


async def test_a_free_slot_of_the_coming_day_gets_a_copy_and_nobody_is_told(deps: Deps) -> None:
    async with deps.tx() as tx:
        owner = await owner_with_slots(tx)
        template = await evergreen(tx, owner, "Bread keeps in linen.")
        template.silent = True
    for _ in range(2):
        await plan_evergreen(deps)
    [copy] = await copies(deps, template)
    assert (copy.text, copy.silent, copy.status, copy.due_at) == (template.text, True, PostStatus.SCHEDULED, SUNDAY)
    async with deps.read() as session:
        delivery = await session.scalar(select(Delivery).where(Delivery.subject_id == copy.id))
        assert delivery is not None
        assert (delivery.status, delivery.due_at) == (DeliveryStatus.SCHEDULED, SUNDAY)
        assert await session.get(StatusMessage, copy.id) is None
        assert template.status == PostStatus.DRAFT


async def test_its_result_is_told_when_it_is_out(deps: Deps, clock: FixedClock) -> None:
    async with deps.tx() as tx:
        owner = await owner_with_slots(tx)
        template = await evergreen(tx, owner, "Bread keeps in linen.")
    await plan_evergreen(deps)
    [copy] = await copies(deps, template)
    clock.at = SUNDAY
    async with deps.tx() as tx:
        await record_delivery(tx, owner_id=owner.id, post_id=copy.id, status=DeliveryStatus.DELIVERED, error=None)
    async with deps.read() as session:
        status = await session.get(StatusMessage, copy.id)
        assert status is not None
        assert status.data["status"] == PostStatus.PUBLISHED


async def test_who_was_not_out_for_longest_is_next_and_rests_and_ends(deps: Deps, clock: FixedClock) -> None:
    async with deps.tx() as tx:
        owner = await owner_with_slots(tx)
        rare = await evergreen(tx, owner, "Rare.", cool_down_days=7, repeats_max=2)
        often = await evergreen(tx, owner, "Often.", cool_down_days=2)
    for day in range(12):
        clock.at = SUNDAY + timedelta(days=day, hours=-12)
        await plan_evergreen(deps)

    async def days(template: Post) -> list[int]:
        return [(copy.due_at - SUNDAY).days for copy in await copies(deps, template) if copy.due_at]

    assert await days(rare) == [0, 7]
    assert await days(often) == [1, 3, 5, 8, 10]


async def test_a_post_that_was_out_by_hand_rests_from_then_on(deps: Deps) -> None:
    async with deps.tx() as tx:
        owner = await owner_with_slots(tx)
        template = await evergreen(tx, owner, "Bread.", cool_down_days=7)
        await schedule_post(tx, owner_id=owner.id, post_id=template.id, due_at=tx.now + timedelta(hours=1))
    await plan_evergreen(deps)
    assert await copies(deps, template) == []


async def test_a_real_post_takes_the_slot_and_the_copy_comes_again_later(deps: Deps, clock: FixedClock) -> None:
    async with deps.tx() as tx:
        owner = await owner_with_slots(tx)
        template = await evergreen(tx, owner, "Bread keeps in linen.")
    await plan_evergreen(deps)
    async with deps.tx() as tx:
        real = await make_post(tx, owner, "News.")
        added = await add_to_queue(tx, owner_id=owner.id, post_id=real.id)
        row = await evergreen_of(tx.session, owner_id=owner.id, post_id=template.id)
        assert (added.at, row.repeats, row.last_planned_at) == (SUNDAY, 0, None)
    assert await copies(deps, template) == []
    await plan_evergreen(deps)
    assert await copies(deps, template) == [], "the slot is taken"
    clock.advance(timedelta(days=1))
    await plan_evergreen(deps)
    assert [copy.due_at for copy in await copies(deps, template)] == [SUNDAY + timedelta(days=1)]


async def test_a_time_chosen_by_hand_takes_the_slot_too(deps: Deps) -> None:
    async with deps.tx() as tx:
        owner = await owner_with_slots(tx)
        template = await evergreen(tx, owner, "Bread keeps in linen.")
    await plan_evergreen(deps)
    async with deps.tx() as tx:
        real = await make_post(tx, owner, "News.")
        await schedule_post(tx, owner_id=owner.id, post_id=real.id, due_at=SUNDAY)
    assert await copies(deps, template) == []
    async with deps.read() as session:
        waiting = select(Delivery.subject_id).where(Delivery.kind == "post", Delivery.status == "scheduled")
        assert list(await session.scalars(waiting)) == [real.id]


async def test_schedulers_side_by_side_fill_a_slot_once(concurrent_deps: Deps) -> None:
    async with concurrent_deps.tx() as tx:
        owner = await owner_with_slots(tx)
        templates = [await evergreen(tx, owner, f"Bread {number}.") for number in range(3)]
    await asyncio.gather(*(plan_evergreen(concurrent_deps) for _ in range(4)))
    planned = [copy for template in templates for copy in await copies(concurrent_deps, template)]
    assert [copy.due_at for copy in planned] == [SUNDAY]


async def test_a_paused_queue_and_a_chat_without_rights_get_nothing(deps: Deps) -> None:
    async with deps.tx() as tx:
        owner = await owner_with_slots(tx)
        here = await evergreen(tx, owner, "Here.")
        channel = await make_channel(tx, owner)
        await add_slots(tx, owner_id=owner.id, channel_id=channel.id, slots=DAILY)
        there = await make_post(tx, owner, "There.")
        there.channel_id = channel.id
        await tx.session.flush()
        await add_evergreen(tx, owner_id=owner.id, post_id=there.id)
    await plan_evergreen(deps)
    assert len(await copies(deps, here)) == len(await copies(deps, there)) == 1
    async with deps.tx() as tx:
        await pause_queue(tx, owner_id=owner.id, channel_id=None)
        await pause_queue(tx, owner_id=owner.id, channel_id=channel.id)
        await note_bot_standing(tx, chat_id=channel.chat_id, state=ChannelState.NO_RIGHTS)
        await resume_queue(tx, owner_id=owner.id, channel_id=channel.id)
    await plan_evergreen(deps)
    assert await copies(deps, here) == await copies(deps, there) == []


async def test_a_pool_is_its_owner_s_and_its_numbers_are_checked(tx: Tx) -> None:
    owner, other = await owner_with_slots(tx), await owner_with_slots(tx)
    theirs = await evergreen(tx, other, "Theirs.")
    with pytest.raises(PostNotFound):
        await add_evergreen(tx, owner_id=owner.id, post_id=theirs.id)
    with pytest.raises(NotEvergreen):
        await change_evergreen(tx, owner_id=owner.id, post_id=theirs.id, cool_down_days=7, repeats_max=3)
    assert not await remove_evergreen(tx, owner_id=owner.id, post_id=theirs.id)
    for cool_down_days, repeats_max in ((0, 3), (366, 3), (7, 0)):
        with pytest.raises(InvalidInput):
            await change_evergreen(
                tx, owner_id=other.id, post_id=theirs.id, cool_down_days=cool_down_days, repeats_max=repeats_max
            )
    assert await remove_evergreen(tx, owner_id=other.id, post_id=theirs.id)


async def test_a_copy_stands_for_what_it_was_made_of(deps: Deps) -> None:
    async with deps.tx() as tx:
        owner = await owner_with_slots(tx)
        template = await evergreen(tx, owner, "Bread.")
    await plan_evergreen(deps)
    [copy] = await copies(deps, template)
    async with deps.tx() as tx:
        row = await add_evergreen(tx, owner_id=owner.id, post_id=copy.id)
        assert (row.post_id, row.repeats) == (template.id, 1)


async def test_a_planned_copy_reads_as_its_post_does_now(deps: Deps) -> None:
    async with deps.tx() as tx:
        owner = await owner_with_slots(tx)
        template = await evergreen(tx, owner, "Bread keeps in linen.")
    await plan_evergreen(deps)
    async with deps.tx() as tx:
        await replace_text(tx, owner_id=owner.id, post_id=template.id, draft=Draft("Bread keeps in a box."))
        await set_detail(tx, owner_id=owner.id, post_id=template.id, detail=Detail.SILENT, on=True)
    [copy] = await copies(deps, template)
    assert (copy.text, copy.silent) == ("Bread keeps in a box.", True)
    async with deps.read() as session:
        delivery = await session.scalar(select(Delivery).where(Delivery.subject_id == copy.id))
        assert delivery is not None
        assert (delivery.content["text"], delivery.content["silent"]) == ("Bread keeps in a box.", True)
