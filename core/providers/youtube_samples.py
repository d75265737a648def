"""YouTube where nobody has a key but the sandbox runs: made-up videos, and public feeds of channels that are real."""

from core.providers.discovery import (
    Discovery,
    FoundCreator,
    FoundPage,
    FoundVideo,
    Network,
    NotFound,
    Search,
    Transcript,
)


class SamplesAndFeeds:
    """Whoever isn't among the made-up is looked for on YouTube itself."""

    network = Network.YOUTUBE

    def __init__(self, samples: Discovery, feed: Discovery) -> None:
        self._samples = samples
        self._feed = feed
        self.name = samples.name

    async def search(self, search: Search, cursor: str | None = None) -> FoundPage:
        return await self._samples.search(search, cursor)

    async def creator(self, handle_or_url: str) -> FoundCreator:
        try:
            return await self._samples.creator(handle_or_url)
        except NotFound:
            return await self._feed.creator(handle_or_url)

    async def videos_of(self, creator: FoundCreator, cursor: str | None = None) -> FoundPage:
        try:
            return await self._samples.videos_of(creator, cursor)
        except NotFound:
            return await self._feed.videos_of(creator, cursor)

    async def video(self, url: str) -> FoundVideo:
        return await self._samples.video(url)

    async def transcript(self, video_url: str) -> Transcript | None:
        return await self._samples.transcript(video_url)
