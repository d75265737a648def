"""Display API: who the account is, its public videos, and their numbers."""

from collections.abc import Callable
from typing import Any, Final

from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.networks.api import Call
from web.sandbox.networks.network import Refused
from web.sandbox.networks.numbers import counts
from web.sandbox.networks.records import Video
from web.sandbox.networks.state import NETWORKS
from web.sandbox.networks.tiktok.answers import JSON, Caller, caller, invalid, ok
from web.sandbox.networks.tiktok.posting import avatar_url
from web.sandbox.networks.tiktok.publishing import is_out

PER_MINUTE: Final = 600
LISTED: Final = 10
LISTED_MAX: Final = 20
TEXT_MAX: Final = 150
_BASIC: Final = "user.info.basic"
_PROFILE: Final = "user.info.profile"
_STATS: Final = "user.info.stats"
_USER: Final[dict[str, tuple[str, Callable[[Call, Caller], Any]]]] = {
    "open_id": (_BASIC, lambda call, asked: asked.account.id),
    "union_id": (_BASIC, lambda call, asked: f"union-{asked.account.id}"),
    "avatar_url": (_BASIC, lambda call, asked: avatar_url(call, asked.account)),
    "avatar_url_100": (_BASIC, lambda call, asked: avatar_url(call, asked.account)),
    "avatar_large_url": (_BASIC, lambda call, asked: avatar_url(call, asked.account)),
    "display_name": (_BASIC, lambda call, asked: asked.account.name),
    "username": (_PROFILE, lambda call, asked: asked.account.username),
    "bio_description": (_PROFILE, lambda call, asked: "Made up by the local sandbox."),
    "is_verified": (_PROFILE, lambda call, asked: False),
    "profile_deep_link": (_PROFILE, lambda call, asked: f"{call.origin}/@{asked.account.username}"),
    "follower_count": (_STATS, lambda call, asked: asked.account.settings["followers"]),
    "following_count": (_STATS, lambda call, asked: 100),
    "likes_count": (_STATS, lambda call, asked: sum(_likes(call, video) for video in _public(call, asked))),
    "video_count": (_STATS, lambda call, asked: len(_public(call, asked))),
}
_VIDEO: Final = frozenset(
    [
        "id",
        "create_time",
        "cover_image_url",
        "share_url",
        "video_description",
        "duration",
        "height",
        "width",
        "title",
        "embed_html",
        "embed_link",
        "like_count",
        "comment_count",
        "share_count",
        "view_count",
        "is_aigc",
    ]
)


def _likes(call: Call, video: Video) -> int:
    return counts(video, call.networks.now()).likes


def _public(call: Call, asked: Caller) -> list[Video]:
    """Newest first."""
    mine = call.networks.videos.all(network=call.network.name, account_id=asked.account.id)
    out = [video for video in mine if is_out(call.networks, video)]
    return sorted(out, key=lambda video: video.made_at, reverse=True)


def _fields(call: Call, known: frozenset[str]) -> list[str]:
    asked = [name for name in call.request.query.get("fields", "").split(",") if name]
    if not asked:
        raise invalid("Fields is required")
    if unknown := [name for name in asked if name not in known]:
        raise invalid(f"Invalid field: {', '.join(unknown)}")
    return asked


async def user_info(call: Call) -> web.Response:
    """GET /v2/user/info/?fields="""
    asked = caller(call, _BASIC, _PROFILE, _STATS, per_minute=PER_MINUTE)
    names = _fields(call, frozenset(_USER))
    if missing := [name for name in names if _USER[name][0] not in asked.consent.scopes]:
        raise Refused(401, "scope_permission_missed", f"Additional scopes are needed for: {', '.join(missing)}")
    return ok({"user": {name: _USER[name][1](call, asked) for name in names}})


async def video_list(call: Call) -> web.Response:
    """POST /v2/video/list/?fields= {cursor?, max_count?}: published before `cursor` (ms), newest first."""
    asked = caller(call, "video.list", per_minute=PER_MINUTE)
    names, body = _fields(call, _VIDEO), await _body(call)
    count, cursor = body.get("max_count", LISTED), body.get("cursor")
    if type(count) is not int or not 1 <= count <= LISTED_MAX:
        raise invalid(f"max_count: 1 to {LISTED_MAX}")
    if cursor is not None and type(cursor) is not int:
        raise invalid("cursor must be an int64")
    public = _public(call, asked)
    found = [video for video in public if not cursor or _at_ms(video) < cursor]
    page = found[:count]
    return ok(
        {
            "videos": [_shown(call, asked, video, names) for video in page],
            "cursor": _at_ms(page[-1]) if page else cursor or 0,
            "has_more": len(found) > count,
        }
    )


async def video_query(call: Call) -> web.Response:
    """POST /v2/video/query/?fields= {"filters": {"video_ids": [...]}}: what isn't theirs or public is missing."""
    asked = caller(call, "video.list", per_minute=PER_MINUTE)
    names, filters = _fields(call, _VIDEO), (await _body(call)).get("filters")
    ids = filters.get("video_ids") if isinstance(filters, dict) else None
    if not isinstance(ids, list) or not 1 <= len(ids) <= LISTED_MAX or not all(isinstance(one, str) for one in ids):
        raise invalid(f"filters.video_ids: 1 to {LISTED_MAX} strings")
    found = [video for video in _public(call, asked) if video.id in ids]
    return ok({"videos": [_shown(call, asked, video, names) for video in found]})


async def _body(call: Call) -> Json:
    body = await call.json()
    if body is None or (call.request.can_read_body and call.request.content_type != JSON):
        raise invalid("The request body is not a JSON object")
    return body


def _at_ms(video: Video) -> int:
    return int(video.made_at * 1000)


def _shown(call: Call, asked: Caller, video: Video, names: list[str]) -> Json:
    count, facts = counts(video, call.networks.now()), video.facts
    link = f"{call.origin}/@{asked.account.username}/video/{video.id}"
    everything: Json = {
        "id": video.id,
        "create_time": int(video.made_at),
        "cover_image_url": f"{call.request.scheme}://{call.request.host}/networks/thumbnails/{video.id}.jpg",
        "share_url": link,
        "video_description": video.title[:TEXT_MAX],
        "duration": int(facts.get("duration_s", 0)),
        "height": facts.get("height", 0),
        "width": facts.get("width", 0),
        "title": video.title[:TEXT_MAX],
        "embed_html": "",
        "embed_link": link,
        "like_count": count.likes,
        "comment_count": count.comments,
        "share_count": count.shares,
        "view_count": count.views,
        "is_aigc": bool(video.details["post"].get("is_aigc", False)),
    }
    return {name: everything[name] for name in names}


async def profile_page(request: web.Request) -> web.Response:
    """Where somebody's address leads."""
    networks = request.app[NETWORKS]
    if networks.account_named(networks.networks["tiktok"], request.match_info["name"]) is None:
        return web.Response(status=404, text="There is nobody of this name.")
    return web.Response(status=302, headers={"Location": "/networks"})


async def video_page(request: web.Request) -> web.Response:
    """Where a video's address leads: to its place on the page of all that was published."""
    video = request.app[NETWORKS].videos.get(request.match_info["id"])
    if video is None:
        return web.Response(status=404, text="There is no such video.")
    return web.Response(status=302, headers={"Location": f"/networks#{video.id}"})
