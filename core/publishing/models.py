"""Videos on their way to networks: what was chosen, how far each is, and how it does there."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base, Json


class VideoPostStatus(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    PARTIALLY_PUBLISHED = "partially_published"
    FAILED = "failed"
    CANCELLED = "cancelled"


class VideoPost(Base):
    """One video for one or more networks. Its status follows from its publications."""

    __tablename__ = "video_posts"
    __table_args__ = (Index("ix_video_posts_list", "owner_id", "id", postgresql_where=text("deleted_at IS NULL")),)

    id: Mapped[ids.VideoPostId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    video_id: Mapped[ids.OwnVideoId] = mapped_column(ForeignKey("own_videos.id"), index=True)
    post_id: Mapped[ids.PostId | None]
    """Of the draft that its words were taken from."""
    caption: Mapped[str] = mapped_column(default="")
    """What a network gets that has no words of its own in `publications.wanted`."""
    status: Mapped[str] = mapped_column(default=VideoPostStatus.DRAFT)
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class Manner(StrEnum):
    API = "api"
    BY_HAND = "by_hand"
    """The bot sends file and caption at the minute, and its owner publishes."""


class PublicationStatus(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"
    WAITING = "waiting"
    """For the network's quota of another day, or for a connection that is to be renewed; `due_at` says until when."""
    PREPARING = "preparing"
    UPLOADING = "uploading"
    PROCESSING = "processing"
    """All is there, or is being released; the network is at it."""
    ASKED = "asked"
    """By hand: file and caption are in the chat."""
    PUBLISHED = "published"
    IN_INBOX = "in_inbox"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    """It may be there: the network doesn't say, and its owner is asked."""
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


UNDER_WAY = (PublicationStatus.PREPARING, PublicationStatus.UPLOADING, PublicationStatus.PROCESSING)


class Publication(Base):
    """`draft -> scheduled -> preparing -> uploading -> processing -> published | in_inbox | failed | unconfirmed`.

    By hand: `scheduled -> asked -> published | skipped`. `waiting` stands before a step that can't be taken yet.
    """

    __tablename__ = "publications"
    __table_args__ = (
        Index("ix_publications_due_at", "due_at", postgresql_where=text("status IN ('scheduled', 'waiting')")),
        Index("ix_publications_owner_id_id", "owner_id", "id"),
        Index("ix_publications_video_post_id", "video_post_id"),
        Index("ix_publications_connection_id", "connection_id"),
        Index("ix_publications_numbers_at", "numbers_at", postgresql_where=text("numbers_at IS NOT NULL")),
    )

    id: Mapped[ids.PublicationId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    video_post_id: Mapped[ids.VideoPostId] = mapped_column(ForeignKey("video_posts.id", ondelete="CASCADE"))
    connection_id: Mapped[ids.ConnectionId | None] = mapped_column(ForeignKey("connections.id", ondelete="SET NULL"))
    """None by hand, and when the connection was removed."""
    network: Mapped[str]
    manner: Mapped[str] = mapped_column(default=Manner.API)
    wanted: Mapped[Json]
    """core.publishing.networks.contract.Wanted."""
    consented_at: Mapped[datetime | None]
    """When its owner agreed to what the network's rules want them to agree to."""
    status: Mapped[str] = mapped_column(default=PublicationStatus.DRAFT)
    due_at: Mapped[datetime | None]
    handle: Mapped[str | None]
    """core.publishing.networks.contract.Handle, encrypted, bound to this row."""
    began_at: Mapped[datetime | None]
    """When the network was first told of it: `find` looks no further back."""
    progress: Mapped[int] = mapped_column(default=0)
    """Percent of what is uploaded."""
    attempt: Mapped[int] = mapped_column(default=0)
    """How often it was begun: at its time, and by whoever pressed Try again."""
    stage_since: Mapped[datetime | None]
    """Since when it stands where it is; patience is counted from there."""
    limited_since: Mapped[datetime | None]
    """Since when this attempt has been waiting for the network's limits."""
    out_of_hands_at: Mapped[datetime | None]
    """When the first step was taken that can't be taken back: from then on it may be there, whoever says nothing."""
    hold_id: Mapped[ids.HoldId | None]
    """Of the plan's publications, until it has ended."""
    error: Mapped[Json | None]
    network_id: Mapped[str | None]
    url: Mapped[str | None]
    published_at: Mapped[datetime | None]
    numbers_at: Mapped[datetime | None]
    """When its numbers are read next; None before it is published, and 30 days later."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class PublicationNumbers(Base):
    """How it did at a moment."""

    __tablename__ = "publication_numbers"

    publication_id: Mapped[ids.PublicationId] = mapped_column(
        ForeignKey("publications.id", ondelete="CASCADE"), primary_key=True
    )
    read_at: Mapped[datetime] = mapped_column(primary_key=True)
    views: Mapped[int | None] = mapped_column(BigInteger)
    likes: Mapped[int | None] = mapped_column(BigInteger)
    comments: Mapped[int | None] = mapped_column(BigInteger)
    shares: Mapped[int | None] = mapped_column(BigInteger)


class PublishingReport(Base):
    """Who wants a weekly report of what was published, and when the next is due."""

    __tablename__ = "publishing_reports"
    __table_args__ = (Index("ix_publishing_reports_next_at", "next_at"),)

    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    next_at: Mapped[datetime]
    """On Mondays, by the wall clock of its owner's zone."""
