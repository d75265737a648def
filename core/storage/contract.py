"""What every storage can do, and the errors that all of them raise. One contract test covers them."""

from collections.abc import AsyncIterable, AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from core.errors import InvalidInput, NotFound

LIMIT_BYTES: Final = 2_000_000_000
"""Of one file, unless the caller sets a lower limit."""
CHUNK_BYTES: Final = 256 * 1024
"""What is held in memory of a file that is read or written in a stream."""
LINK_LONGEST: Final = timedelta(days=7)
"""No S3 signs for longer. https://developers.cloudflare.com/r2/api/s3/presigned-urls/"""
LEFTOVER_AGE: Final = timedelta(days=1)
"""What was begun so long ago and isn't finished belongs to a process that died."""

Source = bytes | Path | AsyncIterable[bytes]
"""What can be stored: bytes, a file of this machine, or a stream."""


class StoredFileNotFound(NotFound):
    """Nothing is stored under this key, or no key looks like that."""

    code = "storage.not_found"


class FileTooLarge(InvalidInput):
    """Params: limit_bytes."""

    code = "storage.too_large"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is there. `etag` changes with the contents; it has no quotes."""

    key: str
    size_bytes: int
    stored_at: datetime
    etag: str


class Storage(Protocol):
    """All verbs raise ProviderError when the disk or the bucket fails, and those that read StoredFileNotFound."""

    async def put(self, key: str, source: Source, *, limit_bytes: int = LIMIT_BYTES) -> int:
        """Store a file whole or not at all, and give its size in bytes. What was under the key is replaced.

        Readers see the old file or the new one, never a part, whatever is killed. Raises FileTooLarge.
        """
        ...

    async def take(self, key: str, path: Path) -> int:
        """As `put` of a file of this machine, which is gone afterwards. Where both lie on one disk nothing is copied.

        Its contents have to be forced to the disk before.
        """
        ...

    async def stat(self, key: str) -> Stored: ...

    def read(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to, not including, `end`; what lies beyond the file is left out."""
        ...

    async def delete(self, key: str) -> None:
        """Forget the file. Again, it does no harm."""
        ...

    async def url(self, key: str, *, expires_in: timedelta, filename: str | None = None) -> str:
        """An address that opens the file for anybody, until it expires: at most LINK_LONGEST.

        Whether the file is there isn't asked. Browsers save it as `filename`; without, they show or play it.
        """
        ...

    def local(self, key: str) -> AbstractAsyncContextManager[Path]:
        """A file with the contents for programs of this machine (ffmpeg, say): to be read, while the context lasts."""
        ...

    def path(self, key: str) -> Path | None:
        """Where it would lie on this machine's disk; None when it is kept elsewhere."""
        ...

    def pages(self, kinds: Collection[str]) -> AsyncIterator[Sequence[Stored]]:
        """All files of these kinds (see core.storage.keys), some hundred at a time. What comes or goes meanwhile may be
        missing."""
        ...

    async def tidy(self) -> int:
        """Remove what dead processes left half done more than a day ago, and say how much that was."""
        ...

    async def close(self) -> None: ...
