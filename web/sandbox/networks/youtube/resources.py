"""Video resources: what is taken of one that is to be uploaded, and how one is shown."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, Final

from web.sandbox.model import Json
from web.sandbox.networks.network import Refused
from web.sandbox.networks.numbers import Counts, counts
from web.sandbox.networks.records import Account, Video
from web.sandbox.networks.youtube.errors import of_video, refused, unreadable

TITLE_LIMIT: Final = 100
DESCRIPTION_LIMIT: Final = 5_000
TAGS_LIMIT: Final = 500
CATEGORIES: Final = frozenset({"1", "2", "10", "15", "17", "19", "20", "22", "23", "24", "25", "26", "27", "28", "29"})
"""Those that can be assigned."""
PEOPLE_AND_BLOGS: Final = "22"
PRIVACIES: Final = ("private", "public", "unlisted")
LICENSES: Final = ("creativeCommon", "youtube")
WRITABLE: Final[dict[str, dict[str, type]]] = {
    "snippet": {
        "title": str,
        "description": str,
        "tags": list,
        "categoryId": str,
        "defaultLanguage": str,
        "defaultAudioLanguage": str,
    },
    "status": {
        "privacyStatus": str,
        "publishAt": str,
        "license": str,
        "embeddable": bool,
        "publicStatsViewable": bool,
        "selfDeclaredMadeForKids": bool,
        "containsSyntheticMedia": bool,
    },
}
READ_ONLY: Final = {
    "snippet": {"publishedAt", "channelId", "channelTitle", "thumbnails", "liveBroadcastContent", "localized"},
    "status": {"uploadStatus", "failureReason", "rejectionReason", "madeForKids"},
}
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_ANGLES: Final = re.compile(r"[<>]")


def checked(body: Json, parts: Iterable[str]) -> Json:
    """What videos.insert is given, with its defaults. A section that `part` doesn't name is refused, and so is a field
    that YouTube doesn't have."""
    for section, values in body.items():
        if section in ("kind", "etag", "id"):
            continue
        if section not in WRITABLE:
            raise unreadable(f"Unknown name \"{section}\" at 'resource': Cannot find field.")
        if section not in parts:
            raise Refused(400, "unexpectedPart", f"'{section}'")
        _check_types(section, values)
    return {
        "snippet": _snippet(body.get("snippet", {}), given="snippet" in parts),
        "status": _status(body.get("status", {})),
    }


def _check_types(section: str, values: Any) -> None:
    if not isinstance(values, dict):
        raise unreadable(f"Invalid value at 'resource.{section}'")
    for name, value in values.items():
        if name in READ_ONLY[section]:
            continue
        wanted = WRITABLE[section].get(name)
        if wanted is None:
            raise unreadable(f"Unknown name \"{name}\" at 'resource.{section}': Cannot find field.")
        if not isinstance(value, wanted):
            raise unreadable(f"Invalid value at 'resource.{section}.{name}'")
    if not all(isinstance(tag, str) for tag in values.get("tags", [])):
        raise unreadable(f"Invalid value at 'resource.{section}.tags'")


def _snippet(given_values: Json, *, given: bool) -> Json:
    values = {name: value for name, value in given_values.items() if name in WRITABLE["snippet"]}
    title = values.get("title", "" if given else "unknown")
    if not title.strip() or len(title) > TITLE_LIMIT or _ANGLES.search(title):
        raise of_video("invalidTitle")
    description = values.get("description", "")
    if len(description.encode()) > DESCRIPTION_LIMIT or _ANGLES.search(description):
        raise of_video("invalidDescription")
    if tags_length(values.get("tags", [])) > TAGS_LIMIT or any(map(_ANGLES.search, values.get("tags", []))):
        raise of_video("invalidTags")
    if values.get("categoryId", PEOPLE_AND_BLOGS) not in CATEGORIES:
        raise of_video("invalidCategoryId")
    for name in ("defaultLanguage", "defaultAudioLanguage"):
        if name in values and not _LANGUAGE.fullmatch(values[name]):
            raise of_video("invalidVideoMetadata")
    return {"categoryId": PEOPLE_AND_BLOGS, **values, "title": title, "description": description}


def tags_length(tags: Iterable[str]) -> int:
    """Commas between them count, and quotes around those with a space."""
    listed = list(tags)
    return sum(len(tag) + (2 if " " in tag else 0) for tag in listed) + max(len(listed) - 1, 0)


def _status(given_values: Json) -> Json:
    values = {name: value for name, value in given_values.items() if name in WRITABLE["status"]}
    privacy = values.setdefault("privacyStatus", "public")
    if privacy not in PRIVACIES:
        raise refused(403, "forbiddenPrivacySetting")
    if values.setdefault("license", "youtube") not in LICENSES:
        raise refused(403, "forbiddenLicenseSetting")
    if "publishAt" in values and (privacy != "private" or moment_of(values["publishAt"]) is None):
        raise of_video("invalidPublishAt")
    return {"embeddable": True, "publicStatsViewable": True, **values}


