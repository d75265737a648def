"""A file that tells when its last piece is about to go: the moment at which some networks publish by themselves."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from core.publishing.networks.contract import Media


@dataclass(frozen=True, slots=True)
class WatchedMedia:
    """As `media`, but the last byte isn't given before `before_last` is through; what that raises ends the reading."""

    media: Media
    before_last: Callable[[], Awaitable[None]]

    @property
    def size_bytes(self) -> int:
        return self.media.size_bytes

    @property
    def content_type(self) -> str:
        return self.media.content_type

    @property
    def duration_s(self) -> float:
        return self.media.duration_s

    async def link(self) -> str | None:
        return await self.media.link()

    async def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        """One piece is held back until it is known whether another follows."""
        held: bytes | None = None
        async for piece in self.media.read(start, end):
            if held is not None:
                yield held
            held = piece
        if held is None:
            return
        if end >= self.size_bytes:
            await self.before_last()
        yield held
