"""Background work: request it, claim it, keep the claim, report, end it. All features share these verbs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import aliased

from core import ids
from core.db import any_found
from core.errors import AppError
from core.queue import JobSpec
from core.tx import Tx
from core.work.models import Work, WorkStatus

SWEEP_BATCH = 500
PUSH_GRACE = timedelta(seconds=5)
"""How long a pushed job may wait in Redis before the sweeper pushes it again. It grows with the work's age, so that a
long queue doesn't fill up with repetitions."""
PUSH_GRACE_MAX = timedelta(minutes=5)
HEADWAY = "headway"
HEADWAY_MOST = 7
"""How many attempts that were killed don't count as tries, since they kept something that needn't be done again."""


@dataclass(frozen=True, slots=True)
class ClaimedWork:
    """What a job works on. `attempt` counts from 1."""

    id: ids.WorkId
    kind: str
    owner_id: ids.UserId
    subject_id: UUID
    attempt: int
    request_id: str | None
    payload: Mapping[str, Any] = field(default_factory=dict)

    @property
    def headway(self) -> int:
        """How many attempts were killed, and had got further."""
        return int(self.payload.get(HEADWAY, 0))

    @property
    def tries(self) -> int:
        """As `attempt`, without those killed ones that got further: what kills them is hardly the work. At most
        HEADWAY_MOST are left out."""
        return self.attempt - min(self.headway, HEADWAY_MOST)


async def request_work(
    tx: Tx, spec: JobSpec, *, owner_id: ids.UserId, subject_id: UUID, payload: Mapping[str, Any] | None = None
) -> ids.WorkId:
    """Write down what is to be done and enqueue it after the commit."""
    work = Work(
        id=ids.new(),
        kind=spec.target,
        owner_id=owner_id,
        subject_id=subject_id,
        payload=dict(payload or {}),
        next_attempt_at=tx.now + PUSH_GRACE,
        stands_since=tx.now,
        request_id=structlog.contextvars.get_contextvars().get("request_id"),
        created_at=tx.now,
    )
    tx.session.add(work)
    await tx.session.flush()
    tx.enqueue(spec, str(work.id))
    return work.id


async def claim_work(tx: Tx, work_id: ids.WorkId, *, spec: JobSpec, worker: str) -> ClaimedWork | None:
    """Take queued work for `lease_s`. None when there is nothing to do: somebody else has it, it has ended, or it
    waits for its next attempt (a push that came twice mustn't cut the wait short).

    Of a fair kind it may be other work: there is a push for each, so all of it gets its turn.
    """
    wanted = await _next_fair(tx, spec) if spec.fair else work_id
    if wanted is None:
        return None
    claimed = await tx.session.scalar(
        update(Work)
        .where(Work.id == wanted, *_free(tx.now))
        .values(
            status=WorkStatus.RUNNING,
            attempt=Work.attempt + 1,
            leased_by=worker,
            lease_until=tx.now + timedelta(seconds=spec.lease_s),
            stands_since=tx.now,
        )
        .returning(Work)
    )
    if claimed is None:
        return None
    return ClaimedWork(
        id=claimed.id,
        kind=claimed.kind,
        owner_id=claimed.owner_id,
        subject_id=claimed.subject_id,
        attempt=claimed.attempt,
        request_id=claimed.request_id,
        payload=claimed.payload,
    )


async def _next_fair(tx: Tx, spec: JobSpec) -> ids.WorkId | None:
    """The oldest work that waits of the owner for whom the fewest of this kind are running; locked."""
    running = aliased(Work)
    runs = (
        select(func.count())
        .select_from(running)
        .where(running.kind == spec.target, running.status == WorkStatus.RUNNING, running.owner_id == Work.owner_id)
        .scalar_subquery()
    )
    return await tx.session.scalar(
        select(Work.id)
        .where(Work.kind == spec.target, *_free(tx.now))
        .order_by(runs, Work.created_at, Work.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Work)
    )


