"""A bot's process to be killed: writes a line into a journal when the handling of an update begins and when it ends.

    python -m tests.bot.polled_bot <Bot API address> <Redis address> <journal>

A text that begins with "slow" is handled until the process ends, unless this is the second one on the journal.
"""

import asyncio
import signal
import sys
from pathlib import Path

import redis.asyncio
from telegram import Update

from bot.polling import Poller
from core.settings import Settings
from core.telegram.client import open_bot


async def main(api_url: str, redis_url: str, journal: Path, *, again: bool) -> None:
    settings = Settings(
        _env_file=None, TELEGRAM_API_URL=api_url, REDIS_URL=redis_url, TELEGRAM_BOT_TOKEN=None, TELEGRAM_RATE_PER_S=0
    )
    store = redis.asyncio.Redis.from_url(redis_url)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)

    def note(line: str) -> None:
        with journal.open("a") as file:
            file.write(f"{line}\n")

    async def process(update: Update) -> None:
        text = update.message.text if update.message is not None else ""
        note(f"begin {text}")
        if (text or "").startswith("slow") and not again:
            await asyncio.sleep(3600)
        note(f"end {text}")

    async with open_bot(settings, store) as bot:
        await Poller(bot=bot, store=store, process=process, on_ready=lambda: note("ready")).run(stop)
    await store.aclose()


if __name__ == "__main__":
    api, store, path = sys.argv[1:]
    asyncio.run(main(api, store, Path(path), again=Path(path).exists()))
