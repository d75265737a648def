"""Scripts with their analysis; saved videos that can come back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scripts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("video_id", sa.Uuid(), nullable=True),
        sa.Column("creator_id", sa.Uuid(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("sample", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("measures", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("critique", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("analysed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_scripts_owner_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name=op.f("fk_scripts_video_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.id"], name=op.f("fk_scripts_creator_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scripts")),
    )
    kept = sa.text("deleted_at IS NULL")
    op.create_index("ix_scripts_owner_id_created_at", "scripts", ["owner_id", "created_at"], postgresql_where=kept)
    op.create_index(
        "uq_scripts_owner_id_video_id",
        "scripts",
        ["owner_id", "video_id"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL AND kind = 'video'"),
    )
    op.create_index("ix_scripts_video_id", "scripts", ["video_id"], postgresql_where=sa.text("video_id IS NOT NULL"))
    op.create_index(
        "ix_scripts_creator_id", "scripts", ["creator_id"], postgresql_where=sa.text("creator_id IS NOT NULL")
    )
    op.create_index(
        "ix_scripts_deleted_at", "scripts", ["deleted_at"], postgresql_where=sa.text("deleted_at IS NOT NULL")
    )
    op.add_column("saved_videos", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "credit_uses",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("provider", "day", name=op.f("pk_credit_uses")),
    )
    op.create_table(
        "credit_shortages",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_credit_shortages")),
    )


def downgrade() -> None:
    op.drop_table("credit_shortages")
    op.drop_table("credit_uses")
    op.drop_column("saved_videos", "deleted_at")
    op.drop_index("ix_scripts_deleted_at", table_name="scripts")
    op.drop_index("ix_scripts_creator_id", table_name="scripts")
    op.drop_index("ix_scripts_video_id", table_name="scripts")
    op.drop_index("uq_scripts_owner_id_video_id", table_name="scripts")
    op.drop_index("ix_scripts_owner_id_created_at", table_name="scripts")
    op.drop_table("scripts")
