"""How an attempt to send ended: one of four, and nothing in between. Deliveries store them."""

from dataclasses import dataclass
from enum import StrEnum

from core.telegram.content import SentPart


class Refusal(StrEnum):
    """Why Telegram won't ever take this message as it is."""

    BLOCKED_BY_USER = "blocked_by_user"
    NOT_STARTED = "not_started"
    """The user never spoke to the bot."""
    USER_DEACTIVATED = "user_deactivated"
    KICKED = "kicked"
    CHAT_NOT_FOUND = "chat_not_found"
    MIGRATED = "migrated"
    """The group became a supergroup: send to `new_chat_id`."""
    NO_RIGHTS = "no_rights"
    TOO_LONG = "too_long"
    BAD_CONTENT = "bad_content"
    BAD_MEDIA = "bad_media"
    MESSAGE_GONE = "message_gone"
    """The message to edit isn't there or can't be edited any more."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """All of it is there. `parts` are all parts in order, those sent by earlier attempts included."""

    parts: tuple[SentPart, ...]


@dataclass(frozen=True, slots=True)
class SafeToRetry:
    """The next part surely isn't there; the same call may succeed `after_s` seconds later. `parts` are."""

    after_s: float
    detail: str
    parts: tuple[SentPart, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Final: the same call will never succeed. `parts` went out before."""

    reason: Refusal
    detail: str
    parts: tuple[SentPart, ...] = ()
    new_chat_id: int | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """The next part was written to Telegram and no answer came: it may be there or not. `parts` are."""

    detail: str
    parts: tuple[SentPart, ...] = ()


Failure = SafeToRetry | Refused | Unknown
Outcome = Delivered | Failure
