"""What each path answers: which parameters it takes, what it looks up, and how it pages. Strict, as the service is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

from web.sandbox.discovery.made_up import DAY_S, Creator, Video, slug_of
from web.sandbox.discovery.shapes import Look, language_name, timed_lines, webvtt
from web.sandbox.discovery.state import Samples
from web.sandbox.model import Json

PAGE = 10
NOTHING = "nothing"
"""Searched for, there is none."""
_PERIODS = {
    "yesterday": 1,
    "last-hour": 1,
    "last-day": 1,
    "today": 1,
    "this-week": 7,
    "last-week": 7,
    "this_week": 7,
    "this-month": 30,
    "last-month": 30,
    "this_month": 30,
}
_DAYS = 60
_TRENDING_DAYS = 3
_TRENDING_AT_ONCE = 20
_LAST_PAGE = 11


class Refused(Exception):
    """As the service refuses."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, slots=True)
class Ask:
    """One call: what was asked, when, and in whose world."""

    samples: Samples
    look: Look
    params: dict[str, str]

    def text(self, name: str) -> str:
        return self.params.get(name, "")

    def number(self, name: str) -> int:
        value = self.text(name) or "0"
        if not value.isdecimal():
            raise Refused(400, f"{name} is not valid")
        return int(value)

    def creator(self, network: str, *names: str) -> Creator:
        found = self.samples.made_up.creator(network, *(self.text(name) for name in names))
        if found is None:
            raise Refused(404, "This account does not exist")
        return found

    def video(self, network: str) -> Video | None:
        return self.samples.made_up.video(network, _video_id(self.text("url")), self.look.now)

    def found(self, network: str, *, period: str) -> list[Video]:
        """Of the topic and the period, the most liked first. Of the region, if anybody there is about it."""
        topic = " ".join(self.text("query").split())
        if topic.lower() == NOTHING or not topic:
            return []
        self.samples.remember(topic, slug_of(topic))
        creators = self.samples.made_up.creators(network, topic)
        there = [creator for creator in creators if creator.region == self.text("region")] or creators
        since_s = self.look.now - _PERIODS.get(self.text(period), _DAYS) * DAY_S
        videos = [video for creator in there for video in creator.videos(self.look.now, since_s=since_s)]
        return sorted(videos, key=lambda video: video.likes(self.look.now), reverse=True)

    def trending(self, network: str, *kinds: str) -> list[Video]:
        """Others at each call."""
        since_s = self.look.now - _TRENDING_DAYS * DAY_S
        creators = self.samples.made_up.all_creators(network)
        videos = [video for creator in creators for video in creator.videos(self.look.now, since_s=since_s)]
        videos = [video for video in videos if video.kind in kinds]
        videos.sort(key=lambda video: video.views(self.look.now), reverse=True)
        start = self.samples.trending_calls * _TRENDING_AT_ONCE % max(len(videos), 1)
        self.samples.trending_calls += 1
        return (videos + videos)[start : start + _TRENDING_AT_ONCE]


T = TypeVar("T")


def paged(things: Sequence[T], start: int) -> tuple[list[T], int | None]:
    """A page and where the next begins. The last of each page stands on the next one again, as on the networks."""
    page = list(things[start : start + PAGE])
    following = start + PAGE - 1
    return page, following if len(things) > start + PAGE else None


def _video_id(url: str) -> str:
    split = urlsplit(url)
    if watched := parse_qs(split.query).get("v"):
        return watched[0]
    return split.path.rstrip("/").rpartition("/")[2]


# --- TikTok -----------------------------------------------------------------------------------------------------------


def tiktok_profile(ask: Ask) -> Json:
    return ask.look.tiktok_profile(ask.creator("tiktok", "handle", "user_id"))


