"""The YouTube Data API v3, with a key. Source: facts on its discovery document."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any

import httpx
from pydantic import AliasPath, Field, SecretStr, WrapValidator

from core.clock import Clock
from core.errors import AppError, ProviderError
from core.providers.discovery import (
    CreditsUsed,
    DiscoveryErrorCode,
    FoundCreator,
    FoundPage,
    FoundVideo,
    Network,
    NotFound,
    NotSupported,
    OnCredits,
    OutOfCredits,
    Period,
    ProviderDown,
    Search,
    Transcript,
    VideoFormat,
)
from core.providers.discovery_calls import TRY_S, Answered, Calls
from core.providers.discovery_links import channel_url, handle_in, is_channel_id, youtube_url, youtube_video_id
from core.providers.fields import Answer, Count, Flag, Id, Items, Moment, Part, Text, first_address, or_none, read_items
from core.providers.wire import object_of, text_of
from core.providers.youtube_quota import PROVIDER, Bucket, YouTubeQuota

API_URL = "https://youtube.googleapis.com/youtube/v3"
PAGE = 50
"""The most that any list gives, and the most ids that it takes."""
LONGEST_CERTAIN_SHORT_S = 60.0

_PERIODS = {Period.DAY: timedelta(days=1), Period.WEEK: timedelta(days=7), Period.MONTH: timedelta(days=30)}
_SIZES = ("maxres", "standard", "high", "medium", "default")
_QUOTA = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_PAUSE = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
_KEY = frozenset({"keyInvalid", "accessNotConfigured", "ipRefererBlocked", "authError", "API_KEY_INVALID"})
"""Reasons that concern the key: wrong, for another API, or not for this machine."""

Duration = Annotated[timedelta | None, WrapValidator(or_none)]


class _Snippet(Answer):
    channel_id: Id = Field(alias="channelId")
    channel: Text = Field(default="", alias="channelTitle")
    title: Text = ""
    published_at: Moment = Field(default=None, alias="publishedAt")
    live: Text = Field(default="", alias="liveBroadcastContent")
    spoken: Text = Field(default="", alias="defaultAudioLanguage")
    written: Text = Field(default="", alias="defaultLanguage")
    thumbnails: Annotated[dict[str, Any], Part] = Field(default={})


class _Statistics(Answer):
    """Numbers come as text; likes and comments that are hidden don't come at all."""

    views: Count = Field(default=None, alias="viewCount")
    likes: Count = Field(default=None, alias="likeCount")
    comments: Count = Field(default=None, alias="commentCount")


class _Video(Answer):
    id: Id
    snippet: _Snippet
    statistics: Annotated[_Statistics, Part] = _Statistics()
    duration: Duration = Field(default=None, validation_alias=AliasPath("contentDetails", "duration"))


class _ChannelSnippet(Answer):
    title: Text = ""
    handle: Text = Field(default="", alias="customUrl")
    about: Text = Field(default="", alias="description")
    thumbnails: Annotated[dict[str, Any], Part] = Field(default={})


class _ChannelStatistics(Answer):
    subscribers: Count = Field(default=None, alias="subscriberCount")
    hidden: Flag = Field(default=False, alias="hiddenSubscriberCount")
    videos: Count = Field(default=None, alias="videoCount")


class _Channel(Answer):
    id: Id
    snippet: Annotated[_ChannelSnippet, Part] = _ChannelSnippet()
    statistics: Annotated[_ChannelStatistics, Part] = _ChannelStatistics()
    uploads: Text = Field(default="", validation_alias=AliasPath("contentDetails", "relatedPlaylists", "uploads"))


class _Result(Answer):
    id: Id = Field(validation_alias=AliasPath("id", "videoId"))


class _Upload(Answer):
    id: Id = Field(validation_alias=AliasPath("contentDetails", "videoId"))


class _Page(Answer):
    items: Annotated[tuple[Any, ...], Items] = ()
    following: Text = Field(default="", alias="nextPageToken")


