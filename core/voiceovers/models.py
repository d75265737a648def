"""Texts that a voice reads aloud: what was chosen, and the recording that came of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base, Json


class VoiceoverStatus(StrEnum):
    CHOOSING = "choosing"
    """An options card."""
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Voiceover(Base):
    """`choosing -> making -> ready`; `failed` and `cancelled` are left by a retry. A ready one stays as it is."""

    __tablename__ = "voiceovers"
    __table_args__ = (
        Index("ix_voiceovers_list", "owner_id", "id", postgresql_where=text("deleted_at IS NULL")),
        Index("ix_voiceovers_deleted_at", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
    )

    id: Mapped[ids.VoiceoverId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    post_id: Mapped[ids.PostId | None] = mapped_column(ForeignKey("posts.id", ondelete="SET NULL"), index=True)
    """The draft whose text it was."""
    title: Mapped[str]
    text: Mapped[str]
    """As it was when the card was opened."""
    language: Mapped[str]
    """A BCP-47 tag: in which it is read."""
    options: Mapped[Json]
    """core.voiceovers.options.VoiceoverOptions."""
    status: Mapped[str] = mapped_column(default=VoiceoverStatus.CHOOSING)
    hold_id: Mapped[ids.HoldId | None]
    voice_key: Mapped[str | None]
    """OGG with Opus, which Telegram plays as a voice message."""
    file_key: Mapped[str | None]
    """The same as an MP3."""
    duration_ms: Mapped[int | None]
    arrived: Mapped[Json | None]
    """What came of sending it: `{"voice": true, "file": false}`; what isn't there is on its way."""
    error: Mapped[Json | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
