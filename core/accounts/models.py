"""Who uses Postaify, and how they like it. Identity is the Telegram user; there are no passwords."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ARRAY, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from core import ids
from core.db import Base, Json, TelegramId


class LatePolicy(StrEnum):
    SEND = "send"
    """They go out as soon as possible."""
    ASK = "ask"
    """They wait for their owner's word."""
    SKIP = "skip"
    """They are cancelled, and their owner is told."""


class User(Base):
    __tablename__ = "users"

    id: Mapped[ids.UserId] = mapped_column(primary_key=True, default=ids.new)
    telegram_user_id: Mapped[TelegramId] = mapped_column(unique=True)
    username: Mapped[str | None]
    first_name: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    """BCP-47: the one of their Telegram, until they choose another."""
    language_chosen: Mapped[bool] = mapped_column(default=False, server_default=false())
    time_zone: Mapped[str | None]
    """IANA name; None until the user has chosen."""
    platforms: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """What the options card presets."""
    writing_options: Mapped[Json] = mapped_column(default=dict)
    """The last choices on the options card."""
    late_policy: Mapped[str] = mapped_column(default=LatePolicy.SEND, server_default=LatePolicy.SEND)
    """What becomes of posts whose time passed while the service was down."""
    dark_pictures: Mapped[bool] = mapped_column(default=False, server_default=false())
    """How the pictures in the chat are drawn."""
    is_admin: Mapped[bool] = mapped_column(default=False)
    blocked_at: Mapped[datetime | None]
    """When the user was seen to have blocked the bot; None while reachable."""
    created_at: Mapped[datetime]
