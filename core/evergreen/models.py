"""Posts that stay true: they fill the slots of a queue that nothing else has taken."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base


class EvergreenPost(Base):
    """A post in a queue's pool. What goes out is a copy of it, made a day ahead."""

    __tablename__ = "evergreen_posts"
    __table_args__ = (Index("ix_evergreen_posts_queue_id", "queue_id", "last_planned_at"),)

    post_id: Mapped[ids.PostId] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    queue_id: Mapped[ids.QueueId] = mapped_column(ForeignKey("queues.id", ondelete="CASCADE"))
    cool_down_days: Mapped[int] = mapped_column(SmallInteger)
    """Between two of its copies."""
    repeats_max: Mapped[int | None] = mapped_column(SmallInteger)
    """None: no end."""
    repeats: Mapped[int] = mapped_column(SmallInteger, default=0)
    last_planned_at: Mapped[datetime | None]
    """When its last copy goes, or went, out."""
    added_at: Mapped[datetime]
