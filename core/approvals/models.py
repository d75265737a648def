"""Posts that others agree to before they go out: who may be asked, who was asked, and what they said."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base


class ApprovalStatus(StrEnum):
    CHOOSING = "choosing"
    """Its owner still chooses whom to ask: nobody has heard of it."""
    OPEN = "open"
    CHANGES = "changes"
    """Somebody wants it changed first."""
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    """Its owner asks no more."""


class Verdict(StrEnum):
    APPROVED = "approved"
    CHANGES = "changes"


class EventKind(StrEnum):
    ASKED = "asked"
    REMINDED = "reminded"
    APPROVED = "approved"
    CHANGES = "changes"
    COMMENT = "comment"
    VOIDED = "voided"
    """The post was changed, so what was said of it before doesn't count."""
    WITHDRAWN = "withdrawn"


class Approver(Base):
    """Somebody whom an owner has let say yes to posts: they have opened the owner's link."""

    __tablename__ = "approvers"
    __table_args__ = (UniqueConstraint("owner_id", "user_id"),)

    id: Mapped[ids.ApproverId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    user_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class ApproverInvite(Base):
    """The one link of an owner that names people. Of its secret only the SHA-256 is kept."""

    __tablename__ = "approver_invites"

    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]


class Approval(Base):
    """One post's asking. There is one per post: asked again, it is the same, about what the post says then."""

    __tablename__ = "approvals"
    __table_args__ = (Index("ix_approvals_owner_id_status", "owner_id", "status"),)

    id: Mapped[ids.ApprovalId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    post_id: Mapped[ids.PostId] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), unique=True)
    channel_id: Mapped[ids.ChannelId | None] = mapped_column(ForeignKey("channels.id", ondelete="SET NULL"))
    """The group that is asked; None: each in their private chat."""
    needed: Mapped[int]
    status: Mapped[str] = mapped_column(default=ApprovalStatus.CHOOSING)
    revision: Mapped[int] = mapped_column(default=1)
    """Goes up with every change of the post: buttons say which one they are about."""
    version: Mapped[int]
    """The post's version at that revision."""
    asked_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Seat(Base):
    """One of the people who are asked, and what they say of the post as it reads now."""

    __tablename__ = "approval_seats"
    __table_args__ = (UniqueConstraint("approval_id", "user_id"),)

    id: Mapped[ids.SeatId] = mapped_column(primary_key=True, default=ids.new)
    approval_id: Mapped[ids.ApprovalId] = mapped_column(ForeignKey("approvals.id", ondelete="CASCADE"))
    user_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    verdict: Mapped[str | None]
    decided_at: Mapped[datetime | None]


class ApprovalEvent(Base):
    """What happened, in order; never changed."""

    __tablename__ = "approval_events"
    __table_args__ = (Index("ix_approval_events_approval_id_at", "approval_id", "at"),)

    id: Mapped[ids.ApprovalEventId] = mapped_column(primary_key=True, default=ids.new)
    approval_id: Mapped[ids.ApprovalId] = mapped_column(ForeignKey("approvals.id", ondelete="CASCADE"))
    user_id: Mapped[ids.UserId | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    name: Mapped[str]
    """As they were called then."""
    kind: Mapped[str]
    version: Mapped[int]
    """Of the post, at that moment."""
    text: Mapped[str] = mapped_column(default="", server_default="")
    at: Mapped[datetime]
