"""What the sandbox's Instagram tells: what was published, and how it does."""

from typing import Any

import pytest

from tests.web.sandbox.networks.instagram_side import BASIC, PUBLISH, Connected, Host, InstagramSide, refusal

METRICS = "views,reach,likes,comments,shares,saved,total_interactions,ig_reels_avg_watch_time"
DAY_S = 86_400


async def numbers(instagram: InstagramSide, ann: Connected, media: str, metric: str = METRICS) -> dict[str, int]:
    answer = await instagram.get(f"v26.0/{media}/insights", metric=metric, access_token=ann.token)
    assert answer.status_code == 200, answer.text
    return {found["name"]: found["values"][0]["value"] for found in answer.json()["data"]}


async def test_published_reels_are_listed_newest_first_in_pages(
    instagram: InstagramSide, host: Host, ann: Connected
) -> None:
    made = [await instagram.published(ann, host, caption=f"Reel {number}") for number in range(3)]
    asked: dict[str, Any] = {"fields": "caption", "limit": "2", "access_token": ann.token}
    first = (await instagram.get(f"v26.0/{ann.id}/media", **asked)).json()
    assert [item["caption"] for item in first["data"]] == ["Reel 2", "Reel 1"]
    assert "next" in first["paging"]
    after = first["paging"]["cursors"]["after"]
    second = (await instagram.get(f"v26.0/{ann.id}/media", **asked, after=after)).json()
    assert [item["id"] for item in second["data"]] == made[:1]
    assert "next" not in second["paging"]


async def test_lists_can_begin_at_a_moment(instagram: InstagramSide, host: Host, ann: Connected) -> None:
    await instagram.published(ann, host, caption="Old")
    await instagram.advance(DAY_S)
    await instagram.published(ann, host, caption="New")
    since = str(int((await instagram.videos())[1]["made_at"]) - 10)
    listed = await instagram.get("me/media", fields="caption", since=since, access_token=ann.token)
    assert [item["caption"] for item in listed.json()["data"]] == ["New"]


async def test_what_its_owner_deletes_is_gone(instagram: InstagramSide, host: Host, ann: Connected) -> None:
    media = await instagram.published(ann, host)
    await instagram.control(f"videos/{media}/remove")
    assert (await instagram.get(f"{ann.id}/media", access_token=ann.token)).json() == {"data": []}
    assert refusal(await instagram.get(media, access_token=ann.token)) == (400, 100, 33)


async def test_media_are_their_owners(instagram: InstagramSide, host: Host, ann: Connected) -> None:
    media, bob = await instagram.published(ann, host), await instagram.connected("bob")
    assert refusal(await instagram.get(media, access_token=bob.token)) == (400, 100, 33)
    assert refusal(await instagram.get(f"{ann.id}/media", access_token=bob.token)) == (400, 100, 33)
    insights = await instagram.get(f"{media}/insights", metric="views", access_token=bob.token)
    assert refusal(insights) == (400, 100, 33)


async def test_an_unknown_field_fails_the_whole_call(instagram: InstagramSide, host: Host, ann: Connected) -> None:
    media = await instagram.published(ann, host)
    answer = await instagram.get(media, fields="permalink,plays", access_token=ann.token)
    assert refusal(answer)[:2] == (400, 100)
    assert "nonexisting field (plays)" in answer.json()["error"]["message"]


async def test_numbers_grow(instagram: InstagramSide, host: Host, ann: Connected) -> None:
    media = await instagram.published(ann, host)
    early = await numbers(instagram, ann, media)
    assert list(early) == METRICS.split(",")
    await instagram.advance(2 * DAY_S)
    late = await numbers(instagram, ann, media)
    assert late["views"] > early["views"]
    assert late["reach"] <= late["views"]
    assert late["total_interactions"] == late["likes"] + late["comments"] + late["shares"] + late["saved"]
    told = (await instagram.get(media, fields="like_count,comments_count", access_token=ann.token)).json()
    assert (told["like_count"], told["comments_count"]) == (late["likes"], late["comments"])


@pytest.mark.parametrize("gone", ["plays", "impressions", "video_views", "clips_replays_count"])
async def test_one_unsupported_metric_fails_the_whole_call(
    instagram: InstagramSide, host: Host, ann: Connected, gone: str
) -> None:
    media = await instagram.published(ann, host)
    answer = await instagram.get(f"{media}/insights", metric=f"views,{gone}", access_token=ann.token)
    assert refusal(answer)[:2] == (400, 100)
    assert "(#100) metric[1] must be one of the following values: views, reach" in answer.json()["error"]["message"]


async def test_before_there_is_data_there_is_no_zero(instagram: InstagramSide, host: Host, ann: Connected) -> None:
    await instagram.control("rules", insights_after_s=3_600)
    media = await instagram.published(ann, host)
    assert await numbers(instagram, ann, media) == {}
    await instagram.advance(3_600)
    assert "views" in await numbers(instagram, ann, media)


async def test_insights_want_a_scope_of_their_own(instagram: InstagramSide, host: Host) -> None:
    bob = await instagram.connected("bob", scope=f"{BASIC},{PUBLISH}")
    media = await instagram.published(bob, host)
    answer = await instagram.get(f"{media}/insights", metric="views", access_token=bob.token)
    assert refusal(answer) == (403, 10, None)


async def test_too_many_calls_are_told_by_the_code(instagram: InstagramSide, ann: Connected) -> None:
    await instagram.control("faults", kind="rate_limit")
    answer = await instagram.get("me", access_token=ann.token)
    assert refusal(answer) == (403, 4, None)
    assert answer.json()["error"]["is_transient"] is True


async def test_a_fault_with_a_subcode_has_metas_words(instagram: InstagramSide, ann: Connected) -> None:
    fault = {"kind": "error", "error_code": 400, "code": "-1", "details": {"subcode": 2207001}}
    await instagram.control("faults", **fault)
    answer = await instagram.get("me", access_token=ann.token)
    assert refusal(answer) == (400, -1, 2207001)
    assert answer.json()["error"]["error_user_msg"] == "Instagram server error. Try again."


async def test_what_was_published_stands_on_the_page(instagram: InstagramSide, host: Host, ann: Connected) -> None:
    await instagram.published(ann, host, caption="On the page")
    page = await instagram.http.get("/networks")
    assert "On the page" in page.text
