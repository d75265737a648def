"""What Stripe has told us, and the checkout pages that are open there."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base, Json


class EventStatus(StrEnum):
    WAITING = "waiting"
    """To be looked into: new, or to be tried again."""
    PARKED = "parked"
    """Nobody knows whose it is; looked into again, at ever longer intervals."""
    DONE = "done"
    IGNORED = "ignored"
    """Of a type that changes nothing here."""
    GIVEN_UP = "given_up"


class StripeEvent(Base):
    """One row for each event, however often it came. What it says isn't kept: Stripe is asked for what is true now."""

    __tablename__ = "stripe_events"
    __table_args__ = (
        Index("ix_stripe_events_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index("ix_stripe_events_subject", "subject", postgresql_where=text("next_at IS NOT NULL")),
        Index("ix_stripe_events_received_at", "received_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    subject: Mapped[str | None]
    """The customer, or a payment of theirs."""
    status: Mapped[str]
    source: Mapped[str]
    """"webhook", or "resync" for what was found later."""
    created_at: Mapped[datetime]
    received_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    """When it is looked into (again); None when that is over."""
    lease_until: Mapped[datetime | None]
    """Until then somebody is at this subject."""
    problem: Mapped[Json | None]
    done_at: Mapped[datetime | None]


class StripeCheckout(Base):
    """A page on which a user can pay. There is at most one that is open, so that nobody pays twice by mistake."""

    __tablename__ = "stripe_checkouts"
    __table_args__ = (
        Index("ix_stripe_checkouts_open", "owner_id", postgresql_where=text("closed_at IS NULL")),
        Index("ix_stripe_checkouts_owner_id", "owner_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    plan_key: Mapped[str]
    price_id: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
