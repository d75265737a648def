"""Asking the networks again, every six hours, for what somebody subscribes to: each search once, however many do.

A refresh that is due is leased, so that several schedulers and workers share them; a lost one is leased again. What was
tried is due later, well or not, and that is how digests know that they needn't wait for it.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, or_, select, update

from core import ids
from core.db import Json, ReadSession, any_found
from core.digests.models import Refresh
from core.queue import DISCOVERY, JobSpec
from core.tx import Tx
from core.viral.searching import COMPARE_WITHIN_S, SEARCH_WITHIN_S, WAIT_S

EVERY = timedelta(hours=6)
TRIED_AGAIN_S, TRIED_AGAIN_MOST_S = 300.0, 3600.0
"""After a failure; twice as long after each further one."""
TIMEOUT_S = WAIT_S + SEARCH_WITHIN_S + COMPARE_WITHIN_S + 20
LEASE = timedelta(seconds=TIMEOUT_S + 30)
IN_FLIGHT_MAX = 8
"""Refreshes under way at once: half of what one worker has room for, so that nobody who searches waits behind them. At
some seconds each that is over ten thousand in six hours."""

REFRESH = JobSpec("jobs.digests.refresh", queue=DISCOVERY, timeout_s=TIMEOUT_S)


async def lease_refreshes(tx: Tx, *, in_flight_max: int = IN_FLIGHT_MAX) -> Sequence[ids.RefreshId]:
    """Set aside what is due, for a job each, while there is room."""
    under_way = select(func.count()).where(Refresh.lease_until > tx.now)
    room = in_flight_max - (await tx.session.scalar(under_way) or 0)
    if room <= 0:
        return ()
    due = (
        select(Refresh.id)
        .where(Refresh.next_at <= tx.now, or_(Refresh.lease_until.is_(None), Refresh.lease_until <= tx.now))
        .order_by(Refresh.next_at)
        .limit(room)
        .with_for_update(skip_locked=True)
    )
    leased = await tx.session.scalars(
        update(Refresh)
        .where(Refresh.id == any_found(due))
        .values(lease_until=tx.now + LEASE)
        .returning(Refresh.id)
        .execution_options(synchronize_session=False)
    )
    found = leased.all()
    for refresh_id in found:
        tx.enqueue(REFRESH, str(refresh_id))
    return found


async def refresh_of(session: ReadSession, refresh_id: ids.RefreshId) -> Refresh | None:
    """None when nobody subscribes to it any more."""
    return await session.get(Refresh, refresh_id, populate_existing=True)


async def record_refresh(
    tx: Tx, refresh_id: ids.RefreshId, *, problem: Json | None, retry_after_s: float | None = None
) -> None:
    """It was tried. With a `problem` it is tried again sooner, but no sooner than the network asks for."""
    refresh = await tx.session.get(Refresh, refresh_id, with_for_update=True, populate_existing=True)
    if refresh is None:
        return
    refresh.lease_until, refresh.problem = None, problem
    if problem is None:
        refresh.failures, refresh.next_at = 0, tx.now + EVERY
        return
    refresh.failures = min(refresh.failures + 1, 100)
    wait_s = min(TRIED_AGAIN_MOST_S, TRIED_AGAIN_S * 2 ** min(refresh.failures - 1, 10))
    refresh.next_at = tx.now + timedelta(seconds=max(wait_s, retry_after_s or 0.0))


async def hurry(tx: Tx, refresh_ids: Sequence[ids.RefreshId]) -> None:
    """Somebody waits for these: what has failed before is tried now."""
    await tx.session.execute(
        update(Refresh)
        .where(Refresh.id.in_(refresh_ids), Refresh.problem.is_not(None))
        .values(next_at=func.least(Refresh.next_at, tx.now))
        .execution_options(synchronize_session=False)
    )
