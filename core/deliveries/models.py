"""What goes out on the service's own initiative: one row per message, and the messages that change in place."""

from datetime import datetime
from enum import IntEnum, StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base, Json, TelegramId


class DeliveryStatus(StrEnum):
    SCHEDULED = "scheduled"
    LEASED = "leased"
    SENDING = "sending"
    ON_HOLD = "on_hold"
    """Its chat takes nothing at the moment."""
    DELIVERED = "delivered"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    CANCELLED = "cancelled"


FINAL = frozenset(
    {DeliveryStatus.DELIVERED, DeliveryStatus.FAILED, DeliveryStatus.UNCONFIRMED, DeliveryStatus.CANCELLED}
)


class DeliveryKind(StrEnum):
    POST = "post"
    """`content` is the message itself, as it was when it was scheduled."""
    BROADCAST = "broadcast"
    """Likewise, from the service to everybody; `subject_id` names the broadcast."""
    NOTICE = "notice"
    """`content` is a notice's name, data and language; it is turned into a message when it goes out."""
    DIGEST = "digest"
    """As a notice; what a user has subscribed to. `subject_id` names the issue."""


class Priority(IntEnum):
    """The lower goes first among what is due at the same moment."""

    ANSWER = 0
    POST = 10
    DIGEST = 20
    BROADCAST = 30


class Delivery(Base):
    """`scheduled -> leased -> sending -> delivered | failed | unconfirmed | cancelled`.

    `sending` is committed before the call to Telegram and the result after it, so that what is found in `sending`
    after a crash is known to be unknown.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_due", "next_attempt_at", "priority", postgresql_where=text("status = 'scheduled'")),
        Index("ix_deliveries_leases", "lease_until", postgresql_where=text("status IN ('leased', 'sending')")),
        Index("ix_deliveries_subject_id", "subject_id"),
    )

    id: Mapped[ids.DeliveryId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    chat_id: Mapped[TelegramId]
    content: Mapped[Json]
    due_at: Mapped[datetime]
    """What was promised; it never moves by itself."""
    next_attempt_at: Mapped[datetime]
    """When to try: `due_at`, then later after an attempt that is safe to repeat."""
    priority: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[str] = mapped_column(default=DeliveryStatus.SCHEDULED)
    attempt: Mapped[int] = mapped_column(SmallInteger, default=0)
    leased_by: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    parts: Mapped[list[Json]] = mapped_column(default=list)
    """What was sent so far, in order: `{"message_id": ...}`."""
    error: Mapped[Json | None]
    dedupe_key: Mapped[str | None] = mapped_column(unique=True)
    late_alert_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class StatusMessage(Base):
    """The one message about a subject that changes in place: what it should show, and what it shows.

    Whoever changes the subject writes the wanted state here; a job brings the chat to it. An edit can be repeated
    without harm, so nothing is ever lost between the two.
    """

    __tablename__ = "status_messages"
    __table_args__ = (
        Index("ix_status_messages_refresh_at", "refresh_at", postgresql_where=text("refresh_at IS NOT NULL")),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    chat_id: Mapped[TelegramId]
    message_id: Mapped[TelegramId | None]
    notice: Mapped[str]
    data: Mapped[Json]
    version: Mapped[int] = mapped_column(default=1)
    shown_version: Mapped[int] = mapped_column(default=0)
    cosmetic: Mapped[bool] = mapped_column(default=False)
    """Whether the newest version only counts down: it makes room for everything else."""
    showing_until: Mapped[datetime | None]
    """While somebody brings the chat up to date; others leave it to them."""
    refresh_at: Mapped[datetime | None]
    """When to look again: a version that isn't shown yet, or a countdown that goes on."""
