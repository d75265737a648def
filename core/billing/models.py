"""Plans, and the ledger of what was used. Rows are only ever added to the ledger."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base, Json


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
