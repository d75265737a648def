"""Digests of what goes viral, watched creators, thumbs, and how many of them plans have room for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

FEATURES = ("digests", "digest_keywords", "watches")
ROOM: dict[str, list[int | None]] = {
    "free": [1, 3, 3],
    "starter": [3, 15, 30],
    "pro": [10, 100, 200],
    "business": [None, None, None],
}

plans = sa.table("plans", sa.column("key", sa.Text), sa.column("limits", postgresql.JSONB))


def upgrade() -> None:
    op.create_table(
        "digests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("keywords", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("networks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=False),
        sa.Column("says_nothing_new", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("alert_times", sa.SmallInteger(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("next_run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_digests_owner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
    )
    op.create_index("ix_digests_owner_id", "digests", ["owner_id"])
    op.create_index(
        "ix_digests_next_run_at", "digests", ["next_run_at"], postgresql_where=sa.text("next_run_at IS NOT NULL")
    )
    op.create_table(
        "refreshes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("keyword", sa.Text(), nullable=True),
        sa.Column("period", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("creator_id", sa.Uuid(), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.SmallInteger(), nullable=False),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.id"], name=op.f("fk_refreshes_creator_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refreshes")),
        sa.UniqueConstraint(
            "network", "keyword", "period", "region", name=op.f("uq_refreshes_network_keyword_period_region")
        ),
        sa.UniqueConstraint("creator_id", name=op.f("uq_refreshes_creator_id")),
    )
    op.create_index("ix_refreshes_next_at", "refreshes", ["next_at"])
    op.create_table(
        "digest_searches",
        sa.Column("digest_id", sa.Uuid(), nullable=False),
        sa.Column("refresh_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["digests.id"], name=op.f("fk_digest_searches_digest_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["refresh_id"], ["refreshes.id"], name=op.f("fk_digest_searches_refresh_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest_id", "refresh_id", name=op.f("pk_digest_searches")),
    )
    op.create_index("ix_digest_searches_refresh_id", "digest_searches", ["refresh_id"])
    op.create_table(
        "digest_issues",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("sample", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["digest_id"], ["digests.id"], name=op.f("fk_digest_issues_digest_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_digest_issues_owner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_issues")),
    )
    op.create_index("ix_digest_issues_owner_id", "digest_issues", ["owner_id"])
    op.create_index("ix_digest_issues_digest_id", "digest_issues", ["digest_id"])
    op.create_index("ix_digest_issues_created_at", "digest_issues", ["created_at"])
    op.create_table(
        "shown_videos",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("video_id", sa.Uuid(), nullable=False),
        sa.Column("alerted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_shown_videos_owner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("owner_id", "video_id", name=op.f("pk_shown_videos")),
    )
    op.create_index("ix_shown_videos_shown_at", "shown_videos", ["shown_at"], postgresql_using="brin")
    op.create_table(
        "video_votes",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("video_id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("keyword", sa.Text(), nullable=False),
        sa.Column("liked", sa.Boolean(), nullable=False),
        sa.Column("voted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_video_votes_owner_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["video_id"], ["videos.id"], name=op.f("fk_video_votes_video_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("owner_id", "video_id", name=op.f("pk_video_votes")),
    )
    op.create_table(
        "watches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("creator_id", sa.Uuid(), nullable=False),
        sa.Column("refresh_id", sa.Uuid(), nullable=False),
        sa.Column("times", sa.SmallInteger(), nullable=False),
        sa.Column("watched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_watches_owner_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["creator_id"], ["creators.id"], name=op.f("fk_watches_creator_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["refresh_id"], ["refreshes.id"], name=op.f("fk_watches_refresh_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watches")),
        sa.UniqueConstraint("owner_id", "creator_id", name=op.f("uq_watches_owner_id_creator_id")),
    )
    op.create_index("ix_watches_refresh_id", "watches", ["refresh_id"])
    op.create_table(
        "digest_manners",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("quiet_begins", sa.SmallInteger(), nullable=True),
        sa.Column("quiet_ends", sa.SmallInteger(), nullable=True),
        sa.Column("alerts_a_day", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_digest_manners_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_digest_manners")),
    )
    for key, room in ROOM.items():
        more = sa.cast(dict(zip(FEATURES, room, strict=True)), postgresql.JSONB)
        op.execute(plans.update().where(plans.c.key == key).values(limits=plans.c.limits.op("||")(more)))


def downgrade() -> None:
    for feature in FEATURES:
        op.execute(plans.update().values(limits=plans.c.limits.op("-")(sa.cast(feature, sa.Text))))
    for table in (
        "digest_manners",
        "watches",
        "video_votes",
        "shown_videos",
        "digest_issues",
        "digest_searches",
        "refreshes",
        "digests",
    ):
        op.drop_table(table)
