"""Containers: what is to become a reel, from its making to its publication. They live for a day, seen by nobody."""

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.networks.api import Call
from web.sandbox.networks.instagram.access import Caller, caller, chosen
from web.sandbox.networks.instagram.errors import KNOWN, invalid, known, not_allowed, unsupported
from web.sandbox.networks.instagram.fetching import fetch
from web.sandbox.networks.media import complete
from web.sandbox.networks.network import Refused
from web.sandbox.networks.records import Upload, Video
from web.sandbox.networks.state import Networks

PUBLISH: Final = "instagram_business_content_publish"
CAPTION_LIMIT: Final = 2_200
HASHTAG_LIMIT: Final = 30
MENTION_LIMIT: Final = 20
COLLABORATOR_LIMIT: Final = 3
GRADUATIONS: Final = ("MANUAL", "SS_PERFORMANCE")
DURATION_S: Final = (3.0, 900.0)
FPS: Final = (23.0, 60.0)
WIDTH_LIMIT: Final = 1_920
CODECS: Final = ("h264", "hevc")
MEDIA_TYPES: Final = ("IMAGE", "VIDEO", "REELS", "STORIES", "CAROUSEL")
KNOWN_PARAMETERS: Final = frozenset(
    {
        "audio_name",
        "caption",
        "collaborators",
        "cover_url",
        "location_id",
        "media_type",
        "share_to_feed",
        "thumb_offset",
        "trial_params",
        "upload_type",
        "user_tags",
        "video_url",
    }
)
IN_PROGRESS: Final = "IN_PROGRESS"
FINISHED: Final = "FINISHED"
ERROR: Final = "ERROR"
EXPIRED: Final = "EXPIRED"
PUBLISHED: Final = "PUBLISHED"
_WORDS: Final = {
    IN_PROGRESS: "In Progress: Media is still being processed.",
    FINISHED: "Finished: Media has been uploaded and it is ready to be published.",
    EXPIRED: "Expired: The container was not published within 24 hours.",
    PUBLISHED: "Published: Media has been already published.",
}
_HASHTAG: Final = re.compile(r"(?<!\w)#\w+")
_MENTION: Final = re.compile(r"(?<!\w)@[\w.]+")


async def create(call: Call) -> web.Response:
    """POST /{ig}/media. Nobody sees anything of it; the same again makes another one."""
    known_caller = await publisher(call)
    given = known_caller.given
    _check(given, resumable=call.rules["resumable"])
    account = known_caller.account
    container = Upload(
        id=new_id(),
        network=call.network.name,
        account_id=account.id,
        client_id=known_caller.consent.client_id,
        size_bytes=0,
        made_at=call.networks.now(),
        details={"given": dict(given), "problem": None},
    )
    call.note(container=container.id)
    if "video_url" in given:
        await fetch(call, container, given["video_url"], at_most=call.rules["size_limit"] + 1)
        await arrived(call, container)
        return web.json_response({"id": container.id})
    call.networks.uploads.put(container)
    return web.json_response({"id": container.id, "uri": f"{call.origin}/ig-api-upload/v26.0/{container.id}"})


async def publisher(call: Call) -> Caller:
    """Who calls, when they may publish for the account of the address."""
    found = await caller(call, PUBLISH)
    node = call.request.match_info["ig"]
    if node not in ("me", found.account.id):
        raise unsupported(call.request.method, node)
    if found.account.settings["account_type"] == "PERSONAL":
        raise not_allowed()
    if found.account.settings["restricted"]:
        raise known(2207050)
    return found


def _check(given: Mapping[str, str], *, resumable: bool) -> None:
    if unknown := sorted(set(given) - KNOWN_PARAMETERS):
        raise invalid(f"The sandbox doesn't know the parameters {', '.join(unknown)}")
    media_type = given.get("media_type", "IMAGE")
    if media_type not in MEDIA_TYPES:
        raise known(2207023, type=media_type)
    if media_type != "REELS":
        raise invalid("The sandbox publishes media_type REELS only")
    _check_source(given, resumable=resumable)
    _check_caption(given.get("caption", ""))
    _check_choices(given)


