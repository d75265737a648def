"""Our own copies of videos' pictures: the networks' addresses expire within hours."""

import asyncio
import hashlib
from collections.abc import Collection, Sequence
from contextlib import suppress
from uuid import UUID

import redis.asyncio
import structlog
from redis.exceptions import RedisError
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
NONE_FOR_S = 900
NOBODY = UUID(int=0)
"""Pictures belong to no user: many look at the same."""


async def keep_thumbnails(
    deps: Deps, video_ids: Sequence[ids.VideoId], *, within_s: float = ALL_WITHIN_S, fetch: Fetch | None = None
) -> int:
    """Fetch the pictures that we have no copy of, as far as they come in time, and give how many came.

    What is stored is a small JPEG under the hash of what was fetched, so that the same picture is kept once. An
    address that gave none, or not in time, isn't asked again for `NONE_FOR_S`.
    """
    async with deps.read() as session:
        wanted = await session.execute(
            select(Video.id, Video.thumbnail_url).where(
                Video.id == any_of(video_ids), Video.thumbnail_key.is_(None), Video.thumbnail_url.is_not(None)
            )
        )
        addresses = {video_id: str(url) for video_id, url in wanted}
    without = await _without_picture(deps.redis, set(addresses.values()))
    fetch = fetch or _fetch_of(deps)
    kept: dict[ids.VideoId, str] = {}
    asked: set[ids.VideoId] = set()
    room = asyncio.Semaphore(AT_ONCE)

    async def one(video_id: ids.VideoId, url: str) -> None:
        async with room:
            asked.add(video_id)
            try:
                kept[video_id] = await _copied(deps.storage, url, fetch)
            except InvalidInput as error:
                log.info("viral.no_picture", code=error.error_code)
            except ProviderError as error:
                asked.discard(video_id)  # our storage is away: that says nothing about the address
                log.info("viral.no_picture", code=error.error_code)

    try:
        async with asyncio.timeout(within_s):
            await asyncio.gather(*(one(video_id, url) for video_id, url in addresses.items() if url not in without))
    except TimeoutError:
        log.info("viral.not_all_pictures", wanted=len(addresses), kept=len(kept))
    if kept:
        async with deps.tx() as tx:
            await note_thumbnails(tx, kept)
    await _note_without_picture(deps.redis, {addresses[video_id] for video_id in asked - kept.keys()})
    return len(kept)


async def stored_picture(storage: Storage, key: str | None) -> bytes | None:
    """The copy; None when there is none, or when the storage is away: a sheet is worth showing without it."""
    if key is None:
        return None
    try:
        return b"".join([piece async for piece in storage.read(key)])
    except (NotFound, ProviderError):
        return None


async def _copied(storage: Storage, url: str, fetch: Fetch) -> str:
    """Where the copy is. Raises InvalidInput when the address leads to no picture, and what the storage raises."""
    content = (await fetch(url)).body
    key = key_for(NOBODY, "thumbnails", hashlib.sha256(content).hexdigest(), "jpg")
    try:
        await storage.stat(key)
    except StoredFileNotFound:
        await storage.put(key, await asyncio.to_thread(thumbnail_jpeg, content))
    return key


async def _without_picture(store: redis.asyncio.Redis, urls: Collection[str]) -> set[str]:
    """Those of the addresses that gave no picture of late. While Redis is away, none is known."""
    if not urls:
        return set()
    try:
        noted = await store.mget([_none_key(url) for url in urls])
    except RedisError:
        return set()
    return {url for url, found in zip(urls, noted, strict=True) if found is not None}


async def _note_without_picture(store: redis.asyncio.Redis, urls: Collection[str]) -> None:
    with suppress(RedisError):
        for url in urls:
            await store.set(_none_key(url), 1, ex=NONE_FOR_S)


def _none_key(url: str) -> str:
    return f"viral:no_picture:{hashlib.sha256(url.encode()).hexdigest()}"


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
