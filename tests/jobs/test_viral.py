"""Looking up what goes viral, as a job: what it costs, what is told, how it ends."""

import asyncio
import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from core.accounts.models import User
from core.billing.queries import Feature, entitlement_of
from core.clock import FixedClock
from core.db import TelegramId
from core.deliveries.models import StatusMessage
from core.errors import LimitReached
from core.posts.writing import Place
from core.providers.discovery import Network, OutOfCredits
from core.viral import service
from core.viral.asking import Asked
from core.viral.models import Lookup, LookupStatus, Snapshot, Video
from core.viral.pages import sheet_key
from core.viral.queries import choices_of
from core.viral.thumbnails import stored_picture
from core.work.models import Work, WorkStatus
from jobs import viral as jobs
from jobs.runtime import Bench
from tests.core.viral.networks import PlayedNetwork, down, one_page
from tests.factories import make_user
from tests.patience import PATIENCE_S

ASKED = Asked(Network.TIKTOK, "bread")


def at(bench: Bench, network: PlayedNetwork) -> Bench:
    return replace(bench, deps=replace(bench.deps, discoveries={Network.TIKTOK: network}))


async def asked(bench: Bench, what: Asked = ASKED) -> tuple[User, Lookup]:
    """Somebody new has pressed the button."""
    async with bench.deps.tx() as tx:
        user = await make_user(tx)
    return user, await request(bench, user, what)


async def request(bench: Bench, user: User, what: Asked = ASKED) -> Lookup:
    async with bench.deps.tx() as tx:
        place = Place(user.telegram_user_id, TelegramId(7), "en")
        return await service.request_lookup(tx, owner_id=user.id, asked=what, place=place)


async def run(bench: Bench, lookup: Lookup) -> tuple[Lookup, Work, StatusMessage]:
    async with bench.deps.read() as session:
        work_id = await session.scalar(select(Work.id).where(Work.subject_id == lookup.id))
    await jobs.look_up.run(bench, str(work_id))
    async with bench.deps.sessions() as session:
        found = await session.get_one(Lookup, lookup.id, populate_existing=True)
        work = await session.get_one(Work, work_id, populate_existing=True)
        status = await session.scalar(select(StatusMessage).where(StatusMessage.subject_id == lookup.id))
    assert status is not None
    return found, work, status


async def used(bench: Bench, user: User) -> int:
    async with bench.deps.read() as session:
        found = await entitlement_of(
            session, owner_id=user.id, feature=Feature.VIRAL_QUERIES, now=bench.deps.clock.now()
        )
    return found.used


async def test_a_lookup_ends_with_a_numbered_page_and_takes_one_query(concurrent_bench: Bench) -> None:
    bench = at(concurrent_bench, one_page([300, 8500, 40] * 4))
    user, lookup = await asked(bench)
    assert await used(bench, user) == 1
    found, work, status = await run(bench, lookup)
    assert (found.status, work.status, status.notice) == (LookupStatus.READY, WorkStatus.DONE, service.RESULTS)
    assert [item["number"] for item in status.data["items"]] == list(range(1, 10))
    assert [item["views"] for item in status.data["items"]][:5] == [8500] * 4 + [300]
    assert status.data["items"][0]["score"] == 85
    assert (status.data["pages"], status.data["total"]) == (2, 12)
    sheet = await stored_picture(bench.deps.storage, sheet_key(user.id, lookup.id))
    assert sheet is not None
    assert Image.open(io.BytesIO(sheet)).width == 1080
    assert await used(bench, user) == 1


async def test_nothing_found_costs_nothing(concurrent_bench: Bench) -> None:
    bench = at(concurrent_bench, one_page([]))
    user, lookup = await asked(bench)
    found, _, status = await run(bench, lookup)
    assert found.status == LookupStatus.READY
    assert status.data["items"] == []
    assert await used(bench, user) == 0


async def test_old_data_costs_nothing(concurrent_bench: Bench, clock: FixedClock) -> None:
    network = one_page([300])
    bench = at(concurrent_bench, network)
    user, lookup = await asked(bench)
    await run(bench, lookup)
    clock.advance(timedelta(hours=3))
    network.failures = [OutOfCredits(provider="played")]
    found, _, status = await run(bench, await request(bench, user))
    assert found.status == LookupStatus.READY
    assert status.data["problem"]["code"] == "discovery.out_of_credits"
    assert await used(bench, user) == 1


