"""Looking at a channel, as a job: what it costs, what is told, how it ends, and what is told without the network."""

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import select

from core import ids
from core.accounts.models import User
from core.analyses import service
from core.analyses.models import Analysis, AnalysisStatus
from core.analyses.wanted import Wanted
from core.billing.queries import Feature, entitlement_of
from core.clock import FixedClock
from core.db import TelegramId
from core.deliveries.models import StatusMessage
from core.errors import LimitReached, ProviderError
from core.providers.discovery import FoundCreator, FoundPage, FoundVideo, Network, NotFound, OutOfCredits
from core.viral.keeping import keep_page
from core.viral.models import Snapshot, Video
from core.viral.thumbnails import stored_picture
from core.work.models import Work, WorkStatus
from jobs import analyses as jobs
from jobs.runtime import Bench
from tests.core.viral.networks import PlayedNetwork, down, page
from tests.core.viral.worlds import NOW, creator, video
from tests.factories import make_user

BAKER = creator("baker", followers=5_000, videos=30)
CHAT = service.Chat(TelegramId(7), "en")


def published(count: int, *, views: int = 1_000, **more: object) -> list[FoundVideo]:
    """One a day, the newest two days old."""
    return [
        video(views, by=BAKER, name=f"bread-{n}", published_at=NOW - timedelta(days=n + 2), **more)
        for n in range(count)
    ]


@dataclass
class PlayedChannel(PlayedNetwork):
    """One channel whose list comes in the given pages, by cursor ("" is none)."""

    lists: dict[str, FoundPage | Exception] = field(default_factory=dict)
    followers: int = 5_000
    calls: int = 0

    async def creator(self, handle_or_url: str) -> FoundCreator:
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        if handle_or_url != "baker":
            raise NotFound(provider=self.name)
        return replace(BAKER, followers=self.followers)

    async def videos_of(self, creator: FoundCreator, cursor: str | None = None) -> FoundPage:
        self.calls += 1
        found = self.lists[cursor or ""]
        if isinstance(found, Exception):
            raise found
        return found


def channel(*videos: FoundVideo) -> PlayedChannel:
    return PlayedChannel(lists={"": page(*videos)})


def at(bench: Bench, network: PlayedNetwork) -> Bench:
    return replace(bench, deps=replace(bench.deps, discoveries={Network.TIKTOK: network}))


async def asked(bench: Bench, named: str = "baker") -> tuple[User, Analysis]:
    async with bench.deps.tx() as tx:
        user = await make_user(tx, time_zone="Europe/Berlin")
    return user, await request(bench, user, named)


async def request(bench: Bench, user: User, named: str = "baker") -> Analysis:
    async with bench.deps.tx() as tx:
        meant = await service.name_channel(tx, owner_id=user.id, wanted=Wanted(Network.TIKTOK, named))
        return await service.request_analysis(tx, owner_id=user.id, analysis_id=meant.id, chat=CHAT)


async def run(bench: Bench, analysis: Analysis) -> tuple[Analysis, Work, StatusMessage]:
    async with bench.deps.read() as session:
        work_id = await session.scalar(select(Work.id).where(Work.subject_id == analysis.id))
    await jobs.analyze.run(bench, str(work_id))
    async with bench.deps.sessions() as session:
        found = await session.get_one(Analysis, analysis.id, populate_existing=True)
        work = await session.get_one(Work, work_id, populate_existing=True)
        status = await session.scalar(select(StatusMessage).where(StatusMessage.subject_id == analysis.id))
    assert status is not None
    return found, work, status


async def used(bench: Bench, user: User) -> int:
    async with bench.deps.read() as session:
        found = await entitlement_of(
            session, owner_id=user.id, feature=Feature.CHANNEL_ANALYSES, now=bench.deps.clock.now()
        )
    return found.used


async def test_a_look_ends_with_numbers_and_a_picture_and_takes_one_analysis(concurrent_bench: Bench) -> None:
    bench = at(concurrent_bench, channel(*published(20), video(50_000, by=BAKER, name="hit")))
    user, analysis = await asked(bench)
    assert await used(bench, user) == 1
    found, work, status = await run(bench, analysis)
    assert (found.status, work.status, status.notice) == (AnalysisStatus.READY, WorkStatus.DONE, service.REPORT)
    report = status.data["report"]
    assert (report["videos"], report["median_views"], report["followers"]) == (21, 1_000, 5_000)
    assert [each["score"] for each in report["outliers"]] == [50]
    assert report["time_zone"] == "Europe/Berlin"
    assert status.data["creator"]["handle"] == "baker"
    picture = await stored_picture(bench.deps.storage, found.picture_key)
    assert picture is not None
    assert Image.open(io.BytesIO(picture)).width == 1080
    assert await used(bench, user) == 1
    async with bench.deps.read() as session:
        assert len((await session.scalars(select(Snapshot.video_id))).all()) == 21


