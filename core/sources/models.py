"""What users send to write from. The text is kept whole; a link is kept with the article that was found behind it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import EMPTY_LIST, Base, Json


class Source(Base):
    __tablename__ = "sources"
    __table_args__ = (Index("ix_sources_owner_id_digest", "owner_id", "digest"),)

    id: Mapped[ids.SourceId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    entities: Mapped[list[Json]] = mapped_column(default=list, server_default=EMPTY_LIST)
    """The formatting that it came with: core.telegram.content.Entity, as plain data."""
    media: Mapped[list[Json]] = mapped_column(default=list, server_default=EMPTY_LIST)
    """What came with it: core.telegram.content.Media, as plain data."""
    url: Mapped[str | None]
    language: Mapped[str]
    words: Mapped[int]
    digest: Mapped[str]
    """SHA-256 of the text, its formatting and media, so that the same content sent twice is recognised."""
    created_at: Mapped[datetime]
