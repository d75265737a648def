"""What arrives of users' videos: written to this machine's disk, made sure of, and stored once it is whole.

Memory doesn't grow with the file, and what a client is told to be here is on the disk. A newer request of the same
upload takes the place of an older one, whose connection may be dead without anybody having noticed.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO, Final
from weakref import WeakValueDictionary

import structlog
from aiohttp import StreamReader, web

from core import ids
from core.db import DATABASE_TROUBLE
from core.deps import Deps
from core.errors import AppError, ProviderError
from core.sources.uploaded import FILES
from core.storage import StoredFileNotFound, key_for
from core.videos import uploads
from core.videos.containers import HEAD_BYTES, UNKNOWN, Container, ending_of
from core.videos.models import UploadPurpose, VideoUpload
from core.videos.partial import PartialFile, append, force, partial_files
from core.videos.tidying import VIDEOS

log = structlog.get_logger()

BLOCK_BYTES: Final = 2 * 1024 * 1024
"""Written at once. Two of them are in memory: one is written while the next arrives."""
SURE_EVERY_BYTES: Final = 32 * BLOCK_BYTES
SURE_EVERY_S: Final = 3.0
"""How much of an upload may be lost with the process, whichever comes first."""
TROUBLE: Final[tuple[type[Exception], ...]] = (*DATABASE_TROUBLE, AppError)
SILENCE_S: Final = 60.0
"""After which a connection is taken for dead."""
LOOK_EVERY_S: Final = 60.0


class Silent(ProviderError):
    """Nothing came for SILENCE_S."""

    code = "videos.upload_silent"

    def __init__(self) -> None:
        super().__init__(provider="browser", retryable=True)


class TooMuch(uploads.TooLarge):
    """More came than the file has."""


@dataclass(eq=False, slots=True, weakref_slot=True)
class _Turn:
    """Who is writing at one upload."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    task: asyncio.Task[object] | None = None


