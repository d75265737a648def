"""What was seen on the networks, who asked for it, and what they keep.

Creators, videos and searches belong to nobody: what one user's search brings is there for the next one's. The numbers
of the moment stand on the video, so that ranking and medians never read the series; `snapshots` is the series.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Index, UniqueConstraint, Uuid, false, text
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base, Json

NO_VIDEOS = text("'{}'")


class Creator(Base):
    __tablename__ = "creators"
    __table_args__ = (
        UniqueConstraint("network", "network_creator_id"),
        Index("ix_creators_network_handle", "network", text("lower(handle)")),
    )

    id: Mapped[ids.CreatorId] = mapped_column(primary_key=True, default=ids.new)
    network: Mapped[str]
    network_creator_id: Mapped[str]
    """The network's own id; where it tells none, `@` and the handle."""
    handle: Mapped[str]
    name: Mapped[str]
    url: Mapped[str]
    followers: Mapped[int | None] = mapped_column(BigInteger)
    videos: Mapped[int | None]
    avatar_url: Mapped[str | None]
    verified: Mapped[bool] = mapped_column(default=False)
    about: Mapped[str] = mapped_column(default="")
    first_seen_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    listed_at: Mapped[datetime | None]
    """When their own list of videos was last asked for: medians need more than what searches bring."""


class Video(Base):
    """`sample`: made up by the sandbox; every screen says so. None is what the network doesn't tell, never 0."""

    __tablename__ = "videos"
    __table_args__ = (
        UniqueConstraint("network", "network_video_id"),
        Index("ix_videos_medians", "creator_id", "format", postgresql_include=["id", "views"]),
    )

    id: Mapped[ids.VideoId] = mapped_column(primary_key=True, default=ids.new)
    network: Mapped[str]
    network_video_id: Mapped[str]
    creator_id: Mapped[ids.CreatorId] = mapped_column(ForeignKey("creators.id", ondelete="CASCADE"))
    url: Mapped[str]
    title: Mapped[str]
    format: Mapped[str]
    published_at: Mapped[datetime | None]
    duration_s: Mapped[float | None]
    language: Mapped[str | None]
    thumbnail_url: Mapped[str | None]
    """Expires within hours on most networks."""
    thumbnail_key: Mapped[str | None]
    """Our own copy in storage, under the hash of its content."""
    sample: Mapped[bool] = mapped_column(default=False, server_default=false())
    views: Mapped[int | None] = mapped_column(BigInteger)
    likes: Mapped[int | None] = mapped_column(BigInteger)
    comments: Mapped[int | None] = mapped_column(BigInteger)
    shares: Mapped[int | None] = mapped_column(BigInteger)
    saves: Mapped[int | None] = mapped_column(BigInteger)
    first_seen_at: Mapped[datetime]
    measured_at: Mapped[datetime]
    """When the numbers were these."""


class Snapshot(Base):
    """A video's numbers at one time, at most once an hour.

    Pruned by age rather than partitioned by month: nothing reads it but by video through the primary key, whose depth
    hardly changes with the rows; rows arrive in the order of time, so a BRIN index of some pages finds the old ones;
    and no job has to make next month's partition before the first write of the month.
    """

    __tablename__ = "snapshots"
    __table_args__ = (Index("ix_snapshots_taken_at", "taken_at", postgresql_using="brin"),)

    video_id: Mapped[ids.VideoId] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(primary_key=True)
    """`taken_at` cut to the full hour."""
    taken_at: Mapped[datetime]
    views: Mapped[int | None] = mapped_column(BigInteger)
    likes: Mapped[int | None] = mapped_column(BigInteger)
    comments: Mapped[int | None] = mapped_column(BigInteger)
    shares: Mapped[int | None] = mapped_column(BigInteger)
    saves: Mapped[int | None] = mapped_column(BigInteger)


class StoredSearch(Base):
    """What was asked of a network, by anybody, and what it last brought, the best first."""

    __tablename__ = "searches"
    __table_args__ = (UniqueConstraint("network", "keyword", "period", "region"),)

    id: Mapped[ids.SearchId] = mapped_column(primary_key=True, default=ids.new)
    network: Mapped[str]
    keyword: Mapped[str]
    """In lower case, single spaces; "" is what trends."""
    period: Mapped[str]
    region: Mapped[str]
    """ISO 3166, or "" for anywhere: a NULL would be unlike itself in the unique constraint."""
    video_ids: Mapped[list[ids.VideoId]] = mapped_column(ARRAY(Uuid), default=list, server_default=NO_VIDEOS)
    provider: Mapped[str] = mapped_column(default="")
    sample: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]
    refreshed_at: Mapped[datetime | None]
    """None: it has never brought anything."""


class LookupStatus(StrEnum):
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Lookup(Base):
    """One user's asking for what goes viral. Its results stay as they were shown, whatever the search brings later."""

    __tablename__ = "lookups"
    __table_args__ = (Index("ix_lookups_owner_id_created_at", "owner_id", "created_at"),)

    id: Mapped[ids.LookupId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    network: Mapped[str]
    keyword: Mapped[str]
    period: Mapped[str]
    region: Mapped[str]
    status: Mapped[str] = mapped_column(default=LookupStatus.RUNNING)
    hold_id: Mapped[ids.HoldId | None]
    video_ids: Mapped[list[ids.VideoId]] = mapped_column(ARRAY(Uuid), default=list, server_default=NO_VIDEOS)
    sample: Mapped[bool] = mapped_column(default=False, server_default=false())
    results_at: Mapped[datetime | None]
    """How old what is shown is."""
    problem: Mapped[Json | None]
    """Why it failed, or why what is shown is older than an hour."""
    created_at: Mapped[datetime]


class ViralChoices(Base):
    """The last choices on the options card, one row a user."""

    __tablename__ = "viral_choices"

    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    network: Mapped[str]
    keyword: Mapped[str]
    period: Mapped[str]
    region: Mapped[str]


class SavedVideo(Base):
    """A video that a user keeps, with a note."""

    __tablename__ = "saved_videos"
    __table_args__ = (
        UniqueConstraint("owner_id", "video_id"),
        Index("ix_saved_videos_owner_id_saved_at", "owner_id", "saved_at"),
        Index("ix_saved_videos_video_id", "video_id"),
    )

    id: Mapped[ids.SavedVideoId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    video_id: Mapped[ids.VideoId] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"))
    note: Mapped[str] = mapped_column(default="")
    saved_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    """Out of the list, and can come back for a while."""


class CreditUse(Base):
    """A provider's day, in UTC. `remaining`: what the last answer told."""

    __tablename__ = "credit_uses"

    provider: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    calls: Mapped[int]
    credits: Mapped[int]
    remaining: Mapped[int | None]


class CreditShortage(Base):
    """A provider that has refused for want of credits, until it charges again."""

    __tablename__ = "credit_shortages"

    provider: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