async def keep_claim(tx: Tx, work: ClaimedWork, *, spec: JobSpec) -> bool:
    """Renew the lease. False when the work should stop: it was cancelled, or somebody else has it now."""
    kept = await tx.session.scalar(
        update(Work)
        .where(*_held(work))
        .values(lease_until=tx.now + timedelta(seconds=spec.lease_s))
        .returning(Work.cancel_requested_at.is_(None))
    )
    return bool(kept)


async def report_progress(tx: Tx, work: ClaimedWork, *, progress: int, step: str) -> None:
    """Note how far it is: 0 to 100, and a step's name. Progress never goes back."""
    await tx.session.execute(
        update(Work).where(*_held(work), Work.progress <= progress).values(progress=progress, step=step)
    )


async def note_headway(tx: Tx, work: ClaimedWork) -> None:
    """This attempt has kept something that no further one has to do again. Noting it twice changes nothing."""
    payload = {**work.payload, HEADWAY: work.headway + 1}
    await tx.session.execute(update(Work).where(*_held(work)).values(payload=payload))


async def finish_work(tx: Tx, work: ClaimedWork, *, unless_cancelled: bool = False) -> bool:
    """End it well, in the same transaction as its result. False when the claim was lost: then write no result.

    `unless_cancelled`: for what mustn't go on once it was cancelled, also in the last moment.
    """
    wanted = (Work.cancel_requested_at.is_(None),) if unless_cancelled else ()
    done = await tx.session.scalar(
        update(Work)
        .where(*_held(work), *wanted)
        .values(status=WorkStatus.DONE, progress=100, finished_at=tx.now, lease_until=None)
        .returning(Work.id)
    )
    return done is not None


async def fail_work(tx: Tx, work: ClaimedWork, error: AppError, *, status: WorkStatus = WorkStatus.FAILED) -> bool:
    """End it badly, for good. False when the claim was lost."""
    failed = await tx.session.scalar(
        update(Work)
        .where(*_held(work))
        .values(status=status, finished_at=tx.now, lease_until=None, error=error_row(error))
        .returning(Work.id)
    )
    return failed is not None


async def retry_work(tx: Tx, work: ClaimedWork, *, spec: JobSpec, error: AppError, after_s: float) -> None:
    """Put it back; the sweeper enqueues it when its time has come, and nobody claims it before.

    It counts as a try, however far it got: it ended with an error, and not because its worker did.
    """
    again_at = tx.now + timedelta(seconds=after_s)
    await tx.session.execute(
        update(Work)
        .where(*_held(work))
        .values(
            status=WorkStatus.QUEUED,
            next_attempt_at=again_at,
            lease_until=again_at,
            stands_since=again_at,
            error=error_row(error),
            payload=dict(work.payload),
        )
    )


async def give_back_work(tx: Tx, work: ClaimedWork, *, spec: JobSpec) -> None:
    """Put it back untouched, for another worker to take at once: this one has to stop. It was no attempt."""
    given_back = await tx.session.scalar(
        update(Work)
        .where(*_held(work))
        .values(
            status=WorkStatus.QUEUED,
            attempt=Work.attempt - 1,
            next_attempt_at=tx.now + PUSH_GRACE,
            lease_until=None,
            stands_since=tx.now,
            payload=dict(work.payload),
        )
        .returning(Work.id)
    )
    if given_back is not None:
        tx.enqueue(spec, str(work.id))


async def put_off_work(tx: Tx, work: ClaimedWork, *, after_s: float) -> bool:
    """Put it back for then: it waits for something outside, which was no attempt. Nobody claims it before.

    False when the claim was lost, or it was cancelled meanwhile.
    """
    again_at = tx.now + timedelta(seconds=after_s)
    put_off = await tx.session.scalar(
        update(Work)
        .where(*_held(work), Work.cancel_requested_at.is_(None))
        .values(
            status=WorkStatus.QUEUED,
            attempt=Work.attempt - 1,
            next_attempt_at=again_at,
            lease_until=again_at,
            stands_since=again_at,
            payload=dict(work.payload),
        )
        .returning(Work.id)
    )
    return put_off is not None


