"""Podcasts, the recordings and the music that they are made of, and the private feeds that they are heard in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import EMPTY_LIST, Base, Json


class PodcastStatus(StrEnum):
    DRAFT = "draft"
    """An options card."""
    SCRIPTING = "scripting"
    SCRIPT_READY = "script_ready"
    RENDERING = "rendering"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


WORKING = (PodcastStatus.SCRIPTING, PodcastStatus.RENDERING)


class Podcast(Base):
    """`draft -> scripting -> script_ready -> rendering -> ready`; `failed` and `cancelled` are left by a retry."""

    __tablename__ = "podcasts"
    __table_args__ = (Index("ix_podcasts_list", "owner_id", "id", postgresql_where=text("deleted_at IS NULL")),)

    id: Mapped[ids.PodcastId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    source_ids: Mapped[list[str]]
    """Of the sources, in the order in which they were chosen."""
    options: Mapped[Json]
    """core.podcasts.options.PodcastOptions."""
    title: Mapped[str] = mapped_column(default="")
    """The owner's, or the script's as soon as there is one."""
    script: Mapped[Json | None]
    """core.podcasts.script.Script."""
    script_version: Mapped[int] = mapped_column(default=0)
    """Goes up with each change of the script."""
    notes: Mapped[list[Json]] = mapped_column(default=list, server_default=EMPTY_LIST)
    """What the writer has to say about the script: code and params."""
    engine: Mapped[str] = mapped_column(default="")
    """Who wrote the script."""
    status: Mapped[str] = mapped_column(default=PodcastStatus.DRAFT)
    audio_wanted: Mapped[bool] = mapped_column(default=False)
    """Whether the script goes straight to audio."""
    episode_hold_id: Mapped[ids.HoldId | None]
    minutes_hold_id: Mapped[ids.HoldId | None]
    parts: Mapped[list[Json]] = mapped_column(default=list, server_default=EMPTY_LIST)
    """The episode's files, one as a rule: key, size_bytes, duration_ms, kbit_s, chapters, cues."""
    transcript_key: Mapped[str | None]
    picture_key: Mapped[str | None]
    thumbnail_key: Mapped[str | None]
    audio_version: Mapped[int | None]
    """The script's version that `parts` say. When the script has gone on since, the audio can be made again."""
    error: Mapped[Json | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    """When the audio was there first. Making it again changes `updated_at` only."""
    deleted_at: Mapped[datetime | None]


class PodcastRecording(Base):
    """One line as a voice has said it. Kept by what it was made from, so that nothing is spoken twice."""

    __tablename__ = "podcast_recordings"

    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    """core.providers.speech.recording_key."""
    storage_key: Mapped[str]
    characters: Mapped[int]
    cost_usd: Mapped[float | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


class EpisodeQuestion(Base):
    """What its owner has asked an episode, and what came of it."""

    __tablename__ = "episode_questions"
    __table_args__ = (Index("ix_episode_questions_podcast_id_id", "podcast_id", "id"),)

    id: Mapped[ids.QuestionId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    podcast_id: Mapped[ids.PodcastId] = mapped_column(ForeignKey("podcasts.id", ondelete="CASCADE"))
    question: Mapped[str]
    answer: Mapped[Json | None]
    """core.podcasts.asking.Answer; NULL until there is one."""
    error: Mapped[Json | None]
    created_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class PodcastMusic(Base):
    """What plays before and after the owner's episodes, where that is chosen."""

    __tablename__ = "podcast_music"

    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    storage_key: Mapped[str]
    title: Mapped[str]
    duration_ms: Mapped[int]
    """Of what is kept of it."""
    plays: Mapped[str]
    """core.podcasts.music_choices.Plays."""
    meeting: Mapped[str]
    """core.podcasts.music_choices.Meeting."""
    created_at: Mapped[datetime]


class PodcastFeed(Base):
    """One a user. The address holds the token; without it nobody can tell that the feed exists."""

    __tablename__ = "podcast_feeds"

    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    token: Mapped[str]
    """Shown to its owner again and again, so it is kept as it is."""
    token_digest: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of the token: feeds are looked up by this, so that the time it takes tells nothing of the token."""
    created_at: Mapped[datetime]
    rotated_at: Mapped[datetime | None]
