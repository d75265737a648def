"""Postaify as it runs: bot, worker and scheduler as real processes, over a sandbox that plays Telegram."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import asyncpg

from core.readiness import readiness_of
from core.settings import Settings
from tests.forked import Forked
from tests.patience import PATIENCE_S
from tests.sandbox_server import RunningSandbox, free_port, running_sandbox

PROCESSES = {
    "bot": ["bot"],
    "worker": ["worker"],
    "scheduler": ["scheduler"],
    "second-worker": ["worker"],
    "heavy-worker": ["worker", "--kind", "heavy"],
    "web": ["web"],
}


@dataclass
class House:
    """The running processes. `log` holds all that they said."""

    sandbox: RunningSandbox
    environment: Mapping[str, str]
    home: Path
    database_url: str
    running: dict[str, Forked] = field(default_factory=dict)

    @property
    def log(self) -> str:
        return "".join(path.read_text() for path in sorted(self.home.glob("*.log")))

    async def start(self, *names: str) -> None:
        """Start processes by name and return when they serve."""
        for name in names:
            self.running[name] = self._spawn(name)
        async with asyncio.timeout(PATIENCE_S):
            for name in names:
                while readiness_of(self.home, self.running[name].pid) is None:
                    assert self.running[name].poll() is None, f"{name} ended at once:\n{self.log[-3000:]}"
                    await asyncio.sleep(0.02)

    def _spawn(self, name: str) -> Forked:
        log = self.home / f"{name}.log"
        return Forked("postaify", *PROCESSES[name], cwd=self.home, environment=self.environment, output=log)

    async def end(self, name: str, with_signal: signal.Signals = signal.SIGKILL) -> None:
        """End one process. SIGKILL by default: nothing of it gets to tidy up."""
        process = self.running.pop(name)
        process.send_signal(with_signal)
        await asyncio.to_thread(process.wait, PATIENCE_S)

    async def restart(self, name: str) -> None:
        """Kill it and start it again."""
        await self.end(name)
        await self.start(name)

    async def rows(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """What the database holds."""
        connection = await asyncpg.connect(self.database_url)
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()


@asynccontextmanager
async def running_house(
    settings: Settings, home: Path, *, limits: bool = True, more: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[House]:
    """The house on the given servers; `limits` lets the sandbox refuse what goes out too fast. `more` settings."""
    assert settings.database_url is not None
    assert settings.redis_url is not None
    async with running_sandbox(limits=limits) as sandbox:
        web_port = free_port()
        environment = {
            "PATH": os.environ["PATH"],
            "POSTAIFY_HOME": str(home),
            "DATABASE_URL": settings.database_url.get_secret_value(),
            "REDIS_URL": settings.redis_url.get_secret_value(),
            "TELEGRAM_API_URL": sandbox.base_url,
            "ALLOW_PRIVATE_URLS": "true",
            "WEB_PORT": str(web_port),
            "WEB_PUBLIC_URL": f"http://127.0.0.1:{web_port}",
            **more,
        }
        url = settings.database_url.get_secret_value().replace("+asyncpg", "")
        house = House(sandbox, environment, home, url)
        try:
            await house.start("bot", "worker", "scheduler")
            yield house
        finally:
            for name in list(house.running):
                await house.end(name, signal.SIGTERM)
