"""Sweeping up: what was queued too long, whose worker died, what is overdue."""

import structlog

from core.deliveries import service as deliveries
from core.deliveries.models import DeliveryStatus
from core.posts.scheduling import tell_late
from core.work import service as work_service
from core.workers import dead_workers
from jobs.deliveries import after_delivery
from jobs.runtime import Bench, plain_job

log = structlog.get_logger()


@plain_job(work_service.SWEEP)
async def sweep(bench: Bench) -> None:
    """Called every few seconds. Everything in it may run twice or side by side without harm."""
    await recover(bench)
    async with bench.deps.tx() as tx:
        enqueued = await work_service.sweep_work(tx, bench.work_specs)
    async with bench.deps.tx() as tx:
        late = await deliveries.late_deliveries(tx)
        for delivery in late:
            await tell_late(tx, delivery_id=delivery.id, owner_id=delivery.owner_id, subject_id=delivery.subject_id)
    if enqueued or late:
        log.info("maintenance.swept", work=enqueued, late=len(late))


async def recover(bench: Bench) -> None:
    """Take back what dead workers of this host and expired leases hold."""
    async with bench.deps.tx() as tx:
        holders = {*await work_service.lease_holders(tx), *await deliveries.lease_holders(tx)}
        dead = dead_workers(holders, me=bench.worker)
        released = await work_service.release_work_of(tx, dead)
        unconfirmed = await deliveries.recover_leases(tx, dead_workers=dead)
        for delivery in unconfirmed:
            await after_delivery(
                tx, delivery, status=DeliveryStatus.UNCONFIRMED, parts=delivery.parts, error=delivery.error
            )
    if released or unconfirmed:
        log.warning("maintenance.recovered", work=released, unconfirmed=len(unconfirmed), dead=len(dead))
