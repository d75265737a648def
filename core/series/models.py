"""Posts that recur: a rule by the wall clock of a zone, and what differs from it on single days."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import DateTime, ForeignKey, Index, PrimaryKeyConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base


class SeriesStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"
    """Its last occurrence is planned, or its owner has stopped it."""


class Series(Base):
    """A post and the rule by which copies of it go out. Copies are made a day ahead (jobs/series.py)."""

    __tablename__ = "series"
    __table_args__ = (
        Index("ix_series_next_at", "next_at", postgresql_where=text("status = 'active' AND next_at IS NOT NULL")),
        Index("ix_series_owner_id", "owner_id"),
    )

    id: Mapped[ids.SeriesId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    post_id: Mapped[ids.PostId] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), unique=True)
    """The template."""
    rule: Mapped[str]
    """An RRULE without DTSTART (RFC 5545, 3.3.10), with COUNT or UNTIL where it ends; UNTIL is by the wall clock."""
    starts_on: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    """DTSTART by the wall clock of `zone`."""
    zone: Mapped[str]
    status: Mapped[str] = mapped_column(default=SeriesStatus.ACTIVE)
    next_at: Mapped[datetime | None]
    """When the first occurrence comes, by the rule, that isn't planned yet."""
    planned_through: Mapped[datetime | None] = mapped_column(DateTime(timezone=False))
    """By the wall clock: up to here the rule's occurrences are planned or left out. None: it was stopped."""
    created_at: Mapped[datetime]


class SeriesException(Base):
    """One occurrence that is left out, or goes out at another time."""

    __tablename__ = "series_exceptions"
    __table_args__ = (PrimaryKeyConstraint("series_id", "occurrence"),)

    series_id: Mapped[ids.SeriesId] = mapped_column(ForeignKey("series.id", ondelete="CASCADE"))
    occurrence: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    """By the rule."""
    moved_to: Mapped[datetime | None]
    """None: it is left out."""
