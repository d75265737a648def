"""Files in a folder of this machine, served by our own web service under signed links."""

import asyncio
import errno
import os
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, ParamSpec, TypeVar

from core.clock import Clock
from core.errors import ProviderError
from core.storage.contract import LEFTOVER_AGE, LIMIT_BYTES, LINK_LONGEST, Source, Stored, StoredFileNotFound
from core.storage.keys import checked_key, is_key
from core.storage.links import Links
from core.storage.streams import chunks_of, read_file

P = ParamSpec("P")
Result = TypeVar("Result")

INCOMING = ".incoming"
"""Where files are until they are whole. No key leads there."""
GONE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)


class DiskStorage:
    """`root` exists and is ours alone."""

    def __init__(self, root: Path, *, links: Links, clock: Clock) -> None:
        self._root = root
        self._links = links
        self._clock = clock

    async def put(self, key: str, source: Source, *, limit_bytes: int = LIMIT_BYTES) -> int:
        """Written under another name, forced to the disk, then renamed."""
        target = self.path(key)
        draft = self._root / INCOMING / f"{secrets.token_hex(16)}.part"
        try:
            size_bytes = await _write(draft, source, limit_bytes=limit_bytes)
            await _on_disk(self._publish, draft, target)
        finally:
            await asyncio.to_thread(_remove, draft)
        return size_bytes

    async def take(self, key: str, path: Path) -> int:
        """Renamed; copied only from another disk."""
        size_bytes = (await _on_disk(path.stat)).st_size
        try:
            await _on_disk(self._publish, path, self.path(key))
        except ProviderError as error:
            if error.params["reason"] != errno.errorcode[errno.EXDEV]:
                raise
            await self.put(key, path)
            await _on_disk(path.unlink)
        return size_bytes

    async def stat(self, key: str) -> Stored:
        return _stored(key, await _on_disk(self.path(key).stat))

    async def read(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        file = await _on_disk(self.path(key).open, "rb")
        try:
            with _translated():
                async with aclosing(read_file(file, start=start, end=end)) as chunks:
                    async for chunk in chunks:
                        yield chunk
        finally:
            file.close()  # of what was only read, at once: a cancelled await would leave it open

    async def delete(self, key: str) -> None:
        await _on_disk(self.path(key).unlink, missing_ok=True)

    async def url(self, key: str, *, expires_in: timedelta, filename: str | None = None) -> str:
        if expires_in > LINK_LONGEST:
            raise ValueError(f"a link lasts at most {LINK_LONGEST}")
        return self._links.link(checked_key(key), expires_at=self._clock.now() + expires_in, filename=filename)

    @asynccontextmanager
    async def local(self, key: str) -> AsyncIterator[Path]:
        """The stored file itself. Deleted meanwhile, it stays for who has opened it."""
        await self.stat(key)
        yield self.path(key)

    def path(self, key: str) -> Path:
        return self._root / checked_key(key)

    async def pages(self, kinds: Collection[str]) -> AsyncIterator[Sequence[Stored]]:
        """A folder at a time."""
        for owner in await _on_disk(_entries, self._root):
            for kind in kinds:
                if found := await _on_disk(_files, owner / kind):
                    yield found

    async def tidy(self) -> int:
        return await _on_disk(remove_older, self._root / INCOMING, self._clock.now() - LEFTOVER_AGE)

    async def close(self) -> None:
        """Nothing is held open."""

    def _publish(self, draft: Path, target: Path) -> None:
        owner, kind = target.parent.parent, target.parent
        for folder in (owner, kind):
            folder.mkdir(mode=0o700, exist_ok=True)
        draft.replace(target)
        for folder in (kind, owner, self._root):
            _force_folder(folder)


def _stored(key: str, found: os.stat_result) -> Stored:
    return Stored(
        key=key,
        size_bytes=found.st_size,
        stored_at=datetime.fromtimestamp(found.st_mtime, UTC),
        etag=f"{found.st_mtime_ns:x}-{found.st_size:x}",
    )


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _files(folder: Path) -> list[Stored]:
    """Of one owner and kind."""
    found = []
    for path in _entries(folder):
        key = "/".join(path.parts[-3:])
        if is_key(key):
            with suppress(FileNotFoundError):  # gone since
                found.append(_stored(key, path.stat()))
    return found


def remove_older(folder: Path, than: datetime) -> int:
    """Remove the folder's files that were last written before this moment; gives their number."""
    removed = 0
    for path in folder.glob("*"):
        try:
            if path.is_file() and path.stat().st_mtime < than.timestamp():
                path.unlink()
                removed += 1
        except FileNotFoundError:  # finished, or tidied by another process
            continue
    return removed


async def _write(draft: Path, source: Source, *, limit_bytes: int) -> int:
    """Into a new file, forced to the disk; gives its size. What the source raises is left as it is."""
    size_bytes = 0
    file = await _on_disk(_create, draft)
    try:
        async with aclosing(chunks_of(source, limit_bytes=limit_bytes)) as chunks:
            async for chunk in chunks:
                await _on_disk(file.write, chunk)
                size_bytes += len(chunk)
        await _on_disk(_force, file)
    finally:
        await asyncio.to_thread(_let_go, file)
    return size_bytes


def _create(path: Path) -> BinaryIO:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _force(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _let_go(file: BinaryIO) -> None:
    """Close a file whose last bytes are on the disk, or don't matter any more: the disk may be full."""
    with suppress(OSError):
        file.close()


def _remove(draft: Path) -> None:
    """Unless it has become a file, or never was. What stays is for `tidy`."""
    with suppress(OSError):
        draft.unlink()


def _force_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


async def _on_disk(work: Callable[P, Result], *args: P.args, **options: P.kwargs) -> Result:
    """In a thread, with the disk's errors translated."""
    with _translated():
        return await asyncio.to_thread(work, *args, **options)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except GONE as exc:
        raise StoredFileNotFound from exc
    except OSError as exc:
        reason = errno.errorcode.get(exc.errno or 0, type(exc).__name__)
        raise ProviderError("storage.failed", provider="disk", retryable=True, reason=reason) from exc
