"""Publishing: limits have an end, consents are taken back for sure, where an account is seen; since when work stands."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("connections", sa.Column("profile_url", sa.Text(), nullable=True))
    op.add_column("connections", sa.Column("revoke_tokens", sa.Text(), nullable=True))
    op.add_column("connections", sa.Column("revoke_at", TIME, nullable=True))
    op.create_index(
        "ix_connections_revoke_at", "connections", ["revoke_at"], postgresql_where=sa.text("revoke_at IS NOT NULL")
    )
    op.add_column("publications", sa.Column("limited_since", TIME, nullable=True))
    op.add_column("jobs", sa.Column("stands_since", TIME, nullable=True))
    op.execute("UPDATE jobs SET stands_since = created_at")
    op.alter_column("jobs", "stands_since", nullable=False)


def downgrade() -> None:
    op.drop_column("jobs", "stands_since")
    op.drop_column("publications", "limited_since")
    op.drop_index("ix_connections_revoke_at", "connections")
    for column in ("revoke_at", "revoke_tokens", "profile_url"):
        op.drop_column("connections", column)
