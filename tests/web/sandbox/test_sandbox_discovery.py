"""The made-up networks, through the real ScrapeCreators clients."""

import asyncio
import io
import statistics
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import aiohttp
import httpx
import pytest
from PIL import Image
from pydantic import SecretStr

from core.http import open_http
from core.providers.discovery import (
    CreditsUsed,
    Discovery,
    FoundCreator,
    FoundPage,
    FoundVideo,
    Network,
    NotFound,
    OutOfCredits,
    Period,
    ProviderDown,
    Search,
    VideoFormat,
)
from core.providers.scrapecreators.account import ScrapeCreators
from core.providers.scrapecreators.instagram import Instagram
from core.providers.scrapecreators.tiktok import TikTok
from core.providers.scrapecreators.youtube import YouTube
from tests.sandbox_server import RunningSandbox, running_sandbox
from web.sandbox.client import SandboxRefusal

BREAD = Search("sourdough bread", Period.WEEK)
DAY_S = 24 * 3600


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with open_http() as client:
        yield client


def build(sandbox: RunningSandbox, http: httpx.AsyncClient, network: Network, **more: float) -> Discovery:
    account = ScrapeCreators(
        http, base_url=sandbox.base_url, key=SecretStr("any"), sample=True, pause_s=more.get("pause_s", 0.01)
    )
    match network:
        case Network.TIKTOK:
            return TikTok(account)
        case Network.INSTAGRAM:
            return Instagram(account)
        case Network.YOUTUBE:
            return YouTube(account)


@pytest.fixture(params=list(Network))
def provider(request: pytest.FixtureRequest, sandbox: RunningSandbox, http: httpx.AsyncClient) -> Discovery:
    return build(sandbox, http, request.param)


async def every_page(provider: Discovery, asked: Search | FoundCreator) -> list[FoundPage]:
    cursor, pages = None, list[FoundPage]()
    while not pages or cursor:
        if isinstance(asked, Search):
            pages.append(await provider.search(asked, cursor))
        else:
            pages.append(await provider.videos_of(asked, cursor))
        cursor = pages[-1].cursor
        assert len(pages) < 60, "paging never ends"
    return pages


def by_id(pages: list[FoundPage]) -> dict[str, FoundVideo]:
    return {video.video_id: video for page in pages for video in page.videos}


async def test_any_topic_has_videos_that_say_sample(provider: Discovery) -> None:
    pages = await every_page(provider, BREAD)
    found = by_id(pages)
    assert len(found) > 15
    for video in found.values():
        assert "sourdough bread" in video.title.lower()
        assert "Sample" in video.creator.name
        assert video.creator.handle.startswith("sample_")
        assert video.published_at is not None
    assert all(page.sample for page in pages)
    assert sum(len(page.videos) for page in pages) > len(found), "pages bring some again, as on the networks"


async def test_nothing_is_found_about_nothing(provider: Discovery) -> None:
    assert await provider.search(Search("nothing", Period.DAY)) == FoundPage((), sample=True)


@pytest.mark.parametrize("topic", ["хлеб", "パン", "a b c", "!!!", "x" * 200, "C++", "cafe\u0301"])
async def test_a_topic_may_be_in_any_script(provider: Discovery, topic: str) -> None:
    page = await provider.search(Search(topic, Period.MONTH))
    video = page.videos[0]
    creator = await provider.creator(video.creator.url)
    assert (creator.handle, creator.creator_id) == (video.creator.handle, video.creator.creator_id)
    assert (await provider.video(video.url)).video_id == video.video_id


async def test_shorter_periods_hold_fewer_and_newer_videos(provider: Discovery) -> None:
    month, day = [by_id(await every_page(provider, Search("bread", period))) for period in (Period.MONTH, Period.DAY)]
    assert 0 < len(day) < len(month)


async def test_a_region_that_somebody_is_from_counts(provider: Discovery) -> None:
    german = by_id(await every_page(provider, Search("bread", Period.MONTH, "DE")))
    if provider.network is not Network.INSTAGRAM:  # which can't be asked for a region
        assert {video.creator.handle for video in german.values()} == {"sample_bread_4", "sample_bread_12"}


async def test_what_trends_is_another_at_each_call(provider: Discovery) -> None:
    first = await provider.search(Search("", Period.DAY))
    second = await provider.search(Search("", Period.DAY), first.cursor)
    assert first.videos
    assert {video.video_id for video in first.videos} != {video.video_id for video in second.videos}


