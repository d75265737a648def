"""From what can be stored to chunks: counted, cut to size, never the whole in memory."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import BinaryIO

from core.storage.contract import CHUNK_BYTES, FileTooLarge, Source


async def chunks_of(source: Source, *, limit_bytes: int) -> AsyncGenerator[bytes, None]:
    """The source piece by piece. Raises FileTooLarge as soon as there is more than the limit."""
    taken = 0
    async with aclosing(_pieces(source)) as pieces:
        async for piece in pieces:
            taken += len(piece)
            if taken > limit_bytes:
                raise FileTooLarge(limit_bytes=limit_bytes)
            yield piece


async def blocks_of(source: Source, *, size_bytes: int, limit_bytes: int) -> AsyncGenerator[bytes, None]:
    """The source in blocks of exactly this size; the last one is smaller, and empty when nothing is left for it."""
    held = bytearray()
    async with aclosing(chunks_of(source, limit_bytes=limit_bytes)) as chunks:
        async for chunk in chunks:
            held += chunk
            while len(held) >= size_bytes:
                yield bytes(held[:size_bytes])
                del held[:size_bytes]
    yield bytes(held)


async def read_file(file: BinaryIO, *, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes, None]:
    """The bytes of an open file from `start` up to `end`, read in threads."""
    await asyncio.to_thread(file.seek, start)
    position = start
    while end is None or position < end:
        most = CHUNK_BYTES if end is None else min(CHUNK_BYTES, end - position)
        chunk = await asyncio.to_thread(file.read, most)
        if not chunk:
            return
        position += len(chunk)
        yield chunk


async def _pieces(source: Source) -> AsyncGenerator[bytes, None]:
    if isinstance(source, bytes):
        yield source
    elif isinstance(source, Path):
        file = await asyncio.to_thread(source.open, "rb")
        try:
            async with aclosing(read_file(file)) as chunks:
                async for chunk in chunks:
                    yield chunk
        finally:
            file.close()  # of what was only read, at once: a cancelled await would leave it open
    else:
        async for piece in source:
            yield piece
