"""Content Posting API: what a creator may do right now, and the start of a direct post or a draft in the inbox."""

import secrets
from typing import Final

from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.networks.api import Call
from web.sandbox.networks.network import Refused
from web.sandbox.networks.records import Account, Upload
from web.sandbox.networks.tiktok.answers import Caller, caller, invalid_param, json_body, ok
from web.sandbox.networks.tiktok.publishing import is_pending_draft, is_posted
from web.sandbox.networks.tiktok.sources import checked_source

DAY_S: Final = 86_400
TITLE_UNITS: Final = 2_200
"""Of UTF-16."""
PENDING_DRAFTS: Final = 5
DIRECT: Final = "direct"
INBOX: Final = "inbox"
_TOGGLES: Final = (
    "disable_duet",
    "disable_comment",
    "disable_stitch",
    "brand_content_toggle",
    "brand_organic_toggle",
    "is_aigc",
)


def privacy_options(account: Account) -> list[str]:
    everybody = "FOLLOWER_OF_CREATOR" if account.settings["private"] else "PUBLIC_TO_EVERYONE"
    return [everybody, "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]


async def creator_info(call: Call) -> web.Response:
    """POST /v2/post/publish/creator_info/query/. Who can't post is told so with HTTP 200."""
    asked = caller(call, "video.publish", per_minute=20)
    try:
        _check_may_post(call, asked)
    except Refused as refused:
        raise Refused(200, refused.code, refused.message) from None
    account, settings = asked.account, asked.account.settings
    return ok(
        {
            "creator_avatar_url": avatar_url(call, account),
            "creator_username": account.username,
            "creator_nickname": account.name,
            "privacy_level_options": privacy_options(account),
            "comment_disabled": settings["comment_disabled"],
            "duet_disabled": settings["private"] or settings["duet_disabled"],
            "stitch_disabled": settings["private"] or settings["stitch_disabled"],
            "max_video_post_duration_sec": settings["max_video_post_duration_sec"],
        }
    )


def avatar_url(call: Call, account: Account) -> str:
    return f"{call.request.scheme}://{call.request.host}/networks/avatars/tiktok/{account.username}.jpg"


def _check_may_post(call: Call, asked: Caller) -> None:
    settings, since = asked.account.settings, call.networks.now() - DAY_S
    if settings["banned"]:
        raise Refused(403, "spam_risk_user_banned_from_posting", "The user is banned from making new posts.")
    posted = [upload for upload in call.networks.uploads.all(network=call.network.name) if is_posted(upload, since)]
    if sum(upload.account_id == asked.account.id for upload in posted) >= settings["posts_per_day"]:
        raise Refused(
            403, "spam_risk_too_many_posts", "The daily post cap from the API is reached for the current user."
        )
    people = {upload.account_id for upload in posted}
    if not call.rules["audited"] and asked.account.id not in people and len(people) >= call.rules["users_unaudited"]:
        raise Refused(
            403,
            "reached_active_user_cap",
            "The daily quota for active publishing users from your client is reached.",
        )


async def direct_init(call: Call) -> web.Response:
    """POST /v2/post/publish/video/init/"""
    asked = caller(call, "video.publish", per_minute=6)
    body = await json_body(call)
    _check_names(body, "post_info", "source_info")
    post = _checked_post(body.get("post_info"))
    _check_may_post(call, asked)
    _check_privacy(call, asked.account, post)
    return _begun(call, asked, DIRECT, post, checked_source(body.get("source_info")))


async def inbox_init(call: Call) -> web.Response:
    """POST /v2/post/publish/inbox/video/init/: its owner writes the rest in the app."""
    asked = caller(call, "video.upload", per_minute=6)
    body = await json_body(call)
    _check_names(body, "source_info")
    since, mine = call.networks.now() - DAY_S, call.networks.uploads.all(account_id=asked.account.id)
    if sum(is_pending_draft(upload, since) for upload in mine) >= PENDING_DRAFTS:
        raise Refused(
            403,
            "spam_risk_too_many_pending_share",
            "There may be at most 5 pending shares within any 24-hour period.",
        )
    return _begun(call, asked, INBOX, {}, checked_source(body.get("source_info")))


def _check_names(body: Json, *known: str) -> None:
    if unknown := sorted(set(body) - set(known)):
        raise invalid_param(f"Unknown field: {', '.join(unknown)}")


def _checked_post(post: object) -> Json:
    if not isinstance(post, dict):
        raise invalid_param("post_info is missing")
    _check_names(post, "title", "privacy_level", "video_cover_timestamp_ms", *_TOGGLES)
    title, cover = post.get("title", ""), post.get("video_cover_timestamp_ms", 0)
    if not isinstance(title, str) or len(title.encode("utf-16-le")) // 2 > TITLE_UNITS:
        raise invalid_param(f"title may have {TITLE_UNITS} UTF-16 units")
    if type(cover) is not int:
        raise invalid_param("video_cover_timestamp_ms must be an int32")
    if wrong := [name for name in _TOGGLES if not isinstance(post.get(name, False), bool)]:
        raise invalid_param(f"{wrong[0]} must be a bool")
    return post


def _check_privacy(call: Call, account: Account, post: Json) -> None:
    wanted = post.get("privacy_level")
    if not call.rules["audited"] and not (account.settings["private"] and wanted == "SELF_ONLY"):
        raise Refused(
            403,
            "unaudited_client_can_only_post_to_private_accounts",
            "Unaudited clients can only post to a private account, and only for its owner to see.",
        )
    if wanted not in privacy_options(account):
        raise Refused(
            403,
            "privacy_level_option_mismatch",
            "privacy_level is not specified or not among the options from /publish/creator_info/query/.",
        )


def _begun(call: Call, asked: Caller, mode: str, post: Json, source: Json) -> web.Response:
    number = str(7_000_000_000_000_000_000 + secrets.randbits(58))
    kind, token = ("v_pub_file~v2-1" if mode == DIRECT else "v_inbox_file~v2"), secrets.token_urlsafe(24)
    upload = Upload(
        id=number,
        network=call.network.name,
        account_id=asked.account.id,
        client_id=asked.consent.client_id,
        size_bytes=source["video_size"],
        made_at=call.networks.now(),
        details={
            "mode": mode,
            "publish_id": f"{kind}.{number}",
            "token": token,
            "consent_id": asked.consent.id,
            "chunk_size": source["chunk_size"],
            "post": post,
        },
    )
    call.networks.uploads.put(upload)
    call.note(publish_id=upload.details["publish_id"])
    url = f"{call.origin}/video/?upload_id={number}&upload_token={token}"
    return ok({"publish_id": upload.details["publish_id"], "upload_url": url})
