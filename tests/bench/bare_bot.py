"""A bot as python-telegram-bot's documentation has it, which answers /help: what ours is measured beside.

`python -m tests.bench.bare_bot <address> ours|builtin`
"""

import sys

from telegram import Update
from telegram.ext import Application, ApplicationBuilder, CommandHandler, ContextTypes

from core.settings import SANDBOX_TOKEN
from core.telegram.request import AioHttpRequest

HELP = "Send me a text, a link or a file, and I make posts of it.\n" * 8
AT_ONCE = 16


async def answer(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    if update.message is not None:
        await update.message.reply_text(HELP)


def build(url: str, transport: str) -> Application:  # type: ignore[type-arg]  # six type parameters, all inferred
    builder = ApplicationBuilder().token(SANDBOX_TOKEN).base_url(f"{url}/bot").concurrent_updates(AT_ONCE)
    if transport == "ours":
        builder = builder.request(AioHttpRequest()).get_updates_request(AioHttpRequest())
    application = builder.build()
    application.add_handler(CommandHandler("help", answer))
    return application


if __name__ == "__main__":
    build(sys.argv[1], sys.argv[2]).run_polling(poll_interval=0)