class YouTubeData:
    """A search costs one of 100 searches a day; everything else a unit of 10,000 for each 50 videos or channels.

    Nothing says that a video is a Short: those with a cover in a Short's shape count, and those up to a minute.
    What is trending is what the search finds most viewed among short videos: the charts only hold music, films and
    games. Live and coming videos are left out.
    """

    network = Network.YOUTUBE
    name = PROVIDER

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        key: SecretStr,
        quota: YouTubeQuota,
        clock: Clock,
        base_url: str = API_URL,
        on_credits: OnCredits | None = None,
        pause_s: float = 1.0,
        try_s: float = TRY_S,
    ) -> None:
        headers = {"X-Goog-Api-Key": key.get_secret_value()}  # not in the address, which logs and errors show
        self._calls = Calls(http, provider=self.name, headers=headers, key=key, pause_s=pause_s, try_s=try_s)
        self._url = base_url
        self._quota = quota
        self._clock = clock
        self._on_credits = on_credits

    async def search(self, search: Search, cursor: str | None = None) -> FoundPage:
        since, _, token = (cursor or self._since(search.period)).partition(" ")
        page = await self._list(
            "search",
            Bucket.SEARCH,
            part="snippet",
            type="video",
            order="viewCount",
            q=search.keyword,
            publishedAfter=since,
            regionCode=search.region,
            videoDuration="" if search.keyword else "short",
            pageToken=token,
        )
        results, malformed = read_items(page.items, _Result)
        following = f"{since} {page.following}" if page.following not in ("", token) and page.items else None
        return await self._page([result.id for result in results], following, malformed)

    async def creator(self, handle_or_url: str) -> FoundCreator:
        return _creator(await self._channel(handle_in(handle_or_url, Network.YOUTUBE)))

    async def videos_of(self, creator: FoundCreator, cursor: str | None = None) -> FoundPage:
        """From the playlist of uploads: a search would cost a hundred times as much."""
        if cursor is None:
            cursor = (await self._channel(creator.creator_id or creator.handle)).uploads
        playlist, _, token = cursor.partition(" ")
        if not playlist:
            return FoundPage(())
        try:
            page = await self._list(
                "playlistItems", Bucket.SHARED, part="contentDetails", playlistId=playlist, pageToken=token
            )
        except NotFound:  # a channel that never uploaded anything has no such playlist
            return FoundPage(())
        uploads, malformed = read_items(page.items, _Upload)
        following = f"{playlist} {page.following}" if page.following not in ("", token) and page.items else None
        return await self._page([upload.id for upload in uploads], following, malformed)

    async def video(self, url: str) -> FoundVideo:
        page = await self._page([youtube_video_id(url)], None, 0)
        if page.malformed:
            raise ProviderDown(DiscoveryErrorCode.GARBLED, provider=self.name)
        if not page.videos:
            raise NotFound(provider=self.name)
        return page.videos[0]

    async def transcript(self, video_url: str) -> Transcript | None:
        """Captions are for a video's owner only."""
        raise NotSupported(provider=self.name, what="transcript")

    async def _page(self, ids: list[str], cursor: str | None, malformed: int) -> FoundPage:
        """The videos with their numbers, in the order of the ids, and their channels: two calls for up to 50."""
        if not ids:
            return FoundPage((), cursor, malformed)
        page = await self._list(
            "videos", Bucket.SHARED, part="snippet,statistics,contentDetails", id=",".join(dict.fromkeys(ids[:PAGE]))
        )
        videos, unreadable = read_items(page.items, _Video)
        shown = {video.id: video for video in videos if video.snippet.live not in ("live", "upcoming")}
        creators = await self._creators({video.snippet.channel_id for video in shown.values()})
        found = tuple(_found(shown[id_], creators) for id_ in dict.fromkeys(ids) if id_ in shown)
        return FoundPage(found, cursor, malformed + unreadable)

    async def _creators(self, ids: Iterable[str]) -> dict[str, FoundCreator]:
        wanted = sorted(ids)
        if not wanted:
            return {}
        page = await self._list("channels", Bucket.SHARED, part="snippet,statistics", id=",".join(wanted))
        return {channel.id: _creator(channel) for channel in read_items(page.items, _Channel)[0]}

    async def _channel(self, named: str) -> _Channel:
        asked = {"id": named} if is_channel_id(named) else {"forHandle": f"@{named}"}
        page = await self._list("channels", Bucket.SHARED, part="snippet,statistics,contentDetails", **asked)
        channels, malformed = read_items(page.items, _Channel)
        if malformed:
            raise ProviderDown(DiscoveryErrorCode.GARBLED, provider=self.name)
        if not channels:
            raise NotFound(provider=self.name)
        return channels[0]

    async def _list(self, what: str, bucket: Bucket, **params: str | None) -> _Page:
        async def before() -> None:
            try:
                await self._quota.take(bucket)
            except OutOfCredits:
                await self._tell(what, charged=None, remaining=0, out=True)
                raise

        async def judge(answered: Answered) -> AppError | None:
            return await self._judged(what, bucket, answered)

        given = {name: value for name, value in params.items() if value} | {"maxResults": str(PAGE)}
        if "id" in given:
            given.pop("maxResults")
        return _Page.model_validate(await self._calls.json(f"{self._url}/{what}", given, before=before, judge=judge))

    async def _judged(self, what: str, bucket: Bucket, answered: Answered) -> AppError | None:
        if answered.status < 300:
            await self._tell(what, charged=1, remaining=await self._quota.left(bucket))
            return None
        reasons = _reasons(answered.body)
        if reasons & _QUOTA:
            error = await self._quota.exhaust(bucket)
            await self._tell(what, charged=None, remaining=0, out=True)
            return error
        if reasons & _PAUSE:
            return ProviderDown(DiscoveryErrorCode.RATE_LIMITED, provider=self.name, status=answered.status)
        if reasons & _KEY or "API key not valid" in text_of(object_of(answered.body.get("error")).get("message")):
            return ProviderError(DiscoveryErrorCode.KEY_REFUSED, provider=self.name, retryable=False)
        return None

    async def _tell(self, what: str, *, charged: int | None, remaining: int | None, out: bool = False) -> None:
        if self._on_credits is not None:
            await self._on_credits(CreditsUsed(self.name, what, charged, remaining, out=out))

    def _since(self, period: Period) -> str:
        return (self._clock.now() - _PERIODS[period]).strftime("%Y-%m-%dT%H:%M:%SZ")


