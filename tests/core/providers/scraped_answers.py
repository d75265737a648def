"""How ScrapeCreators answers, in the documented shapes with all their traps."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.core.providers.baker import CHANNEL, CREATED_S, LARGE_ID, Json, code, video_id

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
