"""What is YouTube's own, asked of the sandbox's."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from core.clock import SystemClock
from core.errors import ProviderError
from core.providers.discovery import Network
from core.providers.youtube_quota import next_reset
from core.publishing.networks.contract import ConsentAsk, NetworkErrorCode, Stage, Tokens
from core.publishing.networks.youtube.publisher import CHUNK_BYTES, YouTubePublisher
from tests.core.publishing.networks.test_publishers_contract import nobody, uploaded
from tests.core.publishing.networks.there import There, film, there
from tests.sandbox_server import RunningSandbox

MIB = 1024 * 1024
BEGIN = "POST /upload/youtube/v3/videos"
SESSION = "PUT /upload/youtube/v3/videos"


@pytest.fixture
async def youtube(sandbox: RunningSandbox, http: httpx.AsyncClient) -> There:
    await sandbox.client.reset()
    found = there(Network.YOUTUBE, http, sandbox.base_url)
    await found.rules(processing_s=0)
    return found


def test_the_consent_is_asked_for_with_a_refresh_token_each_time(youtube: There) -> None:
    url = youtube.consent.consent_url(ConsentAsk("https://example.com/back", "state", "verifier"))
    query = {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}
    assert (query["access_type"], query["prompt"]) == ("offline", "consent")
    assert query["code_challenge"] == "iMnq5o6zALKXGivsnlom_0F5_WYda32GHkxlV7mq7hQ"
    assert query["scope"].split(" ") == sorted(youtube.consent.scopes_needed, reverse=True)


async def test_the_refresh_token_stays_what_it_is(youtube: There) -> None:
    await youtube.grant()
    grant = await youtube.grant()
    assert grant.refresh_token is not None
    assert grant.refresh_expires_in is None
    refreshed = await youtube.consent.refresh(Tokens(grant.access_token, grant.refresh_token))
    assert refreshed.refresh_token is None


async def test_a_consent_screen_in_testing_lasts_a_week(youtube: There) -> None:
    await youtube.rules(testing=True)
    lasts = (await youtube.grant()).refresh_expires_in
    assert lasts is not None
    assert timedelta(days=6) < lasts <= timedelta(days=7)


@pytest.mark.parametrize("signup_required", [False, True])
async def test_an_account_without_a_channel_publishes_nothing(youtube: There, signup_required: bool) -> None:
    await youtube.rules(signup_required=signup_required)
    await youtube.control("accounts", username="ann", has_channel=False)
    grant = await youtube.grant("ann")
    with pytest.raises(ProviderError) as raised:
        await youtube.consent.account(grant.access_token)
    assert raised.value.error_code == NetworkErrorCode.NO_CHANNEL


async def test_terms_are_youtubes_three_ways_of_privacy(youtube: There) -> None:
    terms = await youtube.publisher.terms(await youtube.access("ann"))
    assert (terms.name, terms.privacy_options, terms.direct) == ("Ann", ("public", "unlisted", "private"), True)


async def test_all_choices_arrive_as_they_were_made(youtube: There) -> None:
    wanted = replace(youtube.wanted, privacy="unlisted", ai_made=True, made_for_kids=True, notify_subscribers=False)
    await uploaded(youtube, await youtube.access(), film(), wanted)
    (video,) = await youtube.videos()
    status, snippet = video["details"]["status"], video["details"]["snippet"]
    assert (status["privacyStatus"], status["selfDeclaredMadeForKids"]) == ("unlisted", True)
    assert status["containsSyntheticMedia"] is True
    assert (snippet["title"], snippet["description"], snippet["tags"]) == ("A cat", "It purrs.", ["cat"])
    assert video["details"]["notify"] is False


async def test_words_that_do_not_fit_cost_no_upload_of_the_day(youtube: There) -> None:
    access = await youtube.access()
    for wanted, code in (
        (replace(youtube.wanted, title="<b>"), NetworkErrorCode.TEXT_REFUSED),
        (replace(youtube.wanted, privacy=None), NetworkErrorCode.PRIVACY_NOT_OFFERED),
        (replace(youtube.wanted, privacy="SELF_ONLY"), NetworkErrorCode.PRIVACY_NOT_OFFERED),
    ):
        with pytest.raises(ProviderError) as raised:
            await youtube.publisher.begin(access, film(), wanted)
        assert raised.value.error_code == code
    assert await youtube.calls(BEGIN) == []


async def test_a_large_file_goes_in_chunks_of_256_kib_multiples(youtube: There) -> None:
    media = film(20 * MIB + 1)
    await uploaded(youtube, await youtube.access(), media)
    ranges = [call["content_range"] for call in await youtube.calls(SESSION)]
    assert ranges == [
        f"bytes */{media.size_bytes}",
        f"bytes 0-{CHUNK_BYTES - 1}/{media.size_bytes}",
        f"bytes {CHUNK_BYTES}-{2 * CHUNK_BYTES - 1}/{media.size_bytes}",
        f"bytes {2 * CHUNK_BYTES}-{media.size_bytes - 1}/{media.size_bytes}",
    ]


async def test_a_session_lives_for_a_week(youtube: There) -> None:
    access, media = await youtube.access(), film()
    grant_lives = timedelta(days=7)
    handle = await youtube.publisher.begin(access, media, youtube.wanted)
    await youtube.advance(grant_lives)
    assert (await youtube.publisher.look(access, handle)).stage is Stage.GONE
    await youtube.publisher.upload(access, handle, media, on_sent=nobody)
    assert media.reads == []


async def test_201_says_that_it_is_done_as_200_does(youtube: There) -> None:
    await youtube.rules(done_status=201)
    access = await youtube.access()
    handle = await uploaded(youtube, access, film())
    assert (await youtube.publisher.look(access, handle)).stage is Stage.PUBLISHED


async def test_what_is_being_processed_has_its_address_already(youtube: There) -> None:
    await youtube.rules(processing_s=600)
    access = await youtube.access()
    seen = await youtube.publisher.look(access, await uploaded(youtube, access, film()))
    (video,) = await youtube.videos()
    assert (seen.stage, seen.network_id) == (Stage.PROCESSING, video["id"])
    assert seen.url == f"{youtube.base_url}/youtube/watch?v={video['id']}"


@pytest.mark.parametrize(
    ("outcome", "code", "what"),
    [
        ("failed:codec", NetworkErrorCode.VIDEO_REFUSED, "format"),
        ("rejected:copyright", NetworkErrorCode.COPYRIGHT, None),
        ("rejected:length", NetworkErrorCode.VIDEO_REFUSED, "duration"),
    ],
)
async def test_a_failure_says_why(youtube: There, outcome: str, code: NetworkErrorCode, what: str | None) -> None:
    await youtube.rules(outcomes=[outcome])
    access = await youtube.access()
    seen = await youtube.publisher.look(access, await uploaded(youtube, access, film()))
    assert (seen.stage, seen.error, seen.params.get("what")) == (Stage.FAILED, code, what)


async def test_the_apps_quota_comes_back_at_midnight_in_california(youtube: There) -> None:
    await youtube.rules(quota_uploads=0)
    with pytest.raises(ProviderError) as raised:
        await youtube.publisher.begin(await youtube.access(), film(), youtube.wanted)
    assert raised.value.error_code == NetworkErrorCode.APP_LIMIT
    assert datetime.fromisoformat(raised.value.params["resets_at"]) == next_reset(datetime.now(UTC))
    assert not raised.value.retryable


async def test_the_channels_own_limit_is_another_one(youtube: There) -> None:
    access = await youtube.access("ann")
    await youtube.control("accounts", username="ann", uploads_per_day=0)
    with pytest.raises(ProviderError) as raised:
        await youtube.publisher.begin(access, film(), youtube.wanted)
    assert raised.value.error_code == NetworkErrorCode.DAILY_LIMIT


async def test_many_numbers_come_in_one_call_for_fifty(youtube: There) -> None:
    access = await youtube.access()
    assert await youtube.publisher.numbers(access, [f"video-{number}" for number in range(51)]) == {}
    assert len(await youtube.calls("GET /youtube/v3/videos:batchGetStats")) == 2


async def test_uploads_are_found_without_a_search(youtube: There) -> None:
    access, since = await youtube.access(), datetime.now(UTC)
    await uploaded(youtube, access, film())
    assert await youtube.publisher.find(access, youtube.wanted, film(), since=since) is not None
    assert await youtube.calls("GET /youtube/v3/search") == []


async def test_a_channel_that_never_uploaded_anything_has_no_such_playlist(youtube: There) -> None:
    access, since = await youtube.access(), datetime.now(UTC)
    await youtube.fault("error", "GET /youtube/v3/playlistItems", error_code=404, code="playlistNotFound")
    assert await youtube.publisher.find(access, youtube.wanted, film(), since=since) is None
    bare = httpx.MockTransport(lambda _: httpx.Response(200, json={"items": [{"id": "UC1"}]}))
    async with httpx.AsyncClient(transport=bare) as http:
        publisher = YouTubePublisher(http, SystemClock(), api_url="https://api.example", site_url="https://example.com")
        assert await publisher.find(access, youtube.wanted, film(), since=since) is None