def _found(video: _Video, creators: dict[str, FoundCreator]) -> FoundVideo:
    snippet, duration_s = video.snippet, video.duration.total_seconds() if video.duration else None
    short = "shortsAspectRatio" in snippet.thumbnails or 0 < (duration_s or 0) <= LONGEST_CERTAIN_SHORT_S
    unknown = FoundCreator(
        Network.YOUTUBE, snippet.channel_id, handle="", name=snippet.channel, url=channel_url(snippet.channel_id)
    )
    return FoundVideo(
        network=Network.YOUTUBE,
        video_id=video.id,
        url=youtube_url(video.id, short=short),
        title=snippet.title,
        format=VideoFormat.SHORT if short else VideoFormat.LONG,
        creator=creators.get(snippet.channel_id, unknown),
        published_at=snippet.published_at,
        duration_s=duration_s or None,
        views=video.statistics.views,
        likes=video.statistics.likes,
        comments=video.statistics.comments,
        thumbnail_url=_thumbnail(snippet.thumbnails),
        language=snippet.spoken or snippet.written or None,
    )


def _creator(channel: _Channel) -> FoundCreator:
    snippet, statistics = channel.snippet, channel.statistics
    handle = snippet.handle.removeprefix("@") if snippet.handle.startswith("@") else ""
    return FoundCreator(
        network=Network.YOUTUBE,
        creator_id=channel.id,
        handle=handle,
        name=snippet.title or handle,
        url=channel_url(channel.id, handle),
        followers=None if statistics.hidden else statistics.subscribers,
        videos=statistics.videos,
        avatar_url=_thumbnail(snippet.thumbnails),
        about=snippet.about,
    )


def _thumbnail(sizes: dict[str, Any]) -> str | None:
    """The largest of those that every video may have; larger ones aren't worth their bytes in a chat."""
    return first_address(object_of(sizes.get(size)).get("url") for size in _SIZES)


def _reasons(body: dict[str, Any]) -> set[str]:
    error = object_of(body.get("error"))
    told = [*_objects(error.get("errors")), *_objects(error.get("details"))]
    return {text_of(each.get("reason")) for each in told}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
