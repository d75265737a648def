"""500 MB through the upload page's address: MB/s and memory of web, beside bare aiohttp sinks in the same run.

Ours forces all to the disk and stores it; the sinks write to a file and leave the rest to the system, or write nothing.
"""

import asyncio
import math
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import psutil

from core.db import TelegramId
from core.deps import open_deps
from core.embedded import embedded
from core.home import temporary_home
from core.migrate import upgrade_database
from core.posts.writing import Place
from core.settings import Settings
from core.videos.links import build_upload_links
from core.videos.uploads import LIMIT_BYTES, open_upload
from tests.bench.figures import Figure
from tests.bench.processes import ended, environment_of
from tests.bench.redis_server import free_port
from tests.factories import make_user

PIECE = b"\x00\x00\x00\x18ftypmp42" + os.urandom(32 * 1024 * 1024 - 12)
"""As the page sends them."""
ROUNDS = 3
"""The best one counts."""
STARTS_WITHIN_S = 60.0
MEGABYTE = 1_000_000
BARE = "tests.bench.bare_upload"
TUS = {"Tus-Resumable": "1.0.0"}


async def measure() -> list[Figure]:
    """All figures of this bench."""
    with temporary_home() as home, embedded(home) as services:
        environment = environment_of(home, services)
        ports = [free_port() for _ in range(3)]
        environment |= {"WEB_PORT": str(ports[0]), "LOG_LEVEL": "ERROR"}
        settings = Settings.load(_env_file=None, **environment)
        await upgrade_database(settings)
        pages = [await _page(settings) for _ in range(ROUNDS)]
        bare = [sys.executable, "-m", BARE]
        with (
            ended(_started([sys.executable, "-m", "postaify", "web"], environment, home)) as ours,
            ended(_started([*bare, str(ports[1]), str(home / "sink")], os.environ, Path.cwd())),
            ended(_started([*bare, str(ports[2])], os.environ, Path.cwd())),
        ):
            async with aiohttp.ClientSession() as session:
                for port in ports:
                    await _until_there(session, f"http://127.0.0.1:{port}")
                idle = psutil.Process(ours.pid).memory_info().rss
                writing, took = math.inf, math.inf
                for page in pages:
                    _warm(home)
                    writing = min(writing, await _sent(session, f"http://127.0.0.1:{ports[1]}/file"))
                    (home / "sink").unlink()
                    _warm(home)
                    took = min(took, await _sent(session, f"{page}/file", begin=f"{page}/files"))
                peak = _peak_bytes(ours.pid)
                reading = min([await _sent(session, f"http://127.0.0.1:{ports[2]}/file") for _ in pages])
    size = LIMIT_BYTES / MEGABYTE
    return [
        Figure.beside(
            "upload, beside a sink that writes", size / took, "MB/s", reference=size / writing, goal=">= 0.7 x"
        ),
        Figure.beside("upload, beside a sink that only reads", size / took, "MB/s", reference=size / reading),
        Figure("memory of web above idle, at most", (peak - idle) / MEGABYTE, "MB", goal="<= 60 MB"),
    ]


async def _page(settings: Settings) -> str:
    async with open_deps(settings) as deps, deps.tx() as tx:
        owner = await make_user(tx)
        upload = await open_upload(tx, owner_id=owner.id, place=Place(TelegramId(1), TelegramId(2), "en"))
        return build_upload_links(settings).page(owner_id=owner.id, upload_id=upload.id)


async def _sent(session: aiohttp.ClientSession, url: str, *, begin: str | None = None) -> float:
    """The seconds from the first byte to the last answer."""
    began = time.monotonic()
    if begin is not None:
        async with session.post(begin, headers=TUS | {"Upload-Length": str(LIMIT_BYTES)}) as answer:
            assert answer.status == 201, await answer.text()
    for offset in range(0, LIMIT_BYTES, len(PIECE)):
        headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        async with session.patch(url, headers=headers, data=PIECE[: LIMIT_BYTES - offset]) as answer:
            assert answer.status == 204, await answer.text()
    return time.monotonic() - began


def _warm(home: Path) -> None:
    """Use as much memory as a file needs, and give it back: what a virtual machine is given for the first time costs
    fifteen times what it costs later, and both should find what was in use before."""
    path = home / "warm"
    with path.open("wb", buffering=0) as file:
        for _ in range(0, LIMIT_BYTES, len(PIECE)):
            file.write(PIECE)
    path.unlink()


def _peak_bytes(pid: int) -> int:
    """The most that a process has ever had in memory. proc(5), VmHWM."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def _started(command: list[str], environment: Mapping[str, str], folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env=environment, cwd=folder)


async def _until_there(session: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(STARTS_WITHIN_S):
        while True:
            try:
                async with session.get(f"{url}/healthz"):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)


def main() -> list[Figure]:
    return asyncio.run(measure())
