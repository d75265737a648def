"""`postaify up` on this machine: how long until it answers, cold and warm, and how much memory all of it takes."""

import asyncio
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from core.home import temporary_home
from core.readiness import ready_processes
from tests.bench.figures import Figure
from tests.bench.processes import ended
from tests.bench.use import PEOPLE, ROUNDS, use
from web.sandbox.client import SandboxClient

PATIENCE_S = 60.0
SETTLE_S = 3.0


async def measure() -> list[Figure]:
    """The first start makes the database; the second finds it."""
    with temporary_home() as home:
        cold = await _start(home)
        warm = await _start(home, used=True)
    return [
        Figure("cold start to the answer to /start", cold.took_s, "s", goal="<= 8 s"),
        Figure("warm start to the answer to /start", warm.took_s, "s", goal="<= 4 s"),
        Figure("processor time that a warm start takes, all processes", warm.processor_s, "s"),
        Figure("memory of everything (summed PSS)", warm.idle_mb, "MB", goal="<= 350 MB"),
        Figure.beside(f"the same after {PEOPLE * ROUNDS} stories", warm.used_mb, "MB", reference=warm.idle_mb),
    ]


@dataclass(frozen=True)
class Started:
    """What a start took until the first answer; the processor's time hangs less on what else the machine does."""

    took_s: float
    processor_s: float
    idle_mb: float
    used_mb: float


async def _start(home: Path, *, used: bool = False) -> Started:
    environment = {"PATH": os.environ["PATH"], "POSTAIFY_HOME": str(home), "WEB_PORT": "18080", "SANDBOX_PORT": "18081"}
    environment["ALLOW_PRIVATE_URLS"] = "true"
    began_at = time.perf_counter()
    process = subprocess.Popen(  # noqa: ASYNC220  starting it takes a moment, and nothing else runs meanwhile
        [sys.executable, "-m", "postaify", "up"], env=environment, cwd=home, stdout=subprocess.DEVNULL
    )
    with ended(process):
        async with asyncio.timeout(PATIENCE_S):
            address = await sandbox_address(home)
            await _say_hello(address)
        took_s, processor_s = time.perf_counter() - began_at, _processor_s(process.pid)
        await asyncio.sleep(SETTLE_S)
        idle_mb = _memory_mb(process.pid)
        if used:
            await use(address)
            await asyncio.sleep(SETTLE_S)
        return Started(took_s, processor_s, idle_mb, _memory_mb(process.pid))


async def sandbox_address(home: Path) -> str:
    """As soon as it answers."""
    while True:
        for ready in ready_processes(home):
            if ready.name == "sandbox" and ready.address:
                return ready.address
        await asyncio.sleep(0.02)


async def _say_hello(address: str) -> None:
    async with SandboxClient(address) as client:
        person = await client.new_person("Ann")
        await person.send_text("/start")
        await person.wait_for_message(lambda _: True, timeout_s=PATIENCE_S)


def _memory_mb(pid: int) -> float:
    """Each page counted once, divided among those that share it. Servers with a session of their own count, too."""
    return sum(process.memory_full_info().pss for process in _everything(pid)) / 1_000_000


def _processor_s(pid: int) -> float:
    """What runs, and what has ended on the way."""
    times = [process.cpu_times() for process in _everything(pid)]
    return sum(t.user + t.system for t in times) + times[0].children_user + times[0].children_system


def _everything(pid: int) -> list[psutil.Process]:
    return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]


def main() -> list[Figure]:
    return asyncio.run(measure())
