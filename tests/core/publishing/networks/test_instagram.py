"""What is Instagram's own, asked of the sandbox's."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from core.clock import SystemClock
from core.errors import ProviderError
from core.providers.discovery import Network
from core.publishing.networks.contract import Access, NetworkErrorCode, Stage, Tokens
from core.publishing.networks.instagram import InstagramPublisher
from core.publishing.networks.instagram.consent import BASIC, PUBLISH
from tests.core.publishing.networks.test_publishers_contract import nobody, published, uploaded
from tests.core.publishing.networks.there import ASK, There, film, film_bytes, there
from tests.file_server import File, serving_files
from tests.sandbox_server import RunningSandbox

PUBLISHING = "POST /{ig}/media_publish"
PERMALINK = "GET /{node}"


@pytest.fixture
async def instagram(sandbox: RunningSandbox, http: httpx.AsyncClient) -> There:
    await sandbox.client.reset()
    found = there(Network.INSTAGRAM, http, sandbox.base_url)
    await found.rules(processing_s=0, resumable=True)
    return found


async def test_the_tail_of_the_callback_is_no_part_of_the_code(instagram: There) -> None:
    grant = await instagram.consent.exchange(f"{await instagram.code()}#_", ASK)
    assert grant.expires_in == timedelta(days=60)
    assert grant.refresh_token is None


async def test_both_shapes_of_a_token_are_read(instagram: There) -> None:
    await instagram.rules(data_wrapped=True)
    grant = await instagram.grant("ann")
    assert instagram.consent.scopes_needed <= grant.scopes
    assert (await instagram.consent.account(grant.access_token)).username == "ann"


async def test_the_account_is_the_professional_one(instagram: There) -> None:
    access = await instagram.access("ann")
    account = await instagram.control("accounts", username="ann")
    assert access.account_id == account["id"]


async def test_a_young_token_is_refreshed_another_day(instagram: There) -> None:
    grant = await instagram.grant()
    with pytest.raises(ProviderError) as raised:
        await instagram.consent.refresh(Tokens(grant.access_token))
    assert raised.value.error_code == NetworkErrorCode.RATE_LIMITED
    assert raised.value.retry_after_s == 86_400
    await instagram.advance(timedelta(days=1))
    assert (await instagram.consent.refresh(Tokens(grant.access_token))).expires_in == timedelta(days=60)


async def test_a_personal_account_publishes_nothing(instagram: There) -> None:
    access = await instagram.access("ann")
    await instagram.control("accounts", username="ann", account_type="PERSONAL")
    for ask in (instagram.consent.account(access.token), instagram.publisher.terms(access)):
        with pytest.raises(ProviderError) as raised:
            await ask
        assert raised.value.error_code == NetworkErrorCode.NOT_PROFESSIONAL


async def test_how_many_may_still_be_published_is_asked(instagram: There) -> None:
    await instagram.rules(quota_total=2)
    access = await instagram.access()
    assert (await instagram.publisher.terms(access)).posts_left == 2
    await published(instagram, access, film())
    terms = await instagram.publisher.terms(access)
    assert (terms.name, terms.posts_left, terms.privacy_options) == ("ann", 1, ())
    assert (terms.duration_min_s, terms.duration_max_s) == (3, 900)
    await published(instagram, access, film())
    handle = await uploaded(instagram, access, film())
    with pytest.raises(ProviderError) as raised:
        await instagram.publisher.release(access, handle)
    assert raised.value.error_code == NetworkErrorCode.DAILY_LIMIT


async def test_a_file_with_a_link_is_fetched_from_there(instagram: There) -> None:
    await instagram.rules(resumable=False)
    access, media = await instagram.access(), film()
    async with serving_files({"/cat.mp4": File(film_bytes(), "video/mp4")}) as address:
        media.address = f"{address}/cat.mp4"
        seen = await published(instagram, access, media)
    (video,) = await instagram.videos()
    assert (seen.stage, seen.network_id) == (Stage.PUBLISHED, video["id"])
    assert video["facts"]["size_bytes"] == len(film_bytes())
    assert media.reads == []


async def test_a_link_that_leads_nowhere_is_told(instagram: There) -> None:
    media = film()
    media.address = "http://127.0.0.1:9/cat.mp4"
    with pytest.raises(ProviderError) as raised:
        await instagram.publisher.begin(await instagram.access(), media, instagram.wanted)
    assert (raised.value.error_code, raised.value.params["what"]) == (NetworkErrorCode.REJECTED, "link")


async def test_without_a_link_it_is_told_that_one_is_needed(instagram: There) -> None:
    await instagram.rules(resumable=False)
    with pytest.raises(ProviderError) as raised:
        await instagram.publisher.begin(await instagram.access(), film(), instagram.wanted)
    assert (raised.value.error_code, raised.value.params["what"]) == (NetworkErrorCode.REJECTED, "link")


async def test_a_publication_whose_answer_got_lost_is_found_out_by_looking(instagram: There) -> None:
    access = await instagram.access()
    handle = await uploaded(instagram, access, film())
    await instagram.fault("drop_answer", PUBLISHING)
    with pytest.raises(ProviderError) as raised:
        await instagram.publisher.release(access, handle)
    assert (raised.value.error_code, raised.value.params["unknown"]) == (NetworkErrorCode.UNAVAILABLE, True)
    (video,) = await instagram.videos()
    for seen in (await instagram.publisher.look(access, handle), await instagram.publisher.release(access, handle)):
        assert (seen.stage, seen.network_id) == (Stage.PUBLISHED, video["id"])
        assert seen.url == video["details"]["permalink"]
    assert len(await instagram.videos()) == 1


async def test_it_is_published_whether_its_address_is_told_or_not(instagram: There) -> None:
    access = await instagram.access()
    handle = await uploaded(instagram, access, film())
    await instagram.fault("error", PERMALINK, times=10)
    seen = await instagram.publisher.release(access, handle)
    assert (seen.stage, seen.url) == (Stage.PUBLISHED, None)
    assert seen.network_id


async def test_what_is_being_processed_is_not_released(instagram: There) -> None:
    await instagram.rules(processing_s=600)
    access = await instagram.access()
    handle = await uploaded(instagram, access, film())
    assert (await instagram.publisher.look(access, handle)).stage is Stage.PROCESSING
    assert (await instagram.publisher.release(access, handle)).stage is Stage.PROCESSING
    assert await instagram.videos() == []


@pytest.mark.parametrize(
    ("phase", "stage"),
    [
        ({"status": "not_started"}, Stage.UPLOADING),
        ({"status": "in_progress", "bytes_transferred": 99}, Stage.UPLOADING),
        ({"status": "in_progress", "bytes_transferred": 100}, Stage.PROCESSING),
        ({"status": "complete"}, Stage.PROCESSING),
        ({}, Stage.UPLOADING),
        (None, Stage.UPLOADING),
    ],
)
async def test_an_upload_is_through_when_either_of_its_signs_says_so(
    phase: dict[str, Any] | None, stage: Stage
) -> None:
    state = {"status_code": "IN_PROGRESS", "status": "", "video_status": {"uploading_phase": phase}}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=state))
    async with httpx.AsyncClient(transport=transport) as http:
        publisher = InstagramPublisher(http, SystemClock(), api_url="https://graph.example", pause_s=0.001)
        access = Access(SecretStr("IGAA1"), "17", "ann")
        handle = {"container_id": "18", "upload_url": "https://up.example/18", "size_bytes": 100}
        assert (await publisher.look(access, handle)).stage is stage


async def test_a_container_lives_for_a_day(instagram: There) -> None:
    access = await instagram.access()
    handle = await uploaded(instagram, access, film())
    await instagram.advance(timedelta(days=1))
    assert (await instagram.publisher.look(access, handle)).stage is Stage.GONE
    with pytest.raises(ProviderError) as raised:
        await instagram.publisher.release(access, handle)
    assert raised.value.error_code == NetworkErrorCode.UPLOAD_EXPIRED


@pytest.mark.parametrize(
    ("subcode", "code"), [(2207026, NetworkErrorCode.VIDEO_REFUSED), (2207053, NetworkErrorCode.UNAVAILABLE)]
)
async def test_a_failure_says_why(instagram: There, subcode: int, code: NetworkErrorCode) -> None:
    await instagram.rules(processing_errors=[subcode])
    access = await instagram.access()
    seen = await instagram.publisher.look(access, await uploaded(instagram, access, film()))
    assert (seen.stage, seen.error, seen.params["detail"]) == (Stage.FAILED, code, str(subcode))


async def test_a_caption_that_is_too_long_is_refused_at_once(instagram: There) -> None:
    wanted = replace(instagram.wanted, caption="x" * 2_201)
    with pytest.raises(ProviderError) as raised:
        await instagram.publisher.begin(await instagram.access(), film(), wanted)
    assert (raised.value.error_code, raised.value.params["what"]) == (NetworkErrorCode.TEXT_REFUSED, "caption")


async def test_choices_arrive_as_they_were_made(instagram: There) -> None:
    access, wanted = await instagram.access(), replace(instagram.wanted, share_to_feed=False, cover_ms=1_500)
    handle = await uploaded(instagram, access, film(), wanted)
    await instagram.publisher.release(access, handle)
    (video,) = await instagram.videos()
    given = video["details"]["given"]
    assert (given["share_to_feed"], given["thumb_offset"], given["caption"]) == ("false", "1500", "A cat #cats")


async def test_numbers_come_late_and_are_missing_till_then(instagram: There) -> None:
    await instagram.rules(insights_after_s=86_400)
    access = await instagram.access()
    seen = await published(instagram, access, film())
    assert seen.network_id
    assert await instagram.publisher.numbers(access, [seen.network_id]) == {}
    await instagram.advance(timedelta(days=1))
    numbers = (await instagram.publisher.numbers(access, [seen.network_id]))[seen.network_id]
    assert numbers.views is not None
    assert numbers.shares is not None


async def test_without_the_scope_for_insights_likes_and_comments_are_known(instagram: There) -> None:
    access = await instagram.access(scopes=[BASIC, PUBLISH])
    seen = await published(instagram, access, film())
    assert seen.network_id
    numbers = (await instagram.publisher.numbers(access, [seen.network_id]))[seen.network_id]
    assert numbers.views is None
    assert numbers.likes is not None


async def test_a_video_without_words_is_found_by_its_moment(instagram: There) -> None:
    access, since, wanted = await instagram.access(), datetime.now(UTC), replace(instagram.wanted, caption="")
    handle = await uploaded(instagram, access, film(), wanted)
    seen = await instagram.publisher.release(access, handle)
    found = await instagram.publisher.find(access, wanted, film(), since=since)
    assert found is not None
    assert found.network_id == seen.network_id


async def test_nothing_is_uploaded_that_is_fetched(instagram: There) -> None:
    access, media = await instagram.access(), film()
    async with serving_files({"/cat.mp4": File(film_bytes(), "video/mp4")}) as address:
        media.address = f"{address}/cat.mp4"
        handle = await instagram.publisher.begin(access, media, instagram.wanted)
    assert handle["upload_url"] is None
    await instagram.publisher.upload(access, handle, media, on_sent=nobody)
    assert await instagram.calls("POST /ig-api-upload/{container}") == []
