"""After an outage late posts go the way that their owner has chosen, whatever is killed; a backlog is none."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine

from core.accounts.models import LatePolicy, User
from core.accounts.service import choose_late_policy
from core.clock import FixedClock
from core.deliveries import service as deliveries
from core.deliveries.models import Delivery, DeliveryKind, DeliveryStatus
from core.deps import Deps
from core.posts.missed import (
    MISSED,
    SKIPPED,
    Progress,
    missed_data,
    send_all_missed,
    settle_missed,
    skip_all_missed,
)
from core.posts.models import Post
from core.posts.scheduling import post_now, schedule_post
from jobs import outages
from jobs.maintenance import sweep
from jobs.outages import note_keeping_up, warn_of_late
from jobs.scheduler import Scheduler
from tests.factories import make_channel, make_post, make_user

IN_A_MINUTE = timedelta(minutes=1)
ME = "host:1:aa"


async def owner_with(deps: Deps, policy: LatePolicy) -> User:
    async with deps.tx() as tx:
        user = await make_user(tx, time_zone="UTC")
        await choose_late_policy(tx, user_id=user.id, policy=policy)
    return user


async def planned(deps: Deps, owner: User, *minutes: float) -> list[Post]:
    """Posts of an owner's that are due in so many minutes."""
    posts = []
    async with deps.tx() as tx:
        for number in minutes:
            post = await make_post(tx, owner, f"Bread {number}.")
            await schedule_post(tx, owner_id=owner.id, post_id=post.id, due_at=tx.now + timedelta(minutes=number))
            posts.append(post)
        tx.outbox.clear()
    return posts


async def alive(deps: Deps) -> None:
    """The house is up, and all is well."""
    await Scheduler(deps).tick()
    await note_keeping_up(deps)


async def states(deps: Deps, posts: Sequence[Post]) -> list[tuple[str, str]]:
    """Of each post: its own and its delivery's."""
    found = []
    async with deps.sessions() as session:
        for post in posts:
            row = await session.get_one(Post, post.id, populate_existing=True)
            newest = select(Delivery.status).where(Delivery.subject_id == post.id, Delivery.kind == DeliveryKind.POST)
            found.append((row.status, str(await session.scalar(newest.order_by(Delivery.id.desc()).limit(1)))))
    return found


async def asked(deps: Deps, owner: User) -> list[dict[str, Any]]:
    """What the owner was asked about."""
    async with deps.sessions() as session:
        found = await session.scalars(select(Delivery).where(Delivery.subject_id == owner.id))
        return [each.content["data"] for each in found if each.content["notice"] == "posts.missed"]


SENT = ("scheduled", "leased")
HELD = ("on_hold", "on_hold")
LEFT_OUT = ("cancelled", "cancelled")


@pytest.mark.parametrize(
    ("policy", "expected", "code"),
    [(LatePolicy.SEND, SENT, None), (LatePolicy.ASK, HELD, MISSED), (LatePolicy.SKIP, LEFT_OUT, SKIPPED)],
)
async def test_after_an_outage_late_posts_go_the_way_that_their_owner_wants(
    deps: Deps, clock: FixedClock, policy: LatePolicy, expected: tuple[str, str], code: str | None
) -> None:
    owner = await owner_with(deps, policy)
    posts = await planned(deps, owner, 1, 20, 60)
    await alive(deps)
    clock.advance(timedelta(minutes=15))
    await Scheduler(deps).tick()
    assert await states(deps, posts) == [expected, ("scheduled", "scheduled"), ("scheduled", "scheduled")]
    async with deps.sessions() as session:
        error = (await session.get_one(Post, posts[0].id, populate_existing=True)).error
    assert (error or {}).get("code") == code
    assert [data["total"] for data in await asked(deps, owner)] == ([1] if policy is LatePolicy.ASK else [])


@pytest.mark.parametrize(("policy", "alerts"), [(LatePolicy.SEND, 1), (LatePolicy.ASK, 0), (LatePolicy.SKIP, 0)])
async def test_after_an_outage_only_what_still_goes_out_is_called_late(
    deps: Deps, clock: FixedClock, policy: LatePolicy, alerts: int
) -> None:
    owner = await owner_with(deps, policy)
    await planned(deps, owner, 1)
    await alive(deps)
    clock.advance(timedelta(minutes=15))
    await warn_of_late(deps)
    await Scheduler(deps).tick()
    for _ in range(2):
        await warn_of_late(deps)
    async with deps.read() as session:
        told = [row.content.get("notice") for row in await session.scalars(select(Delivery))]
    assert told.count("posts.late") == alerts


