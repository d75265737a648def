"""Digests come once, with what is new, whatever is killed and whoever composes beside it."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core.accounts.service import mark_blocked
from core.clock import FixedClock
from core.deliveries.models import DeliveryStatus, Priority
from core.digests.composing import NO_DATA, NOTHING_NEW, PATIENCE, compose_page
from core.digests.issues import PAGE_SIZE
from core.digests.models import DigestStatus, Issue, Refresh, ShownVideo
from core.digests.previewing import preview
from core.digests.ranking import ITEMS_MOST
from core.digests.service import set_quiet_hours
from core.digests.shelf import Shelf
from core.digests.shown import KEPT_FOR
from core.providers.discovery import OutOfCredits
from core.queues.slots import QuietHours
from jobs.digests import compose, forget_old_digests, tend_digests
from jobs.runtime import Bench
from tests.core.viral.networks import PlayedNetwork, down
from tests.jobs.digests import (
    brings,
    deliveries_to,
    digest_again,
    fresh_videos,
    next_hour_of,
    refreshed,
    subscriber,
    with_network,
)
from tests.recording_queue import RecordingQueue


@pytest.fixture
def network() -> PlayedNetwork:
    return PlayedNetwork()


@pytest.fixture
def bench(concurrent_bench: Bench, network: PlayedNetwork) -> Bench:
    return with_network(concurrent_bench, network)


async def test_many_subscribers_of_the_same_cost_one_search(
    bench: Bench, network: PlayedNetwork, queue: RecordingQueue, clock: FixedClock
) -> None:
    brings(network, fresh_videos(bench.deps, 900, 800))
    people = [await subscriber(bench.deps, ("bread", "rye")) for _ in range(5)]
    assert await refreshed(bench, queue) == 2
    clock.at = max(next_hour_of(digest) for _, digest in people)
    brings(network, fresh_videos(bench.deps, 900, 800))
    await refreshed(bench, queue)
    assert Counter(search.keyword for search, _ in network.searches) == {"bread": 2, "rye": 2}
    for user, _ in people:
        (delivery,) = await deliveries_to(bench.deps, user)
        assert [item["views"] for item in delivery.content["data"]["items"]] == [900, 800]
        assert (delivery.status, delivery.priority) == (DeliveryStatus.SCHEDULED, Priority.DIGEST)


async def test_the_same_video_never_comes_twice_and_what_is_new_finds_its_place(
    bench: Bench, network: PlayedNetwork, queue: RecordingQueue, clock: FixedClock
) -> None:
    user, digest = await subscriber(bench.deps)
    clock.at = next_hour_of(digest) - timedelta(minutes=30)
    first = fresh_videos(bench.deps, *[900] * ITEMS_MOST, published_at=None)
    brings(network, first)
    await refreshed(bench, queue)
    clock.at = next_hour_of(digest)
    await refreshed(bench, queue)
    clock.at = next_hour_of(await digest_again(bench.deps, digest)) - timedelta(minutes=30)
    second = fresh_videos(bench.deps, 10, published_at=None)
    brings(network, [*first, *second])
    for _ in range(2):
        await refreshed(bench, queue)
        clock.advance(timedelta(minutes=45))
    shown = [
        item["video_id"] for each in await deliveries_to(bench.deps, user) for item in each.content["data"]["items"]
    ]
    assert len(shown) == len(set(shown)) == PAGE_SIZE + 1


async def test_composers_side_by_side_make_each_issue_once(
    bench: Bench, network: PlayedNetwork, queue: RecordingQueue, clock: FixedClock
) -> None:
    brings(network, fresh_videos(bench.deps, *range(100, 130)))
    people = [await subscriber(bench.deps) for _ in range(30)]
    clock.at = max(next_hour_of(digest) for _, digest in people) - timedelta(hours=1)
    brings(network, fresh_videos(bench.deps, *range(100, 130)))
    await refreshed(bench, queue)
    clock.at = max(next_hour_of(digest) for _, digest in people)
    made = await asyncio.gather(*(compose(bench.deps, page=4) for _ in range(4)))
    assert sum(made) == 30
    assert [len(await deliveries_to(bench.deps, user)) for user, _ in people] == [1] * 30


async def die_after_a_page(bench: Bench) -> None:
    async with bench.deps.tx() as tx:
        assert await compose_page(tx, Shelf(), limit=3) == 3
        raise asyncio.CancelledError


async def test_whoever_is_killed_while_composing_neither_doubles_nor_loses(
    bench: Bench, network: PlayedNetwork, queue: RecordingQueue, clock: FixedClock
) -> None:
    people = [await subscriber(bench.deps) for _ in range(7)]
    clock.at = max(next_hour_of(digest) for _, digest in people)
    brings(network, fresh_videos(bench.deps, 300, 200))
    async with bench.deps.tx() as tx:
        await tx.session.execute(update(Refresh).values(next_at=tx.now + timedelta(hours=1)))
    with pytest.raises(asyncio.CancelledError):
        await die_after_a_page(bench)
    assert [await deliveries_to(bench.deps, user) for user, _ in people] == [[]] * 7
    assert await compose(bench.deps, page=3) == 7
    assert await compose(bench.deps, page=3) == 0
    assert [len(await deliveries_to(bench.deps, user)) for user, _ in people] == [1] * 7


async def test_what_passed_while_nobody_composed_is_one_digest(
    bench: Bench, network: PlayedNetwork, queue: RecordingQueue, clock: FixedClock
) -> None:
    user, digest = await subscriber(bench.deps)
    clock.at = next_hour_of(digest) + timedelta(days=3, hours=5)
    brings(network, fresh_videos(bench.deps, 300))
    await refreshed(bench, queue)
    await refreshed(bench, queue)
    assert len(await deliveries_to(bench.deps, user)) == 1
    assert clock.now() < next_hour_of(await digest_again(bench.deps, digest)) < clock.now() + timedelta(days=1)


@pytest.mark.parametrize("says_so", [True, False])
async def test_nothing_new_is_said_briefly_or_not_at_all(
    bench: Bench, network: PlayedNetwork, queue: RecordingQueue, clock: FixedClock, says_so: bool
) -> None:
    brings(network, [])
    user, digest = await subscriber(bench.deps, says_nothing_new=says_so)
    clock.at = next_hour_of(digest)
    await refreshed(bench, queue)
    found = [each.content["notice"] for each in await deliveries_to(bench.deps, user)]
    assert found == ([NOTHING_NEW] if says_so else [])
    assert next_hour_of(await digest_again(bench.deps, digest)) > clock.now()


@pytest.mark.parametrize("failure", [down(), OutOfCredits(provider="played")])
async def test_a_network_that_never_answered_is_told_even_to_who_wants_silence(
    bench: Bench, network: PlayedNetwork, queue: RecordingQueue, clock: FixedClock, failure: Exception
) -> None:
    network.failures = [failure] * 20
    user, digest = await subscriber(bench.deps, says_nothing_new=False)
    clock.at = next_hour_of(digest)
    await refreshed(bench, queue)
    (told,) = await deliveries_to(bench.deps, user)
    assert told.content["notice"] == NO_DATA
    assert told.content["data"]["problem"]["code"].startswith("discovery.")


async def test_a_digest_waits_for_its_search_but_not_for_ever(
    bench: Bench, network: PlayedNetwork, queue: RecordingQueue, clock: FixedClock
) -> None:
    user, digest = await subscriber(bench.deps)
    clock.at = next_hour_of(digest)
    await tend_digests(bench.deps)
    assert await deliveries_to(bench.deps, user) == []
    clock.at = next_hour_of(digest) + PATIENCE
    await tend_digests(bench.deps)
    (told,) = await deliveries_to(bench.deps, user)
    assert told.content["notice"] == NO_DATA


async def test_in_quiet_hours_what_is_late_waits_for_their_end(
    bench: Bench, network: PlayedNetwork, queue: RecordingQueue, clock: FixedClock
) -> None:
    user, digest = await subscriber(bench.deps)
    async with bench.deps.tx() as tx:
        await set_quiet_hours(tx, owner_id=user.id, quiet=QuietHours(22 * 60, 7 * 60))
    clock.at = next_hour_of(digest).replace(hour=23, minute=0, second=0)
    brings(network, fresh_videos(bench.deps, 300))
    await refreshed(bench, queue)
    (delivery,) = await deliveries_to(bench.deps, user)
    assert (delivery.due_at - clock.now(), delivery.due_at.hour) == (timedelta(hours=8), 7)


async def test_who_has_blocked_the_bot_costs_nothing_until_they_say_so(
    bench: Bench, network: PlayedNetwork, queue: RecordingQueue, clock: FixedClock
) -> None:
    user, digest = await subscriber(bench.deps)
    async with bench.deps.tx() as tx:
        await mark_blocked(tx, telegram_user_id=user.telegram_user_id, blocked=True)
    clock.at = next_hour_of(digest)
    brings(network, fresh_videos(bench.deps, 300))
    await refreshed(bench, queue)
    assert await deliveries_to(bench.deps, user) == []
    found = await digest_again(bench.deps, digest)
    assert (found.status, found.next_run_at) == (DigestStatus.PAUSED, None)
    await forget_old_digests(bench.deps)
    async with bench.deps.read() as session:
        assert await session.scalar(select(func.count()).select_from(Refresh)) == 0


async def test_what_is_forgotten_of_what_was_shown_doesnt_come_again(
    bench: Bench, network: PlayedNetwork, queue: RecordingQueue, clock: FixedClock
) -> None:
    user, digest = await subscriber(bench.deps)
    clock.at = next_hour_of(digest) - timedelta(minutes=20)
    old = fresh_videos(bench.deps, 500, published_at=None)
    brings(network, old)
    await refreshed(bench, queue)
    clock.at = next_hour_of(digest)
    await refreshed(bench, queue)
    assert len(await deliveries_to(bench.deps, user)) == 1
    clock.advance(KEPT_FOR + timedelta(days=1))
    await forget_old_digests(bench.deps)
    async with bench.deps.read() as session:
        assert await session.scalar(select(func.count()).select_from(ShownVideo)) == 0
    await refreshed(bench, queue)
    assert [each.content["notice"] for each in await deliveries_to(bench.deps, user)][1:] == [NOTHING_NEW]
    clock.advance(timedelta(days=20))
    await forget_old_digests(bench.deps)
    async with bench.deps.read() as session:
        assert await session.scalar(select(func.count()).select_from(Issue)) == 0


async def test_a_look_beforehand_asks_again_only_for_what_fails(
    bench: Bench, network: PlayedNetwork, queue: RecordingQueue, clock: FixedClock
) -> None:
    brings(network, fresh_videos(bench.deps, 900))
    user, digest = await subscriber(bench.deps)
    network.failures = [down()]
    await refreshed(bench, queue)

    async def look() -> int:
        async with bench.deps.tx() as tx:
            await preview(tx, owner_id=user.id, digest_id=digest.id)
        return await refreshed(bench, queue)

    clock.advance(timedelta(minutes=1))
    assert await look() == 1, "it had failed, and somebody waits for it"
    clock.advance(timedelta(hours=2))
    assert await look() == 0, "it has worked since"