def tiktok_videos(ask: Ask) -> Json:
    """The cursor is the moment of the last video, in milliseconds."""
    videos = list(ask.creator("tiktok", "handle", "user_id").videos(ask.look.now))
    before = ask.number("max_cursor")
    start = next((at for at, video in enumerate(videos) if video.published_s * 1000 == before), 0)
    page, following = paged(videos, start)
    cursor = videos[following].published_s * 1000 if following is not None else before
    items = [ask.look.aweme(video) for video in page]
    return {"aweme_list": items, "has_more": int(following is not None), "max_cursor": cursor}


def tiktok_video(ask: Ask) -> Json:
    video = ask.video("tiktok")
    return {"aweme_detail": ask.look.aweme(video) if video else None}


def tiktok_transcript(ask: Ask) -> Json:
    video = _there(ask.video("tiktok"))
    return {"id": video.aweme_id, "url": ask.text("url"), "transcript": webvtt(video.script)}


def tiktok_search(ask: Ask) -> Json:
    start = ask.number("cursor")
    page, following = paged(ask.found("tiktok", period="date_posted"), start)
    items = [{"aweme_info": ask.look.aweme(video)} for video in page]
    return {"search_item_list": items, "cursor": following if following is not None else start}


def tiktok_trending(ask: Ask) -> Json:
    videos = ask.trending("tiktok", "short", "photos")
    return {"aweme_list": [ask.look.aweme(video, trimmed=bool(ask.text("trim"))) for video in videos]}


# --- Instagram --------------------------------------------------------------------------------------------------------


def instagram_profile(ask: Ask) -> Json:
    return {"data": {"user": ask.look.instagram_profile(ask.creator("instagram", "handle"))}}


def instagram_posts(ask: Ask) -> Json:
    videos = list(ask.creator("instagram", "handle").videos(ask.look.now))
    start = ask.number("next_max_id")
    page, following = paged(videos, start)
    items = [ask.look.post(video) for video in page]
    return {
        "num_results": len(items),
        "more_available": following is not None,
        "items": items,
        "next_max_id": str(following) if following is not None else None,
    }


def instagram_post(ask: Ask) -> Json:
    video = ask.video("instagram")
    return {"data": {"xdt_shortcode_media": ask.look.detailed_post(video) if video else None}}


def instagram_transcript(ask: Ask) -> Json:
    video = _there(ask.video("instagram"))
    text = " ".join(video.script) or None
    return {"transcripts": [{"id": video.code, "shortcode": video.code, "text": text}]}


def instagram_search(ask: Ask) -> Json:
    number = max(ask.number("page"), 1)
    if number > _LAST_PAGE:
        raise Refused(400, "page can't be greater than 11")
    reels = [video for video in ask.found("instagram", period="date_posted") if video.kind == "short"]
    page = reels[max((number - 1) * PAGE - 1, 0) : number * PAGE]
    return {"reels": [ask.look.found_reel(video) for video in page] if (number - 1) * PAGE < len(reels) else []}


def instagram_trending(ask: Ask) -> Json:
    return {"data": {"reels": [ask.look.trending_reel(video) for video in ask.trending("instagram", "short")]}}


# --- YouTube ----------------------------------------------------------------------------------------------------------


def youtube_channel(ask: Ask) -> Json:
    return ask.look.youtube_channel(ask.creator("youtube", "channelId", "handle"))


def youtube_videos(ask: Ask) -> Json:
    page, following = _uploads(ask, "long")
    return {"videos": [ask.look.listed_video(video, named=False) for video in page], **_continuing(following)}


def youtube_shorts(ask: Ask) -> Json:
    page, following = _uploads(ask, "short")
    shorts = [ask.look.short(video, named=False) for video in page]
    return {"videos": [], "shorts": shorts, "shelves": [], "lives": [], **_continuing(following)}


def youtube_video(ask: Ask) -> Json:
    return ask.look.detailed_video(_there(ask.video("youtube")))


