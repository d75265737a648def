"""Why a post didn't go out, as sentences: what happened, and what helps."""

from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from bot.texts import Texts
from core.deliveries.service import UNKNOWN_OUTCOME
from core.posts.scheduling import CANCELLED_BETWEEN
from core.telegram.outcomes import Refusal

Sentence = Callable[[Texts], Markup]

UNREACHABLE = "delivery.unreachable"

_REFUSALS: dict[Refusal, Sentence] = {
    Refusal.BLOCKED_BY_USER: lambda t: t("You had blocked me. Now that you are back, try again."),
    Refusal.NOT_STARTED: lambda t: t(
        "Telegram lets me write only to who has pressed Start. Press /start and try again."
    ),
    Refusal.USER_DEACTIVATED: lambda t: t("Telegram says that this account is deactivated."),
    Refusal.KICKED: lambda t: t("I was removed from that chat. Add me again and try again."),
    Refusal.CHAT_NOT_FOUND: lambda t: t("Telegram doesn't know that chat any more."),
    Refusal.MIGRATED: lambda t: t("The group became a supergroup meanwhile. Try again, and it goes to the new one."),
    Refusal.NO_RIGHTS: lambda t: t("I may not write there. Give me the right to post and try again."),
    Refusal.TOO_LONG: lambda t: t("Telegram found it too long. Shorten the text and try again."),
    Refusal.BAD_CONTENT: lambda t: t("Telegram didn't accept the text as it is. Change it and try again."),
    Refusal.BAD_MEDIA: lambda t: t("Telegram didn't accept the picture or file. Choose another one and try again."),
    Refusal.MESSAGE_GONE: lambda t: t("The message that should change isn't there any more."),
}
_SENTENCES: dict[str, Sentence] = {
    **{f"delivery.{refusal}": sentence for refusal, sentence in _REFUSALS.items()},
    UNREACHABLE: lambda t: t("Telegram couldn't be reached for too long. Your text is safe: try again."),
    CANCELLED_BETWEEN: lambda t: t("You took it back between two of them."),
    UNKNOWN_OUTCOME: lambda t: t("It may be there: Telegram never said. Please look before you send it again."),
}
MEDIA_AT_FAULT = f"delivery.{Refusal.BAD_MEDIA}"
POST_IS_AT_FAULT = frozenset(
    {f"delivery.{reason}" for reason in (Refusal.TOO_LONG, Refusal.BAD_CONTENT, Refusal.BAD_MEDIA)}
)
"""Sending the same again would fail again."""


def parts_there(error: Mapping[str, Any] | None) -> tuple[int, int] | None:
    """How many parts of a post are there, and how many it has; None for one of a single part."""
    params = (error or {}).get("params") or {}
    return (int(params["sent"]), int(params["total"])) if "total" in params else None


def failure_sentence(error: Mapping[str, Any] | None, t: Texts) -> Markup:
    """For a post's `error`, with the number of a crash; also for codes that this version doesn't know."""
    error = error or {}
    sentence = _SENTENCES.get(error.get("code", ""))
    said = sentence(t) if sentence is not None else t("Something went wrong on our side. Please try again.")
    if error.get("code") != UNKNOWN_OUTCOME and error.get("params", {}).get("may_be_there"):
        said = Markup("{} {}").format(said, t("An earlier attempt may have arrived all the same: please look."))
    reference = error.get("params", {}).get("reference")
    if not reference:
        return said
    return Markup("{} {}").format(said, t("If it stays so, tell us this number: {reference}.", reference=reference))
