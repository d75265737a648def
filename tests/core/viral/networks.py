"""A network that a test plays: it gives the pages it was told, counts the calls, and fails when asked to."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.providers.discovery import (
    FoundCreator,
    FoundPage,
    FoundVideo,
    Network,
    NotFound,
    ProviderDown,
    Search,
    Transcript,
)
from tests.core.viral.worlds import creator, video


def page(*videos: FoundVideo, cursor: str | None = None, sample: bool = False) -> FoundPage:
    return FoundPage(tuple(videos), cursor, sample=sample)


@dataclass
class PlayedNetwork:
    """`pages` answer searches by cursor ("" is none); a creator's own list has `others` more videos."""

    pages: dict[str, FoundPage] = field(default_factory=dict)
    others: int = 6
    failures: list[Exception] = field(default_factory=list)
    list_failures: list[Exception] = field(default_factory=list)
    waits: asyncio.Event | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    searches: list[tuple[Search, str | None]] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    network: Network = Network.TIKTOK
    name: str = "played"

    async def search(self, search: Search, cursor: str | None = None) -> FoundPage:
        self.searches.append((search, cursor))
        self.asked.set()
        if self.waits is not None:
            await self.waits.wait()
        if self.failures:
            raise self.failures.pop(0)
        return self.pages[cursor or ""]

    async def creator(self, handle_or_url: str) -> FoundCreator:
        return creator(handle_or_url)

    async def videos_of(self, creator: FoundCreator, cursor: str | None = None) -> FoundPage:
        self.listed.append(creator.handle)
        if self.list_failures:
            raise self.list_failures.pop(0)
        return page(*(video(100, by=creator, name=f"{creator.handle}-{n}") for n in range(self.others)))

    async def video(self, url: str) -> FoundVideo:
        raise NotFound(provider=self.name)

    async def transcript(self, video_url: str) -> Transcript | None:
        return None


def down() -> ProviderDown:
    return ProviderDown(provider="played")


def one_page(views: Sequence[int], *, sample: bool = False) -> PlayedNetwork:
    """A network with one page of videos, each by a creator of its own."""
    return PlayedNetwork({"": page(*(video(each) for each in views), sample=sample)})
