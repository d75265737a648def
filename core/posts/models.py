"""Posts, from draft to published. A batch is what one press of Generate asked for; its posts are the variants."""

from datetime import datetime
from enum import StrEnum
from typing import Self

from sqlalchemy import DateTime, ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import EMPTY_LIST, Base, Json, TelegramId


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
    RECURRING = "recurring"
    """It goes out again and again: each time as a copy, made by its series."""


class Layout(StrEnum):
    """How a post goes out that is too long for one message."""

    SPLIT = "split"
    """The text goes on in further messages; with media, it begins as their caption."""
    TEXT_FIRST = "text_first"
    """All of the text, then the media."""


class Approval(StrEnum):
    """Whether others have agreed to a post as it reads now."""

    WAITING = "waiting"
    APPROVED = "approved"


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
        Index("ix_posts_owner_id_due_at", "owner_id", "due_at", postgresql_where=text("deleted_at IS NULL")),
        Index("ix_posts_batch_id_position", "batch_id", "position"),
        Index("ix_posts_queue_id_due_at", "queue_id", "due_at", postgresql_where=text("queue_id IS NOT NULL")),
        UniqueConstraint("series_id", "occurrence"),
        Index("ix_posts_template_id", "template_id", postgresql_where=text("template_id IS NOT NULL")),
        Index("ix_posts_root_id", "root_id", postgresql_where=text("root_id IS NOT NULL")),
        Index("ix_posts_awaiting", "due_at", postgresql_where=text("approval = 'waiting'")),
        Index("ix_posts_brand_id", "brand_id", postgresql_where=text("brand_id IS NOT NULL")),
    )

    id: Mapped[ids.PostId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    batch_id: Mapped[ids.BatchId | None] = mapped_column(ForeignKey("post_batches.id", ondelete="SET NULL"))
    position: Mapped[int] = mapped_column(default=1)
    """The place among the batch's posts, from 1."""
    platform: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
    entities: Mapped[list[Json]] = mapped_column(default=list, server_default=EMPTY_LIST)
    """The formatting of `text`: core.telegram.content.Entity, as plain data."""
    media: Mapped[list[Json]] = mapped_column(default=list, server_default=EMPTY_LIST)
    """What goes with it: core.telegram.content.Media, as plain data; several are an album."""
    buttons: Mapped[list[list[Json]]] = mapped_column(default=list, server_default=EMPTY_LIST)
    """Rows of `{"text": ..., "url": ...}` under it."""
    layout: Mapped[str | None]
    """The owner's choice for what is too long for one message; None: not chosen."""
    link_preview: Mapped[bool] = mapped_column(default=True, server_default=true())
    silent: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It arrives without a sound."""
    pin: Mapped[bool] = mapped_column(default=False, server_default=false())
    footer: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether the chat's footer stands under it, where the chat has one."""
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
    queue_id: Mapped[ids.QueueId | None] = mapped_column(ForeignKey("queues.id", ondelete="SET NULL"))
    """The queue whose slot `due_at` is; None: its time was chosen for it alone."""
    series_id: Mapped[ids.SeriesId | None] = mapped_column(ForeignKey("series.id", ondelete="SET NULL", use_alter=True))
    """Of an occurrence: what it is an occurrence of."""
    occurrence: Mapped[datetime | None] = mapped_column(DateTime(timezone=False))
    """The wall-clock time that the series' rule gave it: each is made once."""
    template_id: Mapped[ids.PostId | None] = mapped_column(ForeignKey("posts.id", ondelete="SET NULL"))
    """Of a copy that a series or the evergreen pool made: the post it repeats."""
    brand_id: Mapped[ids.BrandId | None] = mapped_column(ForeignKey("brands.id", ondelete="SET NULL"))
    """Whose voice it has."""
    approval: Mapped[str | None]
    """Approval; None: nobody was asked. While it is waiting, nothing of the post goes out (core/posts/awaiting.py)."""
    first_comment: Mapped[str] = mapped_column(default="", server_default="")
    """What its owner wants to write below it once it is out; "": nothing."""
    root_id: Mapped[ids.PostId | None] = mapped_column(ForeignKey("posts.id", ondelete="SET NULL"))
    """Of a version for another platform: the post that it says the same as."""
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
    entities: Mapped[list[Json]] = mapped_column(default=list, server_default=EMPTY_LIST)
    engine: Mapped[str]
    created_at: Mapped[datetime]

    @classmethod
    def of(cls, post: Post, at: datetime) -> Self:
        """What the post says now, under the number that it has."""
        return cls(
            post_id=post.id,
            number=post.version,
            title=post.title,
            text=post.text,
            entities=post.entities,
            engine=post.engine,
            created_at=at,
        )


class Import(Base):
    """Posts read from a file, shown before they count: all of them become scheduled posts, or none."""

    __tablename__ = "post_imports"

    id: Mapped[ids.ImportId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str]
    rows: Mapped[list[Json]]
    """What was understood, a row each."""
    problems: Mapped[list[Json]]
    """What wasn't: `{"line": ..., "code": ..., "params": ...}`."""
    created_at: Mapped[datetime]
    imported_at: Mapped[datetime | None]


class Card(Base):
    """Which post a message in the chat shows, so that a reply to it is understood, also after a restart."""

    __tablename__ = "post_cards"
    __table_args__ = (PrimaryKeyConstraint("chat_id", "message_id"),)

    chat_id: Mapped[TelegramId]
    message_id: Mapped[TelegramId]
    post_id: Mapped[ids.PostId] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)
