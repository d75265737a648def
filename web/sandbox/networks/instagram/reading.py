"""What can be read: who one is, what was published, how it does, and how much more may be published."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.networks.api import Call
from web.sandbox.networks.instagram.access import Caller, app_scoped_id, caller, chosen
from web.sandbox.networks.instagram.containers import container_of, publisher, shown, used
from web.sandbox.networks.instagram.errors import invalid, unsupported
from web.sandbox.networks.numbers import Counts, counts
from web.sandbox.networks.records import Account, Video

BASIC: Final = "instagram_business_basic"
INSIGHTS: Final = "instagram_business_manage_insights"
PAGE: Final = 25
LARGEST_PAGE: Final = 100
METRICS: Final = {
    "views": "Views",
    "reach": "Accounts reached",
    "likes": "Likes",
    "comments": "Comments",
    "shares": "Shares",
    "saved": "Saves",
    "total_interactions": "Interactions",
    "ig_reels_avg_watch_time": "Average watch time",
    "ig_reels_video_view_total_time": "Watch time",
}
"""Of reels. https://developers.facebook.com/documentation/instagram-platform/reference/instagram-media/insights"""


async def node(call: Call) -> web.Response:
    """GET /me, /{ig}, /{container}, /{media}: whatever has that id and is the caller's."""
    known = await caller(call, BASIC)
    node_id = call.request.match_info.get("node", "me")
    if node_id in ("me", known.account.id):
        return web.json_response(_profile(call, known))
    if (container := container_of(call.networks, known, node_id)) is not None:
        return web.json_response(shown(call, container, known.given))
    video = _video(call, known, node_id)
    return web.json_response(chosen(_media(call, known, video), known.given, default=("id",), type_="IGMedia"))


def _profile(call: Call, known: Caller) -> Json:
    account = known.account
    profile: Json = {
        "id": app_scoped_id(account),
        "user_id": account.id,
        "username": account.username,
        "name": account.name,
        "account_type": account.settings["account_type"],
        "profile_picture_url": f"{_origin(call)}/networks/avatars/{call.network.name}/{account.username}.jpg",
        "biography": None,
        "website": None,
        "followers_count": account.settings["followers"],
        "follows_count": 42,
        "media_count": len(_of_account(call, account)),
    }
    return chosen(profile, known.given, default=("id",), type_="IGUser")


def _origin(call: Call) -> str:
    return f"{call.request.scheme}://{call.request.host}"


def _of_account(call: Call, account: Account) -> list[Video]:
    """Newest first."""
    videos = call.networks.videos.all(network=call.network.name, account_id=account.id, removed_at=None)
    return list(videos)[::-1]


def _video(call: Call, known: Caller, video_id: str) -> Video:
    video = call.networks.videos.get(video_id)
    if video is None or video.account_id != known.account.id or video.removed_at is not None:
        raise unsupported(call.request.method, video_id)
    return video


