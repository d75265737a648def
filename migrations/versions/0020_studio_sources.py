"""Sources whose words are got out of files; they can be renamed and deleted, and come by the upload page, too."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(none_as_null=True, astext_type=sa.Text())


def upgrade() -> None:
    op.add_column("sources", sa.Column("caption", sa.Text(), nullable=True))
    op.add_column("sources", sa.Column("recording", JSONB, nullable=True))
    op.add_column("sources", sa.Column("file_digest", sa.Text(), server_default="", nullable=False))
    op.add_column("sources", sa.Column("status", sa.Text(), server_default="ready", nullable=False))
    op.add_column("sources", sa.Column("error", JSONB, nullable=True))
    op.add_column("sources", sa.Column("heard", JSONB, nullable=True))
    op.add_column("sources", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_sources_list", "sources", ["owner_id", "id"], postgresql_where=sa.text("deleted_at IS NULL"))
    op.create_index(
        "ix_sources_owner_id_file_digest",
        "sources",
        ["owner_id", "file_digest"],
        postgresql_where=sa.text("file_digest <> ''"),
    )
    op.add_column("video_uploads", sa.Column("purpose", sa.Text(), server_default="video", nullable=False))
    op.add_column("video_uploads", sa.Column("source_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_video_uploads_source_id"), "video_uploads", "sources", ["source_id"], ["id"], ondelete="SET NULL"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_video_uploads_source_id"), "video_uploads", type_="foreignkey")
    op.drop_column("video_uploads", "source_id")
    op.drop_column("video_uploads", "purpose")
    op.drop_index("ix_sources_owner_id_file_digest", table_name="sources")
    op.drop_index("ix_sources_list", table_name="sources")
    for name in ("deleted_at", "heard", "error", "status", "file_digest", "recording", "caption"):
        op.drop_column("sources", name)
