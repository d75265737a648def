"""The one small loop that makes things happen on time. Several may run: rows are leased, never shared."""

import asyncio
import signal
from dataclasses import dataclass, field

import structlog

from core import log as logging_setup
from core.db import DATABASE_TROUBLE
from core.deliveries import service as deliveries
from core.deliveries import statuses
from core.deps import Deps, open_deps
from core.readiness import announce
from core.settings import Settings
from core.work import service as work_service

log = structlog.get_logger()

SLEEP_MAX_S = 1.0
SLEEP_MIN_S = 0.01
"""What is due and can't be leased yet, since enough is in flight, isn't asked for in a tight loop."""
BATCH = 30
"""Deliveries for one job: about what Telegram takes in a second."""
REFRESH_BATCH = 100
SWEEP_EVERY_S = 5.0


def run(settings: Settings) -> None:
    """Schedule until SIGTERM or SIGINT."""
    logging_setup.configure(level=settings.log_level, as_json=settings.log_json, process="scheduler")
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    async with open_deps(settings) as deps:
        scheduler = Scheduler(deps)
        announce(settings, "scheduler")
        log.info("scheduler.started")
        while not stop.is_set():
            try:
                wait_s = await scheduler.tick()
            except DATABASE_TROUBLE:
                log.exception("scheduler.tick_failed")
                wait_s = SLEEP_MAX_S
            try:
                await asyncio.wait_for(stop.wait(), timeout=wait_s)
            except TimeoutError:
                continue
        log.info("scheduler.stopped")


@dataclass(slots=True)
class Scheduler:
    """Leases what is due, looks after status messages, and has the sweeper called now and then."""

    deps: Deps
    _next_sweep_at: float = field(default=0.0)

    async def tick(self) -> float:
        """Enqueue what is due. Returns the seconds until something is due again, at most one."""
        await self._lease_due()
        await self._sweep_now_and_then()
        async with self.deps.tx() as tx:
            await statuses.enqueue_refreshes(tx, limit=REFRESH_BATCH)
        async with self.deps.read() as session:
            next_at = await deliveries.next_due_at(session)
        if next_at is None:
            return SLEEP_MAX_S
        return min(SLEEP_MAX_S, max(SLEEP_MIN_S, (next_at - self.deps.clock.now()).total_seconds()))

    async def _lease_due(self) -> None:
        while True:
            async with self.deps.tx() as tx:
                leased = await deliveries.lease_due(tx, limit=BATCH)
                if leased is None:
                    return
                tx.enqueue(deliveries.SEND, leased.ticket, *map(str, leased.delivery_ids))
            log.debug("scheduler.leased", deliveries=len(leased.delivery_ids))

    async def _sweep_now_and_then(self) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._next_sweep_at:
            return
        self._next_sweep_at = now + SWEEP_EVERY_S
        async with self.deps.tx() as tx:
            tx.enqueue(work_service.SWEEP)
