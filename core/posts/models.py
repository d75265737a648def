"""Posts, from draft to published. A batch is what one press of Generate asked for; its posts are the variants."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base, Json, TelegramId


class PostStatus(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    ON_HOLD = "on_hold"
    """It is scheduled, and its chat takes nothing at the moment."""
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    PARTIALLY_PUBLISHED = "partially_published"
    UNCONFIRMED = "unconfirmed"
    """It may be there or not: only its owner can look."""
    FAILED = "failed"
    CANCELLED = "cancelled"


class BatchStatus(StrEnum):
    CHOOSING = "choosing"
    WRITING = "writing"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Batch(Base):
    """One request for posts: the options, while they are chosen and after."""

    __tablename__ = "post_batches"

    id: Mapped[ids.BatchId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    source_id: Mapped[ids.SourceId] = mapped_column(ForeignKey("sources.id", ondelete="CASCADE"))
    options: Mapped[Json]
    status: Mapped[str] = mapped_column(default=BatchStatus.CHOOSING)
    hold_id: Mapped[ids.HoldId | None]
    error: Mapped[Json | None]
    created_at: Mapped[datetime]


class Post(Base):
    __tablename__ = "posts"
    __table_args__ = (
        Index("ix_posts_owner_id_created_at", "owner_id", "created_at", postgresql_where=text("deleted_at IS NULL")),
        Index("ix_posts_batch_id_position", "batch_id", "position"),
    )

    id: Mapped[ids.PostId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    batch_id: Mapped[ids.BatchId | None] = mapped_column(ForeignKey("post_batches.id", ondelete="SET NULL"))
    position: Mapped[int] = mapped_column(default=1)
    """The place among the batch's posts, from 1."""
    platform: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
    language: Mapped[str]
    engine: Mapped[str]
    """Who wrote it, as told to the user: a model's name, "offline draft", or "you"."""
    status: Mapped[str] = mapped_column(default=PostStatus.DRAFT)
    version: Mapped[int] = mapped_column(default=1)
    due_at: Mapped[datetime | None]
    channel_id: Mapped[ids.ChannelId | None] = mapped_column(ForeignKey("channels.id", ondelete="SET NULL"), index=True)
    """Where it goes; None: to its owner."""
    message_id: Mapped[TelegramId | None]
    """What it became there: its first message."""
    error: Mapped[Json | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class PostVersion(Base):
    """What a post said before. `Undo` goes back one number."""

    __tablename__ = "post_versions"
    __table_args__ = (PrimaryKeyConstraint("post_id", "number"),)

    post_id: Mapped[ids.PostId] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str]
    text: Mapped[str]
    engine: Mapped[str]
    created_at: Mapped[datetime]


class Card(Base):
    """Which post a message in the chat shows, so that a reply to it is understood, also after a restart."""

    __tablename__ = "post_cards"
    __table_args__ = (PrimaryKeyConstraint("chat_id", "message_id"),)

    chat_id: Mapped[TelegramId]
    message_id: Mapped[TelegramId]
    post_id: Mapped[ids.PostId] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)
