"""Channels and groups that users have connected: where their posts may go beside the private chat."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import EMPTY_LIST, Base, Json, TelegramId


class ChannelKind(StrEnum):
    """Telegram's names. https://core.telegram.org/bots/api#chat"""

    CHANNEL = "channel"
    SUPERGROUP = "supergroup"
    GROUP = "group"


class ChannelState(StrEnum):
    """Whether posts can go there now, and if not, why."""

    READY = "ready"
    NO_RIGHTS = "no_rights"
    """The bot is there and may not post."""
    REMOVED = "removed"
    """The bot isn't there any more."""
    GONE = "gone"
    """Telegram doesn't know the chat (any more)."""
    NOT_ADMIN = "not_admin"
    """The user isn't an admin there any more."""


class Channel(Base):
    """One user's connection to one chat. Two users may connect the same chat; each has a row."""

    __tablename__ = "channels"
    __table_args__ = (
        UniqueConstraint("owner_id", "chat_id"),
        Index("ix_channels_chat_id", "chat_id"),
        Index("ix_channels_default", "owner_id", unique=True, postgresql_where=text("is_default")),
    )

    id: Mapped[ids.ChannelId] = mapped_column(primary_key=True, default=ids.new)
    owner_id: Mapped[ids.UserId] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    chat_id: Mapped[TelegramId]
    kind: Mapped[str]
    title: Mapped[str]
    username: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=ChannelState.READY)
    is_default: Mapped[bool] = mapped_column(default=False)
    """New posts for Telegram go there unless said otherwise. At most one of a user's."""
    footer: Mapped[str] = mapped_column(default="", server_default="")
    """Stands under each post there."""
    footer_entities: Mapped[list[Json]] = mapped_column(default=list, server_default=EMPTY_LIST)
    connected_at: Mapped[datetime]
    disconnected_at: Mapped[datetime | None]
    """The row stays, so that a disconnection can be taken back."""