def moment_of(text: str) -> float | None:
    """RFC 3339, with its zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo is not None else None


def written(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def etag_of(body: Any) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:27]


def resource(video: Video, owner: Account, parts: Iterable[str], *, now: float, origin: str) -> Json:
    """`origin`: where the sandbox is, for thumbnails."""
    makers: dict[str, Callable[[], Json]] = {
        "snippet": lambda: _shown_snippet(video, owner, origin),
        "status": lambda: _shown_status(video, now),
        "statistics": lambda: statistics(counts(video, now)),
        "contentDetails": lambda: _details(video, now),
        "processingDetails": lambda: _processing(video, now),
        "player": lambda: {"embedHtml": f'<iframe src="//www.youtube.com/embed/{video.id}"></iframe>'},
    }
    shown: Json = {part: makers[part]() for part in parts if part in makers}
    return {"kind": "youtube#video", "etag": etag_of(shown), "id": video.id, **shown}


def _shown_snippet(video: Video, owner: Account, origin: str) -> Json:
    snippet = video.details["snippet"]
    return {
        "publishedAt": written(video.details["published_at"]),
        "channelId": owner.id,
        "title": snippet["title"],
        "description": snippet["description"],
        "thumbnails": thumbnails(video, origin),
        "channelTitle": owner.name,
        **({"tags": snippet["tags"]} if snippet.get("tags") else {}),
        "categoryId": snippet["categoryId"],
        "liveBroadcastContent": "none",
        **{name: snippet[name] for name in ("defaultLanguage", "defaultAudioLanguage") if name in snippet},
        "localized": {"title": snippet["title"], "description": snippet["description"]},
    }


def thumbnails(video: Video, origin: str) -> Json:
    url = f"{origin}/networks/thumbnails/{video.id}.jpg"
    sizes = {"default": (120, 90), "medium": (320, 180), "high": (480, 360)}
    return {name: {"url": url, "width": width, "height": height} for name, (width, height) in sizes.items()}


def state_of(video: Video, now: float) -> tuple[str, str]:
    """(uploadStatus, and why when it is failed or rejected)."""
    if now < video.details["processed_at"]:
        return "uploaded", ""
    outcome, _, reason = str(video.details["outcome"]).partition(":")
    return outcome, reason


def _shown_status(video: Video, now: float) -> Json:
    status, (state, reason) = video.details["status"], state_of(video, now)
    why = {"failed": "failureReason", "rejected": "rejectionReason"}.get(state)
    scheduled = {"publishAt": status["publishAt"]} if "publishAt" in status and not video.public else {}
    kids = status.get("selfDeclaredMadeForKids")
    return {
        "uploadStatus": state,
        **({why: reason} if why else {}),
        "privacyStatus": video.privacy,
        **scheduled,
        "license": status["license"],
        "embeddable": status["embeddable"],
        "publicStatsViewable": status["publicStatsViewable"],
        "madeForKids": bool(kids),
        **({"selfDeclaredMadeForKids": kids} if kids is not None else {}),
        "containsSyntheticMedia": status.get("containsSyntheticMedia", False),
    }


def statistics(count: Counts) -> Json:
    """Numbers are strings."""
    return {
        "viewCount": str(count.views),
        "likeCount": str(count.likes),
        "favoriteCount": "0",
        "commentCount": str(count.comments),
    }


def duration(video: Video, now: float) -> str:
    """ISO 8601; P0D until the video is processed."""
    if state_of(video, now)[0] != "processed":
        return "P0D"
    seconds = int(video.facts.get("duration_s", 0))
    minutes, rest = divmod(seconds, 60)
    return "PT" + (f"{minutes}M" if minutes else "") + (f"{rest}S" if rest or not minutes else "")


def _details(video: Video, now: float) -> Json:
    return {
        "duration": duration(video, now),
        "dimension": "2d",
        "definition": "hd" if min(video.facts.get("width", 0), video.facts.get("height", 0)) >= 720 else "sd",
        "caption": "false",
        "licensedContent": False,
        "contentRating": {},
        "projection": "rectangular",
    }


def _processing(video: Video, now: float) -> Json:
    state = state_of(video, now)[0]
    named = {"uploaded": "processing", "processed": "succeeded", "rejected": "terminated", "failed": "failed"}
    found: Json = {"processingStatus": named[state], "fileDetailsAvailability": "available"}
    if state == "uploaded":
        found["processingProgress"] = {"partsTotal": "100", "partsProcessed": "50", "timeLeftMs": "2000"}
    if state == "failed":
        found["processingFailureReason"] = "transcodeFailed"
    return found
