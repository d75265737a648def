"""Answering searches: once an hour, once for all who ask together, and with the last good data when nobody answers."""

import asyncio
from datetime import timedelta

import pytest
import redis.asyncio
from sqlalchemy import select

from core.clock import FixedClock
from core.deps import Deps
from core.errors import ProviderError
from core.providers.discovery import DiscoveryErrorCode, Network, NotFound, OutOfCredits, Period
from core.viral.asking import Asked
from core.viral.flights import LOCK_S, alone
from core.viral.models import Video
from core.viral.numbers import outliers
from core.viral.ranking import ranked
from core.viral.searching import Results, results_for
from tests.core.viral.networks import PlayedNetwork, down, one_page, page
from tests.core.viral.worlds import NOW, creator, video

ASKED = Asked(Network.TIKTOK, "bread", Period.WEEK)


async def ask(deps: Deps, network: PlayedNetwork, asked: Asked = ASKED) -> Results:
    return await results_for(deps, network, asked, tell=lambda step, percent: None)


async def views_of(deps: Deps, results: Results) -> list[int | None]:
    async with deps.read() as session:
        rows = (await session.scalars(select(Video))).all()
    views = {row.id: row.views for row in rows}
    return [views[each] for each in results.video_ids]


async def test_within_the_hour_the_network_isnt_asked_again(concurrent_deps: Deps, clock: FixedClock) -> None:
    network = one_page([100, 900, 500])
    first = await ask(concurrent_deps, network)
    assert await views_of(concurrent_deps, first) == [900, 500, 100]
    clock.advance(timedelta(minutes=59))
    assert await ask(concurrent_deps, network) == first
    assert len(network.searches) == 1
    clock.advance(timedelta(minutes=1))
    again = await ask(concurrent_deps, network)
    assert again.at == clock.now()
    assert len(network.searches) == 2


async def test_another_region_is_another_search(concurrent_deps: Deps) -> None:
    network = one_page([100])
    await ask(concurrent_deps, network)
    await ask(concurrent_deps, network, Asked(Network.TIKTOK, "bread", Period.WEEK, "DE"))
    assert [search.region for search, _ in network.searches] == [None, "DE"]


async def test_nothing_found_is_an_answer_for_an_hour(concurrent_deps: Deps) -> None:
    network = one_page([])
    assert (await ask(concurrent_deps, network)).video_ids == []
    await ask(concurrent_deps, network)
    assert len(network.searches) == 1


async def test_equal_searches_at_once_make_one_call(concurrent_deps: Deps) -> None:
    network = one_page([300, 200])
    network.waits = asyncio.Event()
    asking = [asyncio.create_task(ask(concurrent_deps, network)) for _ in range(8)]
    await network.asked.wait()
    network.waits.set()
    results = await asyncio.gather(*asking)
    assert len(network.searches) == 1
    assert len({tuple(each.video_ids) for each in results}) == 1


async def test_who_waits_goes_on_when_the_holder_is_cancelled(concurrent_deps: Deps) -> None:
    network = one_page([300])
    network.waits = asyncio.Event()
    holder = asyncio.create_task(ask(concurrent_deps, network))
    await network.asked.wait()
    waiting = asyncio.create_task(ask(concurrent_deps, network))
    holder.cancel()
    network.waits.set()
    assert len((await waiting).video_ids) == 1


async def test_a_place_left_by_a_dead_process_is_free_after_its_time(redis_store: redis.asyncio.Redis) -> None:
    """What a killed process leaves is the key without anybody who renews it."""
    await redis_store.set("viral:lock:x", "dead", px=300)
    async with alone(redis_store, "x", wait_s=5):
        left_ms = await redis_store.pttl("viral:lock:x")
    assert 0 < left_ms <= LOCK_S * 1000
    assert not await redis_store.exists("viral:lock:x")


async def test_who_waits_too_long_is_told_so(redis_store: redis.asyncio.Redis) -> None:
    await redis_store.set("viral:lock:x", "busy", ex=30)
    with pytest.raises(ProviderError) as refusal:
        async with alone(redis_store, "x", wait_s=0.2):
            raise AssertionError("held by two")
    assert refusal.value.error_code == DiscoveryErrorCode.TIMEOUT


@pytest.mark.parametrize("failure", [down(), OutOfCredits(provider="played")])
async def test_the_last_good_data_is_shown_with_its_age(
    concurrent_deps: Deps, clock: FixedClock, failure: ProviderError
) -> None:
    network = one_page([100])
    first = await ask(concurrent_deps, network)
    clock.advance(timedelta(hours=5))
    network.failures = [failure]
    late = await ask(concurrent_deps, network)
    assert (late.video_ids, late.at) == (first.video_ids, first.at)
    assert late.problem is not None
    assert late.problem["code"] == failure.error_code


