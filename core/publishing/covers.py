"""Pictures for choosing: a moment of a video, and the account that it is posted to."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Final

from core.deps import Deps
from core.errors import InvalidInput, ProviderError
from core.ffmpeg import ffmpeg_path
from core.http import ANYWHERE, PUBLIC, fetch_public
from core.pictures.posting import posting_jpeg
from core.pictures.thumbnails import thumbnail_jpeg
from core.publishing.networks.contract import Terms
from core.storage import Storage, StoredFileNotFound
from core.videos.models import OwnVideo
from core.videos.programs import running

FRAME_WITHIN_S: Final = 15.0
FRAME_BYTES: Final = 4_000_000
AVATAR_WITHIN_S, AVATAR_BYTES = 4.0, 2_000_000
LINK_LIFE: Final = timedelta(minutes=5)
STEP_MS: Final = 100
"""Moments that lie closer together show the same."""


async def frame_at(storage: Storage, video: OwnVideo, at_ms: int) -> bytes:
    """The picture that a video shows at a moment, as a JPEG of at most 540x960.

    Raises InvalidInput "publishing.no_frame" when there is none, and what the storage raises.
    """
    last_ms = max(0, round((video.duration_s or 0) * 1000) - STEP_MS)
    at_s = min(max(0, at_ms), last_ms) / 1000
    source, protocols = await _source(storage, video.storage_key)
    command = [str(ffmpeg_path()), "-v", "error", "-nostdin", "-protocol_whitelist", protocols]
    command += ["-f", "avi" if video.container == "avi" else "mov", "-ss", f"{at_s:.3f}", "-i", source]
    command += ["-map", "0:v:0", "-frames:v", "1", "-vf", "scale=540:960:force_original_aspect_ratio=decrease"]
    command += ["-f", "image2pipe", "-c:v", "mjpeg", "-q:v", "4", "pipe:1"]
    async with running(command) as process:
        try:
            async with asyncio.timeout(FRAME_WITHIN_S):
                picture, _ = await process.communicate()
        except TimeoutError as exc:
            raise InvalidInput("publishing.no_frame") from exc
    if not picture or len(picture) > FRAME_BYTES:
        raise InvalidInput("publishing.no_frame")
    return picture


async def _source(storage: Storage, key: str) -> tuple[str, str]:
    """What ffmpeg opens, and by which protocols: of a file in a bucket it only fetches what it needs."""
    path = storage.path(key)
    if path is not None:
        return await _present(path), "file"
    return await storage.url(key, expires_in=LINK_LIFE), "http,https,tls,tcp"


async def _present(path: Path) -> str:
    if not await asyncio.to_thread(path.is_file):
        raise StoredFileNotFound
    return f"file:{path}"


async def posting_picture(deps: Deps, frame: bytes, terms: Terms | None) -> bytes:
    """The frame below the account's picture and name, as TikTok's rules want them seen. Not for an event loop's
    patience: it may take seconds. An avatar that can't be had is left out."""
    avatar = await _avatar(deps, terms.picture_url) if terms is not None and terms.picture_url else None
    name = terms.name if terms is not None else ""
    return await asyncio.to_thread(posting_jpeg, frame, avatar, name)


async def _avatar(deps: Deps, url: str) -> bytes | None:
    settings = deps.settings
    here = f"{settings.sandbox_url}/" if settings.sandbox_url else None
    reach = ANYWHERE if settings.allow_private_urls or (here is not None and url.startswith(here)) else PUBLIC
    try:
        fetched = await fetch_public(url, types=None, limit_bytes=AVATAR_BYTES, timeout_s=AVATAR_WITHIN_S, reach=reach)
        return await asyncio.to_thread(thumbnail_jpeg, fetched.body)
    except (InvalidInput, ProviderError):
        return None
