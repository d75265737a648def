"""Getting a channel's videos: read within the hour, from the network, or the last that is known of them.

One at a time asks for a channel (core/viral/flights.py); what comes is kept with all else that is seen, and the report
is made of what was kept. No transaction is open while the network is asked.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from core import ids
from core.analyses.models import Analysis
from core.analyses.queries import last_reading
from core.analyses.wanted import Wanted
from core.db import Json, ReadSession
from core.deps import Deps
from core.errors import InvalidInput, ProviderError
from core.providers.discovery import Discovery, FoundCreator, Network
from core.providers.discovery_links import video_id_in
from core.viral.creators import find_creator, find_creator_of_video, keep_listing, newest_videos
from core.viral.flights import asked_once
from core.viral.keeping import SNAPSHOT_LIFE
from core.viral.paging import Listed, read_pages
from core.work.service import error_row

log = structlog.get_logger()

FRESH_FOR = timedelta(hours=1)
VIDEOS_MOST = 60
"""The newest so many: they show how a channel does now, at a few credits."""
PAGES_MOST = 8
READ_WITHIN_S = 60.0
WAIT_S = READ_WITHIN_S + 10

Tell = Callable[[str, int], None]
"""Called with a step's name and the percent of the whole."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Whose videos, and since when those that count were measured. `problem`: why they are old."""

    creator_id: ids.CreatorId
    measured_at: datetime
    sample: bool
    complete: bool
    broke_off: bool = False
    problem: Json | None = None


async def read_channel(deps: Deps, discovery: Discovery, wanted: Wanted, *, tell: Tell) -> Channel:
    """What is known of the channel after this. Raises what the provider raises when nothing was known before."""
    name = f"channel:{wanted.network}:{(wanted.named or wanted.video_url).lower()}"

    async def known() -> Channel | None:
        last = await _known(deps, wanted, name)
        return last if last is not None and deps.clock.now() - last.measured_at < FRESH_FOR else None

    async def ask() -> Channel:
        return await _noted(deps, name, await _read(deps, discovery, wanted, tell))

    try:
        return await asked_once(deps, name, known=known, ask=ask, wait_s=WAIT_S)
    except ProviderError as error:
        last = await _known(deps, wanted, name) or await _seen_elsewhere(deps, wanted)
        if last is None:
            raise
        log.info("analyses.last_good_data", code=error.error_code, provider=error.provider)
        return replace(last, problem=error_row(error))


async def _read(deps: Deps, discovery: Discovery, wanted: Wanted, tell: Tell) -> Channel:
    tell("finding", 10)
    creator = await _found(discovery, wanted)
    listed = await read_pages(
        discovery,
        lambda cursor: discovery.videos_of(creator, cursor),
        pages=PAGES_MOST,
        enough=VIDEOS_MOST,
        within_s=READ_WITHIN_S,
        tell=lambda number: tell("reading", min(80, 20 + 10 * number)),
    )
    return await _kept(deps, creator, listed)


async def _found(discovery: Discovery, wanted: Wanted) -> FoundCreator:
    if not wanted.video_url:
        return await discovery.creator(wanted.named)
    by = (await discovery.video(wanted.video_url)).creator
    named = (by.creator_id or by.handle) if wanted.network is Network.YOUTUBE else by.handle
    return await discovery.creator(named)


async def _kept(deps: Deps, creator: FoundCreator, listed: Listed) -> Channel:
    async with deps.tx() as tx:
        creator_id, _ = await keep_listing(tx, creator, listed.videos, sample=listed.sample)
        return Channel(creator_id, tx.now, listed.sample, listed.complete, broke_off=listed.broke_off)


async def _noted(deps: Deps, name: str, channel: Channel) -> Channel:
    """Let those who wait for the same know: their own reports are made of it while this one's is still drawn."""
    told = {
        "creator_id": str(channel.creator_id),
        "measured_at": channel.measured_at.isoformat(),
        "sample": channel.sample,
        "complete": channel.complete,
        "broke_off": channel.broke_off,
    }
    with suppress(RedisError):
        await deps.redis.set(_key(name), json.dumps(told), ex=FRESH_FOR)
    return channel


async def _known(deps: Deps, wanted: Wanted, name: str) -> Channel | None:
    """As the newest look of anybody has left it."""
    try:
        noted = await deps.redis.get(_key(name))
    except RedisError:
        noted = None
    if noted is not None:
        told = json.loads(noted)
        creator_id, at = ids.CreatorId(UUID(told["creator_id"])), datetime.fromisoformat(told["measured_at"])
        return Channel(creator_id, at, told["sample"], told["complete"], told["broke_off"])
    async with deps.read() as session:
        found = await _stored_creator(session, wanted)
        last = await last_reading(session, found) if found is not None else None
    return _as_last_seen(last) if last is not None else None


def _key(name: str) -> str:
    return f"analyses:read:{name}"


def _as_last_seen(last: Analysis) -> Channel | None:
    if last.creator_id is None or last.measured_at is None or last.report is None:
        return None
    return Channel(last.creator_id, last.measured_at, last.sample, bool(last.report.get("complete")))


async def _stored_creator(session: ReadSession, wanted: Wanted) -> ids.CreatorId | None:
    if wanted.network is None:
        return None
    if not wanted.video_url:
        found = await find_creator(session, wanted.network, wanted.named)
    else:
        try:
            found = await find_creator_of_video(session, wanted.network, video_id_in(wanted.video_url))
        except InvalidInput:
            return None
    return found.id if found is not None else None


async def _seen_elsewhere(deps: Deps, wanted: Wanted) -> Channel | None:
    """What searches and digests have brought of them, when nobody has looked at the channel itself."""
    async with deps.read() as session:
        creator_id = await _stored_creator(session, wanted)
        if creator_id is None:
            return None
        seen = await newest_videos(
            session, creator_id, measured_since=deps.clock.now() - SNAPSHOT_LIFE, limit=VIDEOS_MOST
        )
    if not seen:
        return None
    oldest = min(video.measured_at for video in seen)
    return Channel(creator_id, oldest, any(video.sample for video in seen), complete=False)
