"""What is still paid by who was deleted, watched creators that wait for room in the plan, mails known by their id."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

FAREWELL = """
CREATE FUNCTION note_farewells() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO farewells (id, rail, remote_id, telegram_user_id, attempts, next_at, created_at)
    SELECT gen_random_uuid(), rail, customer_id, OLD.telegram_user_id, 0, now(), now()
    FROM customers WHERE owner_id = OLD.id
    UNION ALL
    SELECT gen_random_uuid(), rail, remote_id, OLD.telegram_user_id, 0, now(), now()
    FROM subscriptions WHERE owner_id = OLD.id AND rail = 'stars' AND status <> 'expired';
    RETURN OLD;
END $$
"""
TRIGGER = """
CREATE TRIGGER users_farewells BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION note_farewells()
"""


def upgrade() -> None:
    op.create_table(
        "farewells",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rail", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.Column("telegram_user_id", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_farewells")),
    )
    op.create_index("ix_farewells_next_at", "farewells", ["next_at"])
    op.execute(FAREWELL)
    op.execute(TRIGGER)
    op.alter_column("watches", "refresh_id", nullable=True)
    op.drop_constraint(op.f("fk_watches_refresh_id"), "watches", type_="foreignkey")
    op.create_foreign_key(
        op.f("fk_watches_refresh_id"), "watches", "refreshes", ["refresh_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index("ix_emails_remote_id", "emails", ["remote_id"], postgresql_where=sa.text("remote_id IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_emails_remote_id", table_name="emails")
    op.drop_constraint(op.f("fk_watches_refresh_id"), "watches", type_="foreignkey")
    op.create_foreign_key(
        op.f("fk_watches_refresh_id"), "watches", "refreshes", ["refresh_id"], ["id"], ondelete="CASCADE"
    )
    op.execute("DELETE FROM watches WHERE refresh_id IS NULL")
    op.alter_column("watches", "refresh_id", nullable=False)
    op.execute("DROP TRIGGER users_farewells ON users")
    op.execute("DROP FUNCTION note_farewells")
    op.drop_table("farewells")
