"""What is TikTok's own, asked of the sandbox's."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from core.clock import SystemClock
from core.errors import ProviderError
from core.providers.discovery import Network
from core.publishing.networks.contract import Access, ConsentAsk, Handle, NetworkErrorCode, Stage, Terms, Tokens
from core.publishing.networks.tiktok import TikTokPublisher
from core.publishing.networks.tiktok.consent import BASIC, POST
from tests.core.publishing.networks.test_publishers_contract import nobody, uploaded
from tests.core.publishing.networks.there import MadeUp, There, film, there
from tests.sandbox_server import RunningSandbox

MIB = 1024 * 1024
CHUNKS = "PUT /video/"


@pytest.fixture
async def tiktok(sandbox: RunningSandbox, http: httpx.AsyncClient) -> There:
    await sandbox.client.reset()
    found = there(Network.TIKTOK, http, sandbox.base_url)
    await found.rules(processing_s=0, moderation_s=0)
    return found


@pytest.fixture
async def unaudited(tiktok: There) -> There:
    await tiktok.rules(audited=False)
    return there(Network.TIKTOK, tiktok.http, tiktok.base_url, direct=False)


def test_the_challenge_is_hexadecimal_and_scopes_have_commas(tiktok: There) -> None:
    url = tiktok.consent.consent_url(ConsentAsk("https://example.com/back", "state", "verifier"))
    query = {name: value for name, (value,) in parse_qs(urlsplit(url).query).items()}
    assert query["code_challenge"] == "88c9eae68eb300b2971a2bec9e5a26ff4179fd661d6b7d861e4c6557b9aaee14"
    assert query["code_challenge_method"] == "S256"
    assert query["scope"].split(",") == [BASIC, "user.info.profile", "video.list", "video.upload", POST]
    assert "client_id" not in query


def test_an_app_without_audit_asks_for_drafts_only(unaudited: There) -> None:
    assert unaudited.consent.scopes_needed == {BASIC, "video.upload"}
    assert POST not in unaudited.consent.consent_url(ConsentAsk("https://example.com/back", "state", "verifier"))


async def test_refresh_tokens_rotate(tiktok: There) -> None:
    first = await tiktok.grant()
    second = await tiktok.consent.refresh(Tokens(first.access_token, first.refresh_token))
    assert second.refresh_token is not None
    assert second.refresh_expires_in == timedelta(days=180)
    with pytest.raises(ProviderError) as raised:
        await tiktok.consent.refresh(Tokens(first.access_token, first.refresh_token))
    assert raised.value.error_code == NetworkErrorCode.RECONNECT


async def test_terms_are_what_the_creator_may_at_this_moment(tiktok: There) -> None:
    access = await tiktok.access()
    await tiktok.control(
        "accounts", username="ann", name="Ann!", private=True, comment_disabled=True, max_video_post_duration_sec=60
    )
    terms = await tiktok.publisher.terms(access)
    assert (terms.name, terms.comments_off, terms.duet_off, terms.stitch_off) == ("Ann!", True, True, True)
    assert terms.privacy_options == ("FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY")
    assert (terms.duration_max_s, terms.direct) == (60, True)
    assert terms.picture_url


async def test_who_may_not_post_now_is_told_so_by_the_terms(tiktok: There) -> None:
    access = await tiktok.access()
    await tiktok.control("accounts", username="ann", posts_per_day=0)
    with pytest.raises(ProviderError) as raised:
        await tiktok.publisher.terms(access)
    assert raised.value.error_code == NetworkErrorCode.DAILY_LIMIT
    await tiktok.control("accounts", username="ann", banned=True)
    with pytest.raises(ProviderError) as raised:
        await tiktok.publisher.terms(access)
    assert raised.value.error_code == NetworkErrorCode.BANNED


async def test_all_choices_arrive_as_they_were_made(tiktok: There) -> None:
    wanted = replace(
        tiktok.wanted, comments=False, duet=True, stitch=False, own_brand=True, ai_made=True, cover_ms=1_500
    )
    await uploaded(tiktok, await tiktok.access(), film(), wanted)
    (video,) = await tiktok.videos()
    assert video["details"]["post"] == {
        "title": "A cat #cats",
        "privacy_level": "PUBLIC_TO_EVERYONE",
        "disable_comment": True,
        "disable_duet": False,
        "disable_stitch": True,
        "brand_content_toggle": False,
        "brand_organic_toggle": True,
        "is_aigc": True,
        "video_cover_timestamp_ms": 1_500,
    }


async def test_nothing_is_posted_without_a_chosen_privacy(tiktok: There) -> None:
    access = await tiktok.access()
    for privacy in (None, "FOLLOWER_OF_CREATOR"):
        with pytest.raises(ProviderError) as raised:
            await tiktok.publisher.begin(access, film(), replace(tiktok.wanted, privacy=privacy))
        assert raised.value.error_code == NetworkErrorCode.PRIVACY_NOT_OFFERED


async def test_a_large_file_goes_in_chunks_one_after_another(tiktok: There) -> None:
    media = film(75 * MIB)
    await uploaded(tiktok, await tiktok.access(), media)
    ranges = [call["content_range"] for call in await tiktok.calls(CHUNKS)]
    assert ranges[0] == f"bytes 0-{10 * MIB - 1}/{media.size_bytes}"
    assert ranges[-1] == f"bytes {60 * MIB}-{75 * MIB - 1}/{media.size_bytes}"
    assert len(ranges) == 7


async def test_chunks_that_had_arrived_all_the_same_are_left_out(tiktok: There) -> None:
    """The answer to one was lost, and what the status tells isn't looked at in between."""
    access, media = await tiktok.access(), film(75 * MIB)
    handle = await tiktok.publisher.begin(access, media, tiktok.wanted)
    await tiktok.fault("drop_answer", CHUNKS, after=2)
    await tiktok.publisher.upload(access, handle, media, on_sent=nobody)
    ranges = [call["content_range"] for call in await tiktok.calls(CHUNKS)]
    assert len(ranges) == len(set(ranges)) == 7


