"""The commands that Telegram shows beside the input field, and what people read before they press Start."""

from collections.abc import Iterable
from typing import Final

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.context import Context
from bot.router import Command, Router
from bot.texts import LANGUAGES, Texts, msgid

log = structlog.get_logger()

MENU: Final = ("new", "posts", "calendar", "podcast", "viral", "publish", "plan", "settings", "help")
"""Kept short: the rest is behind these, and in /help."""
DESCRIPTION: Final = msgid(
    "I turn what you already have into posts and podcasts: send me a note, an article or a link, choose from the "
    "drafts, and I deliver them on time.\n\nNothing fails silently: each post ends in a clear word."
)
SHORT_DESCRIPTION: Final = msgid("Your notes and articles become posts, delivered on time, and podcasts.")
"""https://core.telegram.org/bots/api#setmydescription allows 512 characters, the short one 120."""


async def publish_menu(bot: Bot, router: Router) -> None:
    """Tell Telegram the commands in every language that is offered, in groups only what works there; and the
    descriptions. Whoever's Telegram speaks none of them sees English."""
    for language in LANGUAGES:
        t = Texts(language)
        everybodys = [command for command in router.commands.values() if command.description and not command.for_admins]
        groups = [command for command in everybodys if command.in_groups]
        code = None if language == LANGUAGES[0] else language
        private = in_menu_order(everybodys)
        await bot.set_my_commands(_told(private, t), scope=BotCommandScopeAllPrivateChats(), language_code=code)
        await bot.set_my_commands(_told(groups, t), scope=BotCommandScopeAllGroupChats(), language_code=code)
        await bot.set_my_description(t(DESCRIPTION), language_code=code)
        await bot.set_my_short_description(t(SHORT_DESCRIPTION), language_code=code)


async def publish_admin_menus(bot: Bot, router: Router, admins: Iterable[tuple[int, str]]) -> None:
    """The same with what is for admins, in their chats and languages. One who is gone has none."""
    for chat_id, language in admins:
        try:
            await _show_in(bot, chat_id, in_menu_order(router.commands.values()), Texts(language))
        except (BadRequest, Forbidden) as error:
            log.info("bot.no_admin_menu", chat_id=chat_id, detail=error.message)


async def translate_menu(context: Context, router: Router) -> None:
    """The menu of this private chat in the user's language, which Telegram doesn't know when they chose it here.

    A convenience: when Telegram refuses, the menu stays as it is.
    """
    bot, chat_id = context.bot, context.actor.telegram_id
    commands = [each for each in router.commands.values() if context.actor.is_admin or not each.for_admins]
    try:
        if not (context.actor.language_chosen or context.actor.is_admin):
            await bot.delete_my_commands(scope=BotCommandScopeChat(chat_id))
        else:
            await _show_in(bot, chat_id, in_menu_order(commands), context.texts)
    except TelegramError as error:
        log.info("bot.menu_not_translated", chat_id=chat_id, detail=error.message)


def in_menu_order(commands: Iterable[Command]) -> list[Command]:
    """Those of the menu, what is for admins, and /help at the end."""
    order = {name: place for place, name in enumerate(MENU)}
    shown = [each for each in commands if each.name in order or each.for_admins]
    described = [each for each in shown if each.description]
    return sorted(described, key=lambda each: order.get(each.name, len(MENU) - 1.5))


async def _show_in(bot: Bot, chat_id: int, commands: Iterable[Command], t: Texts) -> None:
    await bot.set_my_commands(_told(commands, t), scope=BotCommandScopeChat(chat_id))


def _told(commands: Iterable[Command], t: Texts) -> list[BotCommand]:
    return [BotCommand(command.name, t(command.description).unescape()) for command in commands]