async def test_who_waited_for_what_failed_is_told_and_doesnt_fail_once_more(
    concurrent_deps: Deps, clock: FixedClock
) -> None:
    network = one_page([100])
    network.failures, network.waits = [down()], asyncio.Event()
    asking = [asyncio.create_task(ask(concurrent_deps, network)) for _ in range(4)]
    await network.asked.wait()
    network.waits.set()
    results = await asyncio.gather(*asking, return_exceptions=True)
    assert [getattr(each, "error_code", None) for each in results] == [DiscoveryErrorCode.UNAVAILABLE] * 4
    assert len(network.searches) == 1
    clock.advance(timedelta(seconds=1))
    assert len((await ask(concurrent_deps, network)).video_ids) == 1


async def test_pages_are_followed_until_a_cursor_comes_again(concurrent_deps: Deps) -> None:
    same = video(700)
    network = PlayedNetwork(
        {"": page(video(100), same, cursor="2"), "2": page(same, video(300), cursor="2"), "3": page(video(1))}
    )
    assert await views_of(concurrent_deps, await ask(concurrent_deps, network)) == [700, 300, 100]
    assert [cursor for _, cursor in network.searches] == [None, "2"]


async def test_of_a_page_that_fails_behind_the_first_what_came_before_is_kept(concurrent_deps: Deps) -> None:
    network = PlayedNetwork({"": page(video(100), cursor="2")})
    network.pages["2"] = page()

    async def search(asked: object, cursor: str | None = None) -> object:
        if cursor == "2":
            raise down()
        return network.pages[""]

    network.search = search  # type: ignore[method-assign,assignment]
    results = await ask(concurrent_deps, network)
    assert len(results.video_ids) == 1
    assert results.problem is None


async def test_the_first_results_are_compared_with_their_creators_other_videos(concurrent_deps: Deps) -> None:
    network = one_page([850, 420])
    results = await ask(concurrent_deps, network)
    async with concurrent_deps.read() as session:
        scores = await outliers(session, results.video_ids)
    assert [scores[each].score for each in results.video_ids] == [8.5, 4.2]
    assert len(network.listed) == 2


async def test_creators_are_listed_once_a_day(concurrent_deps: Deps, clock: FixedClock) -> None:
    network = one_page([850])
    network.others = 2
    await ask(concurrent_deps, network)
    clock.advance(timedelta(hours=2))
    await ask(concurrent_deps, network)
    assert len(network.listed) == 1
    clock.advance(timedelta(hours=23))
    await ask(concurrent_deps, network)
    assert len(network.listed) == 2


async def test_a_creator_in_two_searches_at_once_is_listed_once(concurrent_deps: Deps) -> None:
    by = creator()
    network = one_page([])
    network.pages[""] = page(video(850, by=by), video(420, by=by))
    await asyncio.gather(*(ask(concurrent_deps, network, Asked(keyword=each)) for each in ("bread", "cake", "rye")))
    assert len(network.searches) == 3
    assert network.listed == [by.handle]


async def test_a_creator_who_is_gone_is_left_out_and_a_failing_provider_ends_the_comparing(
    concurrent_deps: Deps,
) -> None:
    gone = one_page([850, 420])
    gone.list_failures = [NotFound(provider="played")]
    assert len((await ask(concurrent_deps, gone)).video_ids) == 2
    assert len(gone.listed) == 2
    failing = one_page(list(range(100, 900, 100)))
    failing.list_failures = [OutOfCredits(provider="played")] * 9
    assert len((await ask(concurrent_deps, failing, Asked(keyword="cake"))).video_ids) == 8
    assert len(failing.listed) <= 4


async def test_sample_data_stays_sample_data(concurrent_deps: Deps) -> None:
    results = await ask(concurrent_deps, one_page([100], sample=True))
    assert results.sample
    assert (await ask(concurrent_deps, one_page([]))).sample


def test_the_fastest_come_first_and_what_is_too_old_or_comes_again_is_left_out() -> None:
    slow = video(1000, published_at=NOW - timedelta(days=6))
    fast = video(900, published_at=NOW - timedelta(hours=3))
    old = video(10**9, published_at=NOW - timedelta(days=8))
    untold = video(None, by=creator(), likes=5)
    found = ranked([slow, untold, fast, old, slow], period=Period.WEEK, now=NOW)
    assert found == [fast, slow, untold]
