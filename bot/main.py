"""The bot's process: polls Telegram and answers."""

import asyncio
import signal
from contextlib import AsyncExitStack

import structlog
from telegram.error import InvalidToken, TelegramError

from bot.app import Application, build_application
from bot.menus import publish_admin_menus, publish_menu
from bot.polling import Poller, unless_stopped
from bot.processor import SerialPerUser
from core import log as logging_setup
from core.accounts.service import admins
from core.chat_address import note_username
from core.db import DATABASE_TROUBLE
from core.deps import open_deps
from core.readiness import announce
from core.settings import Settings
from core.telegram.client import open_bot

log = structlog.get_logger()

PASSING: tuple[type[Exception], ...] = (TelegramError, *DATABASE_TROUBLE)
REFUSED = (
    "Telegram doesn't know TELEGRAM_BOT_TOKEN. Copy it again from @BotFather into .env, "
    "or leave it empty for the local sandbox."
)


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Ends with a sentence when Telegram refuses the token."""
    logging_setup.configure(level=settings.log_level, as_json=settings.log_json, process="bot")
    try:
        asyncio.run(_run(settings))
    except InvalidToken:
        raise SystemExit(REFUSED) from None  # its own message names the token


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    async with open_deps(settings) as deps, AsyncExitStack() as opened:
        bot = await unless_stopped(stop, opened.enter_async_context(open_bot(deps.settings, deps.redis)))
        if bot is None:
            return
        application = build_application(deps, bot)
        poller = Poller(
            bot=bot,
            store=deps.redis,
            process=SerialPerUser(application.handle).process,
            on_ready=lambda: announce(settings, "bot"),
        )
        menu = asyncio.create_task(_publish_menu(application))
        log.info("bot.started", username=bot.username)
        await poller.run(stop)
        menu.cancel()
        await application.meter.flush()
        log.info("bot.stopped")


async def _publish_menu(application: Application) -> None:
    """The menu is a convenience: without it the bot works just as well, and so are links from outside."""
    try:
        await note_username(application.deps.redis, application.bot.username)
        await publish_menu(application.bot, application.router)
        async with application.deps.read() as session:
            known = await admins(session, application.deps.settings.admin_ids)
        chats = [(chat_id, language) for _, chat_id, language in known]
        await publish_admin_menus(application.bot, application.router, chats)
    except PASSING as error:
        log.warning("bot.menu_not_published", detail=str(error).partition("\n")[0])
