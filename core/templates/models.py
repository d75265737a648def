"""Texts that are used again and again, with variables that are filled each time."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import EMPTY_LIST, Base, Json


class Template(Base):
    __tablename__ = "templates"
    __table_args__ = (
        Index("ix_templates_owner_id_name", "owner_id", "name", postgresql_where=text("deleted_at IS NULL")),
    )

    id: Mapped[ids.TextTemplateId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    platform: Mapped[str]
    title: Mapped[str] = mapped_column(default="", server_default="")
    text: Mapped[str]
    entities: Mapped[list[Json]] = mapped_column(default=list, server_default=EMPTY_LIST)
    media: Mapped[list[Json]] = mapped_column(default=list, server_default=EMPTY_LIST)
    buttons: Mapped[list[list[Json]]] = mapped_column(default=list, server_default=EMPTY_LIST)
    first_comment: Mapped[str] = mapped_column(default="", server_default="")
    language: Mapped[str]
    uses: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    """For a week its owner can take that back."""