def _check_source(given: Mapping[str, str], *, resumable: bool) -> None:
    """Uploads are documented for apps with Facebook's login only, so that the rule `resumable` is off at first.
    https://developers.facebook.com/documentation/instagram-platform/content-publishing/resumable-uploads"""
    uploads = "upload_type" in given
    if uploads and given["upload_type"] != "resumable":
        raise invalid("The parameter upload_type must be resumable")
    if uploads and "video_url" in given:
        raise invalid("The parameters video_url and upload_type can't be used together")
    if "video_url" not in given and not (uploads and resumable):
        raise invalid("The parameter video_url is required")


def _check_caption(caption: str) -> None:
    if len(caption) > CAPTION_LIMIT:
        why = f"The caption was {len(caption)} characters long. The maximum number of characters permitted is 2200."
        raise known(2207010, why=why)
    if len(_HASHTAG.findall(caption)) > HASHTAG_LIMIT:
        raise known(2207010, why=f"The caption may not have more than {HASHTAG_LIMIT} hashtags.")
    if len(_MENTION.findall(caption)) > MENTION_LIMIT:
        raise known(2207010, why=f"The caption may not have more than {MENTION_LIMIT} mentions.")


def _check_choices(given: Mapping[str, str]) -> None:
    if given.get("share_to_feed", "true").lower() not in ("true", "false"):
        raise invalid("The parameter share_to_feed must be a boolean")
    if not re.fullmatch(r"\d+", given.get("thumb_offset", "0")):
        raise invalid("The parameter thumb_offset must be an integer of milliseconds")
    if not re.fullmatch(r"\d+", given.get("location_id", "0")):
        raise invalid("The parameter location_id must be a Page's id")
    if len(_listed(given, "collaborators")) > COLLABORATOR_LIMIT:
        raise invalid(f"The parameter collaborators takes up to {COLLABORATOR_LIMIT} usernames")
    trial = _object(given, "trial_params")
    if trial is not None and trial.get("graduation_strategy") not in GRADUATIONS:
        raise invalid(f"graduation_strategy must be one of {', '.join(GRADUATIONS)}")


def _listed(given: Mapping[str, str], name: str) -> Sequence[object]:
    found = _parsed(given, name)
    if found is not None and not isinstance(found, list):
        raise invalid(f"The parameter {name} must be an array")
    return found or []


def _object(given: Mapping[str, str], name: str) -> Json | None:
    found = _parsed(given, name)
    if found is not None and not isinstance(found, dict):
        raise invalid(f"The parameter {name} must be an object")
    return found


def _parsed(given: Mapping[str, str], name: str) -> object:
    try:
        return json.loads(given[name]) if name in given else None
    except ValueError:
        raise invalid(f"The parameter {name} must be JSON") from None


async def arrived(call: Call, container: Upload) -> None:
    """All bytes are there: the video is looked at. What is wrong with it is told once processing is over."""
    await complete(call.networks, container, inspect=call.rules["inspects"], judge=partial(_judge, call))


def _judge(call: Call, container: Upload) -> None:
    found = problem_of(container, size_limit=call.rules["size_limit"]) if call.rules["inspects"] else None
    container.details["problem"] = _next_problem(call) or found
    container.details["ready_at"] = call.networks.now() + call.rules["processing_s"]


def _next_problem(call: Call) -> int | None:
    """What a test wants of this container, by the rule `processing_errors`."""
    waiting = list(call.rules["processing_errors"])
    if not waiting:
        return None
    call.networks.set_rules(call.network, {"processing_errors": waiting[1:]})
    return int(waiting[0])


def problem_of(container: Upload, *, size_limit: int) -> int | None:
    """The subcode of what Instagram has against the file.
    https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/ig-user/media"""
    facts = container.facts
    if not facts.get("readable") or facts["codec"] not in CODECS or "mp4" not in facts["container"]:
        return 2207026
    fits = (
        facts["size_bytes"] <= size_limit
        and DURATION_S[0] <= facts["duration_s"] <= DURATION_S[1]
        and FPS[0] <= round(facts["fps"], 2) <= FPS[1]
        and facts["width"] <= WIDTH_LIMIT
    )
    if not fits:
        return 2207026
    offset_ms = int(container.details["given"].get("thumb_offset", "0"))
    return 2207057 if offset_ms >= facts["duration_s"] * 1000 else None


