"""What goes with a post, queues, series, evergreen posts, imports, broadcasts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.DateTime(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_through", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_series_owner_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_series_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("post_id", name=op.f("uq_series_post_id")),
    )
    op.create_index(
        "ix_series_next_at",
        "series",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("status = 'active' AND next_at IS NOT NULL"),
    )
    op.create_index("ix_series_owner_id", "series", ["owner_id"], unique=False)
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("admin_id", sa.Uuid(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reached", sa.Uuid(), nullable=True),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["admin_id"], ["users.id"], name=op.f("fk_broadcasts_admin_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
    )
    op.create_table(
        "post_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("rows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("problems", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_post_imports_owner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_imports")),
    )
    op.create_index(op.f("ix_post_imports_owner_id"), "post_imports", ["owner_id"], unique=False)
    op.create_table(
        "series_exceptions",
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence", sa.DateTime(), nullable=False),
        sa.Column("moved_to", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_series_exceptions_series_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("series_id", "occurrence", name=op.f("pk_series_exceptions")),
    )
    op.create_table(
        "queues",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quiet_from", sa.SmallInteger(), nullable=True),
        sa.Column("quiet_until", sa.SmallInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_queues_channel_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_queues_owner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queues")),
        sa.UniqueConstraint(
            "owner_id", "channel_id", name=op.f("uq_queues_owner_id_channel_id"), postgresql_nulls_not_distinct=True
        ),
    )
    op.create_table(
        "evergreen_posts",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("queue_id", sa.Uuid(), nullable=False),
        sa.Column("cool_down_days", sa.SmallInteger(), nullable=False),
        sa.Column("repeats_max", sa.SmallInteger(), nullable=True),
        sa.Column("repeats", sa.SmallInteger(), nullable=False),
        sa.Column("last_planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_evergreen_posts_owner_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_evergreen_posts_post_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["queues.id"], name=op.f("fk_evergreen_posts_queue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_evergreen_posts")),
    )
    op.create_index(op.f("ix_evergreen_posts_owner_id"), "evergreen_posts", ["owner_id"], unique=False)
    op.create_index("ix_evergreen_posts_queue_id", "evergreen_posts", ["queue_id", "last_planned_at"], unique=False)
    op.create_table(
        "queue_slots",
        sa.Column("queue_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("minute", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["queue_id"], ["queues.id"], name=op.f("fk_queue_slots_queue_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("queue_id", "weekday", "minute", name=op.f("pk_queue_slots")),
    )
    op.add_column("channels", sa.Column("footer", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "channels",
        sa.Column(
            "footer_entities", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
    )
    op.add_column(
        "post_versions",
        sa.Column("entities", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column(
        "posts",
        sa.Column("entities", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column(
        "posts",
        sa.Column("media", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column(
        "posts",
        sa.Column("buttons", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column("posts", sa.Column("layout", sa.Text(), nullable=True))
    op.add_column("posts", sa.Column("link_preview", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("posts", sa.Column("silent", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("posts", sa.Column("pin", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("posts", sa.Column("footer", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("posts", sa.Column("queue_id", sa.Uuid(), nullable=True))
    op.add_column("posts", sa.Column("series_id", sa.Uuid(), nullable=True))
    op.add_column("posts", sa.Column("occurrence", sa.DateTime(), nullable=True))
    op.add_column("posts", sa.Column("template_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_posts_owner_id_due_at",
        "posts",
        ["owner_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_posts_queue_id_due_at",
        "posts",
        ["queue_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("queue_id IS NOT NULL"),
    )
    op.create_index(
        "ix_posts_template_id",
        "posts",
        ["template_id"],
        unique=False,
        postgresql_where=sa.text("template_id IS NOT NULL"),
    )
    op.create_unique_constraint(op.f("uq_posts_series_id_occurrence"), "posts", ["series_id", "occurrence"])
    op.create_foreign_key(op.f("fk_posts_template_id"), "posts", "posts", ["template_id"], ["id"], ondelete="SET NULL")
    op.create_foreign_key(op.f("fk_posts_series_id"), "posts", "series", ["series_id"], ["id"], ondelete="SET NULL")
    op.create_foreign_key(op.f("fk_posts_queue_id"), "posts", "queues", ["queue_id"], ["id"], ondelete="SET NULL")
    op.add_column(
        "sources",
        sa.Column("entities", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column(
        "sources",
        sa.Column("media", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column("users", sa.Column("late_policy", sa.Text(), server_default="send", nullable=False))
    op.add_column("users", sa.Column("dark_pictures", sa.Boolean(), server_default=sa.text("false"), nullable=False))


def downgrade() -> None:
    op.drop_column("users", "dark_pictures")
    op.drop_column("users", "late_policy")
    op.drop_column("sources", "media")
    op.drop_column("sources", "entities")
    op.drop_constraint(op.f("fk_posts_queue_id"), "posts", type_="foreignkey")
    op.drop_constraint(op.f("fk_posts_series_id"), "posts", type_="foreignkey")
    op.drop_constraint(op.f("fk_posts_template_id"), "posts", type_="foreignkey")
    op.drop_constraint(op.f("uq_posts_series_id_occurrence"), "posts", type_="unique")
    op.drop_index("ix_posts_owner_id_due_at", table_name="posts", postgresql_where=sa.text("deleted_at IS NULL"))
    op.drop_index("ix_posts_template_id", table_name="posts", postgresql_where=sa.text("template_id IS NOT NULL"))
    op.drop_index("ix_posts_queue_id_due_at", table_name="posts", postgresql_where=sa.text("queue_id IS NOT NULL"))
    op.drop_column("posts", "template_id")
    op.drop_column("posts", "occurrence")
    op.drop_column("posts", "series_id")
    op.drop_column("posts", "queue_id")
    op.drop_column("posts", "footer")
    op.drop_column("posts", "pin")
    op.drop_column("posts", "silent")
    op.drop_column("posts", "link_preview")
    op.drop_column("posts", "layout")
    op.drop_column("posts", "buttons")
    op.drop_column("posts", "media")
    op.drop_column("posts", "entities")
    op.drop_column("post_versions", "entities")
    op.drop_column("channels", "footer_entities")
    op.drop_column("channels", "footer")
    op.drop_table("queue_slots")
    op.drop_index("ix_evergreen_posts_queue_id", table_name="evergreen_posts")
    op.drop_index(op.f("ix_evergreen_posts_owner_id"), table_name="evergreen_posts")
    op.drop_table("evergreen_posts")
    op.drop_table("queues")
    op.drop_table("series_exceptions")
    op.drop_index(op.f("ix_post_imports_owner_id"), table_name="post_imports")
    op.drop_table("post_imports")
    op.drop_table("broadcasts")
    op.drop_index("ix_series_owner_id", table_name="series")
    op.drop_index(
        "ix_series_next_at", table_name="series", postgresql_where=sa.text("status = 'active' AND next_at IS NOT NULL")
    )
    op.drop_table("series")
