"""YouTube through ScrapeCreators. A channel's videos and Shorts come from two endpoints, and are read side by side."""

import asyncio
import json
import re
from dataclasses import replace
from functools import cache
from typing import Annotated, Any

from babel import Locale
from pydantic import AliasChoices, AliasPath, Field

from core.providers.discovery import (
    FoundCreator,
    FoundPage,
    FoundVideo,
    Network,
    NotFound,
    Period,
    Search,
    Transcript,
    TranscriptLine,
    VideoFormat,
)
from core.providers.discovery_links import (
    channel_url,
    handle_in,
    is_channel_id,
    video_address,
    youtube_url,
)
from core.providers.fields import Answer, Count, Id, Items, Moment, Part, Seconds, Text, first_address, read_items
from core.providers.scrapecreators.account import Endpoint, ScrapeCreators, one_of_each, within

CHANNEL = Endpoint("/v1/youtube/channel")
VIDEOS = Endpoint(
    "/v1/youtube/channel-videos", ("videos",), cursor_param="continuationToken", cursor="continuationToken"
)
SHORTS = Endpoint(
    "/v1/youtube/channel/shorts", ("shorts",), cursor_param="continuationToken", cursor="continuationToken"
)
SEARCH = Endpoint(
    "/v1/youtube/search", ("videos", "shorts"), cursor_param="continuationToken", cursor="continuationToken"
)
"""What stands on shelves has no channel, and is left."""
TRENDING = Endpoint("/v1/youtube/shorts/trending", ("shorts",), last_page=5)
"""About 48 others at each call."""
VIDEO = Endpoint("/v1/youtube/video")
TRANSCRIPT = Endpoint("/v1/youtube/video/transcript")

_PERIODS = {Period.DAY: "today", Period.WEEK: "this_week", Period.MONTH: "this_month"}
_DIGITS = re.compile(r"[\d,.\s]*\d")


class _Channel(Answer):
    id: Text = ""
    title: Text = ""
    handle: Text = ""
    url: Text = ""
    thumbnail: Text = ""


class _Video(Answer):
    id: Id
    title: Text = ""
    kind: Text = Field(default="", alias="type")
    url: Text = ""
    channel: Annotated[_Channel, Part] = _Channel()
    published_at: Moment = Field(default=None, validation_alias=AliasChoices("publishDate", "publishedTime"))
    """Of search results and lists approximate: "2 years ago", counted back."""
    length_s: Seconds = Field(default=None, alias="lengthSeconds")
    length_ms: Seconds = Field(default=None, alias="durationMs")
    views: Count = Field(default=None, alias="viewCountInt")
    likes: Count = Field(default=None, alias="likeCountInt")
    comments: Count = Field(default=None, alias="commentCountInt")
    thumbnail: Text = ""
    tracks: Annotated[tuple[Any, ...], Items] = Field(default=(), alias="captionTracks")


class _Profile(Answer):
    id: Id = Field(alias="channelId")
    address: Text = Field(default="", alias="channel")
    name: Text = ""
    description: Text = ""
    subscribers: Count = Field(default=None, alias="subscriberCount")
    videos_text: Text = Field(default="", alias="videoCountText")
    pictures: Annotated[tuple[Any, ...], Items] = Field(
        default=(), validation_alias=AliasPath("avatar", "image", "sources")
    )


class _Line(Answer):
    """Times come as text, in milliseconds."""

    text: Text = ""
    starts_ms: Count = Field(default=None, alias="startMs")
    ends_ms: Count = Field(default=None, alias="endMs")


