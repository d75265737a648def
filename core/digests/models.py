"""Who gets told what goes viral, when, and what they have been shown already.

What is asked of the networks belongs to nobody (`refreshes`): many subscribe to the same, and it is asked once.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, SmallInteger, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base, Json


class Frequency(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"


class DigestStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    WAITING = "waiting"
    """The plan has no room for it to go on; it does by itself when there is (core/digests/fitting.py)."""
    DELETED = "deleted"
    """For a week its owner can take that back."""


class Digest(Base):
    """A subscription. Its hour is the wall clock's of its owner's zone."""

    __tablename__ = "digests"
    __table_args__ = (
        Index("ix_digests_owner_id", "owner_id"),
        Index("ix_digests_next_run_at", "next_run_at", postgresql_where=text("next_run_at IS NOT NULL")),
    )

    id: Mapped[ids.DigestId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    keywords: Mapped[list[str]]
    networks: Mapped[list[str]]
    region: Mapped[str] = mapped_column(default="")
    """ISO 3166, or "" for anywhere."""
    frequency: Mapped[str] = mapped_column(default=Frequency.DAILY)
    weekday: Mapped[int] = mapped_column(SmallInteger, default=0)
    """Of a weekly one; 0 is Monday."""
    hour: Mapped[int] = mapped_column(SmallInteger)
    says_nothing_new: Mapped[bool] = mapped_column(default=True, server_default=true())
    alert_times: Mapped[int | None] = mapped_column(SmallInteger)
    """Tell at once of what gets so many times its creator's usual views; None: don't."""
    status: Mapped[str] = mapped_column(default=DigestStatus.ACTIVE)
    next_run_at: Mapped[datetime | None]
    """None unless it is active."""
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class Refresh(Base):
    """What is asked again every six hours, for as long as somebody subscribes to it: a search, or one creator's list.

    Either `creator_id` or the other four say what.
    """

    __tablename__ = "refreshes"
    __table_args__ = (
        UniqueConstraint("network", "keyword", "period", "region"),
        UniqueConstraint("creator_id"),
        Index("ix_refreshes_next_at", "next_at"),
    )

    id: Mapped[ids.RefreshId] = mapped_column(primary_key=True, default=ids.new)
    network: Mapped[str]
    keyword: Mapped[str | None]
    period: Mapped[str | None]
    region: Mapped[str | None]
    creator_id: Mapped[ids.CreatorId | None] = mapped_column(ForeignKey("creators.id", ondelete="CASCADE"))
    next_at: Mapped[datetime]
    """Due when it is past; what was tried, well or not, is due later."""
    lease_until: Mapped[datetime | None]
    """While somebody is at it."""
    failures: Mapped[int] = mapped_column(SmallInteger, default=0)
    """In a row."""
    problem: Mapped[Json | None]
    """Why the last attempt brought nothing; None when it did."""
    created_at: Mapped[datetime]


class DigestSearch(Base):
    """Which searches a digest is made of: each of its keywords on each of its networks."""

    __tablename__ = "digest_searches"
    __table_args__ = (Index("ix_digest_searches_refresh_id", "refresh_id"),)

    digest_id: Mapped[ids.DigestId] = mapped_column(ForeignKey("digests.id", ondelete="CASCADE"), primary_key=True)
    refresh_id: Mapped[ids.RefreshId] = mapped_column(ForeignKey("refreshes.id", ondelete="CASCADE"), primary_key=True)


class IssueKind(StrEnum):
    DIGEST = "digest"
    PREVIEW = "preview"
    """Asked for by its owner: nothing in it counts as shown."""
    ALERT = "alert"
    """One video that stands out."""


class Issue(Base):
    """What went out at once. `items`: video_id and the keyword that found it, the best first."""

    __tablename__ = "digest_issues"
    __table_args__ = (
        Index("ix_digest_issues_owner_id", "owner_id"),
        Index("ix_digest_issues_digest_id", "digest_id"),
        Index("ix_digest_issues_created_at", "created_at"),
    )

    id: Mapped[ids.IssueId] = mapped_column(primary_key=True, default=ids.new)
    digest_id: Mapped[ids.DigestId | None] = mapped_column(ForeignKey("digests.id", ondelete="CASCADE"))
    """None: an alert of a watched creator."""
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str]
    items: Mapped[list[Json]]
    found_at: Mapped[datetime]
    """How old the oldest of what it was made from is."""
    problem: Mapped[Json | None]
    """Why some of it is old or missing."""
    sample: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[datetime]


class ShownVideo(Base):
    """What a user was shown by a digest or an alert, and won't be again (core/digests/shown.py)."""

    __tablename__ = "shown_videos"
    __table_args__ = (Index("ix_shown_videos_shown_at", "shown_at", postgresql_using="brin"),)

    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    video_id: Mapped[ids.VideoId] = mapped_column(primary_key=True)
    alerted: Mapped[bool] = mapped_column(default=False, server_default=false())
    shown_at: Mapped[datetime]


class Vote(Base):
    """A thumb up or down, with what it says something about."""

    __tablename__ = "video_votes"

    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    video_id: Mapped[ids.VideoId] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE"), primary_key=True)
    creator_id: Mapped[ids.CreatorId]
    format: Mapped[str]
    keyword: Mapped[str]
    liked: Mapped[bool]
    voted_at: Mapped[datetime]


class Watch(Base):
    """A creator whose outliers a user wants to be told of."""

    __tablename__ = "watches"
    __table_args__ = (
        UniqueConstraint("owner_id", "creator_id"),
        Index("ix_watches_refresh_id", "refresh_id"),
    )

    id: Mapped[ids.WatchId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    creator_id: Mapped[ids.CreatorId] = mapped_column(ForeignKey("creators.id", ondelete="CASCADE"))
    refresh_id: Mapped[ids.RefreshId | None] = mapped_column(ForeignKey("refreshes.id", ondelete="SET NULL"))
    """None while the plan has no room for it: then nothing is asked for, and nothing told."""
    times: Mapped[int] = mapped_column(SmallInteger)
    watched_at: Mapped[datetime]


class Manners(Base):
    """When a user isn't to be disturbed by digests and alerts, and by how many alerts a day. Minutes after midnight."""

    __tablename__ = "digest_manners"

    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    quiet_begins: Mapped[int | None] = mapped_column(SmallInteger)
    quiet_ends: Mapped[int | None] = mapped_column(SmallInteger)
    alerts_a_day: Mapped[int] = mapped_column(SmallInteger)
