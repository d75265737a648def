"""videos.insert in the sandbox: what is taken, how bytes arrive and go on where they broke off, and what becomes of
them."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.web.sandbox.networks.youtube_side import CHUNK, CLIP, KIB, PUBLIC, READ, UPLOAD, YouTubeSide, refusal

DAY_S = 86_400
PUT = "PUT /upload/youtube/v3/videos"
LONG = bytes(range(256)) * 4 * 600
"""600 KiB that are no video."""


def changed(section: str, **values: object) -> dict[str, Any]:
    return {**PUBLIC, section: {**PUBLIC[section], **values}}


async def test_a_video_is_uploaded_in_one_piece(youtube: YouTubeSide) -> None:
    token = await youtube.access()
    answer = await youtube.put(await youtube.session(token), CLIP)
    made = answer.json()
    assert (answer.status_code, made["kind"], set(made) & {"snippet", "status", "statistics"}) == (
        200,
        "youtube#video",
        {"snippet", "status"},
    )
    assert made["snippet"]["title"] == "A cat"
    assert made["snippet"]["tags"] == ["cat", "two words"]
    assert made["status"]["uploadStatus"] == "uploaded"
    (shown,) = (await youtube.now())["videos"]
    assert (shown["id"], shown["facts"]["size_bytes"]) == (made["id"], len(CLIP))
    await youtube.advance(2)
    assert (await youtube.video(token, made["id"]))["status"]["uploadStatus"] == "processed"


async def test_a_video_is_uploaded_in_chunks(youtube: YouTubeSide) -> None:
    await youtube.control("rules", inspects=False)
    url = await youtube.session(await youtube.access(), size=len(LONG))
    for start in range(0, len(LONG), CHUNK):
        chunk = LONG[start : start + CHUNK]
        end = start + len(chunk)
        answer = await youtube.put(url, chunk, f"bytes {start}-{end - 1}/{len(LONG)}")
        if end < len(LONG):
            assert (answer.status_code, answer.headers["Range"]) == (308, f"bytes=0-{end - 1}")
    assert answer.status_code == 200
    assert (await youtube.now())["videos"][0]["facts"]["size_bytes"] == len(LONG)


async def test_how_much_is_there_can_be_asked(youtube: YouTubeSide) -> None:
    url = await youtube.session(await youtube.access(), size=len(LONG))
    nothing = await youtube.asked(url, len(LONG))
    assert (nothing.status_code, nothing.headers.get("Range")) == (308, None)
    await youtube.put(url, LONG[:CHUNK], f"bytes 0-{CHUNK - 1}/{len(LONG)}")
    some = await youtube.asked(url, "*")
    assert (some.status_code, some.headers["Range"]) == (308, f"bytes=0-{CHUNK - 1}")


async def test_a_broken_upload_goes_on_behind_what_is_there(youtube: YouTubeSide) -> None:
    await youtube.control("rules", inspects=False)
    token = await youtube.access()
    url = await youtube.session(token, size=len(LONG))
    await youtube.control("faults", kind="cut", call=PUT, at_bytes=300 * KIB)
    with pytest.raises(httpx.TransportError):
        await youtube.put(url, LONG)
    there = (await youtube.asked(url, len(LONG))).headers["Range"]
    assert there == f"bytes=0-{CHUNK - 1}", "of a broken piece, only whole 256 KiB stay"
    rest = await youtube.put(url, LONG[CHUNK:], f"bytes {CHUNK}-{len(LONG) - 1}/{len(LONG)}")
    assert rest.status_code == 200
    (shown,) = (await youtube.now())["videos"]
    assert shown["facts"]["size_bytes"] == len(LONG)


async def test_a_lost_answer_is_found_again_and_nothing_is_made_twice(youtube: YouTubeSide) -> None:
    url = await youtube.session(await youtube.access())
    await youtube.control("faults", kind="drop_answer", call=PUT)
    with pytest.raises(httpx.TransportError):
        await youtube.put(url, CLIP)
    found = await youtube.asked(url, len(CLIP))
    again = await youtube.put(url, CLIP)
    assert found.status_code == again.status_code == 200
    assert [video["id"] for video in (await youtube.now())["videos"]] == [found.json()["id"]] == [again.json()["id"]]


async def test_in_the_middle_the_servers_fail_and_the_session_stays(youtube: YouTubeSide) -> None:
    url = await youtube.session(await youtube.access())
    await youtube.control("faults", kind="error", call=PUT, error_code=503)
    assert (await youtube.put(url, CLIP)).status_code == 503
    assert (await youtube.asked(url, len(CLIP))).status_code == 308
    assert (await youtube.put(url, CLIP)).status_code == 200


async def test_the_end_may_be_a_201(youtube: YouTubeSide) -> None:
    await youtube.control("rules", done_status=201)
    assert (await youtube.put(await youtube.session(await youtube.access()), CLIP)).status_code == 201


async def test_a_session_ends_after_a_week_or_when_it_is_cancelled(youtube: YouTubeSide) -> None:
    token = await youtube.access()
    cancelled = await youtube.session(token)
    assert (await youtube.http.delete(cancelled)).status_code == 499
    assert (await youtube.asked(cancelled, len(CLIP))).status_code == 404
    old = await youtube.session(token)
    await youtube.advance(7 * DAY_S)
    assert (await youtube.put(old, CLIP)).status_code == 404
    assert (await youtube.now())["videos"] == []


@pytest.mark.parametrize(
    ("size", "content_range"),
    [
        (1_000, f"bytes 0-999/{len(LONG)}"),
        (CHUNK + 1, f"bytes 0-{CHUNK}/{len(LONG)}"),
        (CHUNK, f"bytes {CHUNK}-{2 * CHUNK - 1}/{len(LONG)}"),
        (CHUNK, f"bytes 0-{CHUNK - 1}/{len(LONG) + 1}"),
        (CHUNK, f"bytes 0-{CHUNK}/{len(LONG)}"),
        (CHUNK, "bytes all of them"),
        (CHUNK, None),
    ],
    ids=["too small", "no multiple of 256 KiB", "a gap", "another total", "another length", "nonsense", "not all"],
)
async def test_pieces_that_are_not_taken(youtube: YouTubeSide, size: int, content_range: str | None) -> None:
    url = await youtube.session(await youtube.access(), size=len(LONG))
    assert (await youtube.put(url, LONG[:size], content_range)).status_code == 400
    assert "Range" not in (await youtube.asked(url, len(LONG))).headers


async def test_bytes_want_no_token_but_no_wrong_one_either(youtube: YouTubeSide) -> None:
    url = await youtube.session(await youtube.access())
    wrong = await youtube.http.put(url, content=CLIP, headers={"Authorization": "Bearer wrong"})
    assert refusal(wrong) == (401, "authError")
    assert (await youtube.put(url, CLIP)).status_code == 200


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (changed("snippet", title=""), (400, "invalidTitle")),
        (changed("snippet", title="a" * 101), (400, "invalidTitle")),
        (changed("snippet", title="a < b"), (400, "invalidTitle")),
        (changed("snippet", description="é" * 2_501), (400, "invalidDescription")),
        (changed("snippet", description="<b>"), (400, "invalidDescription")),
        (changed("snippet", tags=["a" * 251, "b" * 249]), (400, "invalidTags")),
        (changed("snippet", tags=["a b" + "c" * 496]), (400, "invalidTags")),
        (changed("snippet", categoryId="9999"), (400, "invalidCategoryId")),
        (changed("snippet", defaultLanguage="no language"), (400, "invalidVideoMetadata")),
        (changed("snippet", colour="red"), (400, "badRequest")),
        (changed("snippet", title="\ud800"), (400, "badRequest")),
        (changed("snippet", tags="cat"), (400, "badRequest")),
        (changed("status", selfDeclaredMadeForKids="no"), (400, "badRequest")),
        (changed("status", privacyStatus="secret"), (403, "forbiddenPrivacySetting")),
        (changed("status", license="mine"), (403, "forbiddenLicenseSetting")),
        (changed("status", publishAt="2027-01-01T00:00:00Z"), (400, "invalidPublishAt")),
        (changed("status", privacyStatus="private", publishAt="tomorrow"), (400, "invalidPublishAt")),
        (changed("status", privacyStatus="private", publishAt="2027-01-01T00:00:00"), (400, "invalidPublishAt")),
    ],
)
async def test_what_no_video_is_made_of(youtube: YouTubeSide, body: dict[str, Any], expected: tuple[int, str]) -> None:
    assert refusal(await youtube.begin(await youtube.access(), body)) == expected


async def test_words_up_to_the_limits_are_taken(youtube: YouTubeSide) -> None:
    snippet = {"title": "é" * 100, "description": "é" * 2_500, "tags": ["a b" + "c" * 495]}
    assert (await youtube.begin(await youtube.access(), {"snippet": snippet})).status_code == 200


async def test_parts_are_named_and_nothing_else_is_sent(youtube: YouTubeSide) -> None:
    token = await youtube.access()
    headers = {"Authorization": f"Bearer {token}"}

    async def begun(**params: str) -> httpx.Response:
        return await youtube.http.post("/youtube/upload/youtube/v3/videos", params=params, json=PUBLIC, headers=headers)

    assert refusal(await begun(uploadType="resumable", part="snippet")) == (400, "unexpectedPart")
    assert refusal(await begun(uploadType="resumable", part="snippet,state")) == (400, "unknownPart")
    assert refusal(await begun(uploadType="resumable")) == (400, "missingRequiredParameter")
    assert refusal(await begun(part="snippet,status")) == (400, "mediaBodyRequired")
    assert refusal(await begun(uploadType="resumable", part="snippet,status", notify="no")) == (400, "badRequest")


async def test_only_videos_are_announced(youtube: YouTubeSide) -> None:
    token = await youtube.access()
    assert refusal(await youtube.begin(token, X_Upload_Content_Type="image/png")) == (400, "badRequest")
    assert refusal(await youtube.begin(token, size=256 * 1024**3 + 1)) == (400, "badRequest")


async def test_without_a_channel_nothing_is_uploaded(youtube: YouTubeSide) -> None:
    await youtube.control("accounts", username="ann", has_channel=False)
    answer = await youtube.begin(await youtube.access())
    assert refusal(answer) == (401, "youtubeSignupRequired")
    assert answer.json()["error"]["errors"][0]["domain"] == "youtube.header"


async def test_who_may_not_upload(youtube: YouTubeSide) -> None:
    assert refusal(await youtube.begin(await youtube.access(scope=READ))) == (403, "insufficientPermissions")
    assert refusal(await youtube.begin("made up")) == (401, "authError")
    unnamed = await youtube.http.post("/youtube/upload/youtube/v3/videos", json=PUBLIC)
    assert refusal(unnamed) == (401, "required")


async def test_a_channel_uploads_so_many_within_a_day(youtube: YouTubeSide) -> None:
    await youtube.control("accounts", username="ann", uploads_per_day=1)
    token = await youtube.access()
    await youtube.uploaded(token)
    assert refusal(await youtube.begin(token)) == (400, "uploadLimitExceeded")
    assert (await youtube.begin(await youtube.access("bob"))).status_code == 200
    await youtube.advance(DAY_S)
    assert (await youtube.begin(await youtube.access())).status_code == 200


async def test_uploads_of_an_app_that_is_not_audited_are_locked_to_private(youtube: YouTubeSide) -> None:
    await youtube.control("rules", audited=False)
    token = await youtube.access()
    video_id = await youtube.uploaded(token)
    assert (await youtube.video(token, video_id))["status"]["privacyStatus"] == "private"
    await youtube.uploaded(token, privacyStatus="private", publishAt="2020-01-01T00:00:00Z")
    assert {video["privacy"] for video in (await youtube.now())["videos"]} == {"private"}


async def test_a_scheduled_video_is_public_at_its_moment(youtube: YouTubeSide) -> None:
    token = await youtube.access()
    moment = datetime.fromtimestamp(await youtube.advance(0) + 3_600, UTC).isoformat()
    video_id = await youtube.uploaded(token, privacyStatus="private", publishAt=moment)
    assert (await youtube.video(token, video_id))["status"]["publishAt"] == moment
    assert await youtube.listed(None, "videos", id=video_id, part="status", key="any") == []
    await youtube.advance(3_601)
    public = await youtube.video(await youtube.access(), video_id)
    assert public["status"]["privacyStatus"] == "public"
    assert "publishAt" not in public["status"]
    assert len(await youtube.listed(None, "videos", id=video_id, part="status", key="any")) == 1


@pytest.mark.parametrize(
    ("data", "outcome", "field", "reason"),
    [
        (b"not a video at all", [], "failureReason", "invalidFile"),
        (CLIP, ["rejected:copyright"], "rejectionReason", "copyright"),
        (CLIP, ["failed:codec"], "failureReason", "codec"),
    ],
)
async def test_what_processing_makes_of_it(
    youtube: YouTubeSide, data: bytes, outcome: list[str], field: str, reason: str
) -> None:
    await youtube.control("rules", outcomes=outcome)
    token = await youtube.access()
    video_id = (await youtube.put(await youtube.session(token, size=len(data)), data)).json()["id"]
    part = "status,processingDetails"
    early = await youtube.video(token, video_id, part)
    assert (early["status"]["uploadStatus"], early["processingDetails"]["processingStatus"]) == (
        "uploaded",
        "processing",
    )
    await youtube.advance(2)
    late = await youtube.video(token, video_id, part)
    assert late["status"][field] == reason
    assert late["status"]["uploadStatus"] == {"failureReason": "failed", "rejectionReason": "rejected"}[field]
    assert late["processingDetails"]["processingStatus"] in ("failed", "terminated")
    assert not (await youtube.now())["videos"][0]["public"]


async def test_uploads_have_a_quota_of_their_own_until_midnight_in_california(youtube: YouTubeSide) -> None:
    await youtube.control("rules", quota_uploads=2)
    token = await youtube.access()
    refused = await youtube.begin(token, changed("snippet", title=""))
    assert refusal(refused) == (400, "invalidTitle"), "and it costs"
    assert (await youtube.begin(token)).status_code == 200
    answer = await youtube.begin(await youtube.access("bob"))
    assert refusal(answer) == (403, "quotaExceeded")
    assert answer.json()["error"]["errors"][0]["domain"] == "youtube.quota"
    assert await youtube.listed(token, "channels", part="id", mine="true"), "everything else goes on"
    await youtube.advance(DAY_S)
    assert (await youtube.begin(await youtube.access())).status_code == 200


def picture(kind: str) -> bytes:
    target = BytesIO()
    Image.new("RGB", (128, 72), "teal").save(target, kind)
    return target.getvalue()


async def test_a_picture_is_set(youtube: YouTubeSide) -> None:
    token = await youtube.access()
    video_id = await youtube.uploaded(token)

    async def put(data: bytes, type_: str = "image/png", of: str = video_id) -> httpx.Response:
        return await youtube.http.post(
            "/youtube/upload/youtube/v3/thumbnails/set",
            params={"videoId": of, "uploadType": "media"},
            content=data,
            headers={"Authorization": f"Bearer {token}", "Content-Type": type_},
        )

    before = (await youtube.http.get(f"/networks/thumbnails/{video_id}.jpg")).content
    answer = (await put(picture("PNG"))).json()
    assert answer["kind"] == "youtube#thumbnailSetResponse"
    assert "default" in answer["items"][0]
    assert (await youtube.http.get(f"/networks/thumbnails/{video_id}.jpg")).content != before
    assert refusal(await put(picture("GIF"))) == (400, "invalidImage")
    assert refusal(await put(b"")) == (400, "mediaBodyRequired")
    assert refusal(await put(picture("PNG"), "text/plain")) == (400, "badRequest")
    assert refusal(await put(picture("PNG"), of="nothing")) == (404, "videoNotFound")
    await youtube.control("accounts", username="ann", phone_verified=False)
    assert refusal(await put(picture("PNG"))) == (403, "forbidden")


async def test_who_may_only_upload_reads_nothing(youtube: YouTubeSide) -> None:
    token = await youtube.access(scope=UPLOAD)
    assert (await youtube.begin(token)).status_code == 200
    assert refusal(await youtube.get(token, "channels", part="id", mine="true")) == (403, "insufficientPermissions")
