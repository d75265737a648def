"""TikTok, put together."""

import secrets
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.networks.network import Endpoint, Network
from web.sandbox.networks.records import Ask, Video
from web.sandbox.networks.state import Networks
from web.sandbox.networks.tiktok import display, oauth, posting, status, transfer
from web.sandbox.networks.tiktok.answers import refusal
from web.sandbox.networks.tiktok.publishing import catch_up, status_of

SCOPES: Final = {
    "user.info.basic": "See your name and picture",
    "user.info.profile": "See your username and profile",
    "user.info.stats": "See how many followers, likes and videos you have",
    "video.list": "See your public videos",
    "video.upload": "Put drafts into your inbox",
    "video.publish": "Publish videos to your profile",
}
ACCOUNT_SETTINGS: Final[Json] = {
    "private": False,
    "comment_disabled": False,
    "duet_disabled": False,
    "stitch_disabled": False,
    "max_video_post_duration_sec": 600,
    "posts_per_day": 15,
    "banned": False,
    "followers": 1_280,
}
RULES: Final[Json] = {
    "audited": True,
    "approved_scopes": sorted(SCOPES),
    "redirect_uris": [],
    "pkce_required": True,
    "limits": True,
    "inspects": True,
    "users_unaudited": 5,
    "code_s": 300,
    "access_s": 7_200,
    "refresh_s": 180 * 86_400,
    "upload_url_s": 3_600,
    "processing_s": 2,
    "moderation_s": 2,
    "fail_reason": "",
}
_WORDS: Final = {
    "disable_comment": "no comments",
    "disable_duet": "no duets",
    "disable_stitch": "no stitches",
    "brand_organic_toggle": "your brand",
    "brand_content_toggle": "branded content",
    "is_aigc": "made with AI",
}


def _asked_for(networks: Networks, query: Mapping[str, str]) -> Ask:
    return oauth.asked_for(TIKTOK, networks, query)


def _new_open_id() -> str:
    return f"-000{secrets.token_urlsafe(24)}"


def _shown_of(video: Video) -> list[str]:
    """What its owner chose, as far as it isn't the default."""
    post = video.details["post"]
    chosen = [words for name, words in _WORDS.items() if post.get(name)]
    return [" · ".join(chosen)] if chosen else []


def _waiting(networks: Networks) -> list[str]:
    lines = []
    for upload in networks.uploads.all(network="tiktok", video_id=None):
        told, owner = status_of(networks, upload), networks.owner(upload)
        why = f" ({told['fail_reason']})" if told["status"] == "FAILED" else ""
        share = f"{upload.received_bytes:,} of {upload.size_bytes:,} bytes"
        lines.append(f"@{owner.username}: {told['status']}{why}, {share}")
    return lines


TIKTOK: Final = Network(
    name="tiktok",
    title="TikTok",
    scopes=SCOPES,
    account_settings=ACCOUNT_SETTINGS,
    rules=RULES,
    new_account_id=_new_open_id,
    new_code=oauth.new_code,
    authorize_path="/v2/auth/authorize/",
    read_ask=_asked_for,
    allowed_url=oauth.allowed_url,
    denied_url=oauth.denied_url,
    endpoints=(
        Endpoint("POST", "/v2/oauth/token/", oauth.token, oauth.refusal),
        Endpoint("POST", "/v2/oauth/revoke/", oauth.revoke, oauth.refusal),
        Endpoint("POST", "/v2/post/publish/creator_info/query/", posting.creator_info, refusal),
        Endpoint("POST", "/v2/post/publish/video/init/", posting.direct_init, refusal),
        Endpoint("POST", "/v2/post/publish/inbox/video/init/", posting.inbox_init, refusal),
        Endpoint("POST", "/v2/post/publish/status/fetch/", status.fetch, refusal),
        Endpoint("PUT", "/video/", transfer.put_chunk, transfer.refusal, uploads=True),
        Endpoint("GET", "/v2/user/info/", display.user_info, refusal),
        Endpoint("POST", "/v2/video/list/", display.video_list, refusal),
        Endpoint("POST", "/v2/video/query/", display.video_query, refusal),
    ),
    codes={401: "access_token_invalid", 429: "rate_limit_exceeded", 500: "internal_error"},
    shown_of=_shown_of,
    waiting=_waiting,
    drafts=status.drafts,
    catch_up=catch_up,
    routes=(
        web.post("/control/networks/tiktok/drafts", status.finish_draft),
        web.post("/tiktok/inbox/{id}", status.finish_on_page),
        web.get("/tiktok/@{name}", display.profile_page),
        web.get("/tiktok/@{name}/video/{id}", display.video_page),
    ),
)
