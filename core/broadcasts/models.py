"""One message from the service to everybody."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base, Json


class BroadcastStatus(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


class Broadcast(Base):
    """Its deliveries are written page by page, in the order of users' ids: `reached` is how far that has come."""

    __tablename__ = "broadcasts"

    id: Mapped[ids.BroadcastId] = mapped_column(primary_key=True, default=ids.new)
    admin_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    content: Mapped[Json]
    status: Mapped[str] = mapped_column(default=BroadcastStatus.DRAFT)
    reached: Mapped[ids.UserId | None]
    recipients: Mapped[int] = mapped_column(default=0)
    """For whom a delivery was written."""
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
