"""videos.insert by the resumable protocol: a session, its chunks, and the video at its end.
https://developers.google.com/youtube/v3/guides/using_resumable_upload_protocol"""

import json
import re
import secrets
from dataclasses import dataclass
from functools import partial
from typing import Final

from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.networks.api import Call
from web.sandbox.networks.media import complete, receive
from web.sandbox.networks.network import Refused
from web.sandbox.networks.records import Account, Upload, Video
from web.sandbox.networks.youtube.access import UPLOADERS, asked, caller, channel_of, parts_of
from web.sandbox.networks.youtube.errors import of_video, refused, unreadable
from web.sandbox.networks.youtube.quota import Bucket, spend
from web.sandbox.networks.youtube.resources import checked, moment_of, resource

CHUNK: Final = 256 * 1024
SIZE_LIMIT: Final = 274_877_906_944
DAY_S: Final = 86_400
SHORT_CHANNEL_S: Final = 900
"""How long videos of channels may be whose owner hasn't given a phone number."""
_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_QUERY: Final = re.compile(r"bytes \*/(\d+|\*)")
_TYPE: Final = re.compile(r"video/[\w.+*-]+|application/octet-stream")


async def begin(call: Call) -> web.Response:
    """POST /upload/youtube/v3/videos: everything about the video but its bytes. `Location` is where these go."""
    found = caller(call, *UPLOADERS)
    spend(call, Bucket.UPLOADS)
    given = asked(call, "part", "notifySubscribers", "autoLevels", "stabilize")
    channel = channel_of(found)
    if given.get("uploadType") != "resumable":
        raise of_video("mediaBodyRequired")
    parts = parts_of(given)
    body = checked(await _resource(call), parts)
    size = _announced_size(call)
    _check_daily_limit(call, channel)
    session = Upload(
        id=secrets.token_urlsafe(48),
        network=call.network.name,
        account_id=channel.id,
        client_id=found.consent.client_id,
        size_bytes=size,
        made_at=call.networks.now(),
        details={**body, "parts": parts, "notify": given.get("notifySubscribers", "true") == "true"},
    )
    call.networks.uploads.put(session)
    location = call.request.url.update_query(upload_id=session.id)
    return web.Response(headers={"Location": str(location), "X-GUploader-UploadID": session.id})


async def _resource(call: Call) -> Json:
    if call.request.content_type != "application/json":
        raise unreadable("Content-Type must be application/json")
    body = await call.json()
    if body is None or not _is_text(body):
        raise unreadable("Expected a JSON object")
    return body


def _is_text(body: Json) -> bool:
    """Whether all of it can be written down: JSON may hold halves of characters."""
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _announced_size(call: Call) -> int:
    """0: not told."""
    headers = call.request.headers
    type_ = headers.get("X-Upload-Content-Type", "application/octet-stream")
    if not _TYPE.fullmatch(type_):
        said = f"Media type '{type_}' is not supported. Valid media types: [application/octet-stream, video/*]"
        raise refused(400, "badRequest", said)
    size = headers.get("X-Upload-Content-Length", "0")
    if not size.isdecimal() or int(size) > SIZE_LIMIT:
        raise refused(400, "badRequest", "Invalid X-Upload-Content-Length")
    return int(size)