class YouTube:
    """The cursor of a channel's videos holds both endpoints' own."""

    network = Network.YOUTUBE

    def __init__(self, account: ScrapeCreators) -> None:
        self._account = account
        self.name = account.name

    async def search(self, search: Search, cursor: str | None = None) -> FoundPage:
        if not search.keyword:
            return await self._account.page(TRENDING, _Video, self._short, cursor=cursor)
        return await self._account.page(
            SEARCH,
            _Video,
            self._attributed,
            cursor=cursor,
            query=search.keyword,
            uploadDate=_PERIODS[search.period],
            sortBy="popular",
            region=search.region,
        )

    async def creator(self, handle_or_url: str) -> FoundCreator:
        named = handle_in(handle_or_url, Network.YOUTUBE)
        asked = {"channelId": named} if is_channel_id(named) else {"handle": named}
        answer = await self._account.get(CHANNEL, **asked)
        profile = self._account.read(answer if answer.get("channelId") else None, _Profile)
        handle = _handle("", profile.address)
        return FoundCreator(
            network=Network.YOUTUBE,
            creator_id=profile.id,
            handle=handle,
            name=profile.name or handle,
            url=self._account.shown(channel_url(profile.id, handle)),
            followers=profile.subscribers,
            videos=_number_in(profile.videos_text),
            avatar_url=first_address([within(source, "url") for source in reversed(profile.pictures)]),
            about=profile.description,
        )

    async def videos_of(self, creator: FoundCreator, cursor: str | None = None) -> FoundPage:
        following = _cursors(cursor)
        read = {
            name: self._listed(endpoint, creator, following.get(name))
            for name, endpoint in (("videos", VIDEOS), ("shorts", SHORTS))
            if cursor is None or name in following
        }
        results = await asyncio.gather(*read.values(), return_exceptions=True)
        pages: dict[str, FoundPage] = {}
        for name, result in zip(read, results, strict=True):
            if isinstance(result, FoundPage):
                pages[name] = result
            elif not isinstance(result, NotFound):
                raise result
        if not pages:
            raise NotFound(provider=self.name)
        cursors = {name: page.cursor for name, page in pages.items() if page.cursor}
        videos = [video for page in pages.values() for video in page.videos]
        return FoundPage(
            videos=tuple(sorted(one_of_each(videos), key=_published, reverse=True)),
            cursor=json.dumps(cursors) if cursors else None,
            malformed=sum(page.malformed for page in pages.values()),
            sample=self._account.sample,
        )

    async def video(self, url: str) -> FoundVideo:
        answer = await self._account.get(VIDEO, url=video_address(url, Network.YOUTUBE))
        return self._found(self._account.read(answer if answer.get("id") else None, _Video))

    async def transcript(self, video_url: str) -> Transcript | None:
        answer = await self._account.get(TRANSCRIPT, url=video_address(video_url, Network.YOUTUBE))
        parts = answer.get("transcript")
        lines = _lines(parts) if isinstance(parts, list) else ()
        if not lines:
            return None
        return Transcript(" ".join(line.text for line in lines), _language(answer.get("language")), lines)

    async def _listed(self, endpoint: Endpoint, creator: FoundCreator, cursor: str | None) -> FoundPage:
        def found(item: _Video) -> FoundVideo:
            video = self._short(item) if endpoint is SHORTS else self._found(item)
            return replace(video, creator=creator)

        asked = {"channelId": creator.creator_id} if creator.creator_id else {"handle": creator.handle}
        return await self._account.page(endpoint, _Video, found, cursor=cursor, **asked)

    def _attributed(self, item: _Video) -> FoundVideo | None:
        return self._found(item) if item.channel.id else None

    def _short(self, item: _Video) -> FoundVideo:
        return self._found(item.model_copy(update={"kind": "short"}))

    def _found(self, item: _Video) -> FoundVideo:
        short = item.kind == "short" or "/shorts/" in item.url
        channel = item.channel
        handle = _handle(channel.handle, channel.url)
        return FoundVideo(
            network=Network.YOUTUBE,
            video_id=item.id,
            url=self._account.shown(youtube_url(item.id, short=short)),
            title=item.title,
            format=VideoFormat.SHORT if short else VideoFormat.LONG,
            creator=FoundCreator(
                network=Network.YOUTUBE,
                creator_id=channel.id,
                handle=handle,
                name=channel.title or handle,
                url=self._account.shown(channel_url(channel.id, handle)),
                avatar_url=first_address([channel.thumbnail]),
            ),
            published_at=item.published_at,
            duration_s=item.length_ms / 1000 if item.length_ms else item.length_s,
            views=item.views,
            likes=item.likes,
            comments=item.comments,
            thumbnail_url=first_address([item.thumbnail]),
            language=next((language for track in item.tracks if (language := within(track, "languageCode"))), None),
        )


def _handle(told: str, address: str) -> str:
    """Search results call "channel/UC..." a handle where there is none."""
    if told:
        return "" if "/" in told else told.removeprefix("@")
    return address.partition("/@")[2].partition("/")[0]


def _number_in(text: str) -> int | None:
    found = _DIGITS.match(text)
    return int(re.sub(r"\D", "", found[0])) if found else None


def _cursors(cursor: str | None) -> dict[str, str]:
    try:
        return dict(json.loads(cursor)) if cursor else {}
    except (ValueError, TypeError):
        return {}


def _published(video: FoundVideo) -> float:
    return video.published_at.timestamp() if video.published_at else 0.0


def _lines(parts: list[Any]) -> tuple[TranscriptLine, ...]:
    return tuple(
        TranscriptLine(line.text, (line.starts_ms or 0) / 1000, (line.ends_ms or 0) / 1000)
        for line in read_items(parts, _Line)[0]
        if line.text
    )


def _language(name: Any) -> str:
    """A transcript names its language in English, such as "English (auto-generated)"."""
    known = name.partition(" (")[0].strip().lower() if isinstance(name, str) else ""
    return _language_codes().get(known, "")


@cache
def _language_codes() -> dict[str, str]:
    return {name.lower(): code.replace("_", "-") for code, name in Locale("en").languages.items()}
