"""One contract for all that finds videos, each against strict local stand-ins of its vendor."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import AppError, InvalidInput, ProviderError
from core.providers.discovery import (
    Discovery,
    DiscoveryErrorCode,
    FoundCreator,
    FoundPage,
    FoundVideo,
    Network,
    NotFound,
    NotSupported,
    OutOfCredits,
    Period,
    ProviderDown,
    Search,
    VideoFormat,
)
from tests.core.providers.discoveries import ALL, NETWORKS, SCRAPED, WITH_KEY, MakeDiscovery, address
from tests.core.providers.fake_discovery_server import KEY, FakeDiscoveryServer, Fault, answered, dropped, silent
from tests.patience import PATIENCE_S

BREAD = Search("bread", Period.WEEK, "US")
TRENDING = Search("", Period.DAY)


@pytest.fixture(params=ALL)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=WITH_KEY)
def keyed(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def every_page(provider: Discovery, creator: FoundCreator) -> list[FoundPage]:
    pages = [await provider.videos_of(creator)]
    while pages[-1].cursor:
        pages.append(await provider.videos_of(creator, pages[-1].cursor))
        assert len(pages) < 10, "paging never ends"
    return pages


def check_video(video: FoundVideo, network: Network) -> None:
    assert video.network is video.creator.network is network
    assert isinstance(video.video_id, str)
    assert video.video_id
    assert video.url.startswith("https://")
    assert video.creator.url.startswith("https://")
    assert video.creator.name
    assert not video.creator.handle.startswith("@")
    assert video.published_at is None or video.published_at.utcoffset() == timedelta(0)
    assert video.thumbnail_url is None or ".heic" not in video.thumbnail_url
    assert "\ud83d" not in video.title


async def failing(discover: MakeDiscovery, kind: str, *, key: str = KEY) -> AppError:
    with pytest.raises(AppError) as raised:
        await discover(kind, key=key).creator("baker")
    error = raised.value
    assert KEY not in f"{error!r} {error} {error.params}"
    return error


@pytest.mark.parametrize("text", ["baker", "@baker", " @baker\n"])
async def test_a_creator_is_found_by_handle(discover: MakeDiscovery, kind: str, text: str) -> None:
    creator = await discover(kind).creator(text)
    assert (creator.handle, creator.name) == ("baker", "The Baker")
    assert creator.network is NETWORKS.get(kind, Network.YOUTUBE)
    assert creator.creator_id


async def test_a_creator_is_found_by_address(discover: MakeDiscovery, kind: str) -> None:
    provider = discover(kind)
    creator = await provider.creator("baker")
    assert await provider.creator(creator.url) == creator
    assert await provider.creator(f"{creator.url}?lang=en#top") == creator
    assert await provider.creator(creator.url.removeprefix("https://www.")) == creator


@pytest.mark.parametrize("text", ["", "@", "two words", "https://example.com/@baker", "https://[", "a/b", "<b>"])
async def test_what_is_no_creator_is_told_before_anybody_is_asked(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, kind: str, text: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        await discover(kind).creator(text)
    assert raised.value.error_code == DiscoveryErrorCode.BAD_ADDRESS
    assert networks.requests == []


async def test_an_unknown_creator_is_not_found(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, kind: str
) -> None:
    with pytest.raises(NotFound):
        await discover(kind).creator("nobody")
    assert len(networks.requests) == 1


async def test_a_creators_videos_come_page_by_page_and_each_page_holds_each_once(
    discover: MakeDiscovery, kind: str
) -> None:
    provider = discover(kind)
    creator = await provider.creator("baker")
    pages = await every_page(provider, creator)
    found = {video.video_id: video for page in pages for video in page.videos}
    assert [video.title for video in found.values() if video.title] != []
    assert len(found) == 5
    assert sum(page.malformed for page in pages) == 1
    for page in pages:
        ids = [video.video_id for video in page.videos]
        assert len(ids) == len(set(ids))
        moments = [video.published_at for video in page.videos if video.published_at]
        assert moments == sorted(moments, reverse=True)
    for video in found.values():
        check_video(video, provider.network)
        assert video.creator == creator
    newest = next(iter(found.values()))
    assert newest.published_at == datetime(2025, 11, 18, 20, 6, 40, tzinfo=UTC)
    assert (newest.views, newest.likes, newest.format) == (1000, 100, VideoFormat.SHORT)


async def test_the_videos_of_a_creator_who_is_gone_are_not_found(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, kind: str
) -> None:
    provider = discover(kind)
    gone = FoundCreator(provider.network, "UC" + "g" * 22, "gone", "Gone", "https://example.com/")
    with pytest.raises(NotFound):
        await provider.videos_of(gone)


async def test_a_search_goes_on_until_its_cursor_comes_again(discover: MakeDiscovery, keyed: str) -> None:
    provider = discover(keyed)
    first = await provider.search(BREAD)
    assert first.cursor
    second = await provider.search(BREAD, first.cursor)
    last = second
    while last.cursor:
        last = await provider.search(BREAD, last.cursor)
    found = {video.video_id for page in (first, second) for video in page.videos}
    assert (len(first.videos), len(second.videos), len(found)) == (2, 2, 3)
    assert (first.malformed, second.malformed) == (0, 1)
    for video in (*first.videos, *second.videos):
        check_video(video, provider.network)
        assert video.creator.creator_id


async def test_a_search_without_results_is_an_empty_page(discover: MakeDiscovery, keyed: str) -> None:
    page = await discover(keyed).search(Search("nothing", Period.DAY))
    assert page == FoundPage(())


async def test_without_a_keyword_it_is_what_trends(discover: MakeDiscovery, keyed: str) -> None:
    provider = discover(keyed)
    page = await provider.search(TRENDING)
    assert page.videos
    for video in page.videos:
        check_video(video, provider.network)
    calls = 1
    while page.cursor:
        page = await provider.search(TRENDING, page.cursor)
        calls += 1
        assert calls < 10, "trending never ends"


@pytest.mark.parametrize("scraped", [*SCRAPED, "data"])
async def test_a_video_is_found_by_its_address(discover: MakeDiscovery, scraped: str) -> None:
    provider = discover(scraped)
    video = await provider.video(address(scraped))
    check_video(video, provider.network)
    assert (video.title, video.views, video.likes, video.comments) == ("Bread 1", 1000, 100, 10)
    assert video.duration_s in (15, 15.5)
    assert video.published_at == datetime(2025, 11, 18, 20, 6, 40, tzinfo=UTC)
    assert await provider.video(video.url) == video
    with pytest.raises(NotFound):
        await provider.video(address(scraped, 8))


@pytest.mark.parametrize("text", ["", "baker", "https://example.com/video/1", "https://www.youtube.com/watch?v=short"])
async def test_what_is_no_video_is_told_before_anybody_is_asked(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, keyed: str, text: str
) -> None:
    with pytest.raises(InvalidInput):
        await discover(keyed).video(text)
    assert networks.requests == []


@pytest.mark.parametrize("scraped", SCRAPED)
async def test_a_transcript_is_words_and_times_or_nothing(discover: MakeDiscovery, scraped: str) -> None:
    provider = discover(scraped)
    transcript = await provider.transcript(address(scraped))
    assert transcript is not None
    assert transcript.text == "Bread rises slowly & well."
    if scraped != "instagram":
        assert [(line.starts_s, line.ends_s) for line in transcript.lines] == [(0.12, 1.84), (1.84, 3.0)]
    assert transcript.language == ("en" if scraped == "youtube" else "")
    assert await provider.transcript(address(scraped, 2)) is None


async def test_what_a_provider_cannot_do_at_all_is_told(discover: MakeDiscovery) -> None:
    feed, data = discover("feed"), discover("data")
    for call in (feed.search(BREAD), feed.video("x"), feed.transcript("x"), data.transcript(address("data"))):
        with pytest.raises(NotSupported) as raised:
            await call
        assert not raised.value.retryable


async def test_a_wrong_key_is_told_and_not_tried_again(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, keyed: str
) -> None:
    error = await failing(discover, keyed, key="sk-wrong")
    assert isinstance(error, ProviderError)
    assert (error.error_code, error.retryable) == (DiscoveryErrorCode.KEY_REFUSED, False)
    assert networks.requests == []


async def test_a_key_with_which_the_service_answers_never_shows(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, keyed: str
) -> None:
    told = f"your key {KEY} may not"
    networks.faults.append(answered(400, {"message": told, "error": {"message": told}}))
    assert "***" in (await failing(discover, keyed)).params["message"]


async def test_what_is_private_or_restricted_is_told(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, keyed: str
) -> None:
    networks.faults.append(answered(403, {"success": False, "errorStatus": 403, "message": "age restricted"}))
    assert (await failing(discover, keyed)).error_code == DiscoveryErrorCode.CLOSED


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (answered(429, {}, headers={"Retry-After": "0"}), DiscoveryErrorCode.RATE_LIMITED),
        (answered(500, b"<html>oops</html>", content_type="text/html"), DiscoveryErrorCode.UNAVAILABLE),
        (answered(503, {"error": "loading"}), DiscoveryErrorCode.UNAVAILABLE),
        (answered(504), DiscoveryErrorCode.TIMEOUT),
        (answered(302, headers={"Location": "https://consent.example.com/"}), DiscoveryErrorCode.GARBLED),
        (dropped(), DiscoveryErrorCode.UNAVAILABLE),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_may_pass_is_tried_again_and_then_told(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, kind: str, fault: Fault, code: str
) -> None:
    networks.faults.append(fault)
    assert (await discover(kind).creator("baker")).handle == "baker"
    networks.faults.extend([fault] * 9)
    error = await failing(discover, kind)
    assert isinstance(error, ProviderDown)
    assert (error.error_code, error.retryable) == (code, True)
    assert len(networks.faults) in (5, 7)


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"", b'{"a": ', b"[]", b"null", b'"x"', b"[" * 100_000])
async def test_an_answer_that_cannot_be_read_is_tried_again(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, keyed: str, body: bytes
) -> None:
    networks.faults.append(answered(200, body))
    assert (await discover(keyed).creator("baker")).handle == "baker"
    networks.faults.extend([answered(200, body)] * 4)
    assert (await failing(discover, keyed)).error_code == DiscoveryErrorCode.GARBLED


async def test_a_feed_that_cannot_be_read_is_told(discover: MakeDiscovery, networks: FakeDiscoveryServer) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;">]><feed><title>&y;</title></feed>'
    for body in (b"<html><p>Sign in</html>", b"", b"<feed>", bomb, b"\xff\xfe\x00"):
        networks.faults.extend([answered(200, b"UC?"), answered(200, body)])
        networks.faults.popleft()
        with pytest.raises(ProviderDown) as raised:
            await discover("feed").creator("UC" + "b" * 22)
        assert raised.value.error_code == DiscoveryErrorCode.GARBLED


async def test_a_hang_ends_with_the_try_and_closes_the_connection(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, kind: str
) -> None:
    networks.faults.append(silent())
    assert (await discover(kind, try_s=0.3).creator("baker")).handle == "baker"
    await asyncio.wait_for(networks.left.wait(), PATIENCE_S)


async def test_cancelling_closes_the_connection(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, kind: str
) -> None:
    networks.faults.append(silent())
    task = asyncio.create_task(discover(kind).creator("baker"))
    await asyncio.wait_for(networks.asked.wait(), PATIENCE_S)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(networks.left.wait(), PATIENCE_S)


async def test_a_long_pause_that_is_asked_for_is_the_jobs_to_wait(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, kind: str
) -> None:
    networks.faults.append(answered(429, {}, headers={"Retry-After": "120"}))
    error = await failing(discover, kind)
    assert isinstance(error, ProviderDown)
    assert error.retry_after_s == 120.0
    assert len(networks.requests) == 1


async def test_a_server_that_is_away_is_told(discover: MakeDiscovery, kind: str) -> None:
    discover.url = "http://127.0.0.1:9"
    assert (await failing(discover, kind)).error_code == DiscoveryErrorCode.UNAVAILABLE


async def test_what_calls_take_is_told_and_so_is_its_end(
    discover: MakeDiscovery, networks: FakeDiscoveryServer, keyed: str
) -> None:
    quota = {"error": {"code": 403, "errors": [{"domain": "youtube.quota", "reason": "quotaExceeded"}]}}
    await discover(keyed).creator("baker")
    used = discover.used.pop()
    assert (used.charged, used.out) == (1, False)
    assert used.remaining == (9999 if keyed == "data" else 997)
    networks.faults.append(answered(403, quota) if keyed == "data" else answered(402, {"credits_remaining": 0}))
    error = await failing(discover, keyed)
    assert isinstance(error, OutOfCredits)
    assert not error.retryable
    assert (len(networks.requests), networks.faults) == (2, type(networks.faults)())
    assert [(used.remaining, used.out) for used in discover.used] == [(0, True)]