@dataclass
class Forgetful:
    """A TikTok whose status doesn't tell what has arrived; its upload address does."""

    arrived: int
    stuck: bool = False
    ranges: list[tuple[int, int]] = field(default_factory=list)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        if request.method == "POST":
            data = {"status": "PROCESSING_UPLOAD", "uploaded_bytes": 0}
            return httpx.Response(200, json={"data": data, "error": {"code": "ok"}})
        first, last, total = map(int, re.findall(r"\d+", request.headers["content-range"]))
        self.ranges.append((first, last))
        if first != self.arrived or self.stuck:
            return httpx.Response(416, headers={"Content-Range": f"bytes 0-{self.arrived - 1}/{total}"})
        self.arrived = last + 1
        return httpx.Response(201 if self.arrived == total else 206)


def forgetful_handle(media: MadeUp) -> Handle:
    return {"publish_id": "v_pub_file~v2-1.1", "upload_url": "https://up.example/1", "size_bytes": media.size_bytes}


async def uploaded_to(fake: Forgetful, media: MadeUp) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(fake.answer)) as http:
        url = "https://tiktok.example"
        publisher = TikTokPublisher(http, SystemClock(), api_url=url, site_url=url, direct=True, pause_s=0.001)
        access = Access(SecretStr("act.1"), "open-id", "ann")
        await publisher.upload(access, forgetful_handle(media), media, on_sent=nobody)


async def test_a_chunk_that_is_out_of_step_says_where_to_go_on() -> None:
    fake = Forgetful(arrived=30 * MIB)
    await uploaded_to(fake, film(75 * MIB))
    assert [first for first, _ in fake.ranges] == [0, 30 * MIB, 40 * MIB, 50 * MIB, 60 * MIB]
    assert fake.arrived == 75 * MIB


async def test_an_upload_that_does_not_get_on_is_not_sent_for_ever() -> None:
    fake = Forgetful(arrived=30 * MIB, stuck=True)
    with pytest.raises(ProviderError) as raised:
        await uploaded_to(fake, film(75 * MIB))
    assert (raised.value.error_code, raised.value.params["detail"]) == (NetworkErrorCode.UNAVAILABLE, "416")
    assert len(fake.ranges) == 8, "twice each time that it is tried"


async def test_an_upload_that_waited_too_long_has_to_begin_anew(tiktok: There) -> None:
    access, media = await tiktok.access(), film()
    handle = await tiktok.publisher.begin(access, media, tiktok.wanted)
    await tiktok.advance(timedelta(hours=1))
    with pytest.raises(ProviderError) as raised:
        await tiktok.publisher.upload(access, handle, media, on_sent=nobody)
    assert raised.value.error_code == NetworkErrorCode.UPLOAD_EXPIRED