async def test_what_is_late_by_less_goes_out(deps: Deps, clock: FixedClock) -> None:
    posts = await planned(deps, await owner_with(deps, LatePolicy.SKIP), 7)
    await alive(deps)
    clock.advance(timedelta(minutes=16))
    await Scheduler(deps).tick()
    assert await states(deps, posts) == [SENT]


async def test_one_question_about_all_posts_of_an_owner(deps: Deps, clock: FixedClock) -> None:
    owner, other = [await owner_with(deps, LatePolicy.ASK) for _ in range(2)]
    posts = await planned(deps, owner, *range(1, 8))
    await planned(deps, other, 1)
    await alive(deps)
    clock.advance(timedelta(hours=1))
    for _ in range(3):
        await Scheduler(deps).tick()
    assert await states(deps, posts) == [HELD] * 7
    [data] = await asked(deps, owner)
    assert (data["total"], data["pages"], data["posts"][0]["text"]) == (7, 2, "Bread 1.")
    assert [data["total"] for data in await asked(deps, other)] == [1]


async def test_a_backlog_while_workers_are_at_it_is_no_outage(deps: Deps, clock: FixedClock) -> None:
    posts = await planned(deps, await owner_with(deps, LatePolicy.SKIP), 1)
    busy = await planned(deps, await owner_with(deps, LatePolicy.SEND), 1)
    for _ in range(8):
        await note_keeping_up(deps)
        clock.advance(timedelta(minutes=2))
        async with deps.tx() as tx:
            held = await tx.session.scalar(select(Delivery).where(Delivery.subject_id == busy[0].id))
            assert held is not None
            held.status, held.leased_by, held.lease_until = DeliveryStatus.LEASED, "w:1:a", tx.now + deliveries.LEASE
    await Scheduler(deps).tick()
    assert await states(deps, posts) == [SENT]


async def test_without_workers_it_is_an_outage_though_the_scheduler_ticks(deps: Deps, clock: FixedClock) -> None:
    """What is leased for a job that nobody does comes back, and at last counts as missed."""
    owner = await owner_with(deps, LatePolicy.ASK)
    posts = await planned(deps, owner, 1)
    for _ in range(14 * 6):
        await Scheduler(deps).tick()
        await sweep(deps, {}, me=ME)
        await note_keeping_up(deps)
        clock.advance(timedelta(seconds=10))
    assert await states(deps, posts) == [HELD]
    assert len(await asked(deps, owner)) == 1


async def test_what_was_tried_before_the_outage_is_tried_again(deps: Deps, clock: FixedClock) -> None:
    """Telegram was away: that isn't the house's outage, and perhaps a part of it is there."""
    posts = await planned(deps, await owner_with(deps, LatePolicy.SKIP), 1)
    await alive(deps)
    async with deps.tx() as tx:
        row = await tx.session.scalar(
            select(Delivery).where(Delivery.subject_id == posts[0].id, Delivery.kind == DeliveryKind.POST)
        )
        assert row is not None
        row.attempt, row.next_attempt_at = 1, row.due_at + timedelta(seconds=2)
    clock.advance(timedelta(minutes=30))
    await Scheduler(deps).tick()
    assert await states(deps, posts) == [SENT]


async def test_what_a_dead_worker_had_in_hands_is_settled_with_the_rest(deps: Deps, clock: FixedClock) -> None:
    owner = await owner_with(deps, LatePolicy.ASK)
    posts = await planned(deps, owner, 1, 2)
    await alive(deps)
    clock.advance(timedelta(minutes=1))
    await Scheduler(deps).tick()
    assert (await states(deps, posts))[0] == SENT
    clock.advance(timedelta(minutes=30))
    await Scheduler(deps).tick()
    assert await states(deps, posts) == [HELD, HELD]
    assert len(await asked(deps, owner)) == 1


@pytest.mark.parametrize("killed_at", range(1, 40, 4))
async def test_killed_in_between_the_next_one_settles_the_rest_and_asks_once(
    concurrent_deps: Deps,
    clock: FixedClock,
    engine: AsyncEngine,
    killed_at: int,
) -> None:
    deps, count = concurrent_deps, 0
    owners = [await owner_with(deps, LatePolicy.ASK), await owner_with(deps, LatePolicy.SKIP)]
    asking, skipping = [await planned(deps, owner, 1, 2) for owner in owners]
    await alive(deps)
    clock.advance(timedelta(minutes=20))

    def die(*_: Any) -> None:
        nonlocal count
        count += 1
        if count == killed_at:
            raise ConnectionResetError

    event.listen(engine.sync_engine, "before_cursor_execute", die)
    try:
        await Scheduler(deps).tick()
    except ConnectionResetError:
        pass
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", die)
    await Scheduler(deps).tick()
    assert await states(deps, asking) == [HELD, HELD]
    assert await states(deps, skipping) == [LEFT_OUT, LEFT_OUT]
    assert [data["total"] for data in await asked(deps, owners[0])] == [2]


