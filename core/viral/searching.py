"""Answering a search: from what was found within the hour, from the network, or from the last good data.

The database is the cache: a search's row holds what it brought and when, which also is what is shown, with its age,
when the network can't be asked. One upstream call answers all equal searches of the moment (core/viral/flights.py).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.db import Json, ReadSession
from core.deps import Deps
from core.errors import AppError, ProviderError
from core.providers import youtube_feed
from core.providers.discovery import Discovery, DiscoveryErrorCode, FoundCreator, FoundVideo, Network
from core.tx import Tx
from core.viral.asking import Asked
from core.viral.flights import asked_once
from core.viral.keeping import creator_key, keep_creators, keep_page, note_listed
from core.viral.models import Creator, StoredSearch
from core.viral.numbers import outliers
from core.viral.paging import read_pages
from core.viral.ranking import RESULTS_MOST, ranked
from core.viral.scores import OTHERS_LEAST
from core.work.service import error_row

log = structlog.get_logger()

FRESH_FOR = timedelta(hours=1)
SEARCH_WITHIN_S = 45.0
COMPARE_WITHIN_S = 20.0
WAIT_S = SEARCH_WITHIN_S + COMPARE_WITHIN_S
PAGES_MOST = 3
ENOUGH = 27
"""Three pages of results: no further page is paid for then."""
COMPARED_MOST = 9
"""Of so many videos, the first page of results, creators' other videos are asked for: each costs a call."""
COMPARED_AT_ONCE = 4
LISTED_FOR = timedelta(days=1)

Tell = Callable[[str, int], None]
"""Called with a step's name and the percent of the whole."""


@dataclass(frozen=True, slots=True)
class Results:
    """`at`: when the network said so. `problem`: why it is older than `FRESH_FOR`, as a code with its parameters."""

    video_ids: Sequence[ids.VideoId]
    at: datetime
    sample: bool
    problem: Json | None = None


async def results_for(deps: Deps, discovery: Discovery, asked: Asked, *, tell: Tell) -> Results:
    """What goes viral there now.

    Raises what the provider raises when there is no earlier answer to fall back to. No transaction is open meanwhile.
    """

    async def known() -> Results | None:
        async with deps.read() as session:
            return await known_results(session, asked, now=deps.clock.now())

    async def ask() -> Results:
        return await _refreshed(deps, discovery, asked, tell)

    try:
        return await asked_once(deps, asked.name, known=known, ask=ask, wait_s=WAIT_S)
    except ProviderError as error:
        async with deps.read() as session:
            last = await _found(session, asked)
        if last is None:
            raise
        log.info("viral.last_good_data", code=error.error_code, provider=error.provider)
        return replace(last, problem=error_row(error))


async def known_results(session: ReadSession, asked: Asked, *, now: datetime) -> Results | None:
    """What was found within the hour; None when the network is to be asked."""
    found = await _found(session, asked)
    return found if found is not None and _is_fresh(found, now) else None


async def _refreshed(deps: Deps, discovery: Discovery, asked: Asked, tell: Tell) -> Results:
    """Asked of the network now, and kept."""
    found, sample = await _search(discovery, asked, tell)
    best = ranked(found, period=asked.period, now=deps.clock.now())
    async with deps.tx() as tx:
        video_ids = await keep_page(tx, best, sample=sample)
        results = await _record(tx, asked, video_ids, provider=discovery.name, sample=sample)
    await _compare(deps, discovery, best[:COMPARED_MOST], video_ids, tell)
    return results


async def _search(discovery: Discovery, asked: Asked, tell: Tell) -> tuple[Sequence[FoundVideo], bool]:
    """Pages until there are enough."""
    listed = await read_pages(
        discovery,
        lambda cursor: discovery.search(asked.search, cursor),
        pages=PAGES_MOST,
        enough=ENOUGH,
        within_s=SEARCH_WITHIN_S,
        tell=lambda number: tell("searching", 10 + 15 * number),
    )
    return listed.videos, listed.sample


