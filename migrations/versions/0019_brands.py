"""Brands: their members, invites, hashtags, and what their voice is learned from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "brands",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("audience", sa.Text(), server_default="", nullable=False),
        sa.Column("signature", sa.Text(), server_default="", nullable=False),
        sa.Column("colors", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("logo_key", sa.Text(), nullable=True),
        sa.Column("voice", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_brands_owner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brands")),
    )
    op.create_index("ix_brands_owner_id", "brands", ["owner_id"])
    _members()
    _contents()
    op.add_column("posts", sa.Column("brand_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_posts_brand_id"), "posts", "brands", ["brand_id"], ["id"], ondelete="SET NULL")
    op.create_index("ix_posts_brand_id", "posts", ["brand_id"], postgresql_where=sa.text("brand_id IS NOT NULL"))


def _members() -> None:
    op.create_table(
        "brand_members",
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("joined_at", TIME, nullable=False),
        _of_brand("brand_members"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_brand_members_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("brand_id", "user_id", name=op.f("pk_brand_members")),
    )
    op.create_index("ix_brand_members_user_id", "brand_members", ["user_id"])
    op.create_index(
        "ix_brand_members_default",
        "brand_members",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    op.create_table(
        "brand_invites",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.Column("used_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", TIME, nullable=True),
        _of_brand("brand_invites"),
        sa.ForeignKeyConstraint(["used_by"], ["users.id"], name=op.f("fk_brand_invites_used_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand_invites")),
    )
    op.create_index("ix_brand_invites_brand_id", "brand_invites", ["brand_id"])


def _contents() -> None:
    op.create_table(
        "brand_hashtag_groups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hashtags", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        _of_brand("brand_hashtag_groups"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand_hashtag_groups")),
    )
    op.create_index("ix_brand_hashtag_groups_brand_id", "brand_hashtag_groups", ["brand_id"])
    op.create_table(
        "brand_examples",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("brand_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        _of_brand("brand_examples"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand_examples")),
        sa.UniqueConstraint("brand_id", "digest", name=op.f("uq_brand_examples_brand_id_digest")),
    )
    op.create_table(
        "heard_posts",
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("posted_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "message_id", name=op.f("pk_heard_posts")),
    )


def _of_brand(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f(f"fk_{table}_brand_id"), ondelete="CASCADE")


def downgrade() -> None:
    op.drop_index("ix_posts_brand_id", "posts")
    op.drop_constraint(op.f("fk_posts_brand_id"), "posts")
    op.drop_column("posts", "brand_id")
    for table in ("heard_posts", "brand_examples", "brand_hashtag_groups", "brand_invites", "brand_members", "brands"):
        op.drop_table(table)
