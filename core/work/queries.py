"""Looking at background work as a whole: how much waits, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.db import ReadSession
from core.queue import JobSpec
from core.work.models import Work, WorkStatus


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Work of one kind that isn't at its end."""

    kind: str
    status: WorkStatus
    count: int
    oldest_at: datetime
    """When the oldest of it was asked for."""


async def unfinished_work_by_kind(session: ReadSession) -> Sequence[Unfinished]:
    """What is queued and what runs; kinds with neither are left out."""
    rows = await session.execute(
        select(Work.kind, Work.status, func.count(), func.min(Work.created_at))
        .where(Work.status.in_((WorkStatus.QUEUED, WorkStatus.RUNNING)))
        .group_by(Work.kind, Work.status)
    )
    return [Unfinished(kind, WorkStatus(status), count, oldest_at) for kind, status, count, oldest_at in rows]


async def attempts_due(session: ReadSession, spec: JobSpec, *, now: datetime) -> bool:
    """Whether queued work of a kind wants to be enqueued (again)."""
    waiting = (Work.status == WorkStatus.QUEUED, Work.kind == spec.target, Work.next_attempt_at <= now)
    return await session.scalar(select(Work.id).where(*waiting).limit(1)) is not None
