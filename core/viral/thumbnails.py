"""Our own copies of videos' pictures: the networks' addresses expire within hours."""

import asyncio
import hashlib
from collections.abc import Collection, Sequence
from uuid import UUID

import structlog
from sqlalchemy import select

from core import ids
from core.db import any_of
from core.deps import Deps
from core.errors import InvalidInput, NotFound, ProviderError
from core.http import ANYWHERE, PUBLIC, Fetch, Fetched, fetch_public
from core.pictures.thumbnails import thumbnail_jpeg
from core.storage import Storage, StoredFileNotFound, key_for
from core.viral.keeping import note_thumbnails
from core.viral.models import Video

log = structlog.get_logger()

BYTES_LIMIT = 3_000_000
ONE_WITHIN_S, ALL_WITHIN_S = 6.0, 12.0
AT_ONCE = 8
NOBODY = UUID(int=0)
"""Pictures belong to no user: many look at the same."""


async def keep_thumbnails(
    deps: Deps, video_ids: Sequence[ids.VideoId], *, within_s: float = ALL_WITHIN_S, fetch: Fetch | None = None
) -> int:
    """Fetch the pictures that we have no copy of, as far as they come in time, and give how many came.

    What is stored is a small JPEG under the hash of what was fetched, so that the same picture is kept once.
    """
    async with deps.read() as session:
        wanted = await session.execute(
            select(Video.id, Video.thumbnail_url).where(
                Video.id == any_of(video_ids), Video.thumbnail_key.is_(None), Video.thumbnail_url.is_not(None)
            )
        )
        addresses = {video_id: str(url) for video_id, url in wanted}
    fetch = fetch or _fetch_of(deps)
    kept: dict[ids.VideoId, str] = {}
    room = asyncio.Semaphore(AT_ONCE)

    async def one(video_id: ids.VideoId, url: str) -> None:
        async with room:
            key = await _copied(deps.storage, url, fetch)
            if key is not None:
                kept[video_id] = key

    try:
        async with asyncio.timeout(within_s):
            await asyncio.gather(*(one(video_id, url) for video_id, url in addresses.items()))
    except TimeoutError:
        log.info("viral.not_all_pictures", wanted=len(addresses), kept=len(kept))
    if kept:
        async with deps.tx() as tx:
            await note_thumbnails(tx, kept)
    return len(kept)


async def stored_picture(storage: Storage, key: str | None) -> bytes | None:
    """The copy; None when there is none, or when the storage is away: a sheet is worth showing without it."""
    if key is None:
        return None
    try:
        return b"".join([piece async for piece in storage.read(key)])
    except (NotFound, ProviderError):
        return None


async def _copied(storage: Storage, url: str, fetch: Fetch) -> str | None:
    """Where the copy is; None when the address leads to no picture."""
    try:
        content = (await fetch(url)).body
        key = key_for(NOBODY, "thumbnails", hashlib.sha256(content).hexdigest(), "jpg")
        try:
            await storage.stat(key)
        except StoredFileNotFound:
            await storage.put(key, await asyncio.to_thread(thumbnail_jpeg, content))
    except (InvalidInput, ProviderError) as error:
        log.info("viral.no_picture", code=error.error_code)
        return None
    return key


def _fetch_of(deps: Deps) -> Fetch:
    """The servers' own word for the type isn't asked: networks send pictures as anything.

    The sandbox's pictures are on this machine, where no other address may lead.
    """
    settings = deps.settings
    here = f"{settings.sandbox_url}/" if settings.sandbox_url else None

    async def fetch(url: str, *, types: Collection[str] | None = None) -> Fetched:
        ours = settings.allow_private_urls or (here is not None and url.startswith(here))
        reach = ANYWHERE if ours else PUBLIC
        return await fetch_public(url, types=types, limit_bytes=BYTES_LIMIT, timeout_s=ONE_WITHIN_S, reach=reach)

    return fetch
