"""Digests: asking the networks again for what is subscribed, telling of outliers, and making issues when they are due.

The rounds run beside the scheduler's loop; the networks, which are slow, are asked by workers.
"""

from uuid import UUID

import structlog

from core import ids
from core.db import DATABASE_TROUBLE, may_pass
from core.deps import Deps
from core.digests.alerts import PAGE as ALERT_PAGE
from core.digests.alerts import YOUNG, alert, listeners_to, outstanding
from core.digests.composing import PAGE, compose_page, due_digests, forget_issues
from core.digests.models import Refresh
from core.digests.refreshing import REFRESH, lease_refreshes, record_refresh, refresh_of
from core.digests.service import forget_deleted
from core.digests.shelf import Shelf
from core.digests.shown import FORGOTTEN_AT_ONCE, forget_shown
from core.digests.subscribing import forget_unwanted
from core.errors import AppError, ProviderError
from core.providers.discovery import Network
from core.viral.asking import Asked
from core.viral.creators import creator_of
from core.viral.queries import videos_seen
from core.viral.searching import FRESH_FOR, Results, discovery_for, list_videos, results_for
from core.viral.stored import found_creator, videos_since
from core.work.service import error_row
from jobs.runtime import Bench, plain_job

log = structlog.get_logger()

TEND_EVERY_S = 5.0
FORGET_EVERY_S = 3600.0


async def tend_digests(deps: Deps) -> float:
    """Have refreshed what is due, then make the issues that are. Several may run. Seconds until the next look."""
    async with deps.tx() as tx:
        await lease_refreshes(tx)
    composed = await compose(deps)
    if composed:
        log.info("digests.composed", digests=composed)
    return TEND_EVERY_S


async def compose(deps: Deps, *, page: int = PAGE) -> int:
    """Make all issues that are due. Gives how many digests were dealt with."""
    composed, shelf = 0, Shelf()
    while True:
        made = await _page(deps, shelf, page)
        composed += made
        if made < page:
            return composed


async def _page(deps: Deps, shelf: Shelf, page: int) -> int:
    """A page that fails is tried digest by digest, so that one that can't be made keeps no other waiting."""
    try:
        async with deps.tx() as tx:
            return await compose_page(tx, shelf, limit=page)
    except Exception as error:
        if isinstance(error, DATABASE_TROUBLE) and may_pass(error):
            raise
        log.exception("digests.page_failed")
    async with deps.tx() as tx:
        due = await due_digests(tx, limit=page)
    made = 0
    for digest_id in due:
        try:
            async with deps.tx() as tx:
                made += await compose_page(tx, shelf, only=digest_id)
        except Exception as error:
            if isinstance(error, DATABASE_TROUBLE) and may_pass(error):
                raise
            log.exception("digests.not_composed", digest_id=str(digest_id))
    return made


@plain_job(REFRESH)
async def refresh(bench: Bench, refresh_id: str) -> None:
    """Ask a network again, tell of outliers, and note how it went. Doing it twice does no harm."""
    deps, wanted_id = bench.deps, ids.RefreshId(UUID(refresh_id))
    async with deps.read() as session:
        wanted = await refresh_of(session, wanted_id)
    if wanted is None:
        return
    retry_after_s = None
    try:
        results = await _asked_again(deps, wanted)
        problem = results.problem
        await _tell(deps, wanted, results)
    except AppError as error:
        problem = error_row(error)
        retry_after_s = error.retry_after_s if isinstance(error, ProviderError) else None
    if problem is not None:
        log.info("digests.not_refreshed", refresh_id=refresh_id, code=problem["code"])
    async with deps.tx() as tx:
        await record_refresh(tx, wanted_id, problem=problem, retry_after_s=retry_after_s)


async def _asked_again(deps: Deps, wanted: Refresh) -> Results:
    discovery = discovery_for(deps.discoveries, Network(wanted.network))
    if wanted.creator_id is None:
        return await results_for(deps, discovery, Asked.of(wanted), tell=lambda *_: None)
    async with deps.read() as session:
        creator = await creator_of(session, wanted.creator_id)
    await list_videos(deps, discovery, found_creator(creator), fresh_for=FRESH_FOR)
    now = deps.clock.now()
    async with deps.read() as session:
        video_ids = await videos_since(session, wanted.creator_id, now - YOUNG)
    return Results(video_ids, now, sample=False)


async def _tell(deps: Deps, wanted: Refresh, results: Results) -> None:
    """Of outliers, a page of people in each transaction. Old results were told of when they were new."""
    if results.problem is not None:
        return
    async with deps.read() as session:
        seen = await videos_seen(session, results.video_ids, now=deps.clock.now())
    videos = outstanding(seen, keyword=wanted.keyword or "", now=deps.clock.now())
    sample = any(each.video.sample for each in seen)
    after, told = None, 0
    while videos:
        async with deps.tx() as tx:
            listeners = await listeners_to(tx, wanted.id, after=after)
            told += await alert(tx, listeners, videos, found_at=results.at, sample=sample)
        if len(listeners) < ALERT_PAGE:
            break
        after = listeners[-1].owner_id
    if told:
        log.info("digests.alerted", alerts=told)


async def forget_old_digests(deps: Deps) -> float:
    """Forget what is over, in short transactions. Gives the seconds until the next time."""
    while True:
        async with deps.tx() as tx:
            gone = await forget_shown(tx)
        if gone < FORGOTTEN_AT_ONCE:
            break
    async with deps.tx() as tx:
        await forget_issues(tx)
        await forget_deleted(tx)
    async with deps.tx() as tx:
        await forget_unwanted(tx)
    return FORGET_EVERY_S