class Receiving:
    """One for each web process."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._turns: WeakValueDictionary[ids.UploadId, _Turn] = WeakValueDictionary()
        self._storing: dict[ids.UploadId, asyncio.Task[None]] = {}

    @asynccontextmanager
    async def turn(self, upload_id: ids.UploadId) -> AsyncIterator[None]:
        """Alone at this upload: whoever is at it is broken off, and has made sure of what it has."""
        turn = self._turns.setdefault(upload_id, _Turn())
        if turn.task is not None:
            turn.task.cancel()
        turn.task = asyncio.current_task()
        async with turn.lock:
            try:
                yield
            finally:
                if turn.task is asyncio.current_task():
                    turn.task = None

    def at_work(self, upload_id: ids.UploadId) -> bool:
        """Whether a request is at it."""
        turn = self._turns.get(upload_id)
        return turn is not None and turn.task is not None

    async def standing(self, upload: VideoUpload) -> VideoUpload:
        """How far it is by what is on this disk. Of a whole file it is seen to that it is stored."""
        if upload.size_bytes is None or upload.ended_at is not None:
            return upload
        if upload.offset_bytes >= upload.size_bytes:
            await self.store(upload)
            return upload
        on_disk = await asyncio.to_thread(self._file(upload).size_bytes)
        if on_disk >= upload.offset_bytes:
            return upload
        async with self._deps.tx() as tx:
            return await uploads.fall_back(tx, owner_id=upload.owner_id, upload_id=upload.id, offset_bytes=on_disk)

    async def forget(self, upload_id: ids.UploadId) -> None:
        """Remove what came of it."""
        await asyncio.to_thread(PartialFile.of(self._deps.settings.home, upload_id).remove)

    async def take(self, upload: VideoUpload, content: StreamReader) -> VideoUpload:
        """Write a piece from `offset_bytes` on. Whatever ends it, what came is kept; the whole file is stored.

        Raises TooMuch, Silent, what `advance` and the storage raise, and what a broken connection raises.
        """
        try:
            with self._file(upload).writing(upload.offset_bytes) as file:
                writing = _Writing(self._deps, upload, file)
                try:
                    await writing.all_of(content)
                finally:
                    await writing.make_sure()
        except OSError as exc:
            if isinstance(exc, ConnectionError):
                raise
            raise ProviderError("storage.failed", provider="disk", retryable=True) from exc
        if writing.upload.offset_bytes == writing.upload.size_bytes:
            await self.store(writing.upload)
        return writing.upload

    async def store(self, upload: VideoUpload) -> None:
        """Give a whole file to the storage, once, whoever asks for it how often and stays to hear. Raises what the
        storage raises."""
        await asyncio.shield(self._begin_storing(upload))

    async def keep(self, app: web.Application) -> AsyncIterator[None]:
        """What a killed process has left is stored or removed, before the first request and then beside them. For
        aiohttp's cleanup_ctx."""
        with suppress(*TROUBLE):  # it is looked again, and what goes wrong then is told
            await self.look_after()
        keeper = asyncio.create_task(self._keep())
        yield
        tasks = [keeper, *self._storing.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def look_after(self) -> None:
        """Store what is whole, close what is over, and remove what nobody waits for."""
        async with self._deps.tx() as tx:
            await uploads.expire_uploads(tx)
        files = await asyncio.to_thread(partial_files, self._deps.settings.home)
        async with self._deps.read() as session:
            rows = await uploads.open_uploads(session, list(files))
        for upload_id, file in files.items():
            upload = rows.get(upload_id)
            if upload is None:
                await asyncio.to_thread(file.remove)
            elif upload.offset_bytes == upload.size_bytes:
                self._begin_storing(upload)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self._look_after_if_possible()

    async def _look_after_if_possible(self) -> None:
        try:
            await self.look_after()
        except TROUBLE as error:
            log.warning("uploads.not_looked_after", error=type(error).__name__)

    def _begin_storing(self, upload: VideoUpload) -> asyncio.Task[None]:
        task = self._storing.get(upload.id)
        if task is None:
            task = self._storing[upload.id] = asyncio.create_task(self._store(upload))
            task.add_done_callback(partial(self._stored, upload.id))
        return task

    async def _store(self, upload: VideoUpload) -> None:
        file, storage = self._file(upload), self._deps.storage
        if await asyncio.to_thread(file.size_bytes):
            ending = ending_of(await asyncio.to_thread(_head, file))
            key = key_for(upload.owner_id, _kind_of(upload), str(upload.id), ending)
            await storage.take(key, file.path)
        else:
            key = await self._stored_before(upload)
        async with self._deps.tx() as tx:
            await uploads.finish_upload(tx, owner_id=upload.owner_id, upload_id=upload.id, storage_key=key)

    async def _stored_before(self, upload: VideoUpload) -> str:
        """By a process that was killed right afterwards. Raises StoredFileNotFound."""
        for ending in (*Container, UNKNOWN):
            key = key_for(upload.owner_id, _kind_of(upload), str(upload.id), ending)
            with suppress(StoredFileNotFound):
                return (await self._deps.storage.stat(key)).key
        raise StoredFileNotFound

    def _stored(self, upload_id: ids.UploadId, task: asyncio.Task[None]) -> None:
        del self._storing[upload_id]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("uploads.not_stored", error=str(error))

    def _file(self, upload: VideoUpload) -> PartialFile:
        return PartialFile.of(self._deps.settings.home, upload.id)


class _Writing:
    """One piece on its way to the disk."""

    def __init__(self, deps: Deps, upload: VideoUpload, file: BinaryIO) -> None:
        self.upload = upload
        self._deps = deps
        self._file = file
        self._written = upload.offset_bytes
        self._room = (upload.size_bytes or 0) - upload.offset_bytes
        self._sure_at = time.monotonic()

    async def all_of(self, content: StreamReader) -> None:
        """One block is written while the next arrives. What came before it broke off is written, too."""
        held, writing = _Block(), None
        try:
            async for piece in self._pieces(content):
                held.add(piece)
                if held.is_full or time.monotonic() - self._sure_at >= SURE_EVERY_S:
                    await _ended(writing)
                    writing = asyncio.create_task(self._write(held))
                    held = _Block()
        finally:
            await _ended(writing)
            await self._write(held)

    async def make_sure(self) -> None:
        """Onto the disk, then into the row."""
        begin, end = self.upload.offset_bytes, self._written
        if end > begin:
            await asyncio.to_thread(force, self._file)
            async with self._deps.tx() as tx:
                self.upload = await uploads.advance(
                    tx, owner_id=self.upload.owner_id, upload_id=self.upload.id, begin_bytes=begin, end_bytes=end
                )
        self._sure_at = time.monotonic()

    async def _pieces(self, content: StreamReader) -> AsyncIterator[bytes]:
        now = asyncio.get_running_loop().time
        try:
            async with asyncio.timeout(SILENCE_S) as silence:
                while piece := await content.readany():
                    self._room -= len(piece)
                    if self._room < 0:
                        raise TooMuch(limit_bytes=self.upload.size_bytes)
                    yield piece
                    silence.reschedule(now() + SILENCE_S)
        except TimeoutError as exc:
            raise Silent from exc

    async def _write(self, held: "_Block") -> None:
        if held.size_bytes:
            self._written += await asyncio.to_thread(append, self._file, held.pieces)
        unsure = self._written - self.upload.offset_bytes
        if unsure >= SURE_EVERY_BYTES or (unsure and time.monotonic() - self._sure_at >= SURE_EVERY_S):
            await self.make_sure()


class _Block:
    """What has come and isn't written yet, in the pieces in which it came: nothing is copied on its way."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.size_bytes = 0

    @property
    def is_full(self) -> bool:
        return self.size_bytes >= BLOCK_BYTES

    def add(self, piece: bytes) -> None:
        self.pieces.append(piece)
        self.size_bytes += len(piece)


async def _ended(writing: asyncio.Task[None] | None) -> None:
    """Wait for it, even when the waiting is broken off: two never write side by side. Raises what it raised."""
    if writing is not None:
        await asyncio.wait({writing})
        writing.result()


def _kind_of(upload: VideoUpload) -> str:
    return FILES if upload.purpose == UploadPurpose.SOURCE else VIDEOS


def _head(file: PartialFile) -> bytes:
    with file.path.open("rb") as opened:
        return opened.read(HEAD_BYTES)
