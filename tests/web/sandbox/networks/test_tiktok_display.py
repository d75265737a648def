"""TikTok's Display API in the sandbox: accounts, public videos, numbers."""

from typing import Any

import pytest

from tests.web.sandbox.networks.side import PUBLIC, Side, code_of, video

LIST = "video/list/?fields=id,title,create_time,duration,width,height,share_url,view_count,like_count"


async def three_videos(side: Side) -> str:
    """A token of who has published One, Two and Three, in this order, and something private."""
    token = await side.access()
    for title, privacy in (
        ("One", "PUBLIC_TO_EVERYONE"),
        ("Mine", "SELF_ONLY"),
        ("Two", "PUBLIC_TO_EVERYONE"),
        ("Three", "PUBLIC_TO_EVERYONE"),
    ):
        await side.sent(token, video(), post={**PUBLIC, "title": title, "privacy_level": privacy})
        await side.advance(60)
    return token


async def listed(side: Side, token: str, **body: Any) -> dict[str, Any]:
    answer = await side.call(token, LIST, body)
    assert (answer.status_code, code_of(answer)) == (200, "ok")
    return dict(answer.json()["data"])


async def test_public_videos_are_listed_in_pages_newest_first(side: Side) -> None:
    token, told, cursor = await three_videos(side), [], 0
    for _ in range(3):
        page = await listed(side, token, max_count=1, cursor=cursor)
        told.append(([one["title"] for one in page["videos"]], page["has_more"]))
        cursor = page["cursor"]
    assert told == [(["Three"], True), (["Two"], True), (["One"], False)]
    first = (await listed(side, token))["videos"][0]
    assert (first["duration"], first["width"], first["height"]) == (1, 360, 640)
    assert isinstance(first["id"], str)


async def test_what_is_not_moderated_yet_or_removed_is_not_listed(side: Side) -> None:
    await side.control("rules", moderation_s=60)
    token = await side.access()
    await side.sent(token, video())
    await side.advance(2)
    assert (await listed(side, token))["videos"] == []
    await side.advance(60)
    found = (await listed(side, token))["videos"]
    assert len(found) == 1
    await side.control(f"videos/{found[0]['id']}/remove")
    assert (await listed(side, token))["videos"] == []


async def test_numbers_grow_with_time_and_are_the_same_for_everybody(side: Side) -> None:
    token, views = await three_videos(side), []
    for _ in range(4):
        shown = await listed(side, token)
        assert shown == await listed(side, token)
        views.append([one["view_count"] for one in shown["videos"]])
        await side.advance(3600)
        token = await side.access()
    assert views == sorted(views)
    assert all(later > sooner for sooner, later in zip(views[0], views[-1], strict=True))


async def test_videos_are_asked_for_by_id(side: Side) -> None:
    token = await three_videos(side)
    ids = [one["id"] for one in (await listed(side, token))["videos"]]
    path = "video/query/?fields=id,view_count"
    found = await side.call(token, path, {"filters": {"video_ids": [ids[0], ids[2], "7"]}})
    assert {one["id"] for one in found.json()["data"]["videos"]} == {ids[0], ids[2]}
    others = await side.call(await side.access("bob"), path, {"filters": {"video_ids": ids}})
    assert others.json()["data"]["videos"] == []
    for wrong in ([], ["7"] * 21, [7], None):
        answer = await side.call(token, path, {"filters": {"video_ids": wrong}})
        assert (answer.status_code, code_of(answer)) == (400, "invalid_params")


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("video/list/", {}, (400, "invalid_params")),
        ("video/list/?fields=id,saves", {}, (400, "invalid_params")),
        ("video/list/?fields=id", {"max_count": 21}, (400, "invalid_params")),
        ("video/list/?fields=id", {"max_count": 0}, (400, "invalid_params")),
        ("video/list/?fields=id", {"cursor": "1"}, (400, "invalid_params")),
        ("video/list/?fields=id", {"max_count": 20}, (200, "ok")),
    ],
)
async def test_a_list_is_asked_for_properly(
    side: Side, path: str, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    answer = await side.call(await side.access(), path, body)
    assert (answer.status_code, code_of(answer)) == expected


async def test_fields_of_an_account_need_their_scopes(side: Side) -> None:
    token = await side.access("ann", "user.info.basic,user.info.stats")
    for fields, expected in (
        ("open_id,display_name,follower_count", (200, "ok")),
        ("open_id,username", (401, "scope_permission_missed")),
        ("password", (400, "invalid_params")),
        ("", (400, "invalid_params")),
    ):
        answer = await side.http.get(
            f"/tiktok/v2/user/info/?fields={fields}", headers={"Authorization": f"Bearer {token}"}
        )
        assert (answer.status_code, code_of(answer)) == expected


async def test_an_address_leads_to_the_page_of_what_was_published(side: Side) -> None:
    token = await three_videos(side)
    first = (await listed(side, token))["videos"][0]
    answer = await side.http.get(first["share_url"])
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/networks#{first['id']}")
    page = (await side.http.get("/networks")).text
    assert f'id="{first["id"]}"' in page
    assert (await side.http.get("/tiktok/@ann/video/7")).status_code == 404
    assert (await side.http.get("/tiktok/@ann")).headers["Location"] == "/networks"
    assert (await side.http.get("/tiktok/@nobody")).status_code == 404


async def test_the_page_shows_titles_as_text(side: Side) -> None:
    token = await side.access()
    await side.sent(token, video(), post={**PUBLIC, "title": "<script>alert(1)</script>", "is_aigc": True})
    await side.begun(token, 12_345)
    await side.advance(2)
    page = (await side.http.get("/networks")).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    assert "@ann" in page
    assert "made with AI" in page
    assert "PROCESSING_UPLOAD, 0 of 12,345 bytes" in page
