"""Plans, who pays for which, and the ledger of what was used. Rows are only ever added to the ledger and the trail."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base, Json, TelegramId


class Plan(Base):
    """Seeded by a migration, changed by admins. `limits`: feature -> number per period, None for unlimited."""

    __tablename__ = "plans"

    key: Mapped[str] = mapped_column(primary_key=True)
    rank: Mapped[int]
    """Cheapest first."""
    price_cents: Mapped[int]
    currency: Mapped[str] = mapped_column(default="USD")
    limits: Mapped[Json]
    perks: Mapped[Json]
    """What isn't counted: csv_export, api, analytics, support."""
    price_stars: Mapped[int | None]
    """Telegram Stars for 30 days; None where they don't buy it."""
    for_sale: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether anybody new can have it. Those who pay for it keep it."""


class EntryKind(StrEnum):
    HOLD = "hold"
    SETTLE = "settle"
    RELEASE = "release"


class QuotaEntry(Base):
    """A hold counts its amount; its settlement or release corrects that: a balance is a plain sum of `amount`."""

    __tablename__ = "quota_entries"
    __table_args__ = (
        Index("ix_quota_entries_balance", "owner_id", "feature", "period_start", postgresql_include=["amount"]),
        Index("ix_quota_entries_hold_id", "hold_id"),
        UniqueConstraint("hold_id", "closing"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    feature: Mapped[str]
    period_start: Mapped[datetime]
    hold_id: Mapped[ids.HoldId]
    kind: Mapped[str]
    closing: Mapped[bool]
    """False for the hold, True for what ends it: so that a hold is ended at most once."""
    amount: Mapped[int]
    reason: Mapped[str]
    created_at: Mapped[datetime]


class ModelUse(Base):
    """One call of an outside model."""

    __tablename__ = "model_uses"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    subject_id: Mapped[UUID]
    purpose: Mapped[str]
    model: Mapped[str]
    prompt_tokens: Mapped[int]
    completion_tokens: Mapped[int]
    cost_usd: Mapped[float | None]
    created_at: Mapped[datetime]


class Rail(StrEnum):
    """Ways to pay."""

    STRIPE = "stripe"
    STARS = "stars"


class SubscriptionStatus(StrEnum):
    TRIALING = "trialing"
    """On trial at the rail. Our own trial is a row of `trials`."""
    ACTIVE = "active"
    PAST_DUE = "past_due"
    """A payment failed; the plan stays until `grace_until`."""
    CANCELLED = "cancelled"
    """Not renewed; the plan stays until `ends_at`."""
    EXPIRED = "expired"


class Subscription(Base):
    """One row per user whatever the rail: what the rail said last. Earlier ones are in the trail."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        Index("ix_subscriptions_remote_id", "rail", "remote_id", unique=True),
        Index("ix_subscriptions_next_step_at", "next_step_at", postgresql_where=text("next_step_at IS NOT NULL")),
    )

    id: Mapped[ids.SubscriptionId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    rail: Mapped[str]
    remote_id: Mapped[str]
    """The subscription at the rail; with Stars the charge id of its first payment."""
    customer_id: Mapped[str | None]
    plan_key: Mapped[str] = mapped_column(ForeignKey("plans.key"))
    status: Mapped[str]
    period_start: Mapped[datetime]
    period_end: Mapped[datetime]
    cancel_at: Mapped[datetime | None]
    """When a cancelled one ends."""
    grace_until: Mapped[datetime | None]
    """Until when the plan stays while a payment is due; None unless past due."""
    ended_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    """When we ended it ourselves, after a refund or a dispute: what the rail says of it no longer counts."""
    pending_plan_key: Mapped[str | None] = mapped_column(ForeignKey("plans.key"))
    pending_from: Mapped[datetime | None]
    next_step_at: Mapped[datetime | None]
    """When time alone changes something or somebody is to be told; None while only the rail can."""
    seen_at: Mapped[datetime]
    """When the rail was asked for what stands here: what was heard earlier changes nothing."""
    version: Mapped[int] = mapped_column(default=1)
    started_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Customer(Base):
    """Who is who at a rail that knows its customers by ids of its own."""

    __tablename__ = "customers"
    __table_args__ = (UniqueConstraint("owner_id", "rail"),)

    rail: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]


class TrialStatus(StrEnum):
    PENDING = "pending"
    """Not started: there is no row."""
    ACTIVE = "active"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    CONVERTED = "converted"
    """A payment arrived before its end."""


class Trial(Base):
    """Once per Telegram account: the row stays when the user is deleted."""

    __tablename__ = "trials"
    __table_args__ = (
        Index("ix_trials_next_step_at", "next_step_at", postgresql_where=text("next_step_at IS NOT NULL")),
    )

    id: Mapped[ids.TrialId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), unique=True)
    telegram_user_id: Mapped[TelegramId] = mapped_column(unique=True)
    plan_key: Mapped[str] = mapped_column(ForeignKey("plans.key"))
    status: Mapped[str]
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    next_step_at: Mapped[datetime | None]
    """When to remind of it, or to end it; None once it is over."""


class Payment(Base):
    """Money that arrived, whatever became of it. The row stays when the user is deleted."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("rail", "charge_id"),
        Index("ix_payments_owner_id_paid_at", "owner_id", "paid_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    rail: Mapped[str]
    charge_id: Mapped[str]
    remote_id: Mapped[str | None]
    """The subscription at the rail that it paid for."""
    plan_key: Mapped[str | None]
    amount: Mapped[int] = mapped_column(BigInteger)
    """In the currency's smallest unit; XTR is whole Stars."""
    currency: Mapped[str]
    refunded: Mapped[int] = mapped_column(BigInteger, default=0)
    """How much of it went back."""
    paid_at: Mapped[datetime]
    refunded_at: Mapped[datetime | None]
    disputed_at: Mapped[datetime | None]


class Farewell(Base):
    """What somebody who was deleted would go on paying for, until it is ended at its rail; then the row goes.

    The database itself writes it before a user is deleted, by whomever and however (migration 0017).
    """

    __tablename__ = "farewells"
    __table_args__ = (Index("ix_farewells_next_at", "next_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new)
    rail: Mapped[str]
    remote_id: Mapped[str]
    """The customer at Stripe; with Stars the charge of the first payment."""
    telegram_user_id: Mapped[TelegramId]
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    problem: Mapped[Json | None]
    created_at: Mapped[datetime]


class BillingEvent(Base):
    """The trail: everything that changed who may do what, by whom. Rows are only ever added."""

    __tablename__ = "billing_events"
    __table_args__ = (Index("ix_billing_events_owner_id_at", "owner_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str]
    source: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    """The idempotency key: what came twice is there once."""
    data: Mapped[Json]
    at: Mapped[datetime]