def youtube_transcript(ask: Ask) -> Json:
    video = _there(ask.video("youtube"))
    if not video.script:
        return {"videoId": video.code, "transcript": None, "transcript_only_text": ""}
    return {
        "videoId": video.code,
        "transcript": timed_lines(video.script),
        "transcript_only_text": " ".join(video.script),
        "language": language_name(video.creator.language),
    }


def youtube_search(ask: Ask) -> Json:
    page, following = paged(ask.found("youtube", period="uploadDate"), _continued(ask))
    listed = [ask.look.listed_video(video) for video in page]
    return {
        "videos": [item for item in listed if item["type"] == "video"],
        "channels": [],
        "playlists": [],
        "shorts": [item for item in listed if item["type"] == "short"],
        "shelves": [],
        "lives": [],
        **_continuing(following),
    }


def youtube_trending(ask: Ask) -> Json:
    return {"shorts": [ask.look.short(video) for video in ask.trending("youtube", "short")]}


def _uploads(ask: Ask, kind: str) -> tuple[list[Video], int | None]:
    creator = ask.creator("youtube", "channelId", "handle")
    return paged([video for video in creator.videos(ask.look.now) if video.kind == kind], _continued(ask))


def _continued(ask: Ask) -> int:
    token = ask.text("continuationToken")
    return int(token[4:]) if token.startswith("4qmF") and token[4:].isdecimal() else 0


def _continuing(following: int | None) -> Json:
    return {} if following is None else {"continuationToken": f"4qmF{following}"}


def _there(video: Video | None) -> Video:
    if video is None:
        raise Refused(404, "This video does not exist")
    return video


@dataclass(frozen=True, slots=True)
class Path:
    """`params` as in the service's catalogue, with a star behind what has to be there."""

    params: str
    answer: Callable[[Ask], Json]
    items: str = ""
    """Where the list lies that a fault may break."""
    cursor: str = ""


PATHS = {
    "/v1/tiktok/profile": Path("handle user_id cache_max_age", tiktok_profile),
    "/v3/tiktok/profile/videos": Path(
        "handle* user_id sort_by max_cursor region trim", tiktok_videos, "aweme_list", "max_cursor"
    ),
    "/v2/tiktok/video": Path("url* get_transcript region trim cache_max_age", tiktok_video),
    "/v1/tiktok/video/transcript": Path("url* language use_ai_as_fallback", tiktok_transcript),
    "/v1/tiktok/search/keyword": Path(
        "query* date_posted sort_by region cursor trim", tiktok_search, "search_item_list", "cursor"
    ),
    "/v1/tiktok/get-trending-feed": Path("region* trim", tiktok_trending, "aweme_list"),
    "/v1/instagram/profile": Path("handle* trim cache_max_age", instagram_profile),
    "/v2/instagram/user/posts": Path("handle* next_max_id trim", instagram_posts, "items", "next_max_id"),
    "/v1/instagram/post": Path("url* region trim cache_max_age", instagram_post),
    "/v2/instagram/media/transcript": Path("url* cache_max_age", instagram_transcript),
    "/v2/instagram/reels/search": Path("query* date_posted page", instagram_search, "reels"),
    "/v1/instagram/reels/trending": Path("", instagram_trending),
    "/v1/youtube/channel": Path("channelId handle url cache_max_age", youtube_channel),
    "/v1/youtube/channel-videos": Path(
        "channelId handle sort continuationToken", youtube_videos, "videos", "continuationToken"
    ),
    "/v1/youtube/channel/shorts": Path(
        "channelId handle sort continuationToken", youtube_shorts, "shorts", "continuationToken"
    ),
    "/v1/youtube/video": Path("url* language cache_max_age", youtube_video),
    "/v1/youtube/video/transcript": Path("url* language cache_max_age", youtube_transcript),
    "/v1/youtube/search": Path(
        "query* uploadDate sortBy type duration region continuationToken",
        youtube_search,
        "shorts",
        "continuationToken",
    ),
    "/v1/youtube/shorts/trending": Path("", youtube_trending, "shorts"),
}
