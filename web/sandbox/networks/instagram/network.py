"""Instagram, put together."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Final

from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.networks.instagram import containers, errors, oauth, reading, uploads
from web.sandbox.networks.instagram.access import VERSION_PATH, graph
from web.sandbox.networks.network import Endpoint, Network
from web.sandbox.networks.records import Account, Ask, Video
from web.sandbox.networks.state import NETWORKS, Networks

SCOPES: Final = {
    "instagram_business_basic": "See your profile and what you have published",
    "instagram_business_content_publish": "Publish reels to your profile",
    "instagram_business_manage_insights": "See how what you have published does",
    "instagram_business_manage_comments": "Read and answer comments",
    "instagram_business_manage_messages": "Read and answer messages",
}
ACCOUNT_SETTINGS: Final[Json] = {"account_type": "BUSINESS", "restricted": False, "followers": 2_460}
"""`account_type`: BUSINESS, MEDIA_CREATOR, or PERSONAL, which can't allow anything."""
RULES: Final[Json] = {
    "approved_scopes": sorted(SCOPES),
    "redirect_uris": [],
    "data_wrapped": False,
    "resumable": False,
    "inspects": True,
    "size_limit": 300 * 1024 * 1024,
    "code_s": 3_600,
    "short_s": 3_600,
    "long_s": 5_184_000,
    "refresh_after_s": 86_400,
    "container_s": 86_400,
    "processing_s": 2,
    "processing_errors": [],
    "publishing_errors": [],
    "insights_after_s": 0,
    "quota_total": 100,
    "quota_s": 86_400,
}
_UPLOAD: Final = "POST /ig-api-upload/{container}"


def _asked_for(networks: Networks, query: Mapping[str, str]) -> Ask:
    return oauth.asked_for(INSTAGRAM, networks, query)


def _new_account_id() -> str:
    return f"17841{secrets.randbelow(10**12):012}"


def _objection(account: Account) -> str:
    if account.settings["account_type"] != "PERSONAL":
        return ""
    return "This is a personal account. Only business and creator accounts can be connected."


def _shown(video: Video) -> Sequence[str]:
    return [] if video.details["given"].get("share_to_feed", "true").lower() == "true" else ["Not shared to the feed"]


def _waiting(networks: Networks) -> Sequence[str]:
    rules = networks.rules(INSTAGRAM)
    unpublished = [
        containers.status_of(networks, container, lives_s=rules["container_s"])
        for container in networks.uploads.all(network=INSTAGRAM.name, video_id=None)
    ]
    return [f"Container: {status.lower().replace('_', ' ')}" for status in unpublished if status != containers.EXPIRED]


async def _reel(request: web.Request) -> web.Response:
    """Where a permalink leads, to what was published here."""
    shortcode = request.match_info["shortcode"]
    for video in request.app[NETWORKS].videos.all(network=INSTAGRAM.name, removed_at=None):
        if video.details["shortcode"] == shortcode:
            return web.Response(status=302, headers={"Location": f"/networks#{video.id}"})
    return web.Response(status=404, text="Sorry, this page isn't available.")


async def _profile(request: web.Request) -> web.Response:
    """Where somebody's address leads."""
    if request.app[NETWORKS].account_named(INSTAGRAM, request.match_info["name"]) is None:
        return web.Response(status=404, text="Sorry, this page isn't available.")
    return web.Response(status=302, headers={"Location": "/networks"})


INSTAGRAM: Final = Network(
    name="instagram",
    title="Instagram",
    scopes=SCOPES,
    account_settings=ACCOUNT_SETTINGS,
    rules=RULES,
    new_account_id=_new_account_id,
    new_code=oauth.new_code,
    authorize_path="/oauth/authorize",
    read_ask=_asked_for,
    allowed_url=oauth.allowed_url,
    denied_url=oauth.denied_url,
    endpoints=(
        Endpoint("POST", "/oauth/access_token", oauth.short_token, errors.token_refusal),
        *graph("GET", "/access_token", oauth.long_token),
        *graph("GET", "/refresh_access_token", oauth.refreshed),
        *graph("GET", "/me", reading.node),
        *graph("GET", r"/{node:\d+}", reading.node),
        *graph("GET", r"/{ig:\d+|me}/media", reading.media),
        *graph("POST", r"/{ig:\d+|me}/media", containers.create),
        *graph("POST", r"/{ig:\d+|me}/media_publish", containers.publish),
        *graph("GET", r"/{ig:\d+|me}/content_publishing_limit", reading.limit),
        *graph("GET", r"/{node:\d+}/insights", reading.insights),
        Endpoint(
            "POST",
            r"/ig-api-upload/{container:\d+}",
            uploads.upload,
            errors.upload_refusal,
            uploads=True,
            called=_UPLOAD,
        ),
        Endpoint(
            "POST",
            rf"/ig-api-upload{VERSION_PATH}/{{container:\d+}}",
            uploads.upload,
            errors.upload_refusal,
            uploads=True,
            called=_UPLOAD,
        ),
    ),
    codes=errors.CODES,
    objection=_objection,
    shown_of=_shown,
    waiting=_waiting,
    routes=(web.get("/instagram/reel/{shortcode}/", _reel), web.get("/instagram/{name}/", _profile)),
)
