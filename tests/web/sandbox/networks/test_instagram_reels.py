"""Reels in the sandbox's Instagram: containers, where their bytes come from, and their publication, once."""

from typing import Any

import httpx
import pytest

from tests.web.sandbox.networks.instagram_side import REEL, Connected, Host, InstagramSide, refusal
from tests.web.sandbox.networks.side import video

DAY_S = 86_400
UPLOAD = "POST /ig-api-upload/{container}"


async def test_a_reel_is_fetched_processed_and_published(instagram: InstagramSide, host: Host, ann: Connected) -> None:
    made = (await instagram.create(ann, video_url=host.url, caption="Good #morning")).json()
    assert set(made) == {"id"}
    assert (await instagram.status(ann, made["id"]))["status_code"] == "IN_PROGRESS"
    assert refusal(await instagram.publish(ann, made["id"])) == (400, 9007, 2207027)
    await instagram.advance(2)
    told = await instagram.status(ann, made["id"])
    assert told["status_code"] == "FINISHED"
    assert told["status"] == "Finished: Media has been uploaded and it is ready to be published."
    assert await instagram.videos() == []
    published = (await instagram.publish(ann, made["id"])).json()
    (shown,) = await instagram.videos()
    assert (shown["id"], shown["title"], shown["public"]) == (published["id"], "Good #morning", True)
    assert shown["facts"]["size_bytes"] == len(REEL)
    fields = "permalink,shortcode,media_type,media_product_type,caption,timestamp"
    media = (await instagram.get(f"v26.0/{published['id']}", fields=fields, access_token=ann.token)).json()
    assert (media["media_type"], media["media_product_type"]) == ("VIDEO", "REELS")
    assert media["permalink"].endswith(f"/instagram/reel/{media['shortcode']}/")
    page = await instagram.http.get(media["permalink"], follow_redirects=True)
    assert "Good #morning" in page.text


async def test_what_is_published_is_not_published_again(instagram: InstagramSide, host: Host, ann: Connected) -> None:
    container = await instagram.finished(ann, host)
    assert (await instagram.publish(ann, container)).status_code == 200
    assert (await instagram.status(ann, container))["status_code"] == "PUBLISHED"
    assert refusal(await instagram.publish(ann, container))[:2] == (400, 100)
    assert len(await instagram.videos()) == 1


async def test_a_lost_answer_to_a_publication_leaves_a_trace(
    instagram: InstagramSide, host: Host, ann: Connected
) -> None:
    container = await instagram.finished(ann, host)
    await instagram.control("faults", kind="drop_answer", call="POST /{ig}/media_publish")
    with pytest.raises(httpx.TransportError):
        await instagram.publish(ann, container)
    assert (await instagram.status(ann, container))["status_code"] == "PUBLISHED"
    listed = (await instagram.get(f"{ann.id}/media", access_token=ann.token)).json()["data"]
    assert listed == [{"id": (await instagram.videos())[0]["id"]}]


async def test_a_container_lives_for_a_day(instagram: InstagramSide, host: Host, ann: Connected) -> None:
    container = await instagram.finished(ann, host)
    await instagram.advance(DAY_S)
    assert (await instagram.status(ann, container))["status_code"] == "EXPIRED"
    assert refusal(await instagram.publish(ann, container)) == (400, 24, 2207008)


async def test_containers_are_their_owners(instagram: InstagramSide, host: Host, ann: Connected) -> None:
    container = await instagram.finished(ann, host)
    bob = await instagram.connected("bob")
    assert refusal(await instagram.get(container, access_token=bob.token)) == (400, 100, 33)
    assert refusal(await instagram.publish(bob, container)) == (400, 24, 2207006)
    assert refusal(await instagram.publish(Connected(bob.token, ann.id), container)) == (400, 100, 33)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"media_type": None}, (100, None)),
        ({"media_type": "VIDEO"}, (100, None)),
        ({"media_type": "MOVIE"}, (100, 2207023)),
        ({"video_url": None}, (100, None)),
        ({"upload_type": "resumable"}, (100, None)),
        ({"caption": "a" * 2_201}, (36004, 2207010)),
        ({"caption": "#a " * 31}, (36004, 2207010)),
        ({"caption": "@a " * 21}, (36004, 2207010)),
        ({"share_to_feed": "maybe"}, (100, None)),
        ({"thumb_offset": "-1"}, (100, None)),
        ({"collaborators": '["a", "b", "c", "d"]'}, (100, None)),
        ({"collaborators": "a, b"}, (100, None)),
        ({"trial_params": '{"graduation_strategy": "SOON"}'}, (100, None)),
        ({"capton": "a typo"}, (100, None)),
    ],
)
async def test_what_no_container_is_made_of(
    instagram: InstagramSide, host: Host, ann: Connected, change: dict[str, Any], code: tuple[int, int | None]
) -> None:
    answer = await instagram.create(ann, **{"video_url": host.url, **change})
    assert refusal(answer) == (400, *code)
    assert host.asked == 0


