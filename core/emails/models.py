"""Addresses that users have given, and the mails to them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base, Json


class EmailStatus(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    """A call to the mail service is under way, or was when its worker died."""
    SENT = "sent"
    """The mail service has taken it on."""
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    """It may have gone out: nobody has said so to the end."""
    BOUNCED = "bounced"
    """It was taken on, and came back: the mailbox takes nothing."""
    COMPLAINED = "complained"
    """It arrived, and was marked as spam."""
    SKIPPED = "skipped"
    """It wasn't wanted any more when its turn came, or had no address to go to."""


class EmailAddress(Base):
    """What one user has said about mail. Nothing goes to `pending` but the link that makes it the `address`."""

    __tablename__ = "email_addresses"

    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    address: Mapped[str | None]
    """Verified: its owner has opened a link sent to it."""
    verified_at: Mapped[datetime | None]
    pending: Mapped[str | None]
    """Given, and not verified yet."""
    link_id: Mapped[UUID | None]
    """Of the one link that verifies `pending`, or that has verified the `address`."""
    link_expires_at: Mapped[datetime | None]
    wants_plan: Mapped[bool] = mapped_column(default=True, server_default=true())
    wants_posts: Mapped[bool] = mapped_column(default=False, server_default=false())
    problem: Mapped[Json | None]
    """Why the last mail didn't arrive: code, and the address that it was for."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Email(Base):
    """`queued -> sending -> sent | failed | unconfirmed | skipped`; back to queued before another attempt.

    What it says follows from the row alone, so that another attempt sends the same.
    """

    __tablename__ = "emails"
    __table_args__ = (
        UniqueConstraint("owner_id", "dedupe_key"),
        Index("ix_emails_links", "address", "created_at", postgresql_where=text("kind = 'verify'")),
        Index("ix_emails_created_at", "created_at"),
        Index("ix_emails_remote_id", "remote_id", postgresql_where=text("remote_id IS NOT NULL")),
    )

    id: Mapped[ids.EmailId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str]
    data: Mapped[Json]
    language: Mapped[str]
    time_zone: Mapped[str | None]
    dedupe_key: Mapped[str]
    status: Mapped[str] = mapped_column(default=EmailStatus.QUEUED)
    address: Mapped[str | None]
    """Where it goes, or went: of a link from the start, else the verified address at the last attempt."""
    engine: Mapped[str | None]
    """What took it on, and under which id there."""
    remote_id: Mapped[str | None]
    error: Mapped[Json | None]
    """Of the last attempt."""
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