async def test_pages_are_read_as_far_as_they_go(concurrent_bench: Bench) -> None:
    videos = published(30)
    network = PlayedChannel(
        lists={"": page(*videos[:12], cursor="a"), "a": page(*videos[10:20], cursor="b"), "b": page(*videos[18:])}
    )
    bench = at(concurrent_bench, network)
    _, analysis = await asked(bench)
    found, _, _ = await run(bench, analysis)
    assert found.report is not None
    assert (found.report["videos"], found.report["complete"]) == (30, True)


async def test_a_cursor_that_comes_again_ends_the_list(concurrent_bench: Bench) -> None:
    videos = published(30)
    network = PlayedChannel(lists={"": page(*videos[:12], cursor="a"), "a": page(*videos[12:], cursor="a")})
    bench = at(concurrent_bench, network)
    _, analysis = await asked(bench)
    found, _, _ = await run(bench, analysis)
    assert found.report is not None
    assert (found.report["videos"], found.report["complete"], network.calls) == (30, False, 3)


async def test_a_page_that_fails_behind_the_first_leaves_what_came(concurrent_bench: Bench) -> None:
    network = PlayedChannel(lists={"": page(*published(12), cursor="a"), "a": down()})
    bench = at(concurrent_bench, network)
    user, analysis = await asked(bench)
    found, _, status = await run(bench, analysis)
    assert status.data["report"]["broke_off"]
    assert (found.report or {})["videos"] == 12
    assert await used(bench, user) == 1


async def test_within_the_hour_the_network_isnt_asked_again(concurrent_bench: Bench, clock: FixedClock) -> None:
    network = channel(*published(8))
    bench = at(concurrent_bench, network)
    await run(bench, (await asked(bench))[1])
    clock.advance(timedelta(minutes=50))
    _, analysis = await asked(bench)
    found, _, _ = await run(bench, analysis)
    assert (found.report or {})["median_views"] == 1_000
    assert network.calls == 2


async def test_the_same_numbers_count_once(concurrent_bench: Bench, clock: FixedClock) -> None:
    bench = at(concurrent_bench, channel(*published(8)))
    user, first = await asked(bench)
    await run(bench, first)
    clock.advance(timedelta(minutes=20))
    _, _, status = await run(bench, await request(bench, user))
    assert status.data["repeated"]
    assert await used(bench, user) == 1


async def test_equal_looks_at_once_ask_the_network_once(concurrent_bench: Bench) -> None:
    network = channel(*published(8))
    bench = at(concurrent_bench, network)
    looks = [(await asked(bench))[1] for _ in range(4)]
    ended = await asyncio.gather(*(run(bench, look) for look in looks))
    assert [found.status for found, _, _ in ended] == [AnalysisStatus.READY] * 4
    assert network.calls <= 4


async def test_a_second_look_tells_what_has_changed(concurrent_bench: Bench, clock: FixedClock) -> None:
    network = channel(*published(8))
    bench = at(concurrent_bench, network)
    user, first = await asked(bench)
    await run(bench, first)
    clock.advance(timedelta(days=3))
    network.lists, network.followers = {"": page(*published(8, views=1_500))}, 6_000
    _, _, status = await run(bench, await request(bench, user))
    assert status.data["previous"]["changes"] == pytest.approx(
        {"median_views": 0.5, "mean_views": 0.5, "followers": 0.2, "engagement": 0, "per_week": -0.33}, abs=0.02
    )
    assert status.data["report"]["gained"]["views"] == 8 * 500


@pytest.mark.parametrize("failure", [OutOfCredits(provider="played"), down()])
async def test_the_last_good_numbers_are_shown_with_their_age_and_cost_nothing(
    concurrent_bench: Bench, clock: FixedClock, failure: ProviderError
) -> None:
    network = channel(*published(8))
    bench = at(concurrent_bench, network)
    user, first = await asked(bench)
    await run(bench, first)
    clock.advance(timedelta(hours=3))
    network.failures = [failure]
    found, _, status = await run(bench, await request(bench, user))
    assert found.status == AnalysisStatus.READY
    assert status.data["problem"]["code"] == failure.error_code
    assert status.data["measured_at"] == NOW.isoformat()
    assert await used(bench, user) == 1


async def test_what_searches_have_seen_of_a_channel_is_better_than_nothing(concurrent_bench: Bench) -> None:
    network = PlayedChannel(failures=[OutOfCredits(provider="played")])
    bench = at(concurrent_bench, network)
    async with bench.deps.tx() as tx:
        await keep_page(tx, published(6), sample=False)
    user, analysis = await asked(bench)
    found, _, status = await run(bench, analysis)
    assert (found.report or {})["median_views"] == 1_000
    assert status.data["problem"]["code"] == "discovery.out_of_credits"
    assert await used(bench, user) == 0


