"""Scripts that users keep: their own, what is said in a video, and what was written for them; with their analysis."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base, Json


class ScriptKind(StrEnum):
    """Where it is from."""

    MINE = "mine"
    VIDEO = "video"
    WRITTEN = "written"


class ScriptStatus(StrEnum):
    KEPT = "kept"
    """Nothing has been made of it yet."""
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"


class Script(Base):
    """`text` is empty while a video's words, or a new script, are still to come."""

    __tablename__ = "scripts"
    __table_args__ = (
        Index("ix_scripts_owner_id_created_at", "owner_id", "created_at", postgresql_where=text("deleted_at IS NULL")),
        Index(
            "uq_scripts_owner_id_video_id",
            "owner_id",
            "video_id",
            unique=True,
            postgresql_where=text("deleted_at IS NULL AND kind = 'video'"),
        ),
        Index("ix_scripts_video_id", "video_id", postgresql_where=text("video_id IS NOT NULL")),
        Index("ix_scripts_creator_id", "creator_id", postgresql_where=text("creator_id IS NOT NULL")),
        Index("ix_scripts_deleted_at", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
    )

    id: Mapped[ids.ScriptId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str]
    status: Mapped[str] = mapped_column(default=ScriptStatus.KEPT)
    title: Mapped[str]
    text: Mapped[str]
    language: Mapped[str]
    video_id: Mapped[ids.VideoId | None] = mapped_column(ForeignKey("videos.id", ondelete="SET NULL"))
    creator_id: Mapped[ids.CreatorId | None] = mapped_column(ForeignKey("creators.id", ondelete="SET NULL"))
    """Whose video it is from, or like whose it was written."""
    topic: Mapped[str] = mapped_column(default="")
    """What was asked to be written about."""
    sample: Mapped[bool] = mapped_column(default=False, server_default=false())
    measures: Mapped[Json | None]
    critique: Mapped[Json | None]
    engine: Mapped[str] = mapped_column(default="")
    """Who judged or wrote it."""
    hold_id: Mapped[ids.HoldId | None]
    problem: Mapped[Json | None]
    """Why the last work at it failed."""
    created_at: Mapped[datetime]
    analysed_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