def _check_daily_limit(call: Call, channel: Account) -> None:
    """Of this channel, whatever app it uploads with."""
    since = call.networks.now() - DAY_S
    videos = call.networks.videos.all(network=call.network.name, account_id=channel.id)
    if sum(video.made_at > since for video in videos) >= channel.settings["uploads_per_day"]:
        raise of_video("uploadLimitExceeded")


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes that a request brings: from `start` up to, not including, `end`. `total` None: not known yet."""

    start: int
    end: int
    total: int | None

    @property
    def is_last(self) -> bool:
        return self.total is not None and self.end == self.total


async def put(call: Call) -> web.Response:
    """PUT <Location>: bytes, or none with `Content-Range: bytes */<total>` to ask how many are there."""
    session = _session(call)
    if session.video_id is not None:
        return _finished(call, session)
    span = _span(call, session)
    if span is not None:
        if span.start > session.received_bytes:
            raise plain(400, f"Invalid request.  Expected bytes from {session.received_bytes}, not from {span.start}.")
        await _receive(call, session, span)
    if not _all_there(session, span):
        return _progress(session)
    await complete(call.networks, session, inspect=call.rules["inspects"], judge=partial(_make_video, call))
    return _finished(call, session)


def _all_there(session: Upload, span: Span | None) -> bool:
    """Also when the sandbox died before it looked at them."""
    if span is not None and span.is_last:
        return session.received_bytes == span.end
    return 0 < session.size_bytes == session.received_bytes


def plain(status: int, message: str) -> Refused:
    return Refused(status, "plain", message)


def _session(call: Call) -> Upload:
    session = call.networks.uploads.get(call.request.query.get("upload_id", ""))
    known = session is not None and session.network == call.network.name
    if session is None or not known or call.networks.now() - session.made_at >= call.rules["session_s"]:
        raise plain(404, "Not Found")
    call.note(username=call.networks.owner(session).username, content_range=call.request.headers.get("Content-Range"))
    if "Authorization" in call.request.headers:
        caller(call, *UPLOADERS)
    return session


def _span(call: Call, session: Upload) -> Span | None:
    """None: the request only asks."""
    named, length = call.request.headers.get("Content-Range"), call.request.content_length
    if named is not None and _QUERY.fullmatch(named) and not length:
        return None
    if named is None:
        total = session.size_bytes or length or 0
        if length is None or length != total:
            raise plain(400, "Failed to parse Content-Range header.")
        return Span(0, total, total)
    found = _RANGE.fullmatch(named)
    if found is None:
        raise plain(400, "Failed to parse Content-Range header.")
    start, last = int(found[1]), int(found[2])
    span = Span(start, last + 1, None if found[3] == "*" else int(found[3]))
    _check_span(span, session, length)
    return span


def _check_span(span: Span, session: Upload, length: int | None) -> None:
    size = span.end - span.start
    if length != size or (span.total is not None and span.end > span.total):
        raise plain(400, "Invalid request.  Content-Range doesn't fit Content-Length.")
    if session.size_bytes and span.total is not None and span.total != session.size_bytes:
        raise plain(400, f"Invalid request.  The upload was announced with {session.size_bytes} bytes.")
    if not span.is_last and size % CHUNK:
        raise plain(
            400,
            "Invalid request.  The number of bytes uploaded is required to be equal or greater than 262144, except for "
            "the final request (it's recommended to be the exact multiple of 262144).  The received request contained "
            f"{size} bytes, which does not meet this requirement.",
        )


async def _receive(call: Call, session: Upload, span: Span) -> None:
    """Of a chunk whose connection broke, whole 256 KiB stay."""
    came = await receive(call, session, at=span.start, at_most=span.end - span.start)
    there = span.start + came
    if there < span.end:
        there -= there % CHUNK
    session.received_bytes = max(session.received_bytes, there)
    session.size_bytes = span.total or session.size_bytes
    call.networks.uploads.put(session)


def _progress(session: Upload) -> web.Response:
    headers = {"X-GUploader-UploadID": session.id}
    if session.received_bytes:
        headers["Range"] = f"bytes=0-{session.received_bytes - 1}"
    return web.Response(status=308, reason="Resume Incomplete", headers=headers)


def _make_video(call: Call, session: Upload) -> None:
    """Goes out by itself. Uploads of an app that isn't audited are locked to private."""
    now, details, rules = call.networks.now(), session.details, call.rules
    privacy = details["status"]["privacyStatus"] if rules["audited"] else "private"
    video = Video(
        id=secrets.token_urlsafe(8),
        network=call.network.name,
        account_id=session.account_id,
        title=details["snippet"]["title"],
        privacy=privacy,
        public=privacy == "public",
        upload_id=session.id,
        made_at=now,
        facts=session.facts,
        details={
            "snippet": details["snippet"],
            "status": details["status"],
            "notify": details["notify"],
            "locked": not rules["audited"],
            "published_at": now,
            "processed_at": now + rules["processing_s"],
            "outcome": _next_outcome(call) or _outcome(call, session),
        },
    )
    call.networks.videos.put(video)
    session.video_id = video.id
    call.note(video=video.id)


def _next_outcome(call: Call) -> str:
    """What a test wants of this video, by the rule `outcomes`: `rejected:copyright`."""
    waiting = list(call.rules["outcomes"])
    if not waiting:
        return ""
    call.networks.set_rules(call.network, {"outcomes": waiting[1:]})
    return str(waiting[0])


def _outcome(call: Call, session: Upload) -> str:
    facts = session.facts
    if not facts["size_bytes"]:
        return "failed:emptyFile"
    if not call.rules["inspects"]:
        return "processed"
    if not facts["readable"]:
        return "failed:invalidFile"
    long = facts["duration_s"] > SHORT_CHANNEL_S and not call.networks.owner(session).settings["phone_verified"]
    return "rejected:length" if long else "processed"


def _finished(call: Call, session: Upload) -> web.Response:
    video = call.networks.videos.get(session.video_id or "")
    if video is None or video.removed_at is not None:
        raise plain(404, "Not Found")
    origin = f"{call.request.scheme}://{call.request.host}"
    owner = call.networks.owner(video)
    shown = resource(video, owner, session.details["parts"], now=call.networks.now(), origin=origin)
    return web.json_response(shown, status=call.rules["done_status"])


async def cancel(call: Call) -> web.Response:
    """DELETE <Location>: 499, as Google's servers answer."""
    session = _session(call)
    if session.video_id is None:
        call.networks.uploads.drop(session)
        call.networks.file_of(session.id).unlink(missing_ok=True)
    return web.Response(status=499, reason="Client Closed Request")


def publish_due(videos: list[Video], now: float) -> list[Video]:
    """Those whose `publishAt` has come, changed accordingly; what wasn't processed well is never public."""
    changed = []
    for video in videos:
        moment = moment_of(video.details["status"].get("publishAt", ""))
        if moment is not None and moment <= now and video.privacy == "private" and not video.details["locked"]:
            video.privacy, video.public = "public", True
            video.details["published_at"] = max(moment, video.made_at)
            changed.append(video)
        if video.public and now >= video.details["processed_at"] and video.details["outcome"] != "processed":
            video.public = False
            changed.append(video)
    return changed
