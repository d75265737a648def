"""How the YouTube Data API and YouTube's public pages answer."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.core.providers.baker import CHANNEL, Json, video_id

DATA_PARAMS = {
    "/youtube/v3/search": "part* q type order publishedAfter regionCode videoDuration maxResults pageToken",
    "/youtube/v3/videos": "part* id*",
    "/youtube/v3/channels": "part* id forHandle maxResults",
    "/youtube/v3/playlistItems": "part* playlistId* maxResults pageToken",
}


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


def public(path: str, query: dict[str, str]) -> web.Response:
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
