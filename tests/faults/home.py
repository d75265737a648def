"""`postaify up` with its own PostgreSQL and Redis, and a second worker: processes to be killed, stopped and flushed."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from redis.asyncio import Redis

from core.deps import Deps, open_deps
from core.embedded import running_services
from core.home import private_folder, temporary_home
from core.readiness import ready_processes
from core.settings import SANDBOX_TOKEN, Settings
from tests.forked import ROOT, Forked
from tests.patience import PATIENCE_S
from tests.sandbox_server import sandbox_process
from web.sandbox.client import SandboxClient

SERVING = {"scheduler", "worker-light", "bot", "web"}


@dataclass(slots=True)
class FaultyHome:
    """A home in which things go wrong. What is killed is started again by its supervisor, or by us."""

    home: Path
    sandbox: SandboxClient
    _up: Forked | None = None
    _second: Forked | None = None
    _stopped: set[int] = field(default_factory=set)

    async def start(self) -> None:
        """Everything, and return when it serves."""
        self._up = self._spawn("up")
        async with asyncio.timeout(PATIENCE_S):
            while not {process.name for process in ready_processes(self.home)} >= SERVING:
                assert self._up.poll() is None, self.log
                await asyncio.sleep(0.05)
        self._second = self._spawn("worker")

    def _spawn(self, command: str) -> Forked:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "POSTAIFY_HOME": str(self.home),
            "TELEGRAM_BOT_TOKEN": SANDBOX_TOKEN,
            "TELEGRAM_API_URL": self.sandbox.base_url,
            "WEB_PORT": "0",
        }
        output = self.home / f"{command}.txt"
        return Forked("postaify", command, cwd=self.home, environment=environment, output=output)

    @property
    def log(self) -> str:
        """The end of what each process said."""
        paths = sorted([*self.home.glob("*.txt"), *self.home.glob("logs/*.log")])
        return "\n".join(f"--- {path.name}\n{path.read_text()[-3000:]}" for path in paths)

    def pids(self, name: str) -> list[int]:
        """The processes of that name; `worker-light` without the second worker, which is `second`."""
        if name == "up":
            return [self._up.pid] if self._up else []
        if name == "second":
            return [self._second.pid] if self._second else []
        others = set(self.pids("second"))
        serving = [(one.name, one.process.pid) for one in ready_processes(self.home)]
        servers = [(one.name, one.pid) for one in running_services(self.home)]
        return [pid for found, pid in serving + servers if found == name and pid not in others]

    async def kill(self, name: str) -> None:
        """`kill -9`. The supervisor starts what it watches again; the rest is started here."""
        if name == "up":
            await self._restart_all()
            return
        for pid in self.pids(name):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if name == "second" and self._second is not None:
            await asyncio.to_thread(self._second.wait, PATIENCE_S)
            self._second = self._spawn("worker")

    async def _restart_all(self) -> None:
        """The second worker lives on another machine, so to say, but the servers' addresses change."""
        for process in (self._up, self._second):
            if process is not None:
                process.kill()
                await asyncio.to_thread(process.wait, PATIENCE_S)
        await self.start()

    async def stop_for(self, name: str, seconds: float) -> None:
        """Stop the clock of a process, and let it go on as if nothing had been."""
        pids = self.pids(name)
        for pid in pids:
            self._signal(pid, signal.SIGSTOP)
        await asyncio.sleep(seconds)
        for pid in pids:
            self._signal(pid, signal.SIGCONT)

    def _signal(self, pid: int, signum: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, signum)
        (self._stopped.add if signum is signal.SIGSTOP else self._stopped.discard)(pid)

    async def flush(self) -> None:
        """Redis forgets everything."""
        url = next(server.url for server in running_services(self.home) if server.name == "redis")
        async with Redis.from_url(url) as client:
            await client.flushall()

    @asynccontextmanager
    async def deps(self) -> AsyncIterator[Deps]:
        """A Deps on the servers as they run now."""
        urls = {server.name: server.url for server in running_services(self.home)}
        settings = Settings.load(
            _env_file=None, POSTAIFY_HOME=self.home, DATABASE_URL=urls["postgres"], REDIS_URL=urls["redis"]
        )
        async with open_deps(settings) as deps:
            yield deps

    async def end(self) -> None:
        for pid in list(self._stopped):
            self._signal(pid, signal.SIGCONT)
        for process in (self._second, self._up):
            if process is not None and process.poll() is None:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    await asyncio.to_thread(process.wait, 20)
                process.kill()


@asynccontextmanager
async def faulty_home() -> AsyncIterator[FaultyHome]:
    """A fresh one, with a sandbox that refuses what goes out too fast: a process of its own, so that
    it sees arrivals when they are."""
    with temporary_home() as home:
        async with (
            sandbox_process(private_folder(home, "telegram")) as process,
            SandboxClient(f"http://127.0.0.1:{process.port}") as sandbox,
        ):
            faulty = FaultyHome(home, sandbox)
            try:
                await faulty.start()
                yield faulty
            finally:
                await faulty.end()
