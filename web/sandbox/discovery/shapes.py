"""Made-up creators and videos in the shapes that ScrapeCreators gives, down to their differences between endpoints."""

from dataclasses import dataclass
from datetime import UTC, datetime

from web.sandbox.discovery.made_up import Creator, Video
from web.sandbox.model import Json

PICTURES = "/sample/pictures"
_TYPES = ("jpg", "png", "webp")
_LANGUAGE_NAMES = {"en": "English", "de": "German", "es": "Spanish"}
_SPOKEN_S = 3.2
"""A line of a transcript."""


@dataclass(frozen=True, slots=True)
class Look:
    """At one moment, from one address: numbers grow, and pictures lie at `origin`."""

    now: float
    origin: str

    # --- TikTok -------------------------------------------------------------------------------------------------------

    def aweme(self, video: Video, *, trimmed: bool = False) -> Json:
        """Trimmed, the author has no handle, but the video has an address."""
        now, creator = self.now, video.creator
        author = {
            "uid": creator.uid,
            "nickname": creator.name,
            "signature": creator.about,
            "region": creator.region,
            "follower_count": 0,
            "avatar_larger": {"url_list": [self.avatar(creator)]},
        }
        item: Json = {
            "aweme_id": video.aweme_id,
            "desc": video.caption,
            "desc_language": creator.language,
            "region": creator.region,
            "create_time": video.published_s,
            "content_type": "multi_photo" if video.kind == "photos" else "video",
            "author": author if trimmed else {**author, "unique_id": creator.handle},
            "statistics": {
                "aweme_id": video.aweme_id,
                "play_count": video.views(now),
                "digg_count": video.likes(now),
                "comment_count": video.comments(now),
                "share_count": video.shares(now),
                "collect_count": video.saves(now),
            },
            "video": {"duration": video.duration_ms, "cover": {"url_list": [self.thumbnail(video)]}},
            "is_ad": False,
        }
        if video.kind == "photos":
            item["image_post_info"] = {"images": [{"display_image": {"url_list": [self.thumbnail(video)]}}]}
        if trimmed:
            place = "photo" if video.kind == "photos" else "video"
            item["url"] = f"https://www.tiktok.com/@{creator.handle}/{place}/{video.aweme_id}"
            item["create_time_utc"] = iso(video.published_s)
        return item

    def tiktok_profile(self, creator: Creator) -> Json:
        return {
            "user": {
                "id": creator.uid,
                "uniqueId": creator.handle,
                "nickname": creator.name,
                "avatarLarger": self.avatar(creator),
                "signature": creator.about,
                "verified": creator.verified,
                "privateAccount": False,
            },
            "stats": {
                "followerCount": creator.followers(self.now),
                "followingCount": 74,
                "videoCount": creator.published_count(self.now),
            },
        }

    # --- Instagram ----------------------------------------------------------------------------------------------------

    def post(self, video: Video) -> Json:
        """Of a profile's feed."""
        photos = video.kind == "photos"
        plays = {} if photos else {"play_count": video.views(self.now), "ig_play_count": video.views(self.now)}
        owner = self._owner(video.creator)
        return {
            "pk": str(video.creator.bits * 10**7 + video.number),
            "code": video.code,
            "taken_at": video.published_s,
            "media_type": 8 if photos else 2,
            "product_type": "carousel_container" if photos else "clips",
            "caption": {"text": video.caption} if video.draws[2] > 0.1 else None,
            "like_count": video.likes(self.now),
            "comment_count": video.comments(self.now),
            "like_and_view_counts_disabled": False,
            "user": owner,
            "owner": owner,
            "image_versions2": {"candidates": [{"width": 540, "height": 960, "url": self.thumbnail(video)}]},
            **({} if photos else {"video_duration": video.duration_ms / 1000}),
            **plays,
        }

    def found_reel(self, video: Video) -> Json:
        """Of the search, which knows no plays."""
        creator = video.creator
        owner = {
            **self._owner(creator),
            "follower_count": creator.followers(self.now),
            "post_count": creator.published_count(self.now),
        }
        return {
            "id": str(creator.bits * 10**7 + video.number),
            "__typename": "XDTGraphVideo",
            "shortcode": video.code,
            "url": f"https://www.instagram.com/reel/{video.code}/",
            "caption": video.caption,
            "thumbnail_src": self.thumbnail(video),
            "video_duration": video.duration_ms / 1000,
            "taken_at": iso(video.published_s),
            "like_count": video.likes(self.now),
            "comment_count": video.comments(self.now),
            "is_ad": False,
            "owner": owner,
        }

    def trending_reel(self, video: Video) -> Json:
        reel = self.found_reel(video)
        owner = reel.pop("owner")
        return {
            **reel,
            "media_type": 2,
            "image_url": self.thumbnail(video),
            "play_count": video.views(self.now),
            "ig_play_count": video.views(self.now),
            "user": {name: owner[name] for name in ("id", "pk", "username", "full_name", "is_verified")},
        }

    def detailed_post(self, video: Video) -> Json:
        creator, photos = video.creator, video.kind == "photos"
        owner = {
            **self._owner(creator),
            "edge_followed_by": {"count": creator.followers(self.now)},
            "edge_owner_to_timeline_media": {"count": creator.published_count(self.now)},
        }
        plays = {} if photos else {"video_play_count": video.views(self.now)}
        return {
            "__typename": "XDTGraphSidecar" if photos else "XDTGraphVideo",
            "shortcode": video.code,
            "thumbnail_src": self.thumbnail(video),
            "video_duration": None if photos else video.duration_ms / 1000,
            "taken_at_timestamp": video.published_s,
            "owner": owner,
            "edge_media_to_caption": {"edges": [{"node": {"text": video.caption}}]},
            "edge_media_preview_like": {"count": video.likes(self.now)},
            "edge_media_to_parent_comment": {"count": video.comments(self.now), "edges": []},
            **plays,
        }

    def instagram_profile(self, creator: Creator) -> Json:
        return {
            **self._owner(creator),
            "biography": creator.about,
            "profile_pic_url_hd": self.avatar(creator),
            "is_private": False,
            "edge_followed_by": {"count": creator.followers(self.now)},
            "edge_follow": {"count": 101},
            "edge_owner_to_timeline_media": {"count": creator.published_count(self.now), "edges": []},
        }

    def _owner(self, creator: Creator) -> Json:
        return {
            "id": creator.uid,
            "pk": creator.uid,
            "username": creator.handle,
            "full_name": creator.name,
            "is_verified": creator.verified,
            "profile_pic_url": self.avatar(creator),
        }

    # --- YouTube ------------------------------------------------------------------------------------------------------

    def listed_video(self, video: Video, *, named: bool = True) -> Json:
        """Of a search or a channel's page, where the channel isn't named."""
        views = video.views(self.now)
        return {
            "type": "short" if video.kind == "short" else "video",
            "id": video.code,
            "url": f"https://www.youtube.com/watch?v={video.code}",
            "title": video.caption,
            "thumbnail": self.thumbnail(video),
            "channel": self._channel(video.creator) if named else {"title": "", "thumbnail": None},
            "viewCountText": f"{views:,} views",
            "viewCountInt": views,
            "publishedTime": iso(video.published_s),
            "lengthSeconds": video.duration_ms // 1000,
            "badges": [],
        }

    def short(self, video: Video, *, named: bool = True) -> Json:
        """All there is to know of a Short, or of any video that is asked for by itself."""
        channel = {"channel": self._channel(video.creator)} if named else {}
        return {
            "id": video.code,
            "type": "short" if video.kind == "short" else "video",
            "url": f"https://www.youtube.com/watch?v={video.code}",
            "title": video.caption,
            "thumbnail": self.thumbnail(video),
            "viewCountInt": video.views(self.now),
            "likeCountInt": video.likes(self.now),
            "commentCountInt": video.comments(self.now),
            "publishDate": iso(video.published_s),
            "durationMs": video.duration_ms,
            **channel,
        }

    def detailed_video(self, video: Video) -> Json:
        tracks = [{"languageCode": video.creator.language, "kind": "asr"}] if video.script else []
        return {**self.short(video), "captionTracks": tracks, "keywords": [video.creator.topic, "sample"]}

    def youtube_channel(self, creator: Creator) -> Json:
        return {
            "channelId": creator.channel_id,
            "channel": f"http://www.youtube.com/@{creator.handle}",
            "name": creator.name,
            "avatar": {"image": {"sources": [{"url": self.avatar(creator), "width": 160, "height": 160}]}},
            "description": creator.about,
            "subscriberCount": creator.followers(self.now),
            "videoCountText": f"{creator.published_count(self.now):,} videos",
            "country": creator.region,
        }

    def _channel(self, creator: Creator) -> Json:
        return {
            "id": creator.channel_id,
            "title": creator.name,
            "handle": creator.handle,
            "url": f"https://www.youtube.com/@{creator.handle}",
            "thumbnail": self.avatar(creator),
        }

    # --- pictures -----------------------------------------------------------------------------------------------------

    def thumbnail(self, video: Video) -> str:
        suffix = _TYPES[int(video.draws[5] * len(_TYPES))]
        return f"{self.origin}{PICTURES}/{video.creator.network}/{video.id}.{suffix}"

    def avatar(self, creator: Creator) -> str:
        return f"{self.origin}{PICTURES}/{creator.network}/{creator.handle}.png"


def webvtt(lines: tuple[str, ...]) -> str | None:
    if not lines:
        return None
    cues = (
        f"{_clock(number * _SPOKEN_S)} --> {_clock((number + 1) * _SPOKEN_S)}\n{line}"
        for number, line in enumerate(lines)
    )
    return "WEBVTT\n\n\n" + "\n\n".join(cues) + "\n"


def timed_lines(lines: tuple[str, ...]) -> list[Json]:
    """YouTube's: times as text."""
    return [
        {
            "text": line,
            "startMs": str(int(number * _SPOKEN_S * 1000)),
            "endMs": str(int((number + 1) * _SPOKEN_S * 1000)),
        }
        for number, line in enumerate(lines)
    ]


def language_name(code: str) -> str:
    return f"{_LANGUAGE_NAMES[code]} (auto-generated)"


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 3600:02}:{int(seconds) // 60 % 60:02}:{seconds % 60:06.3f}"
