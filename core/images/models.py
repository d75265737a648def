"""Pictures that users have made: what was asked, what it became, and which post it is for."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base, Json


class ImageStatus(StrEnum):
    CHOOSING = "choosing"
    WORKING = "working"
    READY = "ready"
    FAILED = "failed"


class Image(Base):
    """`choosing -> working -> ready | failed`; failed and cancelled work leads back to its options. A picture that is
    made anew is a row of its own: the old one may be on a post."""

    __tablename__ = "images"
    __table_args__ = (
        Index("ix_images_owner_id_created_at", "owner_id", "created_at"),
        Index("ix_images_post_id", "post_id", postgresql_where=text("post_id IS NOT NULL")),
        Index("ix_images_storage_key", "storage_key", postgresql_where=text("storage_key IS NOT NULL")),
        Index("ix_images_deleted_at", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
    )

    id: Mapped[ids.ImageId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    post_id: Mapped[ids.PostId | None] = mapped_column(ForeignKey("posts.id", ondelete="SET NULL"))
    """The draft that it was asked for."""
    material: Mapped[str]
    """All that the user gave: their prompt, or the post's text. Passages for a card are chosen from it."""
    prompt: Mapped[str]
    """What is painted, or stands on the card."""
    language: Mapped[str]
    """Of the material."""
    options: Mapped[Json]
    """core.images.options.ImageOptions."""
    status: Mapped[str] = mapped_column(default=ImageStatus.CHOOSING)
    receipt: Mapped[Json | None]
    """What a service gave for the order: with it the same picture is fetched, however often this is begun."""
    storage_key: Mapped[str | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    made_by: Mapped[str] = mapped_column(default="")
    """A model's name; "" for what was typeset here."""
    left_out: Mapped[str] = mapped_column(default="")
    """Signs that no font of ours has."""
    hold_id: Mapped[ids.HoldId | None]
    problem: Mapped[Json | None]
    """Why the last work at it failed."""
    created_at: Mapped[datetime]
    made_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
