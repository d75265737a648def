"""A page of results: what its screen says, as data, and its picture."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import redis.asyncio
from redis.exceptions import RedisError

from core import ids
from core.db import Json
from core.deps import Deps
from core.pictures.tiles import Tile, tiles_jpeg
from core.storage import Storage, key_for
from core.viral.asking import Asked
from core.viral.queries import Seen, videos_seen
from core.viral.searching import Results
from core.viral.thumbnails import keep_thumbnails, stored_picture

PAGE_SIZE = 9
PICTURES_WITHIN_S = 3.0
"""How long somebody who turns a page waits for pictures that we have no copy of."""
SHEET_LIFE_S = 3600
TITLE_CHARACTERS = 120
SAMPLE_LABEL = "SAMPLE DATA · made up, from no network"


def page_ids(video_ids: Sequence[ids.VideoId], page: int) -> tuple[int, int, Sequence[ids.VideoId]]:
    """The page really shown, how many there are, and what is on it. Past the end it is the last one."""
    pages = max(1, -(-len(video_ids) // PAGE_SIZE))
    number = min(max(1, page), pages)
    return number, pages, video_ids[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]


async def page_drawn(
    deps: Deps, results: Results, page: int, *, dark: bool, within_s: float = PICTURES_WITHIN_S
) -> tuple[list[Seen], bytes | None]:
    """The videos of a page with their figures of the moment, and its picture; None when there is nothing on it."""
    number, _, video_ids = page_ids(results.video_ids, page)
    seen = await seen_with_pictures(deps, video_ids, within_s=within_s)
    first = (number - 1) * PAGE_SIZE + 1
    return seen, await sheet_of(deps, list(enumerate(seen, start=first)), sample=results.sample, dark=dark)


async def seen_with_pictures(
    deps: Deps, video_ids: Sequence[ids.VideoId], *, within_s: float = PICTURES_WITHIN_S
) -> list[Seen]:
    """Videos with their figures of the moment. Pictures that we have no copy of are fetched, as far as they come."""
    seen = await _seen(deps, video_ids)
    if any(_lacks_picture(one) for one in seen) and await keep_thumbnails(deps, video_ids, within_s=within_s):
        return await _seen(deps, video_ids)
    return seen


async def _seen(deps: Deps, video_ids: Sequence[ids.VideoId]) -> list[Seen]:
    async with deps.read() as session:
        return await videos_seen(session, video_ids, now=deps.clock.now())


def _lacks_picture(seen: Seen) -> bool:
    return seen.video.thumbnail_key is None and seen.video.thumbnail_url is not None


def page_data(lookup_id: ids.LookupId, asked: Asked, results: Results, page: int, seen: Sequence[Seen]) -> Json:
    """What the screen needs."""
    number, pages, _ = page_ids(results.video_ids, page)
    first = (number - 1) * PAGE_SIZE + 1
    return {
        "lookup_id": str(lookup_id),
        "asked": dict(asked.columns),
        "page": number,
        "pages": pages,
        "total": len(results.video_ids),
        "results_at": results.at.isoformat(),
        "sample": results.sample,
        "problem": results.problem,
        "items": [_item(place, one) for place, one in enumerate(seen, start=first)],
    }


def _item(number: int, seen: Seen) -> Json:
    return {
        "number": number,
        "video_id": str(seen.video.id),
        "title": seen.video.title[:TITLE_CHARACTERS],
        "handle": seen.creator.handle,
        "views": seen.video.views,
        "score": seen.outlier.score,
        "fresh": seen.fresh,
    }


async def sheet_of(deps: Deps, numbered: Sequence[tuple[int, Seen]], *, sample: bool, dark: bool) -> bytes | None:
    """Videos as one picture; None when there are none. Drawn beside the event loop.

    Drawing takes most of an answer that was found before, so the same picture is kept in Redis for an hour.
    """
    if not numbered:
        return None
    tiles = [
        Tile(
            number=number,
            title=one.video.title or f"@{one.creator.handle}",
            views=compact(one.video.views),
            mark=times(one.outlier.score),
        )
        for number, one in numbered
    ]
    keys = [one.video.thumbnail_key for _, one in numbered]
    known_as = _digest(tiles, keys, sample=sample, dark=dark)
    known = await _known_sheet(deps.redis, known_as)
    if known is not None:
        return known
    pictures = await asyncio.gather(*(stored_picture(deps.storage, key) for key in keys))
    shown = [replace(tile, picture=picture) for tile, picture in zip(tiles, pictures, strict=True)]
    sheet = await asyncio.to_thread(tiles_jpeg, shown, label=SAMPLE_LABEL if sample else "", dark=dark)
    with suppress(RedisError):
        await deps.redis.set(known_as, sheet, ex=SHEET_LIFE_S)
    return sheet


async def _known_sheet(store: redis.asyncio.Redis, known_as: str) -> bytes | None:
    try:
        known = await store.get(known_as)
    except RedisError:
        return None
    return known if isinstance(known, bytes) else None


def _digest(tiles: Sequence[Tile], keys: Sequence[str | None], *, sample: bool, dark: bool) -> str:
    """All that decides how it looks."""
    told = [[tile.number, tile.title, tile.views, tile.mark, key] for tile, key in zip(tiles, keys, strict=True)]
    return f"viral:sheet:{hashlib.sha256(json.dumps([told, sample, dark]).encode()).hexdigest()}"


async def keep_sheet(storage: Storage, owner_id: ids.UserId, lookup_id: ids.LookupId, sheet: bytes) -> str:
    """Where the first page's picture is stored: the status message uploads it from there."""
    key = sheet_key(owner_id, lookup_id)
    await storage.put(key, sheet)
    return key


def sheet_key(owner_id: ids.UserId, lookup_id: ids.LookupId) -> str:
    return key_for(owner_id, "sheets", str(lookup_id), "jpg")


def compact(number: float | None) -> str:
    """Three figures at most: 980, 1.2K, 56K, 3.4M. Digits and letters that every language reads."""
    if number is None:
        return "?"
    for unit, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if number >= unit * 0.9995:
            share = number / unit
            return f"{share:.1f}{letter}".replace(".0", "") if share < 99.95 else f"{share:.0f}{letter}"
    return f"{number:.0f}"


def times(score: float | None) -> str:
    """An outlier score: 0.4×, 8.5×, 31×. "" without one."""
    if score is None:
        return ""
    return f"{score:.1f}×" if score < 9.95 else f"{score:,.0f}×"
