"""How a file is cut for TikTok. https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide

A chunk has 5 to 64 MB, the last one up to 128; their number is the size by the chunk's, rounded down, so that the last
one takes the rest along. What "MB" counts isn't said: these sizes are within it either way.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

WHOLE_BYTES: Final = 64 * 1000 * 1000
"""Up to here a file goes in one piece."""
CHUNK_BYTES: Final = 10 * 1024 * 1024


class Chunk(NamedTuple):
    """From `start` up to, not including, `end`."""

    start: int
    end: int


def chunk_size(size_bytes: int) -> int:
    return size_bytes if size_bytes <= WHOLE_BYTES else CHUNK_BYTES


def chunks(size_bytes: int) -> Sequence[Chunk]:
    """In order, from the file's first byte to its last."""
    size = chunk_size(size_bytes)
    count = size_bytes // size
    starts = [number * size for number in range(count)]
    return [Chunk(start, end) for start, end in zip(starts, [*starts[1:], size_bytes], strict=True)]


def behind(arrived: int, plan: Sequence[Chunk]) -> int:
    """Which chunk comes next: one that hasn't arrived to its end goes again."""
    return sum(chunk.end <= arrived for chunk in plan)
