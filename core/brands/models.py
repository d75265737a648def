"""Brands: whose voice a text has, who may use it, and what belongs under its posts.

Who may do what with a brand stands in `brand_members` alone, its owner's own row included: a query that joins it has
asked for access.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import EMPTY_LIST, Base, Json, TelegramId


class Role(StrEnum):
    """What a member may do. Each may do what the ones behind it may."""

    OWNER = "owner"
    """Whose plan it counts for: members, invites, deleting."""
    EDITOR = "editor"
    """Writes and schedules with it, and changes what it says."""
    VIEWER = "viewer"
    """Looks."""

    @property
    def rank(self) -> int:
        """The higher, the more is allowed."""
        return {Role.OWNER: 2, Role.EDITOR: 1, Role.VIEWER: 0}[self]


class Brand(Base):
    __tablename__ = "brands"
    __table_args__ = (Index("ix_brands_owner_id", "owner_id"),)

    id: Mapped[ids.BrandId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    """Whose plan it counts for."""
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="", server_default="")
    audience: Mapped[str] = mapped_column(default="", server_default="")
    signature: Mapped[str] = mapped_column(default="", server_default="")
    """Stands at the end of each post that is written for it, where there is room."""
    colors: Mapped[list[str]] = mapped_column(default=list, server_default=EMPTY_LIST)
    """At most two, as `#rrggbb`, the main one first: for pictures."""
    logo_key: Mapped[str | None]
    """A picture in the storage."""
    voice: Mapped[Json | None]
    """How it sounds: core.brands.style.StyleCard, as plain data; None: not learned or written yet."""
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    """For a week its owner can take that back."""


class BrandMember(Base):
    """Who has access to a brand. Its owner is a member, too."""

    __tablename__ = "brand_members"
    __table_args__ = (
        PrimaryKeyConstraint("brand_id", "user_id"),
        Index("ix_brand_members_user_id", "user_id"),
        Index("ix_brand_members_default", "user_id", unique=True, postgresql_where=text("is_default")),
    )

    brand_id: Mapped[ids.BrandId] = mapped_column(ForeignKey("brands.id", ondelete="CASCADE"))
    user_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    role: Mapped[str]
    is_default: Mapped[bool] = mapped_column(default=False, server_default=false())
    """This member's texts have its voice unless said otherwise. At most one of a user's."""
    joined_at: Mapped[datetime]


class BrandInvite(Base):
    """A link that makes one person a member. Of its secret only the SHA-256 is kept."""

    __tablename__ = "brand_invites"
    __table_args__ = (Index("ix_brand_invites_brand_id", "brand_id"),)

    id: Mapped[ids.BrandInviteId] = mapped_column(primary_key=True, default=ids.new)
    brand_id: Mapped[ids.BrandId] = mapped_column(ForeignKey("brands.id", ondelete="CASCADE"))
    role: Mapped[str]
    digest: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[ids.UserId | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    withdrawn_at: Mapped[datetime | None]


class HashtagGroup(Base):
    """Hashtags with a name, put under a draft by one press."""

    __tablename__ = "brand_hashtag_groups"
    __table_args__ = (Index("ix_brand_hashtag_groups_brand_id", "brand_id"),)

    id: Mapped[ids.HashtagGroupId] = mapped_column(primary_key=True, default=ids.new)
    brand_id: Mapped[ids.BrandId] = mapped_column(ForeignKey("brands.id", ondelete="CASCADE"))
    name: Mapped[str]
    hashtags: Mapped[list[str]]
    """With their `#`, in order."""
    created_at: Mapped[datetime]


class BrandExample(Base):
    """A post that the brand's voice is learned from."""

    __tablename__ = "brand_examples"
    __table_args__ = (UniqueConstraint("brand_id", "digest"),)

    id: Mapped[ids.BrandExampleId] = mapped_column(primary_key=True, default=ids.new)
    brand_id: Mapped[ids.BrandId] = mapped_column(ForeignKey("brands.id", ondelete="CASCADE"))
    text: Mapped[str]
    digest: Mapped[str]
    """SHA-256 of the text: the same post counts once."""
    added_at: Mapped[datetime]


class HeardPost(Base):
    """What somebody else than the bot has lately posted in a channel that is connected: the newest few."""

    __tablename__ = "heard_posts"
    __table_args__ = (PrimaryKeyConstraint("chat_id", "message_id"),)

    chat_id: Mapped[TelegramId]
    message_id: Mapped[TelegramId]
    text: Mapped[str]
    posted_at: Mapped[datetime]
