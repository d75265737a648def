"""The sandbox's process."""

import asyncio
import signal

import structlog
from aiohttp import web

from core import log as logging_setup
from core.home import MAIL_FOLDER, private_folder
from core.ports import listening
from core.readiness import announce
from core.settings import Settings
from web.sandbox.app import build_app

log = structlog.get_logger()
HOST = "127.0.0.1"


def run(settings: Settings) -> None:
    """Play Telegram until SIGTERM or SIGINT; what happened is kept in the home."""
    logging_setup.configure(level=settings.log_level, as_json=settings.log_json, process="sandbox")
    with listening(HOST, settings.sandbox_port, setting="SANDBOX_PORT"):
        asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    app = build_app(
        private_folder(settings.home, "sandbox"),
        stripe_webhook_url=settings.stripe_webhook_url,
        mail_folder=private_folder(settings.home, MAIL_FOLDER),
    )
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, settings.sandbox_port).start()
        address = f"http://{HOST}:{settings.sandbox_port}"
        announce(settings, "sandbox", address)
        log.info("sandbox.started", address=address)
        await stop.wait()
    finally:
        await runner.cleanup()
    log.info("sandbox.stopped")
