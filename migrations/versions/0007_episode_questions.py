"""What is asked of episodes; which script an episode's audio says, and its small picture."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("podcasts", sa.Column("thumbnail_key", sa.Text(), nullable=True))
    op.add_column("podcasts", sa.Column("audio_version", sa.Integer(), nullable=True))
    op.execute("UPDATE podcasts SET audio_version = script_version WHERE status = 'ready'")
    op.create_table(
        "episode_questions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("podcast_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("error", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_episode_questions_owner_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["podcast_id"], ["podcasts.id"], name=op.f("fk_episode_questions_podcast_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_episode_questions")),
    )
    op.create_index(op.f("ix_episode_questions_owner_id"), "episode_questions", ["owner_id"], unique=False)
    op.create_index("ix_episode_questions_podcast_id_id", "episode_questions", ["podcast_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("episode_questions")
    op.drop_column("podcasts", "audio_version")
    op.drop_column("podcasts", "thumbnail_key")
