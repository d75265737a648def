"""What a file really is: look.py finds it out in a process of its own, so that a hostile file harms nothing."""

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self

from core.db import Json
from core.errors import InvalidInput
from core.videos import look
from core.videos.containers import HEAD_BYTES, Container, container_of
from core.videos.programs import running

WITHIN_S: Final = 40.0
"""By the clock on the wall; look.py limits itself to CPU_S of work."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A video as it is. Width and height as it is shown, so after `rotation` (degrees)."""

    container: Container
    video_codec: str
    audio_codec: str | None
    duration_s: float
    width: int
    height: int
    frame_rate: float
    """0 when it isn't told."""
    bit_rate: int
    """Bits per second of all of it."""
    rotation: int = 0
    square_pixels: bool = True
    pixel_format: str = ""
    hdr: str | None = None
    """The transfer function, where it is one of HDR."""
    video_stream: int = 0
    audio_stream: int | None = None
    sample_rate_hz: int | None = None
    channels: int | None = None
    index_first: bool = False
    """Whether a player that gets the file from its beginning can begin."""
    edit_list: bool = False

    @property
    def size_bytes(self) -> float:
        return self.bit_rate * self.duration_s / 8

    def to_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Json) -> Self:
        return cls(**{**stored, "container": Container(stored["container"])})


async def probe(path: Path, *, thumbnail: Path | None = None) -> Probe:
    """Look into a file; a JPEG of 720x1280 goes to `thumbnail`.

    Raises InvalidInput with a code of SENTENCES in bot/videos/sentences.py: what it is instead of a video.
    """
    head = await asyncio.to_thread(_head, path)
    if not head:
        raise InvalidInput("videos.empty")
    container = container_of(head)
    if container is None:
        raise InvalidInput("videos.not_a_video")
    said = await _looked(path, container, thumbnail)
    if "found" in said:
        return Probe.from_json(said["found"])
    raise InvalidInput(str(said["refused"]), **said["params"])


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _command(path: Path, container: Container, thumbnail: Path | None) -> list[str]:
    target = str(thumbnail.absolute()) if thumbnail is not None else ""
    return [sys.executable, "-I", look.__file__, str(path.absolute()), container, target]


async def _looked(path: Path, container: Container, thumbnail: Path | None) -> dict[str, Any]:
    """One that breaks the process, or takes too long or too much of anything, is broken, whatever else it may be."""
    async with running(_command(path, container, thumbnail)) as process:
        try:
            async with asyncio.timeout(WITHIN_S):
                output, _ = await process.communicate()
            said = json.loads(output)
        except (TimeoutError, ValueError):
            said = None
    return said if isinstance(said, dict) else {"refused": "videos.broken", "params": {}}