async def test_killed_between_two_batches_the_next_one_goes_on_behind_the_first(deps: Deps, clock: FixedClock) -> None:
    owners = [await owner_with(deps, LatePolicy.ASK) for _ in range(3)]
    posts = [post for owner in owners for post in await planned(deps, owner, 1)]
    await alive(deps)
    clock.advance(timedelta(minutes=20))
    async with deps.tx() as tx:
        await settle_missed(tx, owners=1)
    assert sorted(await states(deps, posts)) == [HELD, ("scheduled", "scheduled"), ("scheduled", "scheduled")]
    await Scheduler(deps).tick()
    assert await states(deps, posts) == [HELD] * 3
    assert [len(await asked(deps, owner)) for owner in owners] == [1] * 3


async def test_many_posts_of_one_owner_are_settled_in_several_transactions_and_asked_about_once(
    deps: Deps, clock: FixedClock
) -> None:
    owners = [await owner_with(deps, LatePolicy.ASK) for _ in range(2)]
    posts = [post for owner in owners for post in await planned(deps, owner, 1, 2, 3, 4, 5)]
    await alive(deps)
    clock.advance(timedelta(minutes=20))
    progress, held = Progress(), []
    while not progress.done:
        async with deps.tx() as tx:
            progress = await settle_missed(tx, after=progress.after, posts=3)
        held.append((await states(deps, posts)).count(HELD))
    assert held == [3, 6, 9, 10, 10]
    assert [len(await asked(deps, owner)) for owner in owners] == [1] * 2


async def test_two_schedulers_ask_once(concurrent_deps: Deps, clock: FixedClock) -> None:
    deps = concurrent_deps
    owners = [await owner_with(deps, LatePolicy.ASK) for _ in range(5)]
    posts = [post for owner in owners for post in await planned(deps, owner, 1, 2)]
    await alive(deps)
    clock.advance(timedelta(minutes=20))
    await asyncio.gather(*(Scheduler(deps).tick() for _ in range(4)))
    assert await states(deps, posts) == [HELD] * 10
    assert [len(await asked(deps, owner)) for owner in owners] == [1] * 5


async def test_the_owner_sends_or_skips_all_and_a_second_press_does_nothing(deps: Deps, clock: FixedClock) -> None:
    owner = await owner_with(deps, LatePolicy.ASK)
    first, second = await planned(deps, owner, 1, 2)
    await alive(deps)
    clock.advance(timedelta(minutes=20))
    await Scheduler(deps).tick()
    async with deps.tx() as tx:
        await post_now(tx, owner_id=owner.id, post_id=first.id)
    assert [status for status, _ in await states(deps, [first, second])] == ["scheduled", "on_hold"]
    for count in (1, 0):
        async with deps.tx() as tx:
            assert await skip_all_missed(tx, owner_id=owner.id) == count
            assert await send_all_missed(tx, owner_id=owner.id) == 0
    assert (await states(deps, [second])) == [LEFT_OUT]
    async with deps.read() as session:
        left = await missed_data(session, owner_id=owner.id, now=clock.now(), page=1)
    assert left["total"] == 0


async def test_a_chat_that_takes_nothing_keeps_its_posts_when_all_are_sent(deps: Deps, clock: FixedClock) -> None:
    owner = await owner_with(deps, LatePolicy.ASK)
    posts = await planned(deps, owner, 1, 2)
    async with deps.tx() as tx:
        channel = await make_channel(tx, owner)
        (await tx.session.get_one(Post, posts[0].id)).channel_id = channel.id
        await tx.session.flush()
    await alive(deps)
    clock.advance(timedelta(minutes=20))
    await Scheduler(deps).tick()
    async with deps.tx() as tx:
        (await tx.session.merge(channel)).state = "no_rights"
        await tx.session.flush()
        assert await send_all_missed(tx, owner_id=owner.id) == 1
    assert [status for status, _ in await states(deps, posts)] == ["on_hold", "scheduled"]


async def test_without_a_sign_in_redis_what_is_long_overdue_counts_as_missed(deps: Deps, clock: FixedClock) -> None:
    posts = await planned(deps, await owner_with(deps, LatePolicy.ASK), 1)
    await alive(deps)
    clock.advance(timedelta(minutes=20))
    await deps.redis.flushdb()
    await Scheduler(deps).tick()
    assert await states(deps, posts) == [HELD]
    assert await deps.redis.get(outages.KEY) is not None
