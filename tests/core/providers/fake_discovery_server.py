"""Strict stand-ins for ScrapeCreators, the YouTube Data API and YouTube's public pages on a free port.

One baker with five videos on each network, in the documented shapes with all their traps. Unknown parameters, a
missing key and unknown cursors are refused as the services refuse them.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

KEY = "sk-secret-of-the-test"
CHANNEL = "UC" + "b" * 22
CREATED_S = 1_763_500_000
"""2025-11-18T21:06:40Z; each older video is an hour older."""
LARGE_ID = 7_470_969_622_276_164_906
"""Above 2^53."""

Json = dict[str, Any]
Fault = Callable[["FakeDiscoveryServer", web.Request], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
REQUIRED = "*"

SCRAPE_PARAMS = {
    "/v1/tiktok/profile": "handle* user_id cache_max_age",
    "/v3/tiktok/profile/videos": "handle* user_id sort_by max_cursor region trim",
    "/v2/tiktok/video": "url* get_transcript region trim download_media cache_max_age",
    "/v1/tiktok/video/transcript": "url* language use_ai_as_fallback",
    "/v1/tiktok/search/keyword": "query* date_posted sort_by region cursor trim",
    "/v1/tiktok/get-trending-feed": "region* trim",
    "/v1/instagram/profile": "handle* trim cache_max_age",
    "/v2/instagram/user/posts": "handle* next_max_id trim",
    "/v1/instagram/post": "url* region trim download_media cache_max_age",
    "/v2/instagram/media/transcript": "url* cache_max_age",
    "/v2/instagram/reels/search": "query* date_posted page",
    "/v1/instagram/reels/trending": "",
    "/v1/youtube/channel": "channelId handle url cache_max_age",
    "/v1/youtube/channel-videos": "channelId handle sort continuationToken includeExtras",
    "/v1/youtube/channel/shorts": "channelId handle sort continuationToken",
    "/v1/youtube/video": "url* language cache_max_age",
    "/v1/youtube/video/transcript": "url* language cache_max_age",
    "/v1/youtube/search": "query* uploadDate sortBy type duration region continuationToken includeExtras",
    "/v1/youtube/shorts/trending": "",
}
DATA_PARAMS = {
    "/youtube/v3/search": "part* q type order publishedAfter regionCode videoDuration maxResults pageToken",
    "/youtube/v3/videos": "part* id*",
    "/youtube/v3/channels": "part* id forHandle maxResults",
    "/youtube/v3/playlistItems": "part* playlistId* maxResults pageToken",
}
CHOICES = {
    "date_posted": {"yesterday", "this-week", "this-month", "last-day", "last-week", "last-month"},
    "sort_by": {"latest", "popular", "relevance", "most-liked", "date-posted"},
    "uploadDate": {"today", "this_week", "this_month", "this_year"},
    "sortBy": {"relevance", "popular"},
    "trim": {"true"},
}


@dataclass
class FakeDiscoveryServer:
    """`faults` are used up, one a call; then it answers well. `overrides` replace the answers of a path."""

    url: str = ""
    faults: deque[Fault] = field(default_factory=deque)
    overrides: dict[str, Any] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]

    async def respond(self, request: web.Request) -> web.StreamResponse:
        path, query = request.path, dict(request.query)
        self.asked.set()
        refusal = _refusal(request)
        if refusal is not None:
            return refusal
        self.requests.append((path, query))
        try:
            if self.faults:
                return await self.faults.popleft()(self, request)
            if path in self.overrides:
                return web.json_response(self.overrides[path])
            return _answer(path, query)
        except (ConnectionResetError, asyncio.CancelledError):
            self.left.set()
            raise


def _refusal(request: web.Request) -> web.Response | None:
    path, query = request.path, request.query
    if path in SCRAPE_PARAMS:
        if request.headers.get("x-api-key") != KEY:
            return scraped({"success": False, "message": "Invalid API key"}, status=401)
        wrong = _wrong(SCRAPE_PARAMS[path], query)
        return scraped({"success": False, "message": wrong}, status=400) if wrong else None
    if path in DATA_PARAMS:
        if request.headers.get("X-Goog-Api-Key") != KEY:
            return google(400, "badRequest", "API key not valid. Please pass a valid API key.")
        wrong = _wrong(DATA_PARAMS[path], query)
        if not wrong and "id" in query and len(query["id"].split(",")) > 50:
            wrong = "too many ids"
        return google(400, "invalidParameter", wrong) if wrong else None
    return None


def _wrong(params: str, query: Any) -> str:
    names = {name.rstrip(REQUIRED) for name in params.split()}
    missing = {name.rstrip(REQUIRED) for name in params.split() if name.endswith(REQUIRED)} - set(query)
    odd = {name for name, value in query.items() if name in CHOICES and value not in CHOICES[name]}
    wrong = sorted((set(query) - names) | missing | odd | {name for name, value in query.items() if not value})
    return f"wrong: {', '.join(wrong)}" if wrong else ""


def _answer(path: str, query: dict[str, str]) -> web.Response:
    if path.startswith("/v"):
        body = SCRAPED[path](query)
        return body if isinstance(body, web.Response) else scraped(body)
    if path.startswith("/youtube/v3/"):
        return DATA[path.rpartition("/")[2]](query)
    return _public(path, query)


# --- ScrapeCreators ---------------------------------------------------------------------------------------------------


def scraped(body: Json, *, status: int = 200) -> web.Response:
    account = {"success": True, "credits_remaining": 997, "credits_charged": 1} if status < 300 else {}
    return web.json_response({**account, **body}, status=status)


def not_there(message: str = "not found") -> web.Response:
    """As the services say it: with a 200."""
    told = {"success": False, "credits_charged": 1, "credits_remaining": 9, "errorStatus": 404, "message": message}
    return web.json_response(told)


def aweme(number: int, **more: Any) -> Json:
    return {
        "aweme_id": str(LARGE_ID + number),
        "desc": f"Bread {number}",
        "desc_language": "en",
        "create_time": CREATED_S - 3600 * number,
        "author_user_id": LARGE_ID,
        "author": {
            "uid": "6659752019493208069",
            "unique_id": "baker",
            "nickname": "The Baker",
            "follower_count": 0,
            "avatar_larger": {"url_list": ["https://cdn.test/a.heic?x=1", "https://cdn.test/a.jpeg?x=1"]},
        },
        "statistics": {
            "play_count": 1000 * number,
            "digg_count": 100 * number,
            "comment_count": 10 * number,
            "share_count": number,
            "collect_count": 2 * number,
        },
        "video": {"duration": 15_500, "cover": {"url_list": ["https://cdn.test/c.heic", "https://cdn.test/c.webp"]}},
        "music": {"id": 7_183_038_472_843_692_805, "title": "x"},
        "is_ad": False,
        **more,
    }


def trending_aweme(number: int) -> Json:
    """Trimmed: no handle in the author, a carousel."""
    return aweme(
        number,
        desc_language="un",
        author={"uid": "6754760670083138566", "nickname": "Bre", "signature": "teacher"},
        image_post_info={"images": [{"display_image": {}}]},
        url=f"https://www.tiktok.com/@bre/photo/{LARGE_ID + number}",
    )


def _tiktok_profile(query: dict[str, str]) -> Any:
    if query["handle"] != "baker":
        return not_there()
    return {
        "user": {
            "id": "6659752019493208069",
            "uniqueId": "baker",
            "nickname": "The Baker",
            "avatarLarger": "https://cdn.test/a.jpeg",
            "signature": "Bread.",
            "verified": True,
        },
        "stats": {"followerCount": 4_100_000, "videoCount": 5, "heart": 10**12},
    }


def _tiktok_videos(query: dict[str, str]) -> Any:
    if query["handle"] != "baker":
        return not_there()
    at = int(query.get("max_cursor", "0"))
    pages = {
        0: ([aweme(1), aweme(2), aweme(3)], 1, 1_700_000_000_001),
        1_700_000_000_001: ([aweme(3), aweme(4), {"aweme_id": None}], 1, 1_700_000_000_002),
        1_700_000_000_002: ([aweme(5)], 0, 1_700_000_000_003),
    }
    items, has_more, following = pages[at]
    return {"aweme_list": items, "has_more": has_more, "max_cursor": following}


def _tiktok_search(query: dict[str, str]) -> Any:
    if query["query"] != "bread":
        return {"search_item_list": [], "cursor": 12}
    if "cursor" not in query:
        found = [aweme(1), aweme(2), aweme(9, is_ad=True)]
        return {"search_item_list": [{"aweme_info": each} for each in found], "cursor": 12}
    assert query["cursor"] == "12"
    return {"search_item_list": [{"aweme_info": aweme(2)}, {"aweme_info": aweme(3)}, {"type": 99}], "cursor": 12}


def _instagram_owner() -> Json:
    return {
        "pk": "2700692569",
        "id": "2700692569",
        "username": "baker",
        "full_name": "The Baker",
        "is_verified": True,
        "profile_pic_url": "https://cdn.test/a.jpg",
    }


def code(number: int) -> str:
    return f"DEiyb48AeB{number}"


def post(number: int, **more: Any) -> Json:
    """Of the feed."""
    return {
        "pk": str(LARGE_ID + number),
        "code": code(number),
        "taken_at": CREATED_S - 3600 * number,
        "caption": {"text": f"Bread {number}"} if number % 2 else None,
        "play_count": 1000 * number,
        "ig_play_count": 1000 * number,
        "like_count": 100 * number,
        "comment_count": 10 * number,
        "media_type": 2,
        "product_type": "clips",
        "video_duration": 15.5,
        "user": _instagram_owner(),
        "image_versions2": {"candidates": [{"width": 720, "url": "https://cdn.test/c.jpg"}]},
        **more,
    }


def reel(number: int) -> Json:
    """Of the search: no plays, another kind of time, the owner in another place."""
    return {
        "id": str(LARGE_ID + number),
        "__typename": "XDTGraphVideo",
        "shortcode": code(number),
        "url": f"https://www.instagram.com/reel/{code(number)}/",
        "caption": f"Bread {number} \ud83d",
        "thumbnail_src": "https://cdn.test/c.jpg",
        "video_duration": 15.5,
        "like_count": -1 if number == 2 else 100 * number,
        "comment_count": 10 * number,
        "taken_at": "2025-11-18T20:06:40.000Z",
        "owner": {**_instagram_owner(), "follower_count": 188_406, "post_count": 117},
    }


def _instagram_profile(query: dict[str, str]) -> Any:
    if query["handle"] != "baker":
        return {"data": {"user": None}}
    user = {
        **_instagram_owner(),
        "biography": "Bread.",
        "profile_pic_url_hd": "https://cdn.test/a.jpg",
        "edge_followed_by": {"count": 25_116},
        "edge_owner_to_timeline_media": {"count": 5, "edges": []},
    }
    return {"data": {"user": user}}


def _instagram_posts(query: dict[str, str]) -> Any:
    if query["handle"] != "baker":
        return not_there()
    pages = {
        "": ([post(1), post(2), post(3)], True, "3600_1"),
        "3600_1": ([post(3), post(4, media_type=8, play_count=None, ig_play_count=None), {"user": {}}], True, "3600_2"),
        "3600_2": ([post(5, like_and_view_counts_disabled=True, like_count=3)], False, "3600_3"),
    }
    items, more, following = pages[query.get("next_max_id", "")]
    return {"items": items, "more_available": more, "next_max_id": following, "num_results": len(items)}


def _instagram_search(query: dict[str, str]) -> Any:
    page = int(query.get("page", "1"))
    assert 1 <= page <= 11
    if query["query"] != "bread" or page > 2:
        return {"reels": []}
    return {"reels": [reel(1), reel(2)] if page == 1 else [reel(2), reel(3), "?"]}


def _instagram_post(query: dict[str, str]) -> Any:
    if code(1) not in query["url"]:
        return {"data": {"xdt_shortcode_media": None}}
    owner = {**_instagram_owner(), "edge_followed_by": {"count": 25_139}, "edge_owner_to_timeline_media": {"count": 72}}
    media = {
        "__typename": "XDTGraphVideo",
        "id": str(LARGE_ID),
        "shortcode": code(1),
        "thumbnail_src": "https://cdn.test/c.jpg",
        "video_play_count": 1000,
        "video_view_count": 400,
        "video_duration": 15.5,
        "taken_at_timestamp": CREATED_S - 3600,
        "owner": owner,
        "edge_media_to_caption": {"edges": [{"node": {"text": "Bread 1"}}]},
        "edge_media_preview_like": {"count": 100},
        "edge_media_to_parent_comment": {"count": 10},
    }
    return {"data": {"xdt_shortcode_media": media}}


def video_id(number: int) -> str:
    return f"VREVC0wXPf{number}"


def _channel(**more: Any) -> Json:
    return {"id": CHANNEL, "title": "The Baker", "handle": "baker", "thumbnail": "https://cdn.test/a.jpg", **more}


def youtube_video(number: int, **more: Any) -> Json:
    """Of a list or search: an approximate time, no likes."""
    return {
        "type": "video",
        "id": video_id(number),
        "url": f"https://www.youtube.com/watch?v={video_id(number)}",
        "title": f"Bread {number}",
        "thumbnail": "https://cdn.test/c.jpg",
        "channel": _channel(),
        "viewCountInt": 1000 * number,
        "publishedTimeText": "9 days ago",
        "publishedTime": f"2025-11-18T{21 - number:02}:06:40.914Z",
        "lengthSeconds": 254,
        **more,
    }


def youtube_short(number: int, **more: Any) -> Json:
    return {
        "id": video_id(number),
        "url": f"https://www.youtube.com/watch?v={video_id(number)}",
        "title": f"Bread {number}",
        "thumbnail": "https://cdn.test/c.jpg",
        "viewCountInt": 1000 * number,
        "likeCountInt": 100 * number,
        "commentCountInt": 10 * number,
        "publishDate": f"2025-11-18T{13 - number:02}:06:40-08:00",
        "durationMs": 15_500,
        **more,
    }


def _youtube_channel(query: dict[str, str]) -> Any:
    if query.get("handle", query.get("channelId")) not in ("baker", CHANNEL):
        return scraped({"success": False, "message": "This channel does not exist"}, status=404)
    return {
        "channelId": CHANNEL,
        "channel": "http://www.youtube.com/@baker",
        "name": "The Baker",
        "avatar": {"image": {"sources": [{"url": "https://cdn.test/72.jpg"}, {"url": "https://cdn.test/160.jpg"}]}},
        "description": "Bread.",
        "subscriberCount": 2_750_000,
        "videoCountText": "9,221 videos",
    }


def _youtube_videos(query: dict[str, str]) -> Any:
    if query.get("channelId") != CHANNEL:
        return not_there()
    nobody = {"title": "", "thumbnail": None}
    if "continuationToken" not in query:
        return {
            "videos": [youtube_video(2, channel=nobody), youtube_video(4, channel=nobody)],
            "continuationToken": "v",
        }
    assert query["continuationToken"] == "v"
    return {"videos": [youtube_video(4, channel=nobody), {"type": "video"}], "continuationToken": "v"}


def _youtube_shorts(query: dict[str, str]) -> Any:
    if query.get("channelId") != CHANNEL:
        return not_there()
    if "continuationToken" not in query:
        return {"videos": [], "shorts": [youtube_short(1), youtube_short(3)], "continuationToken": "s"}
    assert query["continuationToken"] == "s"
    return {"shorts": [youtube_short(3), youtube_short(5)]}


def _youtube_search(query: dict[str, str]) -> Any:
    if query["query"] != "bread":
        return {"videos": [], "channels": [], "shorts": [], "shelves": []}
    shelf = {"type": "shelf", "title": "Shorts", "items": [youtube_video(9)]}
    if "continuationToken" not in query:
        odd = _channel(handle=f"channel/{CHANNEL}")
        return {
            "videos": [youtube_video(1, channel=odd)],
            "shorts": [youtube_video(2, type="short")],
            "shelves": [shelf],
            "continuationToken": "next",
        }
    return {"videos": [youtube_video(2), youtube_video(3), {"id": 5.5}], "shorts": None}


def _youtube_video(query: dict[str, str]) -> Any:
    if video_id(1) not in query["url"]:
        return scraped({"success": False, "error": "not_found", "errorStatus": 404, "message": "gone"}, status=404)
    channel = {"id": CHANNEL, "url": "https://www.youtube.com/@baker", "handle": "baker", "title": "The Baker"}
    return {**youtube_short(1), "type": "video", "channel": channel, "captionTracks": [{"languageCode": "en"}]}


VTT = (
    "WEBVTT\n\n\n00:00:00.120 --> 00:00:01.840\nBread <b>rises</b>\n\n"
    "00:00:01.840 --> 00:00:03.000\nslowly &amp; well.\n"
)


def _tiktok_transcript(query: dict[str, str]) -> Any:
    number = int(query["url"].rpartition("/")[2]) - LARGE_ID
    return {"id": str(LARGE_ID), "url": query["url"], "transcript": VTT if number == 1 else None}


def _instagram_transcript(query: dict[str, str]) -> Any:
    text = "Bread rises slowly & well." if code(1) in query["url"] else None
    return {"transcripts": [{"id": str(LARGE_ID), "shortcode": code(1), "text": text}]}


def _youtube_transcript(query: dict[str, str]) -> Any:
    if video_id(1) not in query["url"]:
        return {"transcript": None, "transcript_only_text": ""}
    lines = [
        {"text": "Bread rises", "startMs": "120", "endMs": "1840", "startTimeText": "0:00"},
        {"text": "slowly & well.", "startMs": "1840", "endMs": "3000", "startTimeText": "0:01"},
    ]
    return {"transcript": lines, "language": "English (auto-generated)"}


def _tiktok_video(query: dict[str, str]) -> Any:
    found = query["url"] == f"https://www.tiktok.com/@baker/video/{LARGE_ID + 1}"
    return {"aweme_detail": aweme(1)} if found else {"aweme_detail": None}


def _instagram_trending(_: dict[str, str]) -> Any:
    item = post(1) | {"shortcode": code(1), "caption": "Bread 1", "image_url": "https://cdn.test/c.jpg"}
    del item["code"]
    return {"data": {"reels": [item]}}


SCRAPED: dict[str, Callable[[dict[str, str]], Any]] = {
    "/v1/tiktok/profile": _tiktok_profile,
    "/v3/tiktok/profile/videos": _tiktok_videos,
    "/v2/tiktok/video": _tiktok_video,
    "/v1/tiktok/video/transcript": _tiktok_transcript,
    "/v1/tiktok/search/keyword": _tiktok_search,
    "/v1/tiktok/get-trending-feed": lambda _: {"aweme_list": [trending_aweme(1), trending_aweme(2)]},
    "/v1/instagram/profile": _instagram_profile,
    "/v2/instagram/user/posts": _instagram_posts,
    "/v1/instagram/post": _instagram_post,
    "/v2/instagram/media/transcript": _instagram_transcript,
    "/v2/instagram/reels/search": _instagram_search,
    "/v1/instagram/reels/trending": _instagram_trending,
    "/v1/youtube/channel": _youtube_channel,
    "/v1/youtube/channel-videos": _youtube_videos,
    "/v1/youtube/channel/shorts": _youtube_shorts,
    "/v1/youtube/video": _youtube_video,
    "/v1/youtube/video/transcript": _youtube_transcript,
    "/v1/youtube/search": _youtube_search,
    "/v1/youtube/shorts/trending": lambda _: {"shorts": [youtube_short(1, channel=_channel())]},
}


# --- YouTube Data API -------------------------------------------------------------------------------------------------


def google_body(reason: str, message: str = "no") -> Json:
    return {"error": {"message": message, "errors": [{"domain": "youtube", "reason": reason, "message": message}]}}


def google(status: int, reason: str, message: str = "no") -> web.Response:
    return web.json_response(google_body(reason, message), status=status)


def data_video(number: int, **snippet: Any) -> Json:
    statistics = {"viewCount": str(1000 * number), "likeCount": str(100 * number), "commentCount": str(10 * number)}
    if number == 2:
        del statistics["likeCount"]
    return {
        "kind": "youtube#video",
        "id": video_id(number),
        "snippet": {
            "publishedAt": f"2025-11-18T{21 - number:02}:06:40Z",
            "channelId": CHANNEL,
            "channelTitle": "The Baker",
            "title": f"Bread {number}",
            "liveBroadcastContent": "none",
            "thumbnails": {"default": {"url": "https://cdn.test/120.jpg"}, "high": {"url": "https://cdn.test/480.jpg"}},
            "defaultAudioLanguage": "en-GB",
            **snippet,
        },
        "statistics": statistics,
        "contentDetails": {"duration": "PT15S" if number % 2 else "PT4M14S"},
    }


def _data_search(query: dict[str, str]) -> web.Response:
    if query.get("q", "bread") != "bread":
        return web.json_response({"items": [], "pageInfo": {"totalResults": 0}})
    numbers = [2, 3] if query.get("pageToken") else [1, 2]
    items: list[Any] = [{"id": {"kind": "youtube#video", "videoId": video_id(number)}} for number in numbers]
    following = "CAUQAA" if not query.get("pageToken") else None
    if following is None:
        items.append({"id": {"kind": "youtube#channel"}})
    return web.json_response({"items": items, **({"nextPageToken": following} if following else {})})


def _data_videos(query: dict[str, str]) -> web.Response:
    wanted = query["id"].split(",")
    known = [data_video(number) for number in range(1, 6)] + [data_video(6, liveBroadcastContent="upcoming")]
    return web.json_response({"items": [video for video in known if video["id"] in wanted]})


def _data_channels(query: dict[str, str]) -> web.Response:
    if CHANNEL not in query.get("id", "").split(",") and query.get("forHandle") != "@baker":
        return web.json_response({"pageInfo": {"totalResults": 0}})  # without items
    channel = {
        "id": CHANNEL,
        "snippet": {
            "title": "The Baker",
            "description": "Bread.",
            "customUrl": "@baker",
            "thumbnails": {"high": {"url": "https://cdn.test/a.jpg"}},
        },
        "statistics": {"subscriberCount": "2750000", "hiddenSubscriberCount": False, "videoCount": "5"},
        "contentDetails": {"relatedPlaylists": {"uploads": "UU" + "b" * 22}},
    }
    return web.json_response({"items": [channel]})


def _data_uploads(query: dict[str, str]) -> web.Response:
    if query["playlistId"] != "UU" + "b" * 22:
        return google(404, "playlistNotFound")
    pages = {"": ([1, 2, 3], "p2"), "p2": ([3, 4, 6], "p3"), "p3": ([5], "p3")}
    numbers, following = pages[query.get("pageToken", "")]
    items: list[Any] = [{"contentDetails": {"videoId": video_id(number)}} for number in numbers]
    if query.get("pageToken") == "p2":
        items.append({"contentDetails": None})
    return web.json_response({"items": items, "nextPageToken": following})


DATA: dict[str, Callable[[dict[str, str]], web.Response]] = {
    "search": _data_search,
    "videos": _data_videos,
    "channels": _data_channels,
    "playlistItems": _data_uploads,
}


# --- YouTube's public pages -------------------------------------------------------------------------------------------


def _public(path: str, query: dict[str, str]) -> web.Response:
    if path == "/@baker":
        related = '{"channelId":"UC' + "z" * 22 + '"}'
        head = f'<link rel="canonical" href="https://www.youtube.com/channel/{CHANNEL}">'
        return web.Response(
            text=f"<html><script>{related}</script><head>{head}</head></html>", content_type="text/html"
        )
    if path == "/feeds/videos.xml" and query == {"channel_id": CHANNEL}:
        return web.Response(text=feed(), content_type="text/xml")
    return web.Response(text="<html>404</html>", status=404, content_type="text/html")


def feed(*entries: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/"'
        f' xmlns="http://www.w3.org/2005/Atom"><id>yt:channel:{CHANNEL[2:]}</id><title>The Baker</title>'
        f"{''.join(entries or [*map(feed_entry, range(1, 6)), '<entry><title>?</title></entry>'])}</feed>"
    )


def feed_entry(number: int) -> str:
    place = "shorts/" if number % 2 else "watch?v="
    return (
        f"<entry><id>yt:video:{video_id(number)}</id><yt:videoId>{video_id(number)}</yt:videoId>"
        f"<yt:channelId>{CHANNEL}</yt:channelId><title>Bread {number}</title>"
        f'<link rel="alternate" href="https://www.youtube.com/{place}{video_id(number)}"/>'
        f"<published>2025-11-18T{21 - number:02}:06:40+00:00</published><media:group>"
        f'<media:thumbnail url="https://cdn.test/c.jpg" width="480" height="360"/><media:community>'
        f'<media:starRating count="{100 * number}" average="5.00" min="1" max="5"/>'
        f'<media:statistics views="{1000 * number}"/></media:community></media:group></entry>'
    )


# --- faults -----------------------------------------------------------------------------------------------------------


def answered(
    status: int, body: Any = b"", *, content_type: str = "application/json", headers: dict[str, str] | None = None
) -> Fault:
    async def respond(server: FakeDiscoveryServer, request: web.Request) -> web.StreamResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return web.Response(body=raw, status=status, content_type=content_type, headers=headers)

    return respond


def dropped() -> Fault:
    """The line goes in the middle of an answer whose length was told."""

    async def respond(server: FakeDiscoveryServer, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"success": true')
        assert request.transport is not None
        request.transport.abort()
        return response

    return respond


def silent() -> Fault:
    async def respond(server: FakeDiscoveryServer, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(30)
        raise AssertionError("the client waited past every limit")

    return respond


@asynccontextmanager
async def running() -> AsyncIterator[FakeDiscoveryServer]:
    server = FakeDiscoveryServer()
    app = web.Application()
    app.router.add_get("/{path:.*}", server.respond)
    # handler_cancellation: a client that goes away must be noticed
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await runner.cleanup()