def _media(call: Call, known: Caller, video: Video) -> Json:
    count = counts(video, call.networks.now())
    return {
        "id": video.id,
        "caption": video.title or None,
        "comments_count": count.comments,
        "is_shared_to_feed": video.details["given"].get("share_to_feed", "true").lower() == "true",
        "like_count": count.likes,
        "media_product_type": "REELS",
        "media_type": "VIDEO",
        "media_url": None,
        "owner": {"id": app_scoped_id(known.account)},
        "permalink": video.details["permalink"],
        "shortcode": video.details["shortcode"],
        "thumbnail_url": f"{video.details['thumbnail']}{video.id}.jpg",
        "timestamp": datetime.fromtimestamp(video.made_at, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "username": known.account.username,
    }


async def media(call: Call) -> web.Response:
    """GET /{ig}/media: newest first, in pages whose cursors are the ids at their ends."""
    known = await caller(call, BASIC)
    ig = call.request.match_info["ig"]
    if ig not in ("me", known.account.id):
        raise unsupported(call.request.method, ig)
    page, after = _page(_within(_of_account(call, known.account), known), known)
    items = [chosen(_media(call, known, video), known.given, default=("id",), type_="IGMedia") for video in page]
    if not page:
        return web.json_response({"data": []})
    paging: Json = {"cursors": {"before": page[0].id, "after": page[-1].id}}
    if after:
        paging["next"] = str(call.request.url.update_query(after=page[-1].id))
    return web.json_response({"data": items, "paging": paging})


def _within(videos: list[Video], known: Caller) -> list[Video]:
    since, until = _moment(known, "since"), _moment(known, "until")
    return [
        video
        for video in videos
        if (since is None or video.made_at >= since) and (until is None or video.made_at <= until)
    ]


def _moment(known: Caller, name: str) -> float | None:
    text = known.given.get(name)
    if text is None:
        return None
    try:
        return float(text) if text.isdecimal() else datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise invalid(f"The parameter {name} must be a time") from None


def _page(videos: Sequence[Video], known: Caller) -> tuple[Sequence[Video], bool]:
    limit = known.given.get("limit", str(PAGE))
    if not limit.isdecimal() or not 1 <= int(limit) <= LARGEST_PAGE:
        raise invalid(f"The parameter limit must be between 1 and {LARGEST_PAGE}")
    ids = [video.id for video in videos]
    cursor = known.given.get("after")
    if cursor is not None and cursor not in ids:
        raise invalid("The parameter after is no cursor of this edge")
    start = ids.index(cursor) + 1 if cursor is not None else 0
    page = videos[start : start + int(limit)]
    return page, len(videos) > start + len(page)


async def limit(call: Call) -> web.Response:
    """GET /{ig}/content_publishing_limit: `quota_usage`, and `config` when it is asked for."""
    known = await publisher(call)
    quota: Json = {
        "quota_usage": used(call, known.account.id),
        "config": {"quota_total": call.rules["quota_total"], "quota_duration": int(call.rules["quota_s"])},
    }
    names = ("quota_usage",) if "fields" not in known.given else ()
    return web.json_response({"data": [chosen(quota, known.given, default=names, type_="ContentPublishingLimit")]})


async def insights(call: Call) -> web.Response:
    """GET /{media}/insights: one metric that reels don't have fails the whole call. Before there is data (the rule
    `insights_after_s`), there is no zero but nothing."""
    known = await caller(call, BASIC, INSIGHTS)
    video = _video(call, known, call.request.match_info["node"])
    metrics = _metrics(known)
    if call.networks.now() - video.made_at < call.rules["insights_after_s"]:
        return web.json_response({"data": []})
    values = _values(counts(video, call.networks.now()), duration_s=video.facts.get("duration_s", 15.0))
    return web.json_response({"data": [_insight(video, name, values[name]) for name in metrics]})


def _metrics(known: Caller) -> list[str]:
    metrics = [name.strip() for name in known.given.get("metric", "").split(",") if name.strip()]
    if not metrics:
        raise invalid("The parameter metric is required")
    if known.given.get("period", "lifetime") != "lifetime":
        raise invalid("period must be lifetime")
    for place, name in enumerate(metrics):
        if name not in METRICS:
            raise invalid(f"metric[{place}] must be one of the following values: {', '.join(METRICS)}")
    return list(dict.fromkeys(metrics))


def _values(count: Counts, *, duration_s: float) -> dict[str, int]:
    average_ms = int(duration_s * 600) if count.views else 0
    return {
        "views": count.views,
        "reach": int(count.views * 0.8),
        "likes": count.likes,
        "comments": count.comments,
        "shares": count.shares,
        "saved": count.saves,
        "total_interactions": count.likes + count.comments + count.shares + count.saves,
        "ig_reels_avg_watch_time": average_ms,
        "ig_reels_video_view_total_time": average_ms * count.views,
    }


def _insight(video: Video, name: str, value: int) -> Json:
    return {
        "name": name,
        "period": "lifetime",
        "values": [{"value": value}],
        "title": METRICS[name],
        "description": f"{METRICS[name]} of this reel",
        "id": f"{video.id}/insights/{name}/lifetime",
    }
