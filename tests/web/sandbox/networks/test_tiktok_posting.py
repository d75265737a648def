"""TikTok's Content Posting API in the sandbox: what it refuses, what becomes of a video, and when."""

import hashlib
from typing import Any

import pytest

from tests.web.sandbox.networks.side import MIB, PUBLIC, Side, action_of, code_of, video

PRIVATE = {"title": "Mine", "privacy_level": "SELF_ONLY"}
CREATOR_INFO = "post/publish/creator_info/query/"


async def creator(side: Side, token: str) -> dict[str, Any]:
    answer = await side.call(token, CREATOR_INFO)
    assert (answer.status_code, code_of(answer)) == (200, "ok")
    return dict(answer.json()["data"])


async def published(side: Side, token: str, **post: Any) -> str:
    """The publish_id of a video that is out, and moderated."""
    publish_id = await side.sent(token, video(), post={**PUBLIC, **post})
    await side.advance(4)
    assert (await side.status(token, publish_id))["status"] == "PUBLISH_COMPLETE"
    return publish_id


async def test_what_a_creator_may_do_follows_from_their_settings(side: Side) -> None:
    token = await side.access()
    told = await creator(side, token)
    assert told.pop("creator_avatar_url").endswith("/networks/avatars/tiktok/ann.jpg")
    assert told == {
        "creator_username": "ann",
        "creator_nickname": "Ann",
        "privacy_level_options": ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"],
        "comment_disabled": False,
        "duet_disabled": False,
        "stitch_disabled": False,
        "max_video_post_duration_sec": 600,
    }
    await side.control("accounts", username="ann", name="Ann B.", private=True, comment_disabled=True)
    told = await creator(side, token)
    assert told["creator_nickname"] == "Ann B."
    assert told["privacy_level_options"] == ["FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]
    assert [told[f"{what}_disabled"] for what in ("comment", "duet", "stitch")] == [True] * 3


async def test_avatars_and_thumbnails_are_pictures(side: Side) -> None:
    token = await side.access()
    await published(side, token)
    shown = (await side.now())["videos"][0]
    for path in ("/networks/avatars/tiktok/ann.jpg", f"/networks/thumbnails/{shown['id']}.jpg"):
        answer = await side.http.get(path)
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.content[:2] == b"\xff\xd8"
    assert (await side.http.get("/networks/thumbnails/1.jpg")).status_code == 404


async def test_a_public_video_is_processed_then_out_then_moderated(side: Side) -> None:
    await side.control("rules", processing_s=30, moderation_s=60)
    token = await side.access()
    begun = await side.begun(token, len(video()))
    assert len(begun["publish_id"]) <= 64
    assert len(begun["upload_url"]) <= 256
    waiting = {"status": "PROCESSING_UPLOAD", "publicaly_available_post_id": [], "uploaded_bytes": 0}
    assert await side.status(token, begun["publish_id"]) == waiting
    await side.put(begun["upload_url"], video(), first=0, total=len(video()))
    assert await side.status(token, begun["publish_id"]) == {**waiting, "uploaded_bytes": len(video())}
    assert (await side.now())["videos"] == []
    await side.advance(30)
    told = await side.status(token, begun["publish_id"])
    assert (told["status"], told["publicaly_available_post_id"]) == ("PUBLISH_COMPLETE", [])
    await side.advance(60)
    told = await side.status(token, begun["publish_id"])
    shown = (await side.now())["videos"]
    assert told["publicaly_available_post_id"] == [int(shown[0]["id"])]
    assert len(shown) == 1


async def test_all_bytes_arrived_and_none_is_kept(side: Side) -> None:
    token = await side.access()
    await published(side, token)
    facts = (await side.now())["videos"][0]["facts"]
    assert facts["sha256"] == hashlib.sha256(video()).hexdigest()
    assert facts["size_bytes"] == len(video())
    assert (facts["width"], facts["height"], facts["codec"], facts["fps"]) == (360, 640, "h264", 30.0)


async def test_a_video_that_not_everybody_sees_never_gets_an_id(side: Side) -> None:
    token = await side.access()
    publish_id = await published(side, token, privacy_level="SELF_ONLY")
    await side.advance(86_400)
    told = await side.status(await side.access(), publish_id)
    assert (told["status"], told["publicaly_available_post_id"]) == ("PUBLISH_COMPLETE", [])
    assert (await side.now())["videos"][0]["counts"]["views"] == 0


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        ({**PUBLIC, "privacy_level": "FOLLOWER_OF_CREATOR"}, (403, "privacy_level_option_mismatch")),
        ({"title": "No privacy"}, (403, "privacy_level_option_mismatch")),
        ({**PUBLIC, "title": "x" * 2201}, (400, "invalid_param")),
        ({**PUBLIC, "title": "\N{CAT}" * 1101}, (400, "invalid_param")),
        ({**PUBLIC, "disable_duet": "false"}, (400, "invalid_param")),
        ({**PUBLIC, "video_cover_timestamp_ms": 1.5}, (400, "invalid_param")),
        ({**PUBLIC, "schedule_time": 1}, (400, "invalid_param")),
        (None, (400, "invalid_param")),
    ],
)
async def test_a_post_as_tiktok_does_not_take_it_is_refused(
    side: Side, post: dict[str, Any] | None, expected: tuple[int, str]
) -> None:
    answer = await side.init(await side.access(), 1000, post=post)
    assert (answer.status_code, code_of(answer)) == expected
    assert answer.json()["data"] == {}


