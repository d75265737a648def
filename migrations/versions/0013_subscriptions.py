"""Subscriptions, trials, payments, and the trail of them; prices in Stars."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STARS = {"starter": 500, "pro": 1_000, "business": 5_000}


def upgrade() -> None:
    op.add_column("plans", sa.Column("price_stars", sa.Integer(), nullable=True))
    op.add_column("plans", sa.Column("for_sale", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    for key, stars in STARS.items():
        op.execute(sa.text("UPDATE plans SET price_stars = :stars WHERE key = :key").bindparams(stars=stars, key=key))
    _subscriptions()
    _customers()
    _trials()
    _payments()
    _trail()


def downgrade() -> None:
    for table in ("billing_events", "payments", "trials", "customers", "subscriptions"):
        op.drop_table(table)
    op.drop_column("plans", "for_sale")
    op.drop_column("plans", "price_stars")


def _subscriptions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("rail", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("plan_key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("period_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("period_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancel_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grace_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pending_plan_key", sa.Text(), nullable=True),
        sa.Column("pending_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_step_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_subscriptions_owner_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["plan_key"], ["plans.key"], name=op.f("fk_subscriptions_plan_key")),
        sa.ForeignKeyConstraint(["pending_plan_key"], ["plans.key"], name=op.f("fk_subscriptions_pending_plan_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("owner_id", name=op.f("uq_subscriptions_owner_id")),
    )
    op.create_index("ix_subscriptions_remote_id", "subscriptions", ["rail", "remote_id"], unique=True)
    op.create_index(
        "ix_subscriptions_next_step_at",
        "subscriptions",
        ["next_step_at"],
        postgresql_where=sa.text("next_step_at IS NOT NULL"),
    )


def _customers() -> None:
    op.create_table(
        "customers",
        sa.Column("rail", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_customers_owner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("rail", "customer_id", name=op.f("pk_customers")),
        sa.UniqueConstraint("owner_id", "rail", name=op.f("uq_customers_owner_id_rail")),
    )


def _trials() -> None:
    op.create_table(
        "trials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("telegram_user_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_step_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_trials_owner_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["plan_key"], ["plans.key"], name=op.f("fk_trials_plan_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trials")),
        sa.UniqueConstraint("owner_id", name=op.f("uq_trials_owner_id")),
        sa.UniqueConstraint("telegram_user_id", name=op.f("uq_trials_telegram_user_id")),
    )
    op.create_index(
        "ix_trials_next_step_at", "trials", ["next_step_at"], postgresql_where=sa.text("next_step_at IS NOT NULL")
    )


def _payments() -> None:
    op.create_table(
        "payments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("rail", sa.Text(), nullable=False),
        sa.Column("charge_id", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=True),
        sa.Column("plan_key", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_payments_owner_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("rail", "charge_id", name=op.f("uq_payments_rail_charge_id")),
    )
    op.create_index("ix_payments_owner_id_paid_at", "payments", ["owner_id", "paid_at"])


def _trail() -> None:
    op.create_table(
        "billing_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_billing_events_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_events")),
        sa.UniqueConstraint("key", name=op.f("uq_billing_events_key")),
    )
    op.create_index("ix_billing_events_owner_id_at", "billing_events", ["owner_id", "at"])