async def test_a_provider_that_is_down_is_tried_again(concurrent_bench: Bench) -> None:
    bench = at(concurrent_bench, PlayedChannel(failures=[down()]))
    user, analysis = await asked(bench)
    _, work, status = await run(bench, analysis)
    assert (work.status, status.notice) == (WorkStatus.QUEUED, service.READING)
    assert await used(bench, user) == 1


@pytest.mark.parametrize(
    ("named", "failures", "code"),
    [
        ("baker", [OutOfCredits(provider="played")], "discovery.out_of_credits"),
        ("nobody", [], "discovery.not_found"),
    ],
)
async def test_what_failed_for_good_gives_the_analysis_back(
    concurrent_bench: Bench, named: str, failures: Sequence[Exception], code: str
) -> None:
    bench = at(concurrent_bench, PlayedChannel(failures=list(failures)))
    user, analysis = await asked(bench, named)
    found, work, status = await run(bench, analysis)
    assert (found.status, work.status, status.notice) == (AnalysisStatus.FAILED, WorkStatus.FAILED, service.FAILED)
    assert status.data["error"]["code"] == code
    assert await used(bench, user) == 0


async def test_a_network_that_nobody_reads_is_told(concurrent_bench: Bench) -> None:
    user, analysis = await asked(concurrent_bench)
    _, _, status = await run(concurrent_bench, analysis)
    assert status.data["error"]["code"] == "analyses.no_network"
    assert await used(concurrent_bench, user) == 0


async def test_a_channel_without_videos_costs_nothing(concurrent_bench: Bench) -> None:
    bench = at(concurrent_bench, channel())
    user, analysis = await asked(bench)
    found, _, status = await run(bench, analysis)
    assert (found.status, status.data["report"]["videos"], found.picture_key) == (AnalysisStatus.READY, 0, None)
    assert await used(bench, user) == 0


async def test_cancelling_gives_the_analysis_back(concurrent_bench: Bench) -> None:
    user, analysis = await asked(concurrent_bench)
    async with concurrent_bench.deps.tx() as tx:
        assert await service.cancel_analysis(tx, owner_id=user.id, analysis_id=analysis.id, chat=CHAT)
        assert not await service.cancel_analysis(tx, owner_id=user.id, analysis_id=analysis.id, chat=CHAT)
    _, work, status = await run(concurrent_bench, analysis)
    assert (work.status, status.notice) == (WorkStatus.CANCELLED, service.STOPPED)
    assert await used(concurrent_bench, user) == 0


async def test_a_second_press_starts_and_costs_nothing(concurrent_bench: Bench) -> None:
    user, analysis = await asked(concurrent_bench)
    with pytest.raises(service.AlreadyAnalyzing):
        await request(concurrent_bench, user)
    with pytest.raises(service.AlreadyAnalyzing):
        async with concurrent_bench.deps.tx() as tx:
            await service.request_analysis(tx, owner_id=user.id, analysis_id=analysis.id, chat=CHAT)
    assert await used(concurrent_bench, user) == 1


async def test_the_plans_last_analysis_is_the_last(concurrent_bench: Bench) -> None:
    user, _ = await asked(concurrent_bench)
    for number in range(4):
        await request(concurrent_bench, user, f"baker{number}")
    with pytest.raises(LimitReached):
        await request(concurrent_bench, user, "one_more")


async def test_what_is_deleted_goes_for_good_after_a_week(concurrent_bench: Bench, clock: FixedClock) -> None:
    bench = at(concurrent_bench, channel(*published(8)))
    user, analysis = await asked(bench)
    found, _, _ = await run(bench, analysis)
    async with bench.deps.tx() as tx:
        await service.delete_channel(tx, owner_id=user.id, analysis_id=analysis.id)
    clock.advance(timedelta(days=6))
    await jobs.forget_old_analyses(bench.deps)
    assert await left(bench) == [analysis.id]
    clock.advance(timedelta(days=2))
    await jobs.forget_old_analyses(bench.deps)
    assert await left(bench) == []
    assert await stored_picture(bench.deps.storage, found.picture_key) is None
    async with bench.deps.read() as session:
        assert await session.scalar(select(Video.id).limit(1)) is not None


async def test_after_a_month_the_picture_goes_and_the_figures_stay(concurrent_bench: Bench, clock: FixedClock) -> None:
    bench = at(concurrent_bench, channel(*published(8)))
    _, analysis = await asked(bench)
    found, _, _ = await run(bench, analysis)
    clock.advance(timedelta(days=31))
    await jobs.forget_old_analyses(bench.deps)
    assert await left(bench) == [analysis.id]
    assert await stored_picture(bench.deps.storage, found.picture_key) is None


async def left(bench: Bench) -> list[ids.AnalysisId]:
    async with bench.deps.read() as session:
        return list(await session.scalars(select(Analysis.id)))
