"""What can be read: videos, their numbers, channels, what a channel has uploaded, and searches."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Final

from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.networks.api import Call
from web.sandbox.networks.network import Refused
from web.sandbox.networks.numbers import counts
from web.sandbox.networks.records import Account, Video
from web.sandbox.networks.youtube.access import OWNERS, READERS, Caller, asked, caller, listed, parts_of, reader
from web.sandbox.networks.youtube.errors import missing, refused
from web.sandbox.networks.youtube.quota import WRITE_COST, Bucket, spend
from web.sandbox.networks.youtube.resources import (
    duration,
    etag_of,
    moment_of,
    resource,
    state_of,
    statistics,
    thumbnails,
    written,
)

PAGE: Final = 5
LARGEST_PAGE: Final = 50
STATS_PARTS: Final = frozenset({"contentDetails", "id", "snippet", "statistics"})
OWNER_PARTS: Final = frozenset({"fileDetails", "processingDetails", "suggestions"})
CHANNEL_PARTS: Final = frozenset(
    {
        "auditDetails",
        "brandingSettings",
        "contentDetails",
        "contentOwnerDetails",
        "id",
        "localizations",
        "snippet",
        "statistics",
        "status",
        "topicDetails",
    }
)
ITEM_PARTS: Final = frozenset({"contentDetails", "id", "snippet", "status"})
ORDERS: Final = ("date", "rating", "relevance", "title", "videoCount", "viewCount")


def list_of(kind: str, items: Sequence[Json], *, total: int | None = None, **more: object) -> web.Response:
    told: Json = {**more}
    if total is not None:
        told["pageInfo"] = {"totalResults": total, "resultsPerPage": len(items)}
    return web.json_response({"kind": f"youtube#{kind}", "etag": etag_of(items), **told, "items": list(items)})


def _origin(call: Call) -> str:
    return f"{call.request.scheme}://{call.request.host}"


def _is_seen(video: Video, owner: Account, by: Caller | None) -> bool:
    """Unlisted ones by everybody who knows their id."""
    if by is not None and by.account.id == owner.id:
        return video.removed_at is None
    return video.removed_at is None and video.privacy != "private"


def _seen(call: Call, ids: Sequence[str], by: Caller | None) -> list[tuple[Video, Account]]:
    found = []
    for video_id in dict.fromkeys(ids):
        video = call.networks.videos.get(video_id)
        if video is None or video.network != call.network.name:
            continue
        owner = call.networks.owner(video)
        if _is_seen(video, owner, by):
            found.append((video, owner))
    return found


async def videos(call: Call) -> web.Response:
    """GET /youtube/v3/videos: by ids; those that aren't there are left out."""
    by = reader(call)
    spend(call, Bucket.UNITS)
    given = asked(call, "part", "id", "hl", "maxHeight", "maxWidth", "maxResults", "pageToken")
    parts, ids = parts_of(given), listed(given, "id")
    if not ids:
        raise missing("chart", "id", "myRating")
    found = _seen(call, ids, by)
    mine = by.account.id if by is not None else ""
    if OWNER_PARTS & set(parts) and any(owner.id != mine for _, owner in found):
        raise refused(403, "forbidden", "The request cannot access user rating or file information of this video.")
    now = call.networks.now()
    items = [resource(video, owner, parts, now=now, origin=_origin(call)) for video, owner in found]
    return list_of("videoListResponse", items, total=len(items))


async def stats(call: Call) -> web.Response:
    """GET /youtube/v3/videos:batchGetStats: up to fifty, from a bucket of its own."""
    by = reader(call)
    spend(call, Bucket.STATS)
    given = asked(call, "part", "id", "onBehalfOfContentOwner")
    parts, ids = parts_of(given, STATS_PARTS), listed(given, "id")
    if not ids:
        raise missing("id")
    now = call.networks.now()
    items = [_stat(video, parts, now) for video, _ in _seen(call, ids, by)]
    return list_of("batchGetStatsResponse", items)


def _stat(video: Video, parts: Sequence[str], now: float) -> Json:
    numbers = {name: value for name, value in statistics(counts(video, now)).items() if name != "favoriteCount"}
    whole: Json = {
        "snippet": {"publishTime": written(video.details["published_at"])},
        "statistics": numbers,
        "contentDetails": {"duration": duration(video, now)},
    }
    shown = {part: whole[part] for part in parts if part in whole}
    return {"kind": "youtube#videoStats", "etag": etag_of(shown), "id": video.id, **shown}


async def delete(call: Call) -> web.Response:
    """DELETE /youtube/v3/videos."""
    found = caller(call, *OWNERS)
    spend(call, Bucket.UNITS, WRITE_COST)
    video = own_video(call, found, asked(call, "id").get("id", ""))
    video.removed_at = call.networks.now()
    call.networks.videos.put(video)
    return web.Response(status=204)


