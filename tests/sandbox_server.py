"""The sandbox Telegram for tests: in this process on a free port, or as a process of its own."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from tests.forked import ROOT, Forked
from tests.patience import PATIENCE_S
from web.sandbox import SANDBOX_TOKEN
from web.sandbox.app import build_app
from web.sandbox.client import SandboxClient


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """A sandbox that answers. `client` is ready to use."""

    base_url: str
    client: SandboxClient
    token: str = SANDBOX_TOKEN

    @property
    def bot_api_url(self) -> str:
        """What python-telegram-bot calls base_url: the token follows it."""
        return f"{self.base_url}/bot"

    @property
    def bot_files_url(self) -> str:
        """What python-telegram-bot calls base_file_url."""
        return f"{self.base_url}/file/bot"


@asynccontextmanager
async def running_sandbox(
    state_dir: Path | None = None, *, limits: bool = False, stripe_webhook_url: str | None = None
) -> AsyncIterator[RunningSandbox]:
    """In this process. Telegram's rate limits are off unless asked for; without `state_dir` nothing is kept."""
    runner = web.AppRunner(build_app(state_dir, stripe_webhook_url=stripe_webhook_url), shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        async with SandboxClient(f"http://127.0.0.1:{port}") as client:
            await client.set_limits(enabled=limits)
            yield RunningSandbox(client.base_url, client)
    finally:
        await runner.cleanup()


@dataclass(slots=True)
class SandboxProcess:
    """The sandbox as a process of its own, to be killed and started again at the same address."""

    state_dir: Path
    port: int
    process: Forked | None = None

    async def start(self) -> None:
        arguments = ["--port", str(self.port), "--state", str(self.state_dir)]
        output = self.state_dir / "sandbox.txt"
        self.process = Forked("web.sandbox", *arguments, cwd=ROOT, environment=os.environ, output=output)
        async with asyncio.timeout(PATIENCE_S):
            while not await self._answers():  # noqa: ASYNC110 - another process has no event to wait for
                await asyncio.sleep(0.05)

    async def _answers(self) -> bool:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.close()
            await writer.wait_closed()
            return True
        return False

    async def kill(self) -> None:
        """As `kill -9` does: without a chance to tidy up."""
        if self.process is not None:
            self.process.kill()
            await asyncio.to_thread(self.process.wait, PATIENCE_S)


@asynccontextmanager
async def sandbox_process(state_dir: Path) -> AsyncIterator[SandboxProcess]:
    process = SandboxProcess(state_dir, free_port())
    await process.start()
    try:
        yield process
    finally:
        await process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