async def test_a_title_is_counted_in_utf_16(side: Side) -> None:
    answer = await side.init(await side.access(), 1000, post={**PUBLIC, "title": "\N{CAT}" * 1100})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("size", "chunk", "count", "fits"),
    [
        (1000, 1000, 1, True),
        (64 * MIB, 64 * MIB, 1, True),
        (50_000_123, 10_000_000, 5, True),
        (10 * MIB, 5 * MIB, 2, True),
        (11 * MIB, 5 * MIB, 2, True),
        (500 * MIB, 10 * MIB, 50, True),
        (4096 * MIB, 64 * MIB, 64, True),
        (11 * MIB, 5 * MIB, 3, False),  # rounded up
        (10 * MIB, 4 * MIB, 2, False),  # chunks too small
        (130 * MIB, 65 * MIB, 2, False),  # too big
        (65 * MIB, 65 * MIB, 1, False),  # too big for one
        (100 * MIB, 64 * MIB, 1, False),  # likewise, by the last chunk's growth
        (4 * MIB, 5 * MIB, 0, False),
        (4 * MIB, 5 * MIB, 1, False),  # a chunk of more than there is
        (4097 * MIB, 64 * MIB, 64, False),  # more than 4 GB
        (0, 0, 1, False),
        ("1000", 1000, 1, False),
        (1000, 1000, True, False),
    ],
)
async def test_chunks_are_planned_as_the_guide_says(side: Side, size: Any, chunk: int, count: int, fits: bool) -> None:
    answer = await side.init(await side.access(), size, chunk_size=chunk, total_chunk_count=count)
    assert (answer.status_code, code_of(answer)) == ((200, "ok") if fits else (400, "invalid_param"))


async def test_nothing_is_pulled_from_an_unverified_address(side: Side) -> None:
    token = await side.access()
    for url, expected in (
        ("https://cdn.example/video.mp4", (403, "url_ownership_unverified")),
        ("http://cdn.example/video.mp4", (400, "invalid_param")),
    ):
        body = {"post_info": PUBLIC, "source_info": {"source": "PULL_FROM_URL", "video_url": url}}
        answer = await side.call(token, "post/publish/video/init/", body)
        assert (answer.status_code, code_of(answer)) == expected