async def test_a_video_in_review_has_no_id_yet(tiktok: There) -> None:
    await tiktok.rules(moderation_s=600)
    access = await tiktok.access()
    handle = await uploaded(tiktok, access, film())
    seen = await tiktok.publisher.look(access, handle)
    assert (seen.stage, seen.network_id) == (Stage.PUBLISHED, None)
    assert seen.url == f"{tiktok.base_url}/tiktok/@ann"
    await tiktok.advance(timedelta(minutes=10))
    seen = await tiktok.publisher.look(access, handle)
    (video,) = await tiktok.videos()
    assert (seen.network_id, seen.url) == (video["id"], f"{tiktok.base_url}/tiktok/@ann/video/{video['id']}")
    assert int(video["id"]) > 2**53, "as large as no double can hold"


async def test_processing_is_no_upload(tiktok: There) -> None:
    await tiktok.rules(processing_s=600)
    access = await tiktok.access()
    handle = await uploaded(tiktok, access, film())
    assert (await tiktok.publisher.look(access, handle)).stage is Stage.PROCESSING


@pytest.mark.parametrize(
    ("reason", "code", "what"),
    [
        ("frame_rate_check_failed", NetworkErrorCode.VIDEO_REFUSED, "frame_rate"),
        ("internal", NetworkErrorCode.UNAVAILABLE, None),
        ("something_new", NetworkErrorCode.REJECTED, None),
    ],
)
async def test_a_failure_says_why(tiktok: There, reason: str, code: NetworkErrorCode, what: str | None) -> None:
    await tiktok.rules(fail_reason=reason)
    access = await tiktok.access()
    seen = await tiktok.publisher.look(access, await uploaded(tiktok, access, film()))
    assert (seen.stage, seen.error, seen.params.get("what")) == (Stage.FAILED, code, what)
    assert seen.params["detail"] == reason


async def test_a_draft_waits_in_the_inbox_until_its_owner_posts_it(tiktok: There) -> None:
    access, media = await tiktok.access(), film()
    handle = await uploaded(tiktok, access, media, replace(tiktok.wanted, inbox=True, privacy=None))
    assert (await tiktok.publisher.look(access, handle)).stage is Stage.IN_INBOX
    assert await tiktok.videos() == []
    await tiktok.control("drafts", publish_id=handle["publish_id"])
    assert (await tiktok.publisher.look(access, handle)).stage is Stage.PUBLISHED


async def test_an_app_without_audit_fills_inboxes_whatever_is_wanted(unaudited: There) -> None:
    access = await unaudited.access()
    assert await unaudited.publisher.terms(access) == Terms(name="ann", direct=False)
    handle = await uploaded(unaudited, access, film())
    assert (await unaudited.publisher.look(access, handle)).stage is Stage.IN_INBOX


async def test_an_app_that_thinks_it_is_audited_is_told_otherwise(tiktok: There) -> None:
    await tiktok.rules(audited=False)
    with pytest.raises(ProviderError) as raised:
        await tiktok.publisher.begin(await tiktok.access(), film(), tiktok.wanted)
    assert raised.value.error_code == NetworkErrorCode.UNAUDITED


async def test_too_many_people_a_day_are_too_many_until_tomorrow(tiktok: There) -> None:
    await tiktok.rules(audited=False, users_unaudited=0)
    with pytest.raises(ProviderError) as raised:
        await tiktok.publisher.begin(await tiktok.access(), film(), tiktok.wanted)
    assert raised.value.error_code == NetworkErrorCode.APP_LIMIT
    assert datetime.fromisoformat(raised.value.params["resets_at"]) > datetime.now(UTC) + timedelta(hours=23)


async def test_an_account_that_keeps_its_profile_to_itself_has_no_username(tiktok: There) -> None:
    access = await tiktok.access("ann", scopes=[BASIC, POST])
    assert access.username == ""
    account = await tiktok.consent.account(access.token)
    assert account.name == "Ann"
    handle = await uploaded(tiktok, access, film())
    assert (await tiktok.publisher.look(access, handle)).url is None


async def test_what_may_not_be_listed_is_not_found(tiktok: There) -> None:
    access, since = await tiktok.access("ann", scopes=[BASIC, POST]), datetime.now(UTC)
    await uploaded(tiktok, access, film())
    assert await tiktok.publisher.find(access, tiktok.wanted, film(), since=since) is None