async def test_a_creators_page_ends_and_has_outliers_and_formats(provider: Discovery) -> None:
    views: list[float] = []
    formats: set[VideoFormat] = set()
    for number in range(1, 5):
        creator = await provider.creator(f"sample_baking_{number}")
        assert (creator.followers or 0) > 1000
        assert (creator.videos or 0) > 60
        pages = await every_page(provider, creator)
        found = by_id(pages)
        assert len(found) == 60
        formats |= {video.format for video in found.values()}
        settled = [video.views for video in found.values() if video.views][10:]
        views += [count / statistics.median(settled) for count in settled]
    assert len(formats) == 2
    assert max(views) > 4


async def test_numbers_grow_ever_more_slowly_and_are_the_same_for_everybody(
    sandbox: RunningSandbox, provider: Discovery
) -> None:
    video = next(video for video in (await provider.search(BREAD)).videos if video.format is VideoFormat.SHORT)
    counts = []
    for _ in range(4):
        again = await provider.video(video.url)
        assert again.views is not None
        counts.append(again.views)
        await sandbox.client.request("POST", "/control/advance", json={"seconds": DAY_S})
    growth = [later - sooner for sooner, later in pairwise(counts)]
    assert growth == sorted(growth, reverse=True)
    assert growth[-1] >= 0
    assert growth[0] > 0


async def test_new_videos_come_with_time(sandbox: RunningSandbox, provider: Discovery) -> None:
    creator = await provider.creator("sample_baking_1")
    before = await provider.videos_of(creator)
    await sandbox.client.request("POST", "/control/advance", json={"seconds": 3 * DAY_S})
    after = await provider.videos_of(creator)
    assert after.videos[0].video_id not in {video.video_id for video in before.videos}


async def test_two_sandboxes_make_up_the_same_world_and_another_seed_another(
    sandbox: RunningSandbox, http: httpx.AsyncClient, provider: Discovery
) -> None:
    async with running_sandbox() as other:
        twin = build(other, http, provider.network)
        ids = [video.video_id for video in (await provider.search(BREAD)).videos]
        assert [video.video_id for video in (await twin.search(BREAD)).videos] == ids
        await other.client.discovery(seed="another")
        assert [video.video_id for video in (await twin.search(BREAD)).videos] != ids


async def test_addresses_lead_to_a_page_that_says_sample(provider: Discovery) -> None:
    video = (await provider.search(BREAD)).videos[0]
    async with aiohttp.ClientSession() as session:
        for url in (video.url, video.creator.url):
            assert url.startswith("http://127.0.0.1:")
            async with session.get(url) as response:
                page = await response.text()
                assert response.status == 200
                assert "Sample data" in page
                assert video.creator.handle in page
        async with session.get(video.creator.url.replace("sample_", "nobody_")) as response:
            assert response.status == 404


async def test_thumbnails_and_avatars_are_pictures(provider: Discovery) -> None:
    videos = [video for page in await every_page(provider, BREAD) for video in page.videos]
    creator = await provider.creator(videos[0].creator.handle)
    kinds = set()
    async with aiohttp.ClientSession() as session:
        for url in (*(video.thumbnail_url for video in videos), creator.avatar_url):
            assert url is not None
            async with session.get(url) as response:
                image = Image.open(io.BytesIO(await response.read()))
                kinds.add(image.format)
                assert response.content_type == f"image/{str(image.format).lower()}"
                assert image.size in ((360, 640), (160, 160))
    assert kinds == {"JPEG", "PNG", "WEBP"}


async def test_somebody_speaks_in_most_videos(provider: Discovery) -> None:
    videos = (await provider.search(Search("bread", Period.MONTH))).videos
    transcripts = [await provider.transcript(video.url) for video in videos]
    spoken = [transcript for transcript in transcripts if transcript is not None]
    assert len(spoken) > len(transcripts) / 2
    for transcript in spoken:
        assert len(transcript.text.split()) > 20
        if provider.network is not Network.INSTAGRAM:
            assert " ".join(line.text for line in transcript.lines) == transcript.text


async def test_who_is_not_made_up_is_not_found(provider: Discovery) -> None:
    with pytest.raises(NotFound):
        await provider.creator("somebody")
    with pytest.raises(NotFound):
        await provider.video(
            {
                Network.TIKTOK: "https://www.tiktok.com/@a/video/12",
                Network.INSTAGRAM: "https://www.instagram.com/reel/AAAAAA_0001/",
                Network.YOUTUBE: "https://www.youtube.com/watch?v=AAAAAA_0001",
            }[provider.network]
        )