async def _compare(
    deps: Deps, discovery: Discovery, videos: Sequence[FoundVideo], video_ids: Sequence[ids.VideoId], tell: Tell
) -> None:
    """See that there is something to compare the first results with. What doesn't come in time is left out."""
    tell("comparing", 60)
    async with deps.read() as session:
        known = await outliers(session, video_ids[: len(videos)])
    lacking = [
        video.creator
        for video, video_id in zip(videos, video_ids, strict=False)
        if video_id not in known or known[video_id].others < OTHERS_LEAST
    ]
    creators = {creator_key(creator): creator for creator in lacking}
    room, over = asyncio.Semaphore(COMPARED_AT_ONCE), asyncio.Event()

    async def one(creator: FoundCreator) -> None:
        async with room:
            if not over.is_set():
                await _try_to_list(deps, discovery, creator, over)

    try:
        async with asyncio.timeout(COMPARE_WITHIN_S):
            await asyncio.gather(*map(one, creators.values()))
    except TimeoutError:
        log.info("viral.not_all_compared", creators=len(creators))


async def _try_to_list(deps: Deps, discovery: Discovery, creator: FoundCreator, over: asyncio.Event) -> None:
    """A creator who is gone is no reason to ask for no other; a provider that fails is."""
    try:
        await list_videos(deps, discovery, creator)
    except AppError as error:
        log.info("viral.not_compared", code=error.error_code)
        if isinstance(error, ProviderError):
            over.set()


async def list_videos(
    deps: Deps, discovery: Discovery, creator: FoundCreator, *, fresh_for: timedelta = LISTED_FOR
) -> None:
    """Keep a creator's newest videos, unless that was done within `fresh_for`; for all who want it at once, one call.

    Raises what the provider raises.
    """
    network, name = creator_key(creator)

    async def known() -> Literal[True] | None:
        async with deps.read() as session:
            listed_at = await session.scalar(
                select(Creator.listed_at).where(Creator.network == network, Creator.network_creator_id == name)
            )
        return True if listed_at is not None and deps.clock.now() - listed_at < fresh_for else None

    async def ask() -> Literal[True]:
        page = await discovery.videos_of(creator)
        async with deps.tx() as tx:
            creator_ids = await keep_creators(tx, [creator])
            await keep_page(tx, page.videos, sample=page.sample)
            await note_listed(tx, creator_ids[network, name])
        return True

    await asked_once(deps, f"list:{network}:{name}", known=known, ask=ask, wait_s=COMPARE_WITHIN_S)


async def _found(session: ReadSession, asked: Asked) -> Results | None:
    """What an equal search has brought last."""
    row = await session.scalar(select(StoredSearch).filter_by(**asked.columns))
    if row is None or row.refreshed_at is None:
        return None
    return Results(row.video_ids, row.refreshed_at, row.sample)


async def _record(tx: Tx, asked: Asked, video_ids: Sequence[ids.VideoId], *, provider: str, sample: bool) -> Results:
    """Nothing found is an answer, too: it isn't asked for again within the hour."""
    brought = {
        "video_ids": list(video_ids)[:RESULTS_MOST],
        "provider": provider,
        "sample": sample,
        "refreshed_at": tx.now,
    }
    upsert = insert(StoredSearch).values(id=ids.new(), created_at=tx.now, **asked.columns, **brought)
    await tx.session.execute(
        upsert.on_conflict_do_update(index_elements=["network", "keyword", "period", "region"], set_=brought)
    )
    return Results(list(video_ids), tx.now, sample)


def searchable(discoveries: Mapping[Network, Discovery]) -> list[Network]:
    """The networks that can be searched: the public feeds of channels can't."""
    return [network for network, discovery in discoveries.items() if discovery.name != youtube_feed.PROVIDER]


def discovery_for(discoveries: Mapping[Network, Discovery], network: Network) -> Discovery:
    """Who reads it. Raises AppError "discovery.not_supported" when nobody does here (any more)."""
    found = discoveries.get(network)
    if found is None:
        raise AppError(DiscoveryErrorCode.NOT_SUPPORTED, network=str(network))
    return found


def _is_fresh(results: Results, now: datetime) -> bool:
    return now - results.at < FRESH_FOR
