"""What becomes of an uploaded video: checked, processed, published or put into the inbox, moderated. All by time."""

import secrets
from typing import Final

from web.sandbox.model import Json
from web.sandbox.networks.network import Network
from web.sandbox.networks.records import Upload, Video
from web.sandbox.networks.state import Networks

IN_INBOX: Final = "SEND_TO_USER_INBOX"
EVERYBODY: Final = "PUBLIC_TO_EVERYONE"
CODECS: Final = ("h264", "hevc", "vp8", "vp9")
CONTAINERS: Final = ("mp4", "mov", "webm")
FRAME_RATES: Final = (23.0, 60.0)
SIDES: Final = (360, 4096)
INBOX_DURATION_S: Final = 600
_ROUNDED_S: Final = 0.5
"""A duration may be longer by less than this: what TikTok tells is whole seconds."""


def is_posted(upload: Upload, since: float) -> bool:
    """Whether it counts as one of a day's direct posts."""
    done = upload.details["mode"] == "direct" and not upload.details.get("fail_reason")
    return done and upload.complete_at is not None and upload.complete_at > since


def is_pending_draft(upload: Upload, since: float) -> bool:
    if upload.network != "tiktok" or upload.details["mode"] != "inbox" or upload.complete_at is None:
        return False
    return upload.complete_at > since and upload.video_id is None and not upload.details.get("fail_reason")


def judge(networks: Networks, network: Network, upload: Upload) -> None:
    """Once all bytes are there: note why it will fail, and when processing ends."""
    rules, account = networks.rules(network), networks.owner(upload)
    direct = upload.details["mode"] == "direct"
    longest_s = account.settings["max_video_post_duration_sec"] if direct else INBOX_DURATION_S
    found = _objection(upload.facts, longest_s) if rules["inspects"] else ""
    upload.details["fail_reason"] = rules["fail_reason"] or found
    upload.details["ready_at"] = networks.now() + rules["processing_s"]
    upload.details["moderated_at"] = upload.details["ready_at"] + rules["moderation_s"]


def _objection(facts: Json, longest_s: float) -> str:
    """The fail_reason of a video as it is, or nothing."""
    if not facts.get("readable") or facts["codec"] not in CODECS:
        return "file_format_check_failed"
    if not set(CONTAINERS) & set(facts["container"].split(",")):
        return "file_format_check_failed"
    if facts["duration_s"] >= longest_s + _ROUNDED_S:
        return "duration_check_failed"
    if not FRAME_RATES[0] <= facts["fps"] <= FRAME_RATES[1]:
        return "frame_rate_check_failed"
    if not all(SIDES[0] <= facts[side] <= SIDES[1] for side in ("width", "height")):
        return "picture_size_check_failed"
    return ""


def catch_up(networks: Networks) -> None:
    """Publish what is ready. Who took their consent back meanwhile publishes nothing."""
    for upload in networks.uploads.all(network="tiktok", video_id=None):
        if upload.complete_at is None or upload.details["ready_at"] > networks.now():
            continue
        if upload.details["fail_reason"]:
            continue
        revoked_at = networks.consents[upload.details["consent_id"]].revoked_at
        if revoked_at is not None and revoked_at < upload.details["ready_at"]:
            upload.details["fail_reason"] = "auth_removed"
            networks.uploads.put(upload)
        elif upload.details["mode"] == "direct":
            publish(networks, upload, upload.details["post"], at=upload.details["ready_at"])


def publish(networks: Networks, upload: Upload, post: Json, *, at: float) -> Video:
    """Once. For everybody to see only behind moderation, which `moderated_at` tells."""
    video = Video(
        id=str(7_500_000_000_000_000_000 + secrets.randbits(57)),
        network=upload.network,
        account_id=upload.account_id,
        title=post.get("title", ""),
        privacy=post["privacy_level"],
        public=post["privacy_level"] == EVERYBODY,
        upload_id=upload.id,
        made_at=at,
        facts=upload.facts,
        details={"post": post, "publish_id": upload.details["publish_id"]},
    )
    upload.video_id = video.id
    networks.uploads.put(upload)
    return networks.videos.put(video)


def is_out(networks: Networks, video: Video) -> bool:
    """Whether everybody sees it: public, moderated, and not removed."""
    upload = networks.uploads.get(video.upload_id)
    moderated = upload is not None and upload.details["moderated_at"] <= networks.now()
    return video.public and moderated and video.removed_at is None


def status_of(networks: Networks, upload: Upload) -> Json:
    """`data` of status/fetch."""
    ids: list[int] = []
    if upload.complete_at is None or upload.details["ready_at"] > networks.now():
        status = "PROCESSING_UPLOAD"
    elif upload.details["fail_reason"]:
        status = "FAILED"
    elif upload.video_id is None:
        status = IN_INBOX
    else:
        status = "PUBLISH_COMPLETE"
        video = networks.videos.get(upload.video_id)
        ids = [int(video.id)] if video is not None and is_out(networks, video) else []
    told: Json = {"status": status, "publicaly_available_post_id": ids, "uploaded_bytes": upload.received_bytes}
    return {**told, "fail_reason": upload.details["fail_reason"]} if status == "FAILED" else told
