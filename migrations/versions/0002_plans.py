"""The plans, and an eager autovacuum where rows change most."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FEATURES = (
    "posts",
    "podcasts",
    "podcast_minutes",
    "images",
    "voiceovers",
    "viral_queries",
    "channel_analyses",
    "script_analyses",
    "publications",
    "campaigns",
    "creators",
    "brands",
    "target_chats",
)
PLANS: dict[str, tuple[int, list[int | None]]] = {
    "free": (0, [20, 5, 25, 10, 10, 20, 5, 3, 0, 0, 0, 1, 1]),
    "starter": (900, [200, 50, 250, 100, 100, 200, 50, 30, 30, 3, 1_000, 3, 3]),
    "pro": (1_900, [1_000, 200, 1_000, 500, 500, None, None, None, None, 10, 10_000, 10, 25]),
    "business": (9_900, [90_000, None, None, None, None, None, None, None, None, None, None, None, None]),
}
PERKS = {
    "free": {"csv_export": False, "api": False, "analytics": "basic", "support": "email"},
    "starter": {"csv_export": True, "api": False, "analytics": "basic", "support": "email"},
    "pro": {"csv_export": True, "api": True, "analytics": "advanced", "support": "priority"},
    "business": {"csv_export": True, "api": True, "analytics": "advanced", "support": "priority"},
}
BUSY_TABLES = ("deliveries", "jobs", "status_messages")

plans = sa.table(
    "plans",
    sa.column("key", sa.Text),
    sa.column("rank", sa.Integer),
    sa.column("price_cents", sa.Integer),
    sa.column("currency", sa.Text),
    sa.column("limits", postgresql.JSONB),
    sa.column("perks", postgresql.JSONB),
)


def upgrade() -> None:
    rows = [
        {
            "key": key,
            "rank": rank,
            "price_cents": price_cents,
            "currency": "USD",
            "limits": dict(zip(FEATURES, limits, strict=True)),
            "perks": PERKS[key],
        }
        for rank, (key, (price_cents, limits)) in enumerate(PLANS.items())
    ]
    op.bulk_insert(plans, rows)
    for table in BUSY_TABLES:
        op.execute(
            f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500)"
        )


def downgrade() -> None:
    op.execute(plans.delete())
    for table in BUSY_TABLES:
        op.execute(f"ALTER TABLE {table} RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)")
