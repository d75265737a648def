"""TikTok through ScrapeCreators."""

from typing import Annotated, Any

from pydantic import Field

from core.providers.discovery import (
    FoundCreator,
    FoundPage,
    FoundVideo,
    Network,
    Period,
    Search,
    Transcript,
    VideoFormat,
)
from core.providers.discovery_links import handle_in, tiktok_url, video_address
from core.providers.fields import Answer, Count, Flag, Id, Items, Moment, Part, Positive, Seconds, Text, first_address
from core.providers.scrapecreators.account import Endpoint, ScrapeCreators
from core.providers.webvtt import webvtt_lines
from core.providers.wire import object_of

PROFILE = Endpoint("/v1/tiktok/profile")
VIDEOS = Endpoint(
    "/v3/tiktok/profile/videos", ("aweme_list",), cursor_param="max_cursor", cursor="max_cursor", more="has_more"
)
SEARCH = Endpoint("/v1/tiktok/search/keyword", ("search_item_list",), cursor_param="cursor", cursor="cursor")
TRENDING = Endpoint("/v1/tiktok/get-trending-feed", ("aweme_list",), last_page=5)
"""Has no cursor: each call brings others, and after some calls mostly the same."""
VIDEO = Endpoint("/v2/tiktok/video")
TRANSCRIPT = Endpoint("/v1/tiktok/video/transcript")

REGION = "US"
"""Of the proxy, where the trending feed wants one named."""
_PERIODS = {Period.DAY: "yesterday", Period.WEEK: "this-week", Period.MONTH: "this-month"}
_UNDETERMINED = "un"


class _Picture(Answer):
    url_list: Annotated[tuple[Any, ...], Items] = ()


class _Author(Answer):
    """The counts of an author inside a video are 0 where TikTok didn't look them up."""

    uid: Text = ""
    unique_id: Text = ""
    nickname: Text = ""
    signature: Text = ""
    custom_verify: Text = ""
    follower_count: Positive = None
    aweme_count: Positive = None
    avatar_larger: Annotated[_Picture, Part] = _Picture()


class _Statistics(Answer):
    play_count: Count = None
    digg_count: Count = None
    comment_count: Count = None
    share_count: Count = None
    collect_count: Count = None


class _Clip(Answer):
    duration: Seconds = None
    """Milliseconds."""
    cover: Annotated[_Picture, Part] = _Picture()


class _Photos(Answer):
    images: Annotated[tuple[Any, ...], Items] = ()


class _Aweme(Answer):
    aweme_id: Id
    author: _Author
    desc: Text = ""
    desc_language: Text = ""
    create_time: Moment = None
    create_time_utc: Moment = None
    url: Text = ""
    content_type: Text = ""
    is_ad: Flag = False
    is_ads: Flag = False
    statistics: Annotated[_Statistics, Part] = _Statistics()
    video: Annotated[_Clip, Part] = _Clip()
    image_post_info: Annotated[_Photos, Part] = _Photos()


class _SearchItem(Answer):
    """Trimmed, a result is the video itself."""

    aweme_info: _Aweme


class _User(Answer):
    id: Id
    unique_id: Id = Field(alias="uniqueId")
    nickname: Text = ""
    signature: Text = ""
    verified: Flag = False
    avatar: Text = Field(default="", alias="avatarLarger")


class _Stats(Answer):
    followers: Count = Field(default=None, alias="followerCount")
    videos: Count = Field(default=None, alias="videoCount")


class TikTok:
    """All of TikTok's videos count as short ones, carousels apart."""

    network = Network.TIKTOK

    def __init__(self, account: ScrapeCreators) -> None:
        self._account = account
        self.name = account.name

    async def search(self, search: Search, cursor: str | None = None) -> FoundPage:
        if not search.keyword:
            return await self._account.page(
                TRENDING, _Aweme, self._organic, cursor=cursor, region=search.region or REGION, trim="true"
            )
        return await self._account.page(
            SEARCH,
            _SearchItem,
            lambda item: self._organic(item.aweme_info),
            cursor=cursor,
            query=search.keyword,
            date_posted=_PERIODS[search.period],
            sort_by="most-liked",
            region=search.region,
        )

    async def creator(self, handle_or_url: str) -> FoundCreator:
        handle = handle_in(handle_or_url, Network.TIKTOK)
        answer = await self._account.get(PROFILE, handle=handle)
        user = self._account.read(answer.get("user"), _User)
        stats = _Stats.model_validate(object_of(answer.get("stats")))
        return FoundCreator(
            network=Network.TIKTOK,
            creator_id=user.id,
            handle=user.unique_id,
            name=user.nickname or user.unique_id,
            url=self._account.shown(tiktok_url(user.unique_id)),
            followers=stats.followers,
            videos=stats.videos,
            avatar_url=first_address([user.avatar]),
            verified=user.verified,
            about=user.signature,
        )

    async def videos_of(self, creator: FoundCreator, cursor: str | None = None) -> FoundPage:
        return await self._account.page(
            VIDEOS,
            _Aweme,
            lambda item: self._found(item, of=creator),
            cursor=cursor,
            handle=creator.handle,
            user_id=creator.creator_id,
            sort_by="latest",
        )

    async def video(self, url: str) -> FoundVideo:
        answer = await self._account.get(VIDEO, url=video_address(url, Network.TIKTOK))
        return self._found(self._account.read(answer.get("aweme_detail"), _Aweme))

    async def transcript(self, video_url: str) -> Transcript | None:
        answer = await self._account.get(TRANSCRIPT, url=video_address(video_url, Network.TIKTOK))
        document = answer.get("transcript")
        lines = webvtt_lines(document) if isinstance(document, str) else ()
        return Transcript(" ".join(line.text for line in lines), "", lines) if lines else None

    def _organic(self, item: _Aweme) -> FoundVideo | None:
        """An advertisement's views are bought."""
        return None if item.is_ad or item.is_ads else self._found(item)

    def _found(self, item: _Aweme, of: FoundCreator | None = None) -> FoundVideo:
        photos = bool(item.image_post_info.images) or item.content_type == "multi_photo" or "/photo/" in item.url
        author = self._author(item)
        creator = of if of is not None and author.creator_id in ("", of.creator_id) else author
        return FoundVideo(
            network=Network.TIKTOK,
            video_id=item.aweme_id,
            url=self._account.shown(tiktok_url(creator.handle, item.aweme_id, photos=photos)),
            title=item.desc,
            format=VideoFormat.PHOTOS if photos else VideoFormat.SHORT,
            creator=creator,
            published_at=item.create_time or item.create_time_utc,
            duration_s=item.video.duration / 1000 if item.video.duration and not photos else None,
            views=item.statistics.play_count,
            likes=item.statistics.digg_count,
            comments=item.statistics.comment_count,
            shares=item.statistics.share_count,
            saves=item.statistics.collect_count,
            thumbnail_url=first_address(item.video.cover.url_list),
            language=item.desc_language if item.desc_language not in ("", _UNDETERMINED) else None,
        )

    def _author(self, item: _Aweme) -> FoundCreator:
        """The trimmed trending feed leaves the handle out of the author, but not out of the video's address."""
        author = item.author
        handle = author.unique_id or item.url.partition("/@")[2].partition("/")[0]
        return FoundCreator(
            network=Network.TIKTOK,
            creator_id=author.uid,
            handle=handle,
            name=author.nickname or handle,
            url=self._account.shown(tiktok_url(handle)),
            followers=author.follower_count,
            videos=author.aweme_count,
            avatar_url=first_address(author.avatar_larger.url_list),
            verified=bool(author.custom_verify),
            about=author.signature,
        )
