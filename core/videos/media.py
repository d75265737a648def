"""A prepared copy as networks read it: piece by piece from the storage."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from core.publishing.networks.contract import Media
from core.storage import Storage
from core.videos.models import PreparedVideo

LINK_LIFE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """Media of the contract."""

    storage: Storage
    key: str
    size_bytes: int
    content_type: str
    duration_s: float
    reachable: bool

    def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        return self.storage.read(self.key, start=start, end=end)

    async def link(self) -> str | None:
        return await self.storage.url(self.key, expires_in=LINK_LIFE) if self.reachable else None


def stored_media(storage: Storage, prepared: PreparedVideo, *, reachable: bool = True) -> Media:
    """Nothing is read yet. Reading raises what the storage raises: StoredFileNotFound, ProviderError.

    `reachable`: whether the network can fetch a file from our links, as it can't where they lead to this machine.
    """
    return StoredMedia(
        storage,
        prepared.storage_key,
        prepared.size_bytes,
        prepared.content_type,
        prepared.duration_s,
        reachable,
    )