async def test_words_up_to_the_limits_are_taken(instagram: InstagramSide, host: Host, ann: Connected) -> None:
    caption = " ".join([*["#a"] * 30, *["@b"] * 20]).ljust(2_200, "x")
    more = {"share_to_feed": "false", "thumb_offset": "1000", "collaborators": '["a", "b", "c"]'}
    trial = {"trial_params": '{"graduation_strategy": "MANUAL"}', "audio_name": "A song"}
    assert (await instagram.create(ann, video_url=host.url, caption=caption, **more, **trial)).status_code == 200


async def test_parameters_may_come_as_json(instagram: InstagramSide, host: Host, ann: Connected) -> None:
    body = {"media_type": "REELS", "video_url": host.url, "share_to_feed": False, "thumb_offset": 500}
    answer = await instagram.http.post(
        f"/instagram/v26.0/{ann.id}/media", json=body, headers={"Authorization": f"Bearer {ann.token}"}
    )
    await instagram.advance(3)
    published = (await instagram.publish(ann, answer.json()["id"])).json()["id"]
    media = await instagram.get(published, fields="is_shared_to_feed", access_token=ann.token)
    assert media.json() == {"is_shared_to_feed": False, "id": published}


@pytest.mark.parametrize("change", [{"status": 404}, {"type": "text/html"}])
async def test_what_is_no_video_behind_its_address_is_refused(
    instagram: InstagramSide, host: Host, ann: Connected, change: dict[str, Any]
) -> None:
    for name, value in change.items():
        setattr(host, name, value)
    assert refusal(await instagram.create(ann, video_url=host.url)) == (400, 9004, 2207052)


async def test_no_redirect_is_followed(instagram: InstagramSide, host: Host, ann: Connected) -> None:
    assert refusal(await instagram.create(ann, video_url=host.moved_url)) == (400, 9004, 2207052)
    assert host.asked == 0


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/reel.mp4", "file:///etc/passwd", "reel.mp4"])
async def test_an_address_that_nobody_answers_is_refused(instagram: InstagramSide, ann: Connected, url: str) -> None:
    assert refusal(await instagram.create(ann, video_url=url)) == (400, 9004, 2207052)


async def test_only_this_machine_is_reached(instagram: InstagramSide, host: Host, ann: Connected) -> None:
    """0.0.0.0 would lead here, too."""
    elsewhere = host.url.replace("127.0.0.1", "0.0.0.0")  # noqa: S104 - nothing is bound to it
    assert refusal(await instagram.create(ann, video_url=elsewhere)) == (400, 9004, 2207052)
    assert host.asked == 0


