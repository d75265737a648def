"""The one small loop that makes things happen on time. Several may run: rows are leased, never shared."""

import asyncio
import math
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from redis.exceptions import RedisError

from core import log as logging_setup
from core.db import DATABASE_TROUBLE
from core.deliveries import service as deliveries
from core.deliveries import statuses
from core.deps import Deps, open_deps
from core.publishing.standing import PUBLISH
from core.readiness import announce
from core.settings import Settings
from core.workers import worker_name
from jobs.analyses import forget_old_analyses
from jobs.approvals import tend_approvals
from jobs.billing import tend_plans
from jobs.broadcasts import Broadcasts
from jobs.catalogue import work_specs
from jobs.connections import forget_old as forget_old_consents
from jobs.connections import tend_connections
from jobs.digests import forget_old_digests, tend_digests
from jobs.emails import forget_old as forget_old_emails
from jobs.evergreen import plan_evergreen
from jobs.farewells import say_farewells
from jobs.maintenance import sweep, tidy_files
from jobs.numbers import tend_numbers
from jobs.outages import note_keeping_up, settle_outage, warn_of_late, was_down
from jobs.publishing_due import tend_publishing
from jobs.publishing_reports import tend_reports
from jobs.series import PLAN_EVERY_S, plan_series
from jobs.stars import close_star_gaps
from jobs.stripe import close_gaps, forget_stripe, tend_stripe
from jobs.viral import forget_old

log = structlog.get_logger()

AWAY: tuple[type[Exception], ...] = (*DATABASE_TROUBLE, RedisError)

SLEEP_MAX_S = 1.0
SLEEP_MIN_S = 0.01
"""What is due and somebody else is about to lease isn't asked for in a tight loop."""
FULL_S = 0.1
"""With enough in flight there is work for seconds: looking all the time would only take the processor from it."""
BATCH = 30
"""Deliveries for one job: about what Telegram takes in a second."""
REFRESH_EVERY_S = 0.25
REFRESH_SHARE = 0.85
"""How much of Telegram's rate status messages may take: more would only wait in the workers."""
COUNTDOWN_SHARE = 0.6
"""How much of it countdowns may take, less two calls for each delivery that is due: its own, and to tell of it."""
UNLIMITED_PER_S = 1000.0
SWEEP_EVERY_S = 5.0
PING_WITHIN_S = 0.5


def run(settings: Settings) -> None:
    """Schedule until SIGTERM or SIGINT."""
    logging_setup.configure(level=settings.log_level, as_json=settings.log_json, process="scheduler")
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    async with open_deps(settings) as deps:
        announce(settings, "scheduler")
        log.info("scheduler.started")
        await schedule(deps, stop)
        log.info("scheduler.stopped")


async def schedule(deps: Deps, stop: asyncio.Event) -> None:
    """Tick and, beside it, refresh, sweep and plan, so that nothing becomes late. Whatever goes wrong, it goes on."""
    me, specs = worker_name(), work_specs()
    del specs[PUBLISH.target]  # whose pace is another (jobs/publishing_due.py)

    async def sweep_once() -> float:
        await sweep(deps, specs, me=me)
        await note_keeping_up(deps)
        await warn_of_late(deps)
        return SWEEP_EVERY_S

    async def plan_once() -> float:
        await plan_series(deps)
        return PLAN_EVERY_S

    scheduler, broadcasts = Scheduler(deps), Broadcasts(deps)
    await asyncio.gather(
        _repeat("scheduler.tick_failed", scheduler.tick, stop),
        _repeat("scheduler.refresh_failed", scheduler.refresh, stop),
        _repeat("scheduler.sweep_failed", sweep_once, stop),
        _repeat("scheduler.evergreen_failed", partial(plan_evergreen, deps), stop),
        _repeat("scheduler.plan_failed", plan_once, stop),
        _repeat("scheduler.tidy_failed", partial(tidy_files, deps), stop),
        _repeat("scheduler.forget_failed", partial(forget_old, deps), stop),
        _repeat("scheduler.analyses_not_forgotten", partial(forget_old_analyses, deps), stop),
        _repeat("scheduler.digests_failed", partial(tend_digests, deps), stop),
        _repeat("scheduler.digests_not_forgotten", partial(forget_old_digests, deps), stop),
        _repeat("scheduler.emails_not_forgotten", partial(forget_old_emails, deps), stop),
        _repeat("scheduler.broadcasts_failed", broadcasts.tend, stop),
        _repeat("scheduler.approvals_failed", partial(tend_approvals, deps), stop),
        _repeat("scheduler.publishing_failed", partial(tend_publishing, deps), stop),
        _repeat("scheduler.reports_failed", partial(tend_reports, deps), stop),
        _repeat("scheduler.numbers_failed", partial(tend_numbers, deps), stop),
        _repeat("scheduler.stripe_failed", partial(tend_stripe, deps), stop),
        _repeat("scheduler.stripe_gaps_failed", partial(close_gaps, deps), stop),
        _repeat("scheduler.stripe_not_forgotten", partial(forget_stripe, deps), stop),
        _repeat("scheduler.connections_failed", partial(tend_connections, deps), stop),
        _repeat("scheduler.consents_not_forgotten", partial(forget_old_consents, deps), stop),
        _repeat("scheduler.plans_failed", partial(tend_plans, deps), stop),
        _repeat("scheduler.star_gaps_failed", partial(close_star_gaps, deps), stop),
        _repeat("scheduler.farewells_failed", partial(say_farewells, deps), stop),
    )


