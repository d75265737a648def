"""YouTube, put together."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Final

from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.networks.network import Endpoint, Network
from web.sandbox.networks.records import Ask, Video
from web.sandbox.networks.state import NETWORKS, Networks
from web.sandbox.networks.youtube import errors, oauth, reading, thumbnails, uploads
from web.sandbox.networks.youtube.access import MANAGE, PARTNER, READ, SSL, UPLOAD

SCOPES: Final = {
    UPLOAD: "Manage your YouTube videos",
    READ: "View your YouTube account",
    MANAGE: "Manage your YouTube account",
    SSL: "See, edit, and permanently delete your YouTube videos, ratings, comments and captions",
    PARTNER: "View and manage your assets and associated content on YouTube",
}
ACCOUNT_SETTINGS: Final[Json] = {
    "has_channel": True,
    "phone_verified": True,
    "uploads_per_day": 100,
    "subscribers": 3_140,
}
RULES: Final[Json] = {
    "approved_scopes": sorted(SCOPES),
    "redirect_uris": [],
    "audited": True,
    "testing": False,
    "signup_required": False,
    "inspects": True,
    "code_s": 600,
    "access_s": 3_599,
    "refresh_idle_s": 182 * 86_400,
    "testing_refresh_s": 7 * 86_400,
    "refresh_tokens": 100,
    "session_s": 7 * 86_400,
    "processing_s": 2,
    "outcomes": [],
    "done_status": 200,
    "quota_uploads": 100,
    "quota_searches": 100,
    "quota_stats": 10_000,
    "quota_units": 10_000,
}
WATCH_PATH: Final = "/watch"


def _asked_for(networks: Networks, query: Mapping[str, str]) -> Ask:
    return oauth.asked_for(YOUTUBE, networks, query)


def _new_channel_id() -> str:
    return f"UC{secrets.token_urlsafe(16)}"


def _catch_up(networks: Networks) -> None:
    videos = list(networks.videos.all(network=YOUTUBE.name, removed_at=None))
    for video in uploads.publish_due(videos, networks.now()):
        networks.videos.put(video)


def _shown(video: Video) -> Sequence[str]:
    status = video.details["status"]
    lines = [video.details["snippet"]["description"]] if video.details["snippet"]["description"] else []
    lines += [f"Public at {status['publishAt']}"] if "publishAt" in status and not video.public else []
    lines += ["Locked to private: the app isn't audited"] if video.details["locked"] else []
    lines += [video.details["outcome"]] if video.details["outcome"] != "processed" else []
    return lines


def _waiting(networks: Networks) -> Sequence[str]:
    return [
        f"Uploading: {session.received_bytes:,} of {session.size_bytes:,} bytes"
        for session in networks.uploads.all(network=YOUTUBE.name, video_id=None)
    ]


async def _watch(request: web.Request) -> web.Response:
    """Where a video's address leads, to what was published here."""
    video_id = request.match_info.get("id") or request.query.get("v", "")
    video = request.app[NETWORKS].videos.get(video_id)
    if video is None or video.network != YOUTUBE.name or video.removed_at is not None:
        return web.Response(status=404, text="This video isn't available.")
    return web.Response(status=302, headers={"Location": f"/networks#{video.id}"})


async def _channel(request: web.Request) -> web.Response:
    """Where a channel's address leads."""
    account = request.app[NETWORKS].accounts.get(request.match_info["id"])
    if account is None or account.network != YOUTUBE.name:
        return web.Response(status=404, text="This page isn't available.")
    return web.Response(status=302, headers={"Location": "/networks"})


YOUTUBE: Final = Network(
    name="youtube",
    title="YouTube",
    scopes=SCOPES,
    account_settings=ACCOUNT_SETTINGS,
    rules=RULES,
    new_account_id=_new_channel_id,
    new_code=oauth.new_code,
    authorize_path="/o/oauth2/v2/auth",
    read_ask=_asked_for,
    allowed_url=oauth.allowed_url,
    denied_url=oauth.denied_url,
    endpoints=(
        Endpoint("POST", "/token", oauth.token, errors.token_refusal),
        Endpoint("POST", "/revoke", oauth.revoke, errors.token_refusal),
        Endpoint("POST", "/upload/youtube/v3/videos", uploads.begin, errors.refusal),
        Endpoint("PUT", "/upload/youtube/v3/videos", uploads.put, errors.plain_refusal, uploads=True),
        Endpoint("DELETE", "/upload/youtube/v3/videos", uploads.cancel, errors.plain_refusal),
        Endpoint("POST", "/upload/youtube/v3/thumbnails/set", thumbnails.set_thumbnail, errors.refusal, uploads=True),
        Endpoint("GET", "/youtube/v3/videos", reading.videos, errors.refusal),
        Endpoint("DELETE", "/youtube/v3/videos", reading.delete, errors.refusal),
        Endpoint("GET", "/youtube/v3/videos:batchGetStats", reading.stats, errors.refusal),
        Endpoint("GET", "/youtube/v3/channels", reading.channels, errors.refusal),
        Endpoint("GET", "/youtube/v3/playlistItems", reading.playlist_items, errors.refusal),
        Endpoint("GET", "/youtube/v3/search", reading.search, errors.refusal),
    ),
    codes=errors.CODES,
    shown_of=_shown,
    waiting=_waiting,
    catch_up=_catch_up,
    routes=(
        web.get(f"/youtube{WATCH_PATH}", _watch),
        web.get("/youtube/shorts/{id}", _watch),
        web.get("/youtube/channel/{id}", _channel),
    ),
)
