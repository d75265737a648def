import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)

from core.telegram.errors import FloodWait, NotSent, ServerFailed
from core.telegram.failures import failure_of
from core.telegram.outcomes import Refusal, Refused, SafeToRetry, Unknown


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Forbidden("Forbidden: bot was blocked by the user"), Refusal.BLOCKED_BY_USER),
        (Forbidden("Forbidden: user is deactivated"), Refusal.USER_DEACTIVATED),
        (BadRequest("Bad Request: INPUT_USER_DEACTIVATED"), Refusal.USER_DEACTIVATED),
        (Forbidden("Forbidden: bot can't initiate conversation with a user"), Refusal.NOT_STARTED),
        (Forbidden("Forbidden: bot was kicked from the channel chat"), Refusal.KICKED),
        (Forbidden("Forbidden: bot was kicked from the supergroup chat"), Refusal.KICKED),
        (Forbidden("Forbidden: bot is not a member of the channel chat"), Refusal.KICKED),
        (Forbidden("Forbidden: something new"), Refusal.NO_RIGHTS),
        (BadRequest("Bad Request: chat not found"), Refusal.CHAT_NOT_FOUND),
        (BadRequest("Bad Request: PEER_ID_INVALID"), Refusal.CHAT_NOT_FOUND),
        (BadRequest("Bad Request: group chat was deactivated"), Refusal.CHAT_NOT_FOUND),
        (BadRequest("Bad Request: not enough rights to send text messages to the chat"), Refusal.NO_RIGHTS),
        (BadRequest("Bad Request: need administrator rights in the channel chat"), Refusal.NO_RIGHTS),
        (BadRequest("Bad Request: CHAT_WRITE_FORBIDDEN"), Refusal.NO_RIGHTS),
        (BadRequest("Bad Request: TOPIC_CLOSED"), Refusal.NO_RIGHTS),
        (BadRequest("Bad Request: message is too long"), Refusal.TOO_LONG),
        (BadRequest("Bad Request: message caption is too long"), Refusal.TOO_LONG),
        (BadRequest("Bad Request: MEDIA_CAPTION_TOO_LONG"), Refusal.TOO_LONG),
        (BadRequest('Bad Request: can\'t parse entities: unsupported start tag "file" at'), Refusal.BAD_CONTENT),
        (BadRequest("Bad Request: message text is empty"), Refusal.BAD_CONTENT),
        (BadRequest("Bad Request: BUTTON_URL_INVALID"), Refusal.BAD_CONTENT),
        (BadRequest("Bad Request: SOMETHING_NEW"), Refusal.BAD_CONTENT),
        (BadRequest("Bad Request: wrong file identifier/HTTP URL specified"), Refusal.BAD_MEDIA),
        (BadRequest("Bad Request: failed to get HTTP URL content"), Refusal.BAD_MEDIA),
        (BadRequest("Bad Request: file is too big"), Refusal.BAD_MEDIA),
        (BadRequest("Bad Request: PHOTO_INVALID_DIMENSIONS"), Refusal.BAD_MEDIA),
        (BadRequest("Request Entity Too Large"), Refusal.BAD_MEDIA),
        (BadRequest("Bad Request: message to edit not found"), Refusal.MESSAGE_GONE),
        (BadRequest("Bad Request: message can't be edited"), Refusal.MESSAGE_GONE),
        (ChatMigrated(-1002), Refusal.MIGRATED),
    ],
)
def test_refusals_are_final_and_have_a_reason(error: TelegramError, reason: Refusal) -> None:
    failure = failure_of(error)
    assert isinstance(failure, Refused)
    assert failure.reason is reason
    assert failure.detail == error.message


def test_a_migrated_chat_says_where_to() -> None:
    assert failure_of(ChatMigrated(-1002)) == Refused(
        Refusal.MIGRATED, "Group migrated to supergroup. New chat id: -1002", new_chat_id=-1002
    )


@pytest.mark.parametrize(
    ("error", "after_s"),
    [
        (FloodWait(7), 7.0),
        (NotSent("refused"), 2.0),
        (ServerFailed("restart", status=500, by_api=True), 5.0),
        (ServerFailed("busy", status=503, by_api=False), 5.0),
        (InvalidToken(), 60.0),
        (Conflict("elsewhere"), 60.0),
    ],
)
def test_what_surely_had_no_effect_is_safe_to_retry(error: TelegramError, after_s: float) -> None:
    assert failure_of(error) == SafeToRetry(after_s, error.message)


@pytest.mark.parametrize(
    "error",
    [
        TimedOut(),
        NetworkError("ServerDisconnectedError"),
        ServerFailed("Bad Gateway", status=502, by_api=False),
        ServerFailed("Gateway Timeout", status=504, by_api=False),
        TelegramError("Invalid server response"),
    ],
)
def test_what_may_have_had_an_effect_is_unknown(error: TelegramError) -> None:
    assert failure_of(error) == Unknown(error.message)


def test_an_edit_that_changes_nothing_is_no_failure() -> None:
    error = BadRequest("Bad Request: message is not modified: specified new message content and reply markup are ...")
    assert failure_of(error) is None
