"""Looking at background work as a whole: how much waits, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, case, func, select

from core.db import ReadSession
from core.queue import JobSpec
from core.work.models import Work, WorkStatus


class WorkState(StrEnum):
    """What unfinished work is at. One that is put off waits for something outside; nothing is wrong with that."""

    QUEUED = "queued"
    PUT_OFF = "put_off"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Work of one kind that isn't at its end."""

    kind: str
    state: WorkState
    count: int
    oldest_at: datetime
    """Since when the oldest of it could be taken, or runs; of what is put off: until when the first is."""


async def unfinished_work_by_kind(session: ReadSession, *, now: datetime) -> Sequence[Unfinished]:
    """What is queued, what is put off and what runs; of each kind only what there is."""
    put_off = and_(Work.status == WorkStatus.QUEUED, Work.stands_since > now)
    state = case((put_off, WorkState.PUT_OFF.value), else_=Work.status).label("state")
    rows = await session.execute(
        select(Work.kind, state, func.count(), func.min(Work.stands_since))
        .where(Work.status.in_((WorkStatus.QUEUED, WorkStatus.RUNNING)))
        .group_by(Work.kind, "state")
    )
    return [Unfinished(kind, WorkState(at), count, oldest_at) for kind, at, count, oldest_at in rows]


async def attempts_due(session: ReadSession, spec: JobSpec, *, now: datetime) -> bool:
    """Whether queued work of a kind wants to be enqueued (again)."""
    waiting = (Work.status == WorkStatus.QUEUED, Work.kind == spec.target, Work.next_attempt_at <= now)
    return await session.scalar(select(Work.id).where(*waiting).limit(1)) is not None
