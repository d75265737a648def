"""Bytes of videos: written to disk as they come, and looked at once all are there. Memory doesn't grow with them."""

import asyncio
import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import aiohttp
from aiohttp import web

from web.sandbox.model import Json
from web.sandbox.networks.api import Call
from web.sandbox.networks.records import Upload
from web.sandbox.networks.state import Networks

PIECE: Final = 256 * 1024
THUMBNAIL_HEIGHT: Final = 320


async def receive(call: Call, upload: Upload, *, at: int, at_most: int) -> int:
    """Write the request's body behind byte `at` of the upload's file, and return how many bytes came.

    Fewer than announced: the connection broke. What is beyond `at_most` is read, counted and not kept.
    `upload.received_bytes` is left to the caller, for whether a part of a piece counts is the network's matter.
    """
    path = call.networks.file_of(upload.id)
    path.touch()
    came = 0
    with path.open("r+b") as target:
        target.seek(at)
        try:
            async for piece in call.request.content.iter_chunked(PIECE):
                kept = piece if call.cut_at is None else piece[: max(call.cut_at - came, 0)]
                target.write(kept[: max(at_most - came, 0)])
                came += len(kept)
                if call.cut_at is not None and came >= call.cut_at:
                    break
        except (aiohttp.ClientError, web.RequestPayloadError, ConnectionError):
            pass  # what came until then has come
    call.note(bytes=came)
    return came


async def complete(
    networks: Networks, upload: Upload, *, inspect: bool, judge: Callable[[Upload], None] = lambda upload: None
) -> None:
    """All bytes are in the file: note what they are, keep a thumbnail, and let the file go. Done once.

    `facts`: size_bytes, sha256, and with `inspect` also `readable`, and if so: container, codec, width, height, fps,
    duration_s. `judge` is the network's: what is to become of it. All that is known at once, or (after a kill) nothing.
    """
    path = networks.file_of(upload.id)
    facts = await asyncio.to_thread(_looked_at, path, networks.thumbnail_of(upload.id), inspect=inspect)
    if upload.complete_at is not None:  # completed by another connection meanwhile
        return
    upload.facts, upload.received_bytes, upload.complete_at = facts, facts["size_bytes"], networks.now()
    judge(upload)
    networks.uploads.put(upload)
    networks.world.storage.commit()
    path.unlink(missing_ok=True)


def _looked_at(path: Path, thumbnail: Path, *, inspect: bool) -> Json:
    with path.open("rb") as file:
        facts: Json = {"size_bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
    return {**facts, **_probed(path, thumbnail)} if inspect else facts


def _probed(path: Path, thumbnail: Path) -> Json:
    import av  # here, so that a sandbox to which nobody publishes starts without it
    import av.error

    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            found: Json = {
                "readable": True,
                "container": container.format.name,
                "codec": stream.codec_context.name,
                "width": stream.codec_context.width,
                "height": stream.codec_context.height,
                "fps": float(stream.average_rate or 0),
                "duration_s": (container.duration or 0) / av.time_base,
            }
            frame: Any = next(container.decode(stream))
            _keep_thumbnail(frame, thumbnail)
    except (av.error.FFmpegError, IndexError, StopIteration, OSError, ValueError):
        return {"readable": False}
    return found


def _keep_thumbnail(frame: Any, thumbnail: Path) -> None:
    image = frame.to_image()
    image.thumbnail((THUMBNAIL_HEIGHT, THUMBNAIL_HEIGHT))
    target = io.BytesIO()
    image.save(target, "JPEG")
    thumbnail.write_bytes(target.getvalue())
