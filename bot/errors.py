"""The one error ladder: whatever a handler raises ends in one clear answer.

1. An old button: say so.                      2. An AppError: its sentence, registered by the feature.
3. Telegram away or slow, the user gone: log.  4. Anything else: log once with a reference that the user sees, too.
"""

import secrets
from typing import Any

import structlog
from markupsafe import Markup
from telegram import Bot, Update
from telegram.constants import ChatType, ParseMode
from telegram.error import Forbidden, TelegramError

from bot.actions import OutdatedButton
from bot.context import Context
from bot.router import Router, Sentence
from bot.screens import Screen, Toast
from bot.texts import Texts, supported_language
from core.accounts.service import mark_blocked
from core.errors import AppError, Conflict, InvalidInput, LimitReached, NotAllowed, NotFound, ProviderError

log = structlog.get_logger()


async def answer_error(router: Router, context: Context, error: Exception) -> None:
    """Tell the user what happened and what to do. Raises nothing that Telegram could cause."""
    try:
        await _answer(router, context, error)
    except TelegramError as failure:
        log.warning("bot.error_not_told", detail=str(failure))


async def _answer(router: Router, context: Context, error: Exception) -> None:
    t = context.texts
    match error:
        case OutdatedButton():
            await _tell(context, t("This button is out of date. Open the screen anew, for example with /help."))
        case AppError():
            log.info(
                "bot.refused", code=error.error_code, **{f"param_{key}": value for key, value in error.params.items()}
            )
            await _tell_refusal(router, context, error)
        case Forbidden():
            log.info("bot.blocked_by_user")
            async with context.deps.tx() as tx:
                await mark_blocked(tx, telegram_user_id=context.actor.telegram_id, blocked=True)
        case TelegramError():
            log.warning("bot.telegram_failed", detail=str(error))
            await _tell(context, t("Telegram didn't take my answer just now. Please try again."))
        case _:
            await _tell(context, _crashed(error, t))


def outcome_of(error: Exception) -> str:
    """For figures: which rung of the ladder it was."""
    match error:
        case OutdatedButton():
            return "outdated"
        case ProviderError():
            return "provider_failed"
        case AppError():
            return "refused"
        case TelegramError():
            return "telegram_failed"
        case _:
            return "crashed"


async def answer_without_context(bot: Bot, update: Update, error: Exception) -> None:
    """Not even the user could be looked up: the database is away. Say at least that."""
    user, chat, query = update.effective_user, update.effective_chat, update.callback_query
    sentence = _crashed(error, Texts(supported_language(user.language_code if user is not None else None)))
    try:
        if query is not None:
            await bot.answer_callback_query(query.id, sentence.striptags(), show_alert=True)
        elif chat is not None and chat.type == ChatType.PRIVATE:
            await bot.send_message(chat.id, sentence, parse_mode=ParseMode.HTML)
    except TelegramError as failure:
        log.warning("bot.error_not_told", detail=str(failure))


def _crashed(error: Exception, t: Texts) -> Markup:
    """Logged once, with a reference that the user sees, too."""
    reference = secrets.token_hex(4)
    log.error("bot.crashed", reference=reference, exc_info=error)
    return t("Something went wrong on our side. Please try again; if it stays, tell us {ref}.", ref=reference)


async def _tell_refusal(router: Router, context: Context, error: AppError) -> None:
    screen = router.error_screens.get(error.error_code)
    if screen is None or not context.is_private:
        await _tell(context, sentence_of(router, error, context.texts))
        return
    await context.send(screen(context, error.params))
    await context.settle()


async def _tell(context: Context, sentence: Markup) -> None:
    """Over the chat for a press, as a message for a message."""
    if context.update.callback_query is not None:
        await context.toast(Toast(sentence.striptags(), alert=True))
    elif context.is_private:
        await context.send(Screen(sentence))


def sentence_of(router: Router, error: AppError, t: Texts) -> Markup:
    """The feature's own sentence for the code, or one for the kind."""
    registered = router.sentences.get(error.error_code)
    if registered is not None:
        return registered(t, error.params)
    return _by_kind(error)(t, error.params)


def _by_kind(error: AppError) -> Sentence:
    match error:
        case NotFound():
            return _not_found
        case NotAllowed():
            return _not_allowed
        case LimitReached():
            return _limit_reached
        case Conflict():
            return _conflict
        case ProviderError():
            return _provider_failed
        case InvalidInput():
            return _invalid
    return _unexpected


def _not_found(t: Texts, _: dict[str, Any]) -> Markup:
    return t("That isn't there any more, or it isn't yours.")


def _not_allowed(t: Texts, _: dict[str, Any]) -> Markup:
    return t("You may not do that.")


def _limit_reached(t: Texts, params: dict[str, Any]) -> Markup:
    minutes = -(-int(params.get("retry_after_s", 60)) // 60)
    return t.plural(
        "That was a lot at once. Please go on in a minute; nothing is lost.",
        "That was a lot at once. Please go on in {n} minutes; nothing is lost.",
        minutes,
    )


def _conflict(t: Texts, _: dict[str, Any]) -> Markup:
    return t("That has changed meanwhile. Please look again and repeat it if you still want to.")


def _provider_failed(t: Texts, _: dict[str, Any]) -> Markup:
    return t("A service that I need doesn't answer right now. Please try again in a minute.")


def _invalid(t: Texts, _: dict[str, Any]) -> Markup:
    return t("I can't use that. Please send something else, or /cancel.")


def _unexpected(t: Texts, _: dict[str, Any]) -> Markup:
    return t("That didn't work. Please try again.")
