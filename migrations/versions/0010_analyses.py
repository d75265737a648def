"""Looks at channels: who asked, for whom, and the figures that were found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "analyses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("named", sa.Text(), nullable=False),
        sa.Column("video_url", sa.Text(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=True),
        sa.Column("compare_with", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("sample", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("picture_key", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_analyses_owner_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.id"], name=op.f("fk_analyses_creator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analyses")),
    )
    op.create_index(
        "ix_analyses_owner_id_creator_id", "analyses", ["owner_id", "creator_id", "created_at"], unique=False
    )
    op.create_index("ix_analyses_creator_id", "analyses", ["creator_id"], unique=False)
    op.create_index("ix_analyses_created_at", "analyses", ["created_at"], unique=False)
    op.create_index(
        "ix_creators_network_handle", "creators", ["network", sa.literal_column("lower(handle)")], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_creators_network_handle", table_name="creators")
    op.drop_index("ix_analyses_created_at", table_name="analyses")
    op.drop_index("ix_analyses_creator_id", table_name="analyses")
    op.drop_index("ix_analyses_owner_id_creator_id", table_name="analyses")
    op.drop_table("analyses")