async def request_cancel(tx: Tx, *, owner_id: ids.UserId, subject_id: UUID) -> WorkStatus | None:
    """Ask running work to stop, and end queued work at once.

    Gives the status that was met: RUNNING (the worker will notice within its lease renewal), QUEUED (ended now), or
    None when there was nothing to cancel.
    """
    unfinished = (WorkStatus.QUEUED, WorkStatus.RUNNING)
    work = await tx.session.scalar(
        select(Work)
        .where(Work.owner_id == owner_id, Work.subject_id == subject_id, Work.status.in_(unfinished))
        .with_for_update()
    )
    if work is None:
        return None
    met = WorkStatus(work.status)
    work.cancel_requested_at = tx.now
    if met is WorkStatus.QUEUED:
        work.status, work.finished_at = WorkStatus.CANCELLED, tx.now
    return met


async def unfinished_work(tx: Tx, *, owner_id: ids.UserId, subject_id: UUID) -> bool:
    """Whether something is queued or running for a subject."""
    found = await tx.session.scalar(
        select(Work.id)
        .where(
            Work.owner_id == owner_id,
            Work.subject_id == subject_id,
            Work.status.in_((WorkStatus.QUEUED, WorkStatus.RUNNING)),
        )
        .limit(1)
    )
    return found is not None


async def sweep_work(tx: Tx, specs: Mapping[str, JobSpec], *, limit: int = SWEEP_BATCH) -> int:
    """Enqueue again what waits: due attempts, pushes that were lost, and running work whose lease ran out.

    Work that had its attempts is not given up here: it is enqueued, and the runtime fails it with all that belongs to
    a failure. Returns how many were enqueued.
    """
    await tx.session.execute(
        update(Work)
        .where(Work.status == WorkStatus.RUNNING, Work.lease_until < tx.now)
        .values(status=WorkStatus.QUEUED, lease_until=None, next_attempt_at=tx.now, stands_since=tx.now)
    )
    waiting = (
        select(Work.id)
        .where(Work.status == WorkStatus.QUEUED, Work.next_attempt_at <= tx.now, Work.kind.in_(specs))
        .order_by(Work.next_attempt_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = await tx.session.execute(
        update(Work)
        .where(Work.id == any_found(waiting))
        .values(
            next_attempt_at=tx.now + func.least(func.greatest(PUSH_GRACE, tx.now - Work.created_at), PUSH_GRACE_MAX),
            lease_until=None,
        )
        .returning(Work.id, Work.kind)
        .execution_options(synchronize_session=False)
    )
    found = rows.all()
    for work_id, kind in found:
        tx.enqueue(specs[kind], str(work_id))
    return len(found)


async def release_work_of(tx: Tx, workers: list[str]) -> int:
    """Give back what dead workers held, so that nobody waits for their leases."""
    released = await tx.session.scalars(
        update(Work)
        .where(Work.status == WorkStatus.RUNNING, Work.leased_by.in_(workers))
        .values(status=WorkStatus.QUEUED, lease_until=None, next_attempt_at=tx.now, stands_since=tx.now)
        .returning(Work.id)
        .execution_options(synchronize_session=False)
    )
    return len(released.all())


async def lease_holders(tx: Tx) -> list[str]:
    """The names of workers that hold running work."""
    names = await tx.session.scalars(select(Work.leased_by).where(Work.status == WorkStatus.RUNNING).distinct())
    return [name for name in names if name is not None]


async def next_attempt_at(tx: Tx) -> datetime | None:
    """When the earliest queued work wants attention."""
    return await tx.session.scalar(
        select(Work.next_attempt_at).where(Work.status == WorkStatus.QUEUED).order_by(Work.next_attempt_at).limit(1)
    )


def error_row(error: AppError) -> dict[str, Any]:
    """An error as it is stored: its code and its parameters."""
    return {"code": error.error_code, "params": error.params}


def _free(now: datetime) -> tuple[Any, ...]:
    return (Work.status == WorkStatus.QUEUED, or_(Work.lease_until.is_(None), Work.lease_until <= now))


def _held(work: ClaimedWork) -> tuple[Any, ...]:
    return (Work.id == work.id, Work.status == WorkStatus.RUNNING, Work.attempt == work.attempt)
