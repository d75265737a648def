"""Users' own videos, the uploads that are under way, and the copies that networks get."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base, Json, TelegramId


class OwnVideoStatus(StrEnum):
    CHECKING = "checking"
    """It has come whole, and is looked at."""
    READY = "ready"
    REFUSED = "refused"


class UploadPurpose(StrEnum):
    VIDEO = "video"
    SOURCE = "source"
    """To write from: what its words are is found out by core/sources."""


class OwnVideo(Base):
    """`checking -> ready | refused`. What it is was read from its contents, never from its name."""

    __tablename__ = "own_videos"
    __table_args__ = (Index("ix_own_videos_list", "owner_id", "id", postgresql_where=text("deleted_at IS NULL")),)

    id: Mapped[ids.OwnVideoId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str]
    storage_key: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(default="")
    """SHA-256 of the file: the same one sent twice is recognised."""
    status: Mapped[str] = mapped_column(default=OwnVideoStatus.CHECKING)
    container: Mapped[str | None]
    video_codec: Mapped[str | None]
    audio_codec: Mapped[str | None]
    duration_s: Mapped[float | None]
    width: Mapped[int | None]
    """As it is shown, so after rotation. Likewise the height."""
    height: Mapped[int | None]
    frame_rate: Mapped[float | None]
    bit_rate: Mapped[int | None]
    """Bits per second of all of it."""
    details: Mapped[Json | None]
    """core.videos.probing.Probe, for what preparing needs beyond the columns."""
    thumbnail_key: Mapped[str | None]
    error: Mapped[Json | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class VideoUpload(Base):
    """A one-time upload page. `offset_bytes` of the file are safely kept; the next piece begins there."""

    __tablename__ = "video_uploads"
    __table_args__ = (
        Index("ix_video_uploads_owner_id", "owner_id"),
        Index("ix_video_uploads_expires_at", "expires_at"),
    )

    id: Mapped[ids.UploadId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str | None]
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    """None until the browser has chosen a file."""
    offset_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    chat_id: Mapped[TelegramId]
    """Where the message is that tells how far it is."""
    message_id: Mapped[TelegramId]
    video_id: Mapped[ids.OwnVideoId | None] = mapped_column(ForeignKey("own_videos.id", ondelete="SET NULL"))
    purpose: Mapped[str] = mapped_column(default=UploadPurpose.VIDEO, server_default=UploadPurpose.VIDEO)
    source_id: Mapped[ids.SourceId | None] = mapped_column(ForeignKey("sources.id", ondelete="SET NULL"))
    """Of a source: first what the file is for, if that is known already; then what came of it."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    @property
    def came(self) -> bool:
        """Whether a file has come by it: what it became has the upload's id."""
        return self.video_id is not None or (self.source_id is not None and self.source_id.int == self.id.int)


class PreparedVideo(Base):
    """A copy as one network wants it; made once, whoever publishes it how often. Goes with its video."""

    __tablename__ = "prepared_videos"

    video_id: Mapped[ids.OwnVideoId] = mapped_column(ForeignKey("own_videos.id", ondelete="CASCADE"), primary_key=True)
    profile: Mapped[str] = mapped_column(primary_key=True)
    """Of core.videos.profiles, with its version."""
    storage_key: Mapped[str]
    """The video's own when it fits as it is."""
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    content_type: Mapped[str]
    duration_s: Mapped[float]
    created_at: Mapped[datetime]
