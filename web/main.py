"""The web service's process."""

import asyncio
import signal

import structlog
from aiohttp import web

from core import log as logging_setup
from core.deps import open_deps
from core.ports import listening
from core.readiness import announce
from core.settings import Settings
from web.app import build_app

log = structlog.get_logger()


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    logging_setup.configure(level=settings.log_level, as_json=settings.log_json, process="web")
    with listening(settings.web_host, settings.web_port, setting="WEB_PORT"):
        asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    async with open_deps(settings) as deps:
        runner = web.AppRunner(build_app(deps), access_log=None, handle_signals=False)
        await runner.setup()
        try:
            await web.TCPSite(runner, settings.web_host, settings.web_port).start()
            address = settings.web_public_url or f"http://{settings.web_host}:{settings.web_port}"
            announce(settings, "web", address)
            log.info("web.started", address=address)
            await stop.wait()
        finally:
            await runner.cleanup()
        log.info("web.stopped")
