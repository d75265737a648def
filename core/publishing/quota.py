"""What YouTube allows an app in a day, counted before each call to it, with the same piece and in the same book as
finding videos. Uploads have a bucket of their own; all else costs units of the shared one."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.errors import ProviderError
from core.providers.discovery import Network, OutOfCredits
from core.providers.youtube_quota import Bucket, YouTubeQuota
from core.publishing.networks.contract import (
    Access,
    Handle,
    Media,
    NetworkErrorCode,
    Numbers,
    OnSent,
    Publisher,
    Seen,
    Terms,
    Wanted,
    network_error,
)

IDS_AT_ONCE: Final = 50
"""Videos of one call. https://developers.google.com/youtube/v3/docs/videos/list"""
FIND_CALLS: Final = 3
"""The channel, its latest uploads, and what they are."""


@dataclass(frozen=True, slots=True)
class CountedPublisher:
    """As `publisher`, but nothing is asked that the day's quota has no room for: raises APP_LIMIT with `resets_at`."""

    publisher: Publisher
    quota: YouTubeQuota

    @property
    def network(self) -> Network:
        return self.publisher.network

    @property
    def published_by_upload(self) -> bool:
        return self.publisher.published_by_upload

    async def terms(self, access: Access) -> Terms:
        async with self._within(Bucket.SHARED):
            return await self.publisher.terms(access)

    async def begin(self, access: Access, media: Media, wanted: Wanted) -> Handle:
        async with self._within(Bucket.UPLOADS):
            return await self.publisher.begin(access, media, wanted)

    async def upload(self, access: Access, handle: Handle, media: Media, *, on_sent: OnSent) -> None:
        """The bytes cost nothing: what began them did."""
        await self.publisher.upload(access, handle, media, on_sent=on_sent)

    async def look(self, access: Access, handle: Handle) -> Seen:
        async with self._within(Bucket.SHARED):
            return await self.publisher.look(access, handle)

    async def release(self, access: Access, handle: Handle) -> Seen:
        return await self.publisher.release(access, handle)

    async def find(self, access: Access, wanted: Wanted, media: Media, *, since: datetime) -> Seen | None:
        async with self._within(Bucket.SHARED, units=FIND_CALLS):
            return await self.publisher.find(access, wanted, media, since=since)

    async def numbers(self, access: Access, network_ids: Sequence[str]) -> Mapping[str, Numbers]:
        async with self._within(Bucket.SHARED, units=-(-len(network_ids) // IDS_AT_ONCE)):
            return await self.publisher.numbers(access, network_ids)

    @asynccontextmanager
    async def _within(self, bucket: Bucket, *, units: int = 1) -> AsyncIterator[None]:
        """Once Google itself says that nothing is left, nobody asks again today."""
        try:
            for _ in range(units):
                await self.quota.take(bucket)
        except OutOfCredits as out:
            raise network_error(self.network, NetworkErrorCode.APP_LIMIT, resets_at=out.resets_at) from out
        try:
            yield
        except ProviderError as error:
            if error.error_code == NetworkErrorCode.APP_LIMIT:
                await self.quota.exhaust(bucket)
            raise


def counted(publishers: Mapping[Network, Publisher], quota: YouTubeQuota) -> dict[Network, Publisher]:
    """All of them, YouTube's within its quota."""
    return {
        network: CountedPublisher(publisher, quota) if network is Network.YOUTUBE else publisher
        for network, publisher in publishers.items()
    }
