"""TikTok, put together."""

import secrets
from collections.abc import Mapping
from typing import Final

from web.sandbox.model import Json
from web.sandbox.networks.network import Endpoint, Network
from web.sandbox.networks.records import Ask
from web.sandbox.networks.state import Networks
from web.sandbox.networks.tiktok import oauth

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


def _asked_for(networks: Networks, query: Mapping[str, str]) -> Ask:
    return oauth.asked_for(TIKTOK, networks, query)


def _new_open_id() -> str:
    return f"-000{secrets.token_urlsafe(24)}"


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
    ),
    codes={429: "rate_limit_exceeded", 500: "internal_error"},
)
