"""A prepared copy as networks read it: piece by piece from the storage."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from core.publishing.networks.contract import Media
from core.storage import Storage
from core.videos.models import PreparedVideo


@dataclass(frozen=True, slots=True)
class StoredMedia:
    """Media of the contract."""

    storage: Storage
    key: str
    size_bytes: int
    content_type: str
    duration_s: float

    def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        return self.storage.read(self.key, start=start, end=end)


def stored_media(storage: Storage, prepared: PreparedVideo) -> Media:
    """Nothing is read yet. Reading raises what the storage raises: StoredFileNotFound, ProviderError."""
    return StoredMedia(storage, prepared.storage_key, prepared.size_bytes, prepared.content_type, prepared.duration_s)
