"""Looks at a channel: who asked, for whom, and the numbers that were found then.

What was seen itself, the creator and their videos, lies with what goes viral and is shared. A row keeps figures only
(medians, shares, counts), so that its history outlives the readings, which are forgotten.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base, Json


class AnalysisStatus(StrEnum):
    ASKED = "asked"
    """Somebody was named, and it isn't known yet on which network."""
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Analysis(Base):
    """One user's look at one channel. Deleted ones are gone from all lists, and after a week for good."""

    __tablename__ = "analyses"
    __table_args__ = (
        Index("ix_analyses_owner_id_creator_id", "owner_id", "creator_id", "created_at"),
        Index("ix_analyses_creator_id", "creator_id"),
        Index("ix_analyses_created_at", "created_at"),
    )

    id: Mapped[ids.AnalysisId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    network: Mapped[str]
    """ "" as long as it is asked."""
    named: Mapped[str]
    """A handle or a channel's id, as it was typed; "" when a video's address was."""
    video_url: Mapped[str] = mapped_column(default="")
    creator_id: Mapped[ids.CreatorId | None] = mapped_column(ForeignKey("creators.id", ondelete="CASCADE"))
    """None before they were found."""
    compare_with: Mapped[ids.AnalysisId | None]
    """What it is to be put beside, once it is ready."""
    status: Mapped[str] = mapped_column(default=AnalysisStatus.ASKED)
    hold_id: Mapped[ids.HoldId | None]
    report: Mapped[Json | None]
    """As core/analyses/numbers.py makes it."""
    sample: Mapped[bool] = mapped_column(default=False, server_default=false())
    measured_at: Mapped[datetime | None]
    """How old the numbers are."""
    problem: Mapped[Json | None]
    """Why it failed, or why the numbers are older than an hour."""
    picture_key: Mapped[str | None]
    """Forgotten after 30 days: it shows single videos."""
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