def own_video(call: Call, found: Caller, video_id: str) -> Video:
    video = call.networks.videos.get(video_id)
    if video is None or video.network != call.network.name or video.removed_at is not None:
        raise refused(404, "videoNotFound")
    if video.account_id != found.account.id:
        raise refused(403, "forbidden")
    return video


async def channels(call: Call) -> web.Response:
    """GET /youtube/v3/channels. `mine` of somebody without a channel lists nothing, as it does at YouTube; the rule
    `signup_required` refuses it instead."""
    by = reader(call)
    spend(call, Bucket.UNITS)
    given = asked(call, "part", "mine", "id", "forHandle", "forUsername", "hl", "maxResults", "pageToken")
    parts = parts_of(given, CHANNEL_PARTS)
    found = _channels(call, given, by)
    items = [_channel(call, account, parts) for account in found]
    if not items:
        return web.json_response(
            {
                "kind": "youtube#channelListResponse",
                "etag": etag_of([]),
                "pageInfo": {"totalResults": 0, "resultsPerPage": 5},
            }
        )
    return list_of("channelListResponse", items, total=len(items))


def _channels(call: Call, given: Mapping[str, str], by: Caller | None) -> list[Account]:
    everybody = [
        account for account in call.networks.accounts.all(network=call.network.name) if account.settings["has_channel"]
    ]
    if given.get("mine") == "true":
        own = by or caller(call, *READERS)
        if not own.account.settings["has_channel"] and call.rules["signup_required"]:
            raise refused(401, "youtubeSignupRequired")
        return [account for account in everybody if account.id == own.account.id]
    if "id" in given:
        ids = listed(given, "id")
        return [account for account in everybody if account.id in ids]
    name = given.get("forHandle", given.get("forUsername", "")).removeprefix("@").lower()
    if not name:
        raise missing("categoryId", "forHandle", "forUsername", "id", "managedByMe", "mine")
    return [account for account in everybody if account.username == name]


def uploads_playlist(account: Account) -> str:
    return f"UU{account.id.removeprefix('UC')}"


def _channel(call: Call, account: Account, parts: Sequence[str]) -> Json:
    mine = [video for video in _uploaded(call, account) if video.public]
    views = sum(counts(video, call.networks.now()).views for video in mine)
    url = f"{_origin(call)}/networks/avatars/{call.network.name}/{account.username}.jpg"
    picture = {"url": url, "width": 88, "height": 88}
    whole: Json = {
        "snippet": {
            "title": account.name,
            "description": "",
            "customUrl": f"@{account.username}",
            "publishedAt": written(account.made_at),
            "thumbnails": {"default": picture},
            "localized": {"title": account.name, "description": ""},
        },
        "statistics": {
            "viewCount": str(views),
            "subscriberCount": str(account.settings["subscribers"]),
            "hiddenSubscriberCount": False,
            "videoCount": str(len(mine)),
        },
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": uploads_playlist(account)}},
        "status": {
            "privacyStatus": "public",
            "isLinked": True,
            "longUploadsStatus": "allowed" if account.settings["phone_verified"] else "eligible",
        },
    }
    shown = {part: whole[part] for part in parts if part in whole}
    return {"kind": "youtube#channel", "etag": etag_of(shown), "id": account.id, **shown}


def _uploaded(call: Call, account: Account) -> list[Video]:
    """Newest first."""
    found = call.networks.videos.all(network=call.network.name, account_id=account.id, removed_at=None)
    return list(found)[::-1]


async def playlist_items(call: Call) -> web.Response:
    """GET /youtube/v3/playlistItems: of channels' uploads, newest first; other playlists there are none, nor one of a
    channel that has uploaded nothing that is seen."""
    by = reader(call)
    spend(call, Bucket.UNITS)
    given = asked(call, "part", "playlistId", "videoId", "maxResults", "pageToken")
    parts = parts_of(given, ITEM_PARTS)
    playlist = given.get("playlistId", "")
    if not playlist:
        raise missing("id", "playlistId")
    owner = call.networks.accounts.get(f"UC{playlist.removeprefix('UU')}")
    is_owner = by is not None and owner is not None and by.account.id == owner.id
    found = [video for video in _uploaded(call, owner) if is_owner or video.public] if owner is not None else []
    if owner is None or not found:
        said = "The playlist identified with the request's <code>playlistId</code> parameter cannot be found."
        raise refused(404, "playlistNotFound", said)
    page, more = _page(found, given)
    items = [_item(call, video, owner, parts, found.index(video)) for video in page]
    return list_of("playlistItemListResponse", items, total=len(found), **more)


