"""Uploads from the storage: read while they are sent, never whole in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import IO, Final

from core.storage import FileTooLarge, Storage, StoredFileNotFound

UPLOAD_LIMIT_BYTES: Final = 50 * 1024 * 1024
"""https://core.telegram.org/bots/api#sending-files"""


class StoredMedia:
    """Files that Telegram takes; larger ones are refused before anything is sent."""

    def __init__(self, storage: Storage, *, limit_bytes: int = UPLOAD_LIMIT_BYTES) -> None:
        self._storage = storage
        self._limit_bytes = limit_bytes

    def open(self, key: str) -> AbstractAsyncContextManager[IO[bytes]]:
        """Raises StoredFileNotFound, FileTooLarge, and ProviderError when the storage fails."""
        return self._open(key)

    @asynccontextmanager
    async def _open(self, key: str) -> AsyncIterator[IO[bytes]]:
        stored = await self._storage.stat(key)
        if stored.size_bytes > self._limit_bytes:
            raise FileTooLarge(limit_bytes=self._limit_bytes)
        async with self._storage.local(key) as path:
            try:
                file = await asyncio.to_thread(path.open, "rb")
            except FileNotFoundError as exc:
                raise StoredFileNotFound(key=key) from exc
            try:
                yield file
            finally:
                await asyncio.to_thread(file.close)