def status_of(networks: Networks, container: Upload, *, lives_s: float) -> str:
    if container.video_id is not None:
        return PUBLISHED
    if networks.now() - container.made_at >= lives_s:
        return EXPIRED
    if container.complete_at is None or networks.now() < container.details["ready_at"]:
        return IN_PROGRESS
    return ERROR if container.details["problem"] else FINISHED


def shown(call: Call, container: Upload, given: Mapping[str, str]) -> Json:
    """GET /{container}. `video_status` tells an upload how much of it has arrived."""
    status = status_of(call.networks, container, lives_s=call.rules["container_s"])
    words = _WORDS.get(status) or f"Error: Media upload has failed with error code {container.details['problem']}"
    node = {
        "id": container.id,
        "status_code": status,
        "status": words,
        "video_status": _phases(container, status),
        "copyright_check_status": {"status": "completed", "matches_found": False},
    }
    return chosen(node, given, default=("id",), type_="IGContainer")


def _phases(container: Upload, status: str) -> Json:
    begun = "in_progress" if container.received_bytes else "not_started"
    uploading = "complete" if container.complete_at else begun
    processing = {ERROR: "error", IN_PROGRESS: "in_progress" if container.complete_at else "not_started"}
    return {
        "uploading_phase": {"status": uploading, "bytes_transferred": container.received_bytes},
        "processing_phase": {"status": processing.get(status, "complete")},
    }


async def publish(call: Call) -> web.Response:
    """POST /{ig}/media_publish: for everybody to see, once."""
    known_caller = await publisher(call)
    creation_id = known_caller.given.get("creation_id", "")
    if not creation_id:
        raise invalid("The parameter creation_id is required")
    container = container_of(call.networks, known_caller, creation_id)
    if container is None:
        raise known(2207006, id=creation_id)
    _check_publishable(call, container)
    video = call.networks.videos.put(_published(call, container))
    container.video_id = video.id
    call.networks.uploads.put(container)
    call.note(video=video.id)
    return web.json_response({"id": video.id})


def _check_publishable(call: Call, container: Upload) -> None:
    """The rule `publishing_errors` names subcodes for the next calls, one each."""
    status = status_of(call.networks, container, lives_s=call.rules["container_s"])
    if status == EXPIRED:
        raise known(2207008, id=container.id)
    if status == PUBLISHED:
        raise invalid("The container has already been published")
    if status != FINISHED:
        raise known(2207027)
    if waiting := list(call.rules["publishing_errors"]):
        call.networks.set_rules(call.network, {"publishing_errors": waiting[1:]})
        raise _asked_for(int(waiting[0]), container)
    if used(call, container.account_id) >= call.rules["quota_total"]:
        raise known(2207042)


def _asked_for(subcode: int, container: Upload) -> Refused:
    words = {"id": container.id, "why": "", "type": "", "uri": "", "seconds": ""}
    return known(subcode, **words) if subcode in KNOWN else invalid(f"subcode {subcode} isn't known")


def used(call: Call, account_id: str) -> int:
    """How many were published by apps within the window, removed ones among them."""
    since = call.networks.now() - call.rules["quota_s"]
    videos = call.networks.videos.all(network=call.network.name, account_id=account_id)
    return sum(video.made_at > since for video in videos)


def container_of(networks: Networks, known_caller: Caller, container_id: str) -> Upload | None:
    found = networks.uploads.get(container_id)
    return found if found is not None and found.account_id == known_caller.account.id else None


def _published(call: Call, container: Upload) -> Video:
    given, shortcode = container.details["given"], "D" + secrets.token_urlsafe(8)
    return Video(
        id=new_id(),
        network=call.network.name,
        account_id=container.account_id,
        title=given.get("caption", ""),
        privacy="public",
        public=True,
        upload_id=container.id,
        made_at=call.networks.now(),
        facts=container.facts,
        details={
            "given": given,
            "shortcode": shortcode,
            "permalink": f"{call.origin}/reel/{shortcode}/",
            "thumbnail": f"{call.request.scheme}://{call.request.host}/networks/thumbnails/",
        },
    )


def new_id() -> str:
    return f"1{secrets.randbelow(10**16):016}"
