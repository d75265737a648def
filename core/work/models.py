"""Background work as rows: what was asked, who holds it, how far it is, how it ended."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base, Json


class WorkStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Work(Base):
    """`queued -> running -> done | failed | cancelled`; back to queued for another attempt or after a lost lease."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_queued", "next_attempt_at", postgresql_where=text("status = 'queued'")),
        Index("ix_jobs_running", "lease_until", postgresql_where=text("status = 'running'")),
        Index("ix_jobs_subject_id", "subject_id"),
    )

    id: Mapped[ids.WorkId] = mapped_column(primary_key=True, default=ids.new)
    kind: Mapped[str]
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    subject_id: Mapped[UUID]
    payload: Mapped[Json] = mapped_column(default=dict)
    status: Mapped[str] = mapped_column(default=WorkStatus.QUEUED)
    progress: Mapped[int] = mapped_column(default=0)
    step: Mapped[str] = mapped_column(default="")
    attempt: Mapped[int] = mapped_column(default=0)
    leased_by: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    """Before that nobody else may claim it: while it runs, and while it waits for another attempt."""
    next_attempt_at: Mapped[datetime]
    stands_since: Mapped[datetime]
    """Since when it runs, or could be taken; ahead while it is put off. Pushing it again changes nothing of that."""
    cancel_requested_at: Mapped[datetime | None]
    error: Mapped[Json | None]
    request_id: Mapped[str | None]
    """The update or request that asked for it, for the logs."""
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