def _item(call: Call, video: Video, owner: Account, parts: Sequence[str], position: int) -> Json:
    playlist, published = uploads_playlist(owner), written(video.details["published_at"])
    snippet = video.details["snippet"]
    whole: Json = {
        "snippet": {
            "publishedAt": written(video.made_at),
            "channelId": owner.id,
            "title": snippet["title"],
            "description": snippet["description"],
            "thumbnails": thumbnails(video, _origin(call)),
            "channelTitle": owner.name,
            "playlistId": playlist,
            "position": position,
            "resourceId": {"kind": "youtube#video", "videoId": video.id},
            "videoOwnerChannelTitle": owner.name,
            "videoOwnerChannelId": owner.id,
        },
        "contentDetails": {"videoId": video.id, "videoPublishedAt": published},
        "status": {"privacyStatus": video.privacy},
    }
    item_id = base64.urlsafe_b64encode(f"{playlist}.{video.id}".encode()).decode().rstrip("=")
    shown = {part: whole[part] for part in parts if part in whole}
    return {"kind": "youtube#playlistItem", "etag": etag_of(shown), "id": item_id, **shown}


def _page(found: Sequence[Video], given: Mapping[str, str]) -> tuple[Sequence[Video], Json]:
    size = given.get("maxResults", str(PAGE))
    if not size.isdecimal() or int(size) > LARGEST_PAGE:
        said = f"Invalid value '{size}'. Values must be within the range: [0, {LARGEST_PAGE}]"
        raise refused(400, "invalidValue", said)
    start = _start(given.get("pageToken"))
    page = found[start : start + int(size)]
    following = start + len(page)
    return page, {"nextPageToken": _token(following)} if page and following < len(found) else {}


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"CAUQ{start}".encode()).decode().rstrip("=")


def _start(token: str | None) -> int:
    if token is None:
        return 0
    try:
        text = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        return int(text.removeprefix("CAUQ"))
    except (binascii.Error, ValueError):
        raise Refused(400, "invalidPageToken", "The request specifies an invalid page token.") from None


async def search(call: Call) -> web.Response:
    """GET /youtube/v3/search: a hundred a day. It finds what was uploaded here, by words of titles and descriptions."""
    by = reader(call)
    spend(call, Bucket.SEARCHES)
    given = asked(
        call, "part", "q", "type", "forMine", "channelId", "order", "publishedAfter", "publishedBefore", "maxResults",
        "pageToken", "regionCode", "relevanceLanguage", "safeSearch", "videoDuration", "videoCategoryId",
    )  # fmt: skip
    parts_of(given, frozenset({"id", "snippet"}))
    own = None
    if given.get("forMine") == "true":
        own = (by or caller(call, *READERS)).account
        if given.get("type") != "video":
            raise refused(400, "invalidSearchFilter", "The request contains an invalid combination of search filters.")
    if given.get("order", "relevance") not in ORDERS:
        raise refused(400, "invalidValue", f"Invalid value '{given['order']}'")
    found = _searched(call, given, own)
    page, more = _page(found, given)
    items = [_result(call, video) for video in page]
    return list_of("searchListResponse", items, total=len(found), regionCode="US", **more)


def _searched(call: Call, given: Mapping[str, str], own: Account | None) -> list[Video]:
    if given.get("type", "video") != "video":
        return []
    after, before = _moment(given, "publishedAfter"), _moment(given, "publishedBefore")
    words = given.get("q", "").lower().split()
    videos = call.networks.videos.all(network=call.network.name, removed_at=None)
    found = [
        video
        for video in videos
        if (video.account_id == own.id if own else video.public)
        and given.get("channelId", video.account_id) == video.account_id
        and all(word in _text(video) for word in words)
        and (after is None or video.details["published_at"] >= after)
        and (before is None or video.details["published_at"] < before)
        and state_of(video, call.networks.now())[0] in ("processed", "uploaded")
    ]
    return found[::-1]


def _text(video: Video) -> str:
    snippet = video.details["snippet"]
    return f"{snippet['title']} {snippet['description']}".lower()


def _moment(given: Mapping[str, str], name: str) -> float | None:
    if name not in given:
        return None
    moment = moment_of(given[name])
    if moment is None:
        raise refused(400, "invalidValue", f"Invalid value '{given[name]}'")
    return moment


def _result(call: Call, video: Video) -> Json:
    owner, snippet = call.networks.owner(video), video.details["snippet"]
    published = written(video.details["published_at"])
    shown: Json = {
        "id": {"kind": "youtube#video", "videoId": video.id},
        "snippet": {
            "publishedAt": published,
            "channelId": owner.id,
            "title": snippet["title"],
            "description": snippet["description"],
            "thumbnails": thumbnails(video, _origin(call)),
            "channelTitle": owner.name,
            "liveBroadcastContent": "none",
            "publishTime": published,
        },
    }
    return {"kind": "youtube#searchResult", "etag": etag_of(shown), **shown}
