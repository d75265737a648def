"""Weekly reports of what was published, for whoever wants them."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "publishing_reports",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_publishing_reports_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_publishing_reports")),
    )
    op.create_index("ix_publishing_reports_next_at", "publishing_reports", ["next_at"])


def downgrade() -> None:
    op.drop_table("publishing_reports")