@pytest.mark.parametrize(
    ("body", "given", "subcode"),
    [
        (b"not a video at all", {}, 2207026),
        (REEL[: len(REEL) // 2], {}, 2207026),
        (video(width=72, height=128, fps=25, seconds=2), {}, 2207026),
        (video(width=72, height=128, fps=20, seconds=4), {}, 2207026),
        (video(width=72, height=128, fps=25, seconds=4, codec="mpeg4"), {}, 2207026),
        (video(width=1_922, height=128, fps=25, seconds=4), {}, 2207026),
        (REEL, {"thumb_offset": "4000"}, 2207057),
    ],
    ids=["no video", "cut off", "too short", "too few frames", "another codec", "too wide", "cover behind the end"],
)
async def test_what_processing_finds_wrong(
    instagram: InstagramSide, host: Host, ann: Connected, body: bytes, given: dict[str, str], subcode: int
) -> None:
    host.body = body
    container = await instagram.finished(ann, host, **given)
    told = await instagram.status(ann, container)
    assert told["status_code"] == "ERROR"
    assert told["status"] == f"Error: Media upload has failed with error code {subcode}"
    assert refusal(await instagram.publish(ann, container)) == (400, 9007, 2207027)


async def test_what_is_too_big_is_not_taken_whole(instagram: InstagramSide, host: Host, ann: Connected) -> None:
    await instagram.control("rules", size_limit=len(REEL) - 1)
    container = await instagram.finished(ann, host)
    assert (await instagram.status(ann, container))["status"].endswith("2207026")
    await instagram.control("rules", size_limit=len(REEL))
    assert await instagram.published(ann, host)


async def test_files_are_not_looked_at_when_told_so(instagram: InstagramSide, host: Host, ann: Connected) -> None:
    await instagram.control("rules", inspects=False)
    host.body = b"not a video at all"
    assert await instagram.published(ann, host)


async def test_processing_and_publishing_fail_as_told(instagram: InstagramSide, host: Host, ann: Connected) -> None:
    await instagram.control("rules", processing_errors=[2207053], publishing_errors=[2207051, 2207042])
    failing = await instagram.finished(ann, host)
    assert (await instagram.status(ann, failing))["status"].endswith("2207053")
    good = await instagram.finished(ann, host)
    assert refusal(await instagram.publish(ann, good)) == (400, 4, 2207051)
    assert refusal(await instagram.publish(ann, good)) == (400, 9, 2207042)
    assert (await instagram.publish(ann, good)).status_code == 200


async def test_an_app_publishes_so_many_within_a_day(instagram: InstagramSide, host: Host, ann: Connected) -> None:
    await instagram.control("rules", quota_total=2)
    for _ in range(2):
        await instagram.published(ann, host)
    third = await instagram.finished(ann, host)
    assert refusal(await instagram.publish(ann, third)) == (400, 9, 2207042)
    limit = await instagram.get(
        f"v26.0/{ann.id}/content_publishing_limit", fields="quota_usage,config", access_token=ann.token
    )
    assert limit.json() == {"data": [{"quota_usage": 2, "config": {"quota_total": 2, "quota_duration": DAY_S}}]}
    await instagram.advance(DAY_S)
    assert await instagram.published(ann, host), "the first two are a day old by now"


async def test_a_restricted_or_personal_account_publishes_nothing(
    instagram: InstagramSide, host: Host, ann: Connected
) -> None:
    await instagram.control("accounts", username="ann", restricted=True)
    assert refusal(await instagram.create(ann, video_url=host.url)) == (400, 25, 2207050)
    await instagram.control("accounts", username="ann", restricted=False, account_type="PERSONAL")
    assert refusal(await instagram.create(ann, video_url=host.url)) == (403, 10, None)


# Uploads, which the rule `resumable` allows


async def begun(instagram: InstagramSide, ann: Connected) -> dict[str, str]:
    await instagram.control("rules", resumable=True)
    answer = await instagram.create(ann, upload_type="resumable")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def arrived(instagram: InstagramSide, ann: Connected, container: str) -> dict[str, Any]:
    answer = await instagram.get(container, fields="video_status{uploading_phase}", access_token=ann.token)
    return dict(answer.json()["video_status"]["uploading_phase"])


async def test_a_reel_is_uploaded(instagram: InstagramSide, ann: Connected) -> None:
    made = await begun(instagram, ann)
    assert made["uri"].endswith(f"/instagram/ig-api-upload/v26.0/{made['id']}")
    assert await arrived(instagram, ann, made["id"]) == {"status": "not_started", "bytes_transferred": 0}
    answer = await instagram.upload(ann, made["uri"], REEL)
    assert answer.json() == {"success": True, "message": "Upload successful."}
    assert await arrived(instagram, ann, made["id"]) == {"status": "complete", "bytes_transferred": len(REEL)}
    await instagram.advance(3)
    assert (await instagram.publish(ann, made["id"])).status_code == 200
    assert (await instagram.videos())[0]["facts"]["size_bytes"] == len(REEL)


async def test_a_broken_upload_goes_on_where_it_broke(instagram: InstagramSide, ann: Connected) -> None:
    made = await begun(instagram, ann)
    await instagram.control("faults", kind="cut", call=UPLOAD, at_bytes=1_000)
    with pytest.raises(httpx.TransportError):
        await instagram.upload(ann, made["uri"], REEL)
    assert await arrived(instagram, ann, made["id"]) == {"status": "in_progress", "bytes_transferred": 1_000}
    again = await instagram.upload(ann, made["uri"], REEL)
    assert again.status_code == 412
    assert again.json()["debug_info"] == {
        "retriable": True,
        "type": "OffsetInvalidError",
        "message": "Request starting offset is invalid",
    }
    rest = await instagram.upload(ann, made["uri"], REEL[1_000:], offset=1_000)
    assert rest.json()["success"] is True
    await instagram.advance(3)
    assert (await instagram.status(ann, made["id"]))["status_code"] == "FINISHED"


async def test_a_body_has_to_be_as_long_as_the_file(instagram: InstagramSide, ann: Connected) -> None:
    made = await begun(instagram, ann)
    answer = await instagram.upload(ann, made["uri"], REEL[:500], size=len(REEL))
    assert (answer.status_code, answer.json()["debug_info"]["type"]) == (400, "PartialRequestError")
    assert (await instagram.status(ann, made["id"]))["status_code"] == "IN_PROGRESS"


async def test_only_the_owner_uploads_with_the_right_header(instagram: InstagramSide, ann: Connected) -> None:
    made = await begun(instagram, ann)
    bob = await instagram.connected("bob")
    foreign = await instagram.upload(bob, made["uri"], REEL)
    assert foreign.json()["debug_info"]["type"] == "ProcessingFailedError"
    headers = {"Authorization": f"Bearer {ann.token}", "offset": "0", "file_size": str(len(REEL))}
    bearer = await instagram.http.post(made["uri"], content=REEL, headers=headers)
    assert bearer.json()["debug_info"]["type"] == "NotAuthorizedError"
    del headers["file_size"]
    headers["Authorization"] = f"OAuth {ann.token}"
    assert (await instagram.http.post(made["uri"], content=REEL, headers=headers)).status_code == 400
