"""Outlier alerts: once a video and person, so many a day, not in quiet hours; and how refreshes go."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from core import ids
from core.accounts.models import User
from core.clock import FixedClock
from core.deps import Deps
from core.digests.alerts import ALERT
from core.digests.models import Refresh, Watch
from core.digests.refreshing import EVERY, IN_FLIGHT_MAX, LEASE, lease_refreshes
from core.digests.service import change_digest, delete_digest, set_alerts_a_day, set_quiet_hours
from core.digests.watching import unwatch, watch_creator
from core.providers.discovery import FoundCreator, OutOfCredits, ProviderDown
from core.queues.slots import QuietHours
from core.viral.keeping import creator_key, keep_creators, keep_page
from jobs.digests import forget_old_digests, refresh
from jobs.runtime import Bench
from tests.core.viral.networks import PlayedNetwork, down, page
from tests.core.viral.worlds import creator, video
from tests.factories import make_user
from tests.jobs.digests import brings, deliveries_to, fresh_videos, next_hour_of, refreshed, subscriber, with_network
from tests.recording_queue import RecordingQueue

SIX_HOURS = timedelta(hours=6)


class OneCreator(PlayedNetwork):
    """Whose list is `videos`."""

    videos: list[Any]

    async def videos_of(self, creator: FoundCreator, cursor: str | None = None) -> Any:
        self.listed.append(creator.handle)
        return page(*self.videos)


@pytest.fixture
def network() -> PlayedNetwork:
    return PlayedNetwork()


@pytest.fixture
def bench(concurrent_bench: Bench, network: PlayedNetwork) -> Bench:
    return with_network(concurrent_bench, network)


async def alerts_to(deps: Deps, user: User) -> list[float]:
    """The scores that they were told."""
    found = [each.content for each in await deliveries_to(deps, user)]
    return [each["data"]["items"][0]["score"] for each in found if each["notice"] == ALERT]


async def watched(deps: Deps, who: FoundCreator, *, times: int = 5) -> tuple[User, ids.CreatorId]:
    async with deps.tx() as tx:
        user = await make_user(tx, time_zone="UTC")
        creator_id = (await keep_creators(tx, [who]))[creator_key(who)]
        await watch_creator(tx, owner_id=user.id, creator_id=creator_id, times=times)
    return user, creator_id


def played(who: FoundCreator, deps: Deps, *views: int) -> list[Any]:
    """Six usual videos, and new ones."""
    usual = [
        video(100, by=who, name=f"usual{n}", published_at=deps.clock.now() - timedelta(days=20 + n)) for n in range(6)
    ]
    return [*usual, *fresh_videos(deps, *views, by=who)]


async def test_a_watched_creators_outlier_is_told_once_ever(
    concurrent_bench: Bench, queue: RecordingQueue, clock: FixedClock
) -> None:
    network, who = OneCreator(), creator("Ann")
    bench = with_network(concurrent_bench, network)
    network.videos = played(who, bench.deps, 499, 800)
    user, creator_id = await watched(bench.deps, who)
    await refreshed(bench, queue)
    assert await alerts_to(bench.deps, user) == [8.0]
    for _ in range(3):
        clock.advance(SIX_HOURS)
        await refreshed(bench, queue)
    assert network.listed == ["Ann"] * 4
    assert await alerts_to(bench.deps, user) == [8.0]
    async with bench.deps.tx() as tx:
        await unwatch(tx, owner_id=user.id, creator_id=creator_id)
        await unwatch(tx, owner_id=user.id, creator_id=creator_id)
    await forget_old_digests(bench.deps)
    clock.advance(SIX_HOURS)
    assert await refreshed(bench, queue) == 0


async def test_what_stood_out_before_somebody_began_to_watch_is_no_alert(
    concurrent_bench: Bench, queue: RecordingQueue, clock: FixedClock
) -> None:
    network, who = OneCreator(), creator("Abe")
    bench = with_network(concurrent_bench, network)
    network.videos = played(who, bench.deps, 499, 800)
    async with bench.deps.tx() as tx:
        await keep_page(tx, network.videos, sample=False)
    user, _ = await watched(bench.deps, who)
    await refreshed(bench, queue)
    assert await alerts_to(bench.deps, user) == []
    clock.advance(SIX_HOURS)
    grown = network.videos[-2]
    network.videos[-2] = replace(grown, views=700)
    await refreshed(bench, queue)
    assert await alerts_to(bench.deps, user) == [7.0], "it has come to stand out since"


async def test_the_same_refresh_side_by_side_tells_once(concurrent_bench: Bench, queue: RecordingQueue) -> None:
    network, who = OneCreator(), creator("Bea")
    bench = with_network(concurrent_bench, network)
    network.videos = played(who, bench.deps, 900)
    users = [(await watched(bench.deps, who))[0] for _ in range(3)]
    async with bench.deps.tx() as tx:
        (refresh_id,) = await lease_refreshes(tx)
    await asyncio.gather(*(refresh.run(bench, str(refresh_id)) for _ in range(3)))
    assert [await alerts_to(bench.deps, user) for user in users] == [[9.0]] * 3


async def test_no_more_alerts_a_day_than_wanted_the_highest_first(
    concurrent_bench: Bench, queue: RecordingQueue, clock: FixedClock
) -> None:
    network, who = OneCreator(), creator("Cleo")
    bench = with_network(concurrent_bench, network)
    network.videos = played(who, bench.deps, 1000, 2000, 3000, 4000)
    user, _ = await watched(bench.deps, who)
    async with bench.deps.tx() as tx:
        await set_alerts_a_day(tx, owner_id=user.id, most=3)
    await refreshed(bench, queue)
    told = await alerts_to(bench.deps, user)
    assert len(told) == 3
    assert min(told) > 4
    clock.advance(timedelta(hours=25))
    await refreshed(bench, queue)
    assert len(await alerts_to(bench.deps, user)) == 4


async def test_alerts_wait_for_the_end_of_quiet_hours(
    concurrent_bench: Bench, queue: RecordingQueue, clock: FixedClock
) -> None:
    network, who = OneCreator(), creator("Dora")
    bench = with_network(concurrent_bench, network)
    network.videos = played(who, bench.deps, 900)
    user, _ = await watched(bench.deps, who)
    async with bench.deps.tx() as tx:
        await set_quiet_hours(tx, owner_id=user.id, quiet=QuietHours(11 * 60, 14 * 60))
    await refreshed(bench, queue)
    (delivery,) = await deliveries_to(bench.deps, user)
    assert delivery.due_at == clock.now().replace(hour=14)


async def test_a_digests_keywords_alert_too_and_what_was_told_isnt_in_the_digest(
    bench: Bench, network: PlayedNetwork, queue: RecordingQueue, clock: FixedClock
) -> None:
    user, digest = await subscriber(bench.deps, alert_times=5)
    silent, _ = await subscriber(bench.deps)
    clock.at = next_hour_of(digest) - timedelta(hours=1)
    brings(network, fresh_videos(bench.deps, 900, 450))
    await refreshed(bench, queue)
    assert await alerts_to(bench.deps, user) == [9.0]
    assert await alerts_to(bench.deps, silent) == []
    clock.advance(timedelta(hours=2))
    await refreshed(bench, queue)
    (issue,) = [
        each.content["data"] for each in await deliveries_to(bench.deps, user) if each.content["notice"] != ALERT
    ]
    assert [item["views"] for item in issue["items"]] == [450]
    async with bench.deps.tx() as tx:
        await change_digest(tx, owner_id=user.id, digest_id=digest.id, alert_times=None)


async def test_old_videos_are_no_alert(concurrent_bench: Bench, queue: RecordingQueue) -> None:
    network, who = OneCreator(), creator("Eve")
    bench = with_network(concurrent_bench, network)
    usual = played(who, bench.deps)
    network.videos = [*usual, video(900, by=who, published_at=bench.deps.clock.now() - timedelta(days=4))]
    user, _ = await watched(bench.deps, who)
    await refreshed(bench, queue)
    assert await alerts_to(bench.deps, user) == []


async def refreshes(deps: Deps) -> list[Refresh]:
    async with deps.read() as session:
        return list(await session.scalars(select(Refresh).execution_options(populate_existing=True)))


async def test_what_is_subscribed_is_asked_for_every_six_hours_and_what_isnt_no_more(
    bench: Bench, network: PlayedNetwork, queue: RecordingQueue, clock: FixedClock
) -> None:
    brings(network, fresh_videos(bench.deps, 100))
    user, digest = await subscriber(bench.deps, frequency="weekly", weekday=5)
    for _ in range(3):
        await refreshed(bench, queue)
        clock.advance(EVERY - timedelta(minutes=1))
        assert await refreshed(bench, queue) == 0
        clock.advance(timedelta(minutes=1))
    assert len(network.searches) == 3
    async with bench.deps.tx() as tx:
        await delete_digest(tx, owner_id=user.id, digest_id=digest.id)
    await forget_old_digests(bench.deps)
    assert await refreshed(bench, queue) == 0
    assert await refreshes(bench.deps) == []


async def test_a_failure_is_tried_again_ever_more_rarely_but_not_before_the_network_allows(
    bench: Bench, network: PlayedNetwork, queue: RecordingQueue, clock: FixedClock
) -> None:
    network.failures = [*[down()] * 3, ProviderDown(provider="played", retry_after_s=9000)]
    await subscriber(bench.deps)
    waits = []
    for _ in range(4):
        await refreshed(bench, queue)
        (row,) = await refreshes(bench.deps)
        waits.append((row.next_at - clock.now()).total_seconds())
        assert row.problem is not None
        clock.at = row.next_at
    assert waits == [300, 600, 1200, 9000]
    brings(network, fresh_videos(bench.deps, 100))
    await refreshed(bench, queue)
    (row,) = await refreshes(bench.deps)
    assert (row.problem, row.failures) == (None, 0)


async def test_credits_that_are_out_keep_the_last_good_data(
    bench: Bench, network: PlayedNetwork, queue: RecordingQueue, clock: FixedClock
) -> None:
    user, digest = await subscriber(bench.deps)
    clock.at = next_hour_of(digest) - timedelta(hours=7)
    brings(network, fresh_videos(bench.deps, 100))
    await refreshed(bench, queue)
    network.failures = [OutOfCredits(provider="played")] * 20
    clock.at = next_hour_of(digest)
    await refreshed(bench, queue)
    (delivery,) = await deliveries_to(bench.deps, user)
    data = delivery.content["data"]
    assert len(data["items"]) == 1
    assert data["problem"]["code"] == "discovery.out_of_credits"
    assert data["found_at"] == (clock.now() - timedelta(hours=7)).isoformat()


async def test_a_refresh_that_is_lost_is_leased_again_and_no_more_than_there_is_room_for(
    bench: Bench, network: PlayedNetwork, queue: RecordingQueue, clock: FixedClock
) -> None:
    for person in range(5):
        await subscriber(bench.deps, [f"k{person} {n}" for n in range(3)])

    async def lease() -> int:
        async with bench.deps.tx() as tx:
            return len(await lease_refreshes(tx))

    assert await lease() == IN_FLIGHT_MAX
    assert await lease() == 0
    clock.advance(LEASE + timedelta(seconds=1))
    assert await lease() == IN_FLIGHT_MAX


async def test_somebody_who_subscribes_while_it_is_forgotten_keeps_their_search(
    bench: Bench, network: PlayedNetwork, queue: RecordingQueue, clock: FixedClock
) -> None:
    brings(network, fresh_videos(bench.deps, 100))
    for _ in range(10):
        user, digest = await subscriber(bench.deps)
        async with bench.deps.tx() as tx:
            await delete_digest(tx, owner_id=user.id, digest_id=digest.id)
        (_, kept), _ = await asyncio.gather(subscriber(bench.deps), forget_old_digests(bench.deps))
        assert len(await refreshes(bench.deps)) == 1
        async with bench.deps.tx() as tx:
            await delete_digest(tx, owner_id=kept.owner_id, digest_id=kept.id)
            await tx.session.execute(update(Refresh).values(next_at=tx.now))


async def test_a_watch_of_somebody_else_stays(concurrent_bench: Bench, queue: RecordingQueue) -> None:
    who = creator("Fay")
    user, creator_id = await watched(concurrent_bench.deps, who)
    other, _ = await watched(concurrent_bench.deps, who)
    async with concurrent_bench.deps.tx() as tx:
        await unwatch(tx, owner_id=other.id, creator_id=creator_id)
        assert (await tx.session.scalars(select(Watch.owner_id))).all() == [user.id]
