"""Queues: the times of the week at which a chat wants posts, so that nobody has to choose one for each."""

from datetime import datetime

from sqlalchemy import ForeignKey, PrimaryKeyConstraint, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base


class Queue(Base):
    """One per user and target. Its posts (`posts.queue_id`) stand in the order of their times."""

    __tablename__ = "queues"
    __table_args__ = (UniqueConstraint("owner_id", "channel_id", postgresql_nulls_not_distinct=True),)

    id: Mapped[ids.QueueId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    channel_id: Mapped[ids.ChannelId | None] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    """None: the private chat."""
    paused_at: Mapped[datetime | None]
    quiet_from: Mapped[int | None] = mapped_column(SmallInteger)
    """Minutes after midnight, by the owner's clock; with `quiet_until` the hours in which nothing goes out."""
    quiet_until: Mapped[int | None] = mapped_column(SmallInteger)
    """May lie before `quiet_from`: then the hours span midnight."""
    created_at: Mapped[datetime]


class Slot(Base):
    """A time of the week, by the owner's clock."""

    __tablename__ = "queue_slots"
    __table_args__ = (PrimaryKeyConstraint("queue_id", "weekday", "minute"),)

    queue_id: Mapped[ids.QueueId] = mapped_column(ForeignKey("queues.id", ondelete="CASCADE"))
    weekday: Mapped[int] = mapped_column(SmallInteger)
    """Monday is 0."""
    minute: Mapped[int] = mapped_column(SmallInteger)
    """Minutes after midnight."""
