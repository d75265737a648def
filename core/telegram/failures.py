"""What an error of Telegram's means for a delivery. The only place that reads its error texts."""

import re
from typing import Final

from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, TelegramError

from core.telegram.errors import FloodWait, NotSent, ServerFailed
from core.telegram.outcomes import Failure, Refusal, Refused, SafeToRetry, Unknown

AFTER_NOT_SENT_S: Final = 2.0
AFTER_SERVER_FAILED_S: Final = 5.0
AFTER_BAD_TOKEN_S: Final = 60.0
"""The owner may put the right token back; the message is fine."""
UNAVAILABLE: Final = 503
"""The one 5xx by which a gateway says that it didn't pass the call on."""

NOT_MODIFIED: Final = "message is not modified"
REASONS: Final = (
    (Refusal.BLOCKED_BY_USER, "bot was blocked by the user|user_is_blocked"),
    (Refusal.USER_DEACTIVATED, "user is deactivated|user_deactivated"),
    (Refusal.NOT_STARTED, "bot can't initiate conversation|can't send messages to bots"),
    (Refusal.KICKED, "bot was kicked|bot is not a member|user_banned_in_channel|channel_private"),
    (Refusal.MESSAGE_GONE, "message to edit not found|message can't be edited|message_id_invalid|message identifier"),
    (Refusal.CHAT_NOT_FOUND, "chat not found|user not found|peer_id_invalid|chat_id_invalid|chat was deactivated"),
    (Refusal.BAD_CONTENT, "can't parse|non-empty|is empty|button|keyboard"),
    (Refusal.TOO_LONG, "message is too long|caption is too long|caption_too_long|message_too_long|entities_too_long"),
    (
        Refusal.NO_RIGHTS,
        "no rights|not enough rights|administrator rights|_forbidden|chat_restricted|admin_required|_closed",
    ),
    (Refusal.BAD_MEDIA, "file|http url|web page|webpage_|photo_|image_|media_|video_|audio_|entity too large|too big"),
)
"""Parts of descriptions, in lower case; the first line that fits. The texts: tdlib/telegram-bot-api, Client.cpp."""


def failure_of(error: TelegramError) -> Failure | None:
    """What to do about an error of a send. None: there was nothing to do, the message already looks as wanted."""
    if isinstance(error, FloodWait):
        return SafeToRetry(error.seconds, error.message)
    if isinstance(error, NotSent):
        return SafeToRetry(AFTER_NOT_SENT_S, error.message)
    if isinstance(error, ServerFailed):
        safe = error.by_api or error.status == UNAVAILABLE
        return SafeToRetry(AFTER_SERVER_FAILED_S, error.message) if safe else Unknown(error.message)
    if isinstance(error, ChatMigrated):
        return Refused(Refusal.MIGRATED, error.message, new_chat_id=error.new_chat_id)
    if isinstance(error, InvalidToken | Conflict):
        return SafeToRetry(AFTER_BAD_TOKEN_S, error.message)
    if isinstance(error, BadRequest | Forbidden):
        return _refusal(error)
    return Unknown(error.message)


def _refusal(error: BadRequest | Forbidden) -> Refused | None:
    text = error.message.lower()
    if NOT_MODIFIED in text:
        return None
    for reason, marks in REASONS:
        if re.search(marks, text):
            return Refused(reason, error.message)
    return Refused(Refusal.NO_RIGHTS if isinstance(error, Forbidden) else Refusal.BAD_CONTENT, error.message)
