"""Where a post goes, and which message it became there."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("posts", sa.Column("channel_id", sa.Uuid(), nullable=True))
    op.add_column("posts", sa.Column("message_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_posts_channel_id"), "posts", "channels", ["channel_id"], ["id"], ondelete="SET NULL")
    op.create_index(op.f("ix_posts_channel_id"), "posts", ["channel_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_posts_channel_id"), table_name="posts")
    op.drop_constraint(op.f("fk_posts_channel_id"), "posts", type_="foreignkey")
    op.drop_column("posts", "message_id")
    op.drop_column("posts", "channel_id")
