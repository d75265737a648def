"""YouTube's public feed of a channel: its 15 newest videos with their views. Needs no key, and can do nothing else.

Read with lxml, which we have anyway for pages and podcast feeds; entities and the network are off. What an element
means is YouTube's habit, written down nowhere.
"""

import re
from typing import Any

import httpx
from lxml import etree

from core.providers.discovery import (
    DiscoveryErrorCode,
    FoundCreator,
    FoundPage,
    FoundVideo,
    Network,
    NotFound,
    NotSupported,
    ProviderDown,
    Search,
    Transcript,
    VideoFormat,
)
from core.providers.discovery_calls import TRY_S, Calls
from core.providers.discovery_links import channel_url, handle_in, is_channel_id, youtube_url
from core.providers.fields import Answer, Count, Id, Moment, Text, first_address, read_items

SITE_URL = "https://www.youtube.com"
PROVIDER = "youtube_feed"
FEED_BYTES = 2_000_000
PAGE_BYTES = 8_000_000
"""A channel's page is one to two megabytes."""

_TRIES = 2
_CONSENT = {"Cookie": "SOCS=CAI"}
"""Without an answer to the question about cookies, visitors from the EU get that question instead of the page."""
_CHANNEL_IN_PAGE = re.compile(rb'(?:feeds/videos\.xml\?channel_id=|rel="canonical" href="[^"]*/channel/)(UC[\w-]{22})')
_NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "yt": "http://www.youtube.com/xml/schemas/2015",
    "media": "http://search.yahoo.com/mrss/",
}


class _Entry(Answer):
    id: Id
    title: Text = ""
    address: Text = ""
    published_at: Moment = None
    views: Count = None
    likes: Count = None
    thumbnail: Text = ""


class YouTubeFeed:
    """A creator's followers and number of videos aren't told, nor how long a video is."""

    network = Network.YOUTUBE
    name = PROVIDER

    def __init__(
        self, http: httpx.AsyncClient, *, base_url: str = SITE_URL, pause_s: float = 1.0, try_s: float = TRY_S
    ) -> None:
        self._calls = Calls(http, provider=self.name, headers=_CONSENT, tries=_TRIES, pause_s=pause_s, try_s=try_s)
        self._url = base_url

    async def search(self, search: Search, cursor: str | None = None) -> FoundPage:
        raise NotSupported(provider=self.name, what="search")

    async def creator(self, handle_or_url: str) -> FoundCreator:
        named = handle_in(handle_or_url, Network.YOUTUBE)
        if is_channel_id(named):
            return _creator(await self._feed(named), named, handle="")
        channel_id = await self._channel_id(named)
        return _creator(await self._feed(channel_id), channel_id, handle=named)

    async def videos_of(self, creator: FoundCreator, cursor: str | None = None) -> FoundPage:
        """There is only one page."""
        feed = await self._feed(creator.creator_id or await self._channel_id(creator.handle))
        entries, malformed = read_items([_entry(node) for node in feed.iterfind("atom:entry", _NAMES)], _Entry)
        found = {entry.id: _found(entry, creator) for entry in entries}
        return FoundPage(tuple(found.values()), cursor=None, malformed=malformed)

    async def video(self, url: str) -> FoundVideo:
        raise NotSupported(provider=self.name, what="video")

    async def transcript(self, video_url: str) -> Transcript | None:
        raise NotSupported(provider=self.name, what="transcript")

    async def _channel_id(self, handle: str) -> str:
        page = await self._calls.document(
            channel_url("", handle).replace(SITE_URL, self._url), {}, limit_bytes=PAGE_BYTES
        )
        found = _CHANNEL_IN_PAGE.search(page)
        if found is None:
            raise ProviderDown(DiscoveryErrorCode.GARBLED, provider=self.name, what="channel page")
        return found[1].decode()

    async def _feed(self, channel_id: str) -> Any:
        if not is_channel_id(channel_id):
            raise NotFound(provider=self.name)
        address = f"{self._url}/feeds/videos.xml"
        document = await self._calls.document(address, {"channel_id": channel_id}, limit_bytes=FEED_BYTES)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=False)
        try:
            feed = etree.fromstring(document, parser)
        except (etree.XMLSyntaxError, ValueError) as exc:
            raise ProviderDown(DiscoveryErrorCode.GARBLED, provider=self.name) from exc
        if feed.tag != f"{{{_NAMES['atom']}}}feed":
            raise ProviderDown(DiscoveryErrorCode.GARBLED, provider=self.name)
        return feed


def _creator(feed: Any, channel_id: str, *, handle: str) -> FoundCreator:
    return FoundCreator(
        network=Network.YOUTUBE,
        creator_id=channel_id,
        handle=handle,
        name=_said(feed, "atom:title") or handle,
        url=channel_url(channel_id, handle),
    )


def _entry(node: Any) -> dict[str, Any]:
    community = "media:group/media:community"
    return {
        "id": _said(node, "yt:videoId") or None,
        "title": _said(node, "atom:title"),
        "address": _attribute(node, "atom:link", "href"),
        "published_at": _said(node, "atom:published"),
        "views": _attribute(node, f"{community}/media:statistics", "views"),
        "likes": _attribute(node, f"{community}/media:starRating", "count"),
        "thumbnail": _attribute(node, "media:group/media:thumbnail", "url"),
    }


def _found(entry: _Entry, creator: FoundCreator) -> FoundVideo:
    short = "/shorts/" in entry.address
    return FoundVideo(
        network=Network.YOUTUBE,
        video_id=entry.id,
        url=youtube_url(entry.id, short=short),
        title=entry.title,
        format=VideoFormat.SHORT if short else VideoFormat.LONG,
        creator=creator,
        published_at=entry.published_at,
        views=entry.views,
        likes=entry.likes,
        thumbnail_url=first_address([entry.thumbnail]),
    )


def _said(node: Any, path: str) -> str:
    return (node.findtext(path, namespaces=_NAMES) or "").strip()


def _attribute(node: Any, path: str, name: str) -> str | None:
    found = node.find(path, _NAMES)
    return None if found is None else found.get(name)