async def _repeat(failed: str, once: Callable[[], Awaitable[float]], stop: asyncio.Event) -> None:
    """Call it again after as many seconds as it says."""
    while not stop.is_set():
        try:
            wait_s = await once()
        except AWAY as error:
            log.warning(failed, error=type(error).__name__, detail=str(error).partition("\n")[0])
            wait_s = SLEEP_MAX_S
        except Exception:
            log.exception(failed)
            wait_s = SLEEP_MAX_S
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timeout=wait_s)


@dataclass(slots=True)
class Scheduler:
    """Leases what is due and has status messages looked after."""

    deps: Deps
    _looked: bool = False
    """Whether it is known what was missed before the start."""

    async def tick(self) -> float:
        """Enqueue what is due. Returns the seconds until something is due again, at most one.

        Raises RedisError or TimeoutError when Redis is away at the start or when something is due: what nobody could
        be told of isn't leased, so it goes out as soon as Redis is back.
        """
        if not self._looked:
            await self._settle()
        next_at = await self._next_due_at()
        if next_at is not None and next_at <= self.deps.clock.now():
            await self._settle()
            if not await self._lease_due():
                return FULL_S
            next_at = await self._next_due_at()
        if next_at is None:
            return SLEEP_MAX_S
        return min(SLEEP_MAX_S, max(SLEEP_MIN_S, (next_at - self.deps.clock.now()).total_seconds()))

    async def refresh(self) -> float:
        """Have status messages looked after, no more than Telegram takes meanwhile. Countdowns give way to what is due.

        Returns the seconds until the next look.
        """
        rate_per_s = self.deps.settings.telegram_rate_per_s or UNLIMITED_PER_S
        async with self.deps.read() as session:
            due = await statuses.due_within(session, now=self.deps.clock.now(), seconds=1.0)
        countdowns_per_s = rate_per_s * COUNTDOWN_SHARE - 2 * due
        async with self.deps.tx() as tx:
            await statuses.enqueue_refreshes(
                tx,
                limit=math.ceil(rate_per_s * REFRESH_SHARE * REFRESH_EVERY_S),
                countdowns=max(0, math.floor(countdowns_per_s * REFRESH_EVERY_S)),
            )
        return REFRESH_EVERY_S

    async def _settle(self) -> None:
        """If the house was down, do first with missed posts what their owners want."""
        async with asyncio.timeout(PING_WITHIN_S):
            down = await was_down(self.deps.redis, now=self.deps.clock.now())
        if down:
            await settle_outage(self.deps)
        self._looked = True

    async def _next_due_at(self) -> datetime | None:
        """Looking costs less than leasing nothing."""
        async with self.deps.read() as session:
            return await deliveries.next_due_at(session)

    async def _lease_due(self) -> bool:
        """False when enough is in flight."""
        limit, in_flight_max = BATCH, deliveries.IN_FLIGHT_MAX
        if not self.deps.settings.telegram_rate_per_s:
            limit, in_flight_max = deliveries.UNLIMITED_BATCH, deliveries.UNLIMITED_IN_FLIGHT
        while True:
            async with self.deps.tx() as tx:
                if not await deliveries.has_room(tx.session, in_flight_max=in_flight_max):
                    return False
                leased = await deliveries.lease_due(tx, limit=limit)
                if leased is None:
                    return True
                tx.enqueue(deliveries.SEND, leased.ticket, *map(str, leased.delivery_ids))
            log.debug("scheduler.leased", deliveries=len(leased.delivery_ids))