async def test_chunks_come_one_after_another(side: Side) -> None:
    await side.control("rules", inspects=False)
    token, data = await side.access(), bytes(range(256)) * (11 * MIB // 256)
    begun = await side.begun(token, len(data), chunk_size=5 * MIB, total_chunk_count=2)
    url, total = begun["upload_url"], len(data)

    early = await side.put(url, data[5 * MIB :], first=5 * MIB, total=total)
    assert (early.status_code, early.headers["Content-Range"]) == (416, f"bytes */{total}")
    first = await side.put(url, data[: 5 * MIB], first=0, total=total)
    assert (first.status_code, first.headers["Content-Range"]) == (206, f"bytes 0-{5 * MIB - 1}/{total}")
    again = await side.put(url, data[: 5 * MIB], first=0, total=total)
    assert (again.status_code, again.headers["Content-Range"]) == (416, f"bytes 0-{5 * MIB - 1}/{total}")
    assert (await side.status(token, begun["publish_id"]))["uploaded_bytes"] == 5 * MIB
    short = await side.put(url, data[5 * MIB : 10 * MIB], first=5 * MIB, total=total)
    assert short.status_code == 416, "the last chunk takes the rest along"
    last = await side.put(url, data[5 * MIB :], first=5 * MIB, total=total)
    assert (last.status_code, last.headers["Content-Range"]) == (201, f"bytes 0-{total - 1}/{total}")
    assert (await side.put(url, data[5 * MIB :], first=5 * MIB, total=total)).status_code == 416

    await side.advance(2)
    shown = (await side.now())["videos"]
    assert [one["facts"]["sha256"] for one in shown] == [hashlib.sha256(data).hexdigest()]


@pytest.mark.parametrize(
    ("headers", "first", "total", "expected"),
    [
        ({"Content_Range": None}, 0, 1000, 400),
        ({"Content_Range": "0-999/1000"}, 0, 1000, 400),
        ({"Content_Range": "bytes 0-998/1000"}, 0, 1000, 400),
        ({"Content_Type": "application/octet-stream"}, 0, 1000, 400),
        ({}, 0, 1001, 400),
        ({}, 1, 1000, 416),
        ({}, 0, 1000, 201),
    ],
)
async def test_a_chunk_says_what_it_is(
    side: Side, headers: dict[str, str | None], first: int, total: int, expected: int
) -> None:
    url = (await side.begun(await side.access(), 1000))["upload_url"]
    assert (await side.put(url, b"x" * 1000, first=first, total=total, **headers)).status_code == expected


async def test_an_upload_address_is_secret_and_lives_an_hour(side: Side) -> None:
    url = (await side.begun(await side.access(), 1000))["upload_url"]
    assert (await side.put(url[:-1] + "?", b"x" * 1000, first=0, total=1000)).status_code == 404
    assert (await side.put(url.replace("upload_id=7", "upload_id=8"), b"x", first=0, total=1)).status_code == 404
    await side.advance(3600)
    assert (await side.put(url, b"x" * 1000, first=0, total=1000)).status_code == 403


@pytest.mark.parametrize(
    ("made", "longest_s", "reason"),
    [
        (b"no video at all" * 100, 600, "file_format_check_failed"),
        (video()[: len(video()) // 2], 600, "file_format_check_failed"),
        (video(codec="mpeg4"), 600, "file_format_check_failed"),
        (video(seconds=3, fps=24), 2, "duration_check_failed"),
        (video(fps=12), 600, "frame_rate_check_failed"),
        (video(width=240), 600, "picture_size_check_failed"),
    ],
    ids=["garbage", "truncated", "codec", "too long", "too slow", "too small"],
)
async def test_a_video_that_tiktok_does_not_take_fails_after_processing(
    side: Side, made: bytes, longest_s: int, reason: str
) -> None:
    token = await side.access()
    await side.control("accounts", username="ann", max_video_post_duration_sec=longest_s)
    publish_id = await side.sent(token, made)
    assert (await side.status(token, publish_id))["status"] == "PROCESSING_UPLOAD"
    await side.advance(2)
    told = await side.status(token, publish_id)
    assert (told["status"], told["fail_reason"]) == ("FAILED", reason)
    assert (await side.now())["videos"] == []


async def test_a_test_wants_a_failure_of_the_next_videos(side: Side) -> None:
    token = await side.access()
    await side.control("rules", fail_reason="spam_risk")
    failing = await side.sent(token, video())
    await side.control("rules", fail_reason="")
    await published(side, token)
    assert (await side.status(token, failing))["fail_reason"] == "spam_risk"


async def test_who_takes_the_consent_back_meanwhile_publishes_nothing(side: Side) -> None:
    publish_id = await side.sent(await side.access(), video())
    await side.control("tokens", do="revoke")
    await side.advance(10)
    assert (await side.status(await side.access(), publish_id))["fail_reason"] == "auth_removed"
    assert (await side.now())["videos"] == []


async def test_a_draft_waits_in_the_inbox_until_its_owner_posts_it(side: Side) -> None:
    token = await side.access()
    publish_id = await side.sent(token, video(), inbox=True)
    assert (await side.http.post("/control/networks/tiktok/drafts", json={"publish_id": publish_id})).status_code == 400
    await side.advance(2)
    assert (await side.status(token, publish_id))["status"] == "SEND_TO_USER_INBOX"
    assert (await side.now())["videos"] == []
    await side.control("drafts", publish_id=publish_id, title="Finished in the app")
    await side.advance(2)
    told = await side.status(token, publish_id)
    assert told["status"] == "PUBLISH_COMPLETE"
    assert len(told["publicaly_available_post_id"]) == 1
    assert (await side.http.post("/control/networks/tiktok/drafts", json={"publish_id": publish_id})).status_code == 400
    assert [one["title"] for one in (await side.now())["videos"]] == ["Finished in the app"]


async def test_a_draft_may_be_longer_than_its_owner_may_post(side: Side) -> None:
    token = await side.access()
    await side.control("accounts", username="ann", max_video_post_duration_sec=2)
    publish_id = await side.sent(token, video(seconds=3, fps=24), inbox=True)
    await side.advance(2)
    assert (await side.status(token, publish_id))["status"] == "SEND_TO_USER_INBOX"


async def test_a_draft_is_posted_on_the_page(side: Side) -> None:
    token = await side.access()
    publish_id = await side.sent(token, video(), inbox=True)
    assert "<form" not in (await side.http.get("/networks")).text
    await side.advance(2)
    action = action_of((await side.http.get("/networks")).text)
    form = {"title": "By hand", "privacy": "FOLLOWER_OF_CREATOR"}
    assert (await side.http.post(action, data=form)).status_code == 400
    sent = await side.http.post(action, data={**form, "privacy": "SELF_ONLY"})
    assert (sent.status_code, sent.headers["Location"]) == (303, "/networks")
    assert (await side.status(token, publish_id))["status"] == "PUBLISH_COMPLETE"
    page = (await side.http.get("/networks")).text
    assert "By hand" in page
    assert "<form" not in page
    assert (await side.http.post(action, data=form)).status_code == 400


async def test_five_drafts_may_wait(side: Side) -> None:
    await side.control("rules", inspects=False)
    token = await side.access()
    for _ in range(5):
        await side.sent(token, b"x" * 100, inbox=True)
    refused = await side.init(token, 100, inbox=True)
    assert (refused.status_code, code_of(refused)) == (403, "spam_risk_too_many_pending_share")
    await side.advance(86_400)
    assert (await side.init(await side.access(), 100, inbox=True)).status_code == 200


async def test_a_day_has_so_many_posts(side: Side) -> None:
    token = await side.access()
    await side.control("accounts", username="ann", posts_per_day=1)
    await side.begun(token, 1000)
    await side.sent(token, b"no video")  # counts until it is found out
    await side.advance(2)
    refused = await side.init(token, 1000)
    assert refused.status_code == 200, "what failed doesn't count, nor what was only begun"
    await published(side, token)
    refused = await side.init(token, 1000)
    assert (refused.status_code, code_of(refused)) == (403, "spam_risk_too_many_posts")
    told = await side.call(token, CREATOR_INFO)
    assert (told.status_code, code_of(told)) == (200, "spam_risk_too_many_posts")
    bob = await side.access("bob")
    await side.control("accounts", username="bob", posts_per_day=1)
    assert (await side.init(bob, 1000)).status_code == 200
    await side.advance(86_400)
    assert (await side.init(await side.access(), 1000)).status_code == 200


async def test_who_is_banned_is_told_so(side: Side) -> None:
    token = await side.access()
    await side.control("accounts", username="ann", banned=True)
    told, refused = await side.call(token, CREATOR_INFO), await side.init(token, 1000)
    assert (told.status_code, code_of(told)) == (200, "spam_risk_user_banned_from_posting")
    assert (refused.status_code, code_of(refused)) == (403, "spam_risk_user_banned_from_posting")


async def test_an_app_without_audit_posts_to_private_accounts_for_five_people(side: Side) -> None:
    await side.control("rules", audited=False, inspects=False, users_unaudited=1)
    ann, bob = await side.access("ann"), await side.access("bob")
    code = "unaudited_client_can_only_post_to_private_accounts"
    refused = await side.init(ann, 100, post=PRIVATE)
    assert (refused.status_code, code_of(refused)) == (403, code)
    for name in ("ann", "bob"):
        await side.control("accounts", username=name, private=True)
    followers = await side.init(ann, 100, post={**PRIVATE, "privacy_level": "FOLLOWER_OF_CREATOR"})
    assert (followers.status_code, code_of(followers)) == (403, code)
    await side.sent(ann, b"x" * 100, post=PRIVATE)
    assert (await side.init(ann, 100, post=PRIVATE)).status_code == 200
    refused = await side.init(bob, 100, post=PRIVATE)
    assert (refused.status_code, code_of(refused)) == (403, "reached_active_user_cap")
    assert (await side.init(bob, 100, inbox=True)).status_code == 200


@pytest.mark.parametrize(
    ("path", "per_minute"),
    [(CREATOR_INFO, 20), ("post/publish/status/fetch/", 30), ("post/publish/inbox/video/init/", 6)],
)
async def test_calls_are_limited_by_the_minute_and_the_token(side: Side, path: str, per_minute: int) -> None:
    token, other = await side.access(), await side.access("bob")
    for _ in range(per_minute):
        assert (await side.call(token, path)).status_code != 429
    refused = await side.call(token, path)
    assert (refused.status_code, code_of(refused)) == (429, "rate_limit_exceeded")
    assert (await side.call(other, path)).status_code != 429
    await side.advance(60)
    assert (await side.call(token, path)).status_code != 429


async def test_scopes_count(side: Side) -> None:
    reading = await side.access("ann", "video.list")
    for path in (CREATOR_INFO, "post/publish/video/init/", "post/publish/inbox/video/init/"):
        refused = await side.call(reading, path)
        assert (refused.status_code, code_of(refused)) == (401, "scope_not_authorized")
    drafts = await side.access("ann", "video.upload")
    assert (await side.init(drafts, 1000, inbox=True)).status_code == 200
    assert (await side.init(drafts, 1000)).status_code == 401


async def test_a_publication_is_its_owners(side: Side) -> None:
    publish_id = (await side.begun(await side.access(), 1000))["publish_id"]
    bob = await side.access("bob")
    for asked, code in (
        (publish_id, "token_not_authorized_for_specified_publish_id"),
        ("v_pub_file~v2-1.7", "invalid_publish_id"),
        (publish_id.rpartition(".")[2], "invalid_publish_id"),
        (7, "invalid_param"),
    ):
        answer = await side.call(bob, "post/publish/status/fetch/", {"publish_id": asked})
        assert (answer.status_code, code_of(answer)) == (400, code)
