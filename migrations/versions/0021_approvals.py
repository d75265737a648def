"""Approvals of posts, templates, first comments, and versions of one post for several platforms."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _posts()
    _people()
    _approvals()
    _events()
    _templates()


def _posts() -> None:
    op.add_column("posts", sa.Column("approval", sa.Text(), nullable=True))
    op.add_column("posts", sa.Column("first_comment", sa.Text(), server_default="", nullable=False))
    op.add_column("posts", sa.Column("root_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_posts_root_id"), "posts", "posts", ["root_id"], ["id"], ondelete="SET NULL")
    op.create_index("ix_posts_root_id", "posts", ["root_id"], postgresql_where=sa.text("root_id IS NOT NULL"))
    op.create_index("ix_posts_awaiting", "posts", ["due_at"], postgresql_where=sa.text("approval = 'waiting'"))


def _people() -> None:
    op.create_table(
        "approvers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.Column("removed_at", TIME, nullable=True),
        _to("approvers", "owner_id", "users"),
        _to("approvers", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvers")),
        sa.UniqueConstraint("owner_id", "user_id", name=op.f("uq_approvers_owner_id_user_id")),
    )
    op.create_index(op.f("ix_approvers_user_id"), "approvers", ["user_id"])
    op.create_table(
        "approver_invites",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        _to("approver_invites", "owner_id", "users"),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_approver_invites")),
        sa.UniqueConstraint("digest", name=op.f("uq_approver_invites_digest")),
    )


def _approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=True),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("asked_at", TIME, nullable=True),
        sa.Column("reminded_at", TIME, nullable=True),
        sa.Column("decided_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        _to("approvals", "owner_id", "users"),
        _to("approvals", "post_id", "posts"),
        _to("approvals", "channel_id", "channels", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint("post_id", name=op.f("uq_approvals_post_id")),
    )
    op.create_index("ix_approvals_owner_id_status", "approvals", ["owner_id", "status"])
    op.create_table(
        "approval_seats",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("approval_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("decided_at", TIME, nullable=True),
        _to("approval_seats", "approval_id", "approvals"),
        _to("approval_seats", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_seats")),
        sa.UniqueConstraint("approval_id", "user_id", name=op.f("uq_approval_seats_approval_id_user_id")),
    )
    op.create_index(op.f("ix_approval_seats_user_id"), "approval_seats", ["user_id"])


def _events() -> None:
    op.create_table(
        "approval_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("approval_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("at", TIME, nullable=False),
        _to("approval_events", "approval_id", "approvals"),
        _to("approval_events", "user_id", "users", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_events")),
    )
    op.create_index("ix_approval_events_approval_id_at", "approval_events", ["approval_id", "at"])
    op.create_index(op.f("ix_approval_events_user_id"), "approval_events", ["user_id"])


def _templates() -> None:
    empty = sa.text("'[]'")
    op.create_table(
        "templates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("entities", postgresql.JSONB(), server_default=empty, nullable=False),
        sa.Column("media", postgresql.JSONB(), server_default=empty, nullable=False),
        sa.Column("buttons", postgresql.JSONB(), server_default=empty, nullable=False),
        sa.Column("first_comment", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME, nullable=True),
        _to("templates", "owner_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_templates")),
    )
    kept = sa.text("deleted_at IS NULL")
    op.create_index("ix_templates_owner_id_name", "templates", ["owner_id", "name"], postgresql_where=kept)


def _to(table: str, column: str, other: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def downgrade() -> None:
    for table in ("templates", "approval_events", "approval_seats", "approvals", "approver_invites", "approvers"):
        op.drop_table(table)
    op.drop_index("ix_posts_awaiting", "posts")
    op.drop_index("ix_posts_root_id", "posts")
    op.drop_constraint(op.f("fk_posts_root_id"), "posts")
    for column in ("root_id", "first_comment", "approval"):
        op.drop_column("posts", column)
