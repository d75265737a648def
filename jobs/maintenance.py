"""Sweeping up: what was queued too long, whose worker died, what is overdue. No job: it mustn't wait behind jobs."""

from collections.abc import Mapping

import structlog

from core.deliveries import service as deliveries
from core.deliveries.models import DeliveryStatus
from core.deps import Deps
from core.errors import ProviderError
from core.posts.scheduling import tell_late
from core.queue import JobSpec
from core.work import service as work_service
from core.workers import dead_workers
from jobs.brands import tidy_brands
from jobs.deliveries import after_delivery
from jobs.images import tidy_images
from jobs.runtime import without_undoing
from jobs.sources import tidy_sources
from jobs.tidying import tidy_podcasts, tidy_voiceovers
from jobs.videos import tidy_videos

log = structlog.get_logger()

TIDY_EVERY_S = 3600.0


async def sweep(deps: Deps, specs: Mapping[str, JobSpec], *, me: str) -> None:
    """To be called every few seconds. May run twice or side by side without harm. `me`: see core.workers."""
    await recover(deps, me=me)
    async with deps.tx() as tx:
        enqueued = await work_service.sweep_work(tx, specs)
    if enqueued:
        log.info("maintenance.swept", work=enqueued)


async def tidy_files(deps: Deps) -> float:
    """Remove what dead processes left half stored, and what nobody wants. Returns the seconds until the next look."""
    try:
        removed = await deps.storage.tidy()
        await tidy_podcasts(deps)
        await tidy_videos(deps)
        await tidy_sources(deps)
        await tidy_images(deps)
        await tidy_voiceovers(deps)
        await tidy_brands(deps)
    except ProviderError as error:
        log.warning("maintenance.files_not_tidied", error=str(error))
    else:
        if removed:
            log.info("maintenance.files_tidied", removed=removed)
    return TIDY_EVERY_S


async def recover(deps: Deps, *, me: str) -> None:
    """Take back what dead workers of this host and expired leases hold."""
    async with deps.tx() as tx:
        holders = {*await work_service.lease_holders(tx), *await deliveries.lease_holders(tx)}
        dead = dead_workers(holders, me=me)
        released = await work_service.release_work_of(tx, dead)
        unconfirmed = await deliveries.recover_leases(tx, dead_workers=dead)
        for delivery in unconfirmed:
            ended = after_delivery(
                tx, delivery, status=DeliveryStatus.UNCONFIRMED, parts=delivery.parts, error=delivery.error
            )
            await without_undoing(tx, ended)
    if released or unconfirmed:
        log.warning("maintenance.recovered", work=released, unconfirmed=len(unconfirmed), dead=len(dead))


async def tell_overdue(deps: Deps) -> int:
    """Warn of posts that are overdue, each once. One that can't be told of doesn't keep the others from being told.

    After an outage it has to be settled first what becomes of them (jobs/outages.py).
    """
    async with deps.tx() as tx:
        late = await deliveries.late_deliveries(tx)
        for delivery in late:
            told = tell_late(tx, delivery_id=delivery.id, owner_id=delivery.owner_id, subject_id=delivery.subject_id)
            await without_undoing(tx, told)
    if late:
        log.info("maintenance.told_overdue", late=len(late))
    return len(late)