async def test_topics_outlive_the_sandbox(sandbox: RunningSandbox, http: httpx.AsyncClient, tmp_path: Path) -> None:
    folder = tmp_path / "state"
    async with running_sandbox(folder) as first:
        video = (await build(first, http, Network.YOUTUBE).search(BREAD)).videos[0]
    async with running_sandbox(folder) as second:
        again = await build(second, http, Network.YOUTUBE).video(video.url)
        assert (again.video_id, again.title) == (video.video_id, video.title)
        await second.client.reset()
        with pytest.raises(NotFound):
            await build(second, http, Network.YOUTUBE).video(video.url)


async def test_credits_run_out_and_are_told(sandbox: RunningSandbox, http: httpx.AsyncClient) -> None:
    told: list[CreditsUsed] = []

    async def on_credits(used: CreditsUsed) -> None:
        told.append(used)

    account = ScrapeCreators(
        http, base_url=sandbox.base_url, key=SecretStr("any"), sample=True, on_credits=on_credits, pause_s=0.01
    )
    await sandbox.client.discovery(credits=1)
    await TikTok(account).creator("sample_baking_1")
    with pytest.raises(OutOfCredits):
        await TikTok(account).creator("sample_baking_1")
    assert [(used.charged, used.remaining, used.out) for used in told] == [(1, 0, False), (None, 0, True)]


async def test_faults_strike_the_path_they_name(
    sandbox: RunningSandbox, http: httpx.AsyncClient, provider: Discovery
) -> None:
    add = sandbox.client.add_discovery_fault
    path = {
        Network.TIKTOK: "/v1/tiktok/search/keyword",
        Network.INSTAGRAM: "/v2/instagram/reels/search",
        Network.YOUTUBE: "/v1/youtube/search",
    }[provider.network]
    whole = await provider.search(BREAD)
    await add("error", path)
    await add("rate_limit", path, retry_after=0)
    await add("drop_answer", path)
    assert [video.video_id for video in (await provider.search(BREAD)).videos] == [v.video_id for v in whole.videos]
    await add("error", path, times=4, error_code=503)
    with pytest.raises(ProviderDown):
        await provider.search(BREAD)
    await add("no_credits", path)
    with pytest.raises(OutOfCredits):
        await provider.search(BREAD)
    await add("broken_items", path)
    broken = await provider.search(BREAD)
    assert broken.malformed > 0
    assert 0 < len(broken.videos) < len(whole.videos)
    if provider.network is not Network.INSTAGRAM:  # which counts pages
        await add("repeat_cursor", path)
        assert (await provider.search(BREAD, whole.cursor)).cursor is None
    await add("delay", path, delay_s=0.2)
    started = asyncio.get_running_loop().time()
    await provider.search(BREAD)
    assert asyncio.get_running_loop().time() - started >= 0.2
    with pytest.raises(SandboxRefusal):
        await add("explode")
    with pytest.raises(SandboxRefusal):
        await add("error", "/v1/nowhere")


async def test_calls_are_recorded(sandbox: RunningSandbox, http: httpx.AsyncClient) -> None:
    provider = build(sandbox, http, Network.TIKTOK)
    await provider.creator("sample_baking_1")
    with pytest.raises(NotFound):
        await provider.creator("nobody")
    calls = (await sandbox.client.discovery())["calls"]
    assert [(call["path"], call["params"], call["answered"]) for call in calls] == [
        ("/v1/tiktok/profile", {"handle": "sample_baking_1"}, 200),
        ("/v1/tiktok/profile", {"handle": "nobody"}, 404),
    ]


async def test_unknown_parameters_and_missing_keys_are_refused(sandbox: RunningSandbox) -> None:
    async with aiohttp.ClientSession(sandbox.base_url) as session:
        for path, headers, status in (
            ("/v1/tiktok/profile?handle=a&x=1", {"x-api-key": "any"}, 400),
            ("/v1/tiktok/search/keyword", {"x-api-key": "any"}, 400),
            ("/v1/tiktok/profile?handle=sample_baking_1", {}, 401),
        ):
            async with session.get(path, headers=headers) as response:
                assert response.status == status
                assert (await response.json())["success"] is False
