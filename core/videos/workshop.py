"""Folders in which videos are worked on. Whatever ends the work, they don't stay."""

import asyncio
import os
import shutil
import socket
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from core.home import private_folder
from core.processes import ProcessIdentity

FOLDER: Final = "videos"
"""In the home."""
MARK: Final = "~"
LEFTOVER_S: Final = 24 * 3600.0
"""After which other hosts' folders are taken for left behind."""


@asynccontextmanager
async def work_folder(home: Path) -> AsyncIterator[Path]:
    """A new one, removed at the end; and so are those that killed processes have left here."""
    folder = await asyncio.to_thread(_make, home)
    try:
        yield folder
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def tidy_workshop(home: Path) -> int:
    """Remove what belongs to processes that are gone, and say how many folders that was."""
    gone = [folder for folder in private_folder(home, FOLDER).iterdir() if _is_left(folder)]
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    return len(gone)


def _make(home: Path) -> Path:
    """Its name says whose it is."""
    tidy_workshop(home)
    me = ProcessIdentity.of(os.getpid())
    name = MARK.join((socket.gethostname(), str(me.pid), str(int(me.started_at)), ""))
    return Path(tempfile.mkdtemp(prefix=name, dir=private_folder(home, FOLDER)))


def _is_left(folder: Path) -> bool:
    host, *rest = folder.name.split(MARK)
    try:
        if host != socket.gethostname() or len(rest) != 3:
            return time.time() - folder.stat().st_mtime > LEFTOVER_S
        return not ProcessIdentity(int(rest[0]), float(rest[1])).running()
    except (FileNotFoundError, ValueError):  # removed meanwhile, or not ours
        return False