async def test_a_provider_that_is_down_is_tried_again_and_then_told(concurrent_bench: Bench) -> None:
    network = one_page([300])
    network.failures = [down()]
    bench = at(concurrent_bench, network)
    user, lookup = await asked(bench)
    _, work, status = await run(bench, lookup)
    assert (work.status, status.notice) == (WorkStatus.QUEUED, service.SEARCHING)
    assert await used(bench, user) == 1


@pytest.mark.parametrize("failures", [[OutOfCredits(provider="played")], None])
async def test_what_failed_for_good_gives_the_query_back(
    concurrent_bench: Bench, failures: Sequence[Exception] | None
) -> None:
    network = one_page([300])
    network.failures = list(failures or ())
    bench = at(concurrent_bench, network) if failures else concurrent_bench
    user, lookup = await asked(bench)
    found, work, status = await run(bench, lookup)
    assert (found.status, work.status, status.notice) == (LookupStatus.FAILED, WorkStatus.FAILED, service.FAILED)
    assert status.data["error"]["code"].startswith("discovery.")
    assert await used(bench, user) == 0


async def test_cancelling_gives_the_query_back(concurrent_bench: Bench) -> None:
    user, lookup = await asked(concurrent_bench)
    async with concurrent_bench.deps.tx() as tx:
        place = Place(user.telegram_user_id, TelegramId(7), "en")
        assert await service.cancel_lookup(tx, owner_id=user.id, lookup_id=lookup.id, place=place)
        assert not await service.cancel_lookup(tx, owner_id=user.id, lookup_id=lookup.id, place=place)
    _, work, status = await run(concurrent_bench, lookup)
    assert (work.status, status.notice) == (WorkStatus.CANCELLED, service.STOPPED)
    assert await used(concurrent_bench, user) == 0


async def test_a_second_press_starts_nothing(concurrent_bench: Bench) -> None:
    user, _ = await asked(concurrent_bench)
    with pytest.raises(service.AlreadyLooking):
        await request(concurrent_bench, user)
    assert await used(concurrent_bench, user) == 1


async def test_the_plans_last_query_is_the_last(concurrent_bench: Bench) -> None:
    user, _ = await asked(concurrent_bench)
    for number in range(19):
        await request(concurrent_bench, user, replace(ASKED, keyword=f"bread {number}"))
    with pytest.raises(LimitReached):
        await request(concurrent_bench, user, replace(ASKED, keyword="one more"))
    async with concurrent_bench.deps.read() as session:
        assert (await choices_of(session, owner_id=user.id)).keyword == "bread 18"


@asynccontextmanager
async def with_one_connection(bench: Bench) -> AsyncIterator[Bench]:
    """Whoever holds it while they wait for another one hangs."""
    engine = create_async_engine(
        str(bench.deps.settings.database_url.get_secret_value()),  # type: ignore[union-attr]
        pool_size=1,
        max_overflow=0,
        pool_timeout=PATIENCE_S,
    )
    readers = engine.execution_options(isolation_level="AUTOCOMMIT")
    try:
        yield replace(
            bench,
            deps=replace(
                bench.deps,
                sessions=async_sessionmaker(engine, expire_on_commit=False),
                readers=async_sessionmaker(readers, expire_on_commit=False, autoflush=False),
            ),
        )
    finally:
        await engine.dispose()


async def test_one_connection_is_enough_for_many_side_by_side(concurrent_bench: Bench) -> None:
    """Nobody holds one while waiting for the network, for each other, or for a second one."""
    network = one_page([300, 8500, 40])
    bench = at(concurrent_bench, network)
    lookups = [(await asked(bench, replace(ASKED, keyword=f"bread {n % 4}")))[1] for n in range(8)]
    async with with_one_connection(bench) as alone:
        ends = await asyncio.gather(*(run(alone, lookup) for lookup in lookups))
    assert {found.status for found, _, _ in ends} == {LookupStatus.READY}
    assert len(network.searches) == 4


async def test_old_lookups_go_with_their_pictures(concurrent_bench: Bench, clock: FixedClock) -> None:
    bench = at(concurrent_bench, one_page([300]))
    user, lookup = await asked(bench)
    await run(bench, lookup)
    clock.advance(timedelta(days=31))
    await jobs.forget_old(bench.deps)
    async with bench.deps.read() as session:
        assert await session.scalar(select(Lookup.id)) is None
        assert await session.scalar(select(Snapshot.video_id).limit(1)) is None
        assert await session.scalar(select(Video.views)) is None
    assert await stored_picture(bench.deps.storage, sheet_key(user.id, lookup.id)) is None
