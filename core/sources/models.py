"""What users send to write from. The text is kept whole; a link is kept with the article that was found behind it.

Words that have to be got out of a file or a video first are work on the row (core/sources/words.py).
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import EMPTY_LIST, Base, Json


class SourceStatus(StrEnum):
    READY = "ready"
    """All that is wanted of it is there."""
    READING = "reading"
    """Its words are being got out of what it came with."""
    UNREAD = "unread"
    """That didn't work, and `error` says why."""


class Source(Base):
    """`ready`, or `reading -> ready | unread`; from `unread` it can be tried again, or its words are typed."""

    __tablename__ = "sources"
    __table_args__ = (
        Index("ix_sources_owner_id_digest", "owner_id", "digest"),
        Index("ix_sources_list", "owner_id", "id", postgresql_where=text("deleted_at IS NULL")),
        Index("ix_sources_owner_id_file_digest", "owner_id", "file_digest", postgresql_where=text("file_digest <> ''")),
    )

    id: Mapped[ids.SourceId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    """What is written from. Empty while there are no words."""
    caption: Mapped[str | None]
    """What goes out with the media when it is used as it is; None: all of the text does."""
    entities: Mapped[list[Json]] = mapped_column(default=list, server_default=EMPTY_LIST)
    """The formatting of what goes out as it is: core.telegram.content.Entity, as plain data."""
    media: Mapped[list[Json]] = mapped_column(default=list, server_default=EMPTY_LIST)
    """What came with it: core.telegram.content.Media, as plain data."""
    recording: Mapped[Json | None]
    """A file that is to be read, and can't be posted: core.sources.unread.UnreadFile, as plain data."""
    url: Mapped[str | None]
    language: Mapped[str]
    words: Mapped[int]
    digest: Mapped[str]
    """SHA-256 of the text, its formatting and media, so that the same content sent twice is recognised."""
    file_digest: Mapped[str] = mapped_column(default="", server_default="")
    """SHA-256 of the files whose words were read: the same file is recognised, however it comes."""
    status: Mapped[str] = mapped_column(default=SourceStatus.READY, server_default=SourceStatus.READY)
    error: Mapped[Json | None]
    heard: Mapped[Json | None]
    """Pieces of a long recording that were transcribed already: a further attempt needn't ask for them again."""
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
