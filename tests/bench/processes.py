"""Starting what is measured, and ending it for sure."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from core.embedded import EmbeddedServices


def environment_of(home: Path, services: EmbeddedServices) -> dict[str, str]:
    """The environment of a process that works in `home` with these servers, and knows nothing else."""
    return {
        "PATH": os.environ["PATH"],
        "POSTAIFY_HOME": str(home),
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
    }


def cpu_s(pid: int) -> float:
    """The processor time that a process and its children have had, those that have ended included. Unlike what a clock
    says, it hardly depends on what else the machine does."""
    process = psutil.Process(pid)
    alive = [process, *process.children(recursive=True)]
    times = [each.cpu_times() for each in alive]
    return float(sum(one.user + one.system + one.children_user + one.children_system for one in times))


def postgres_pid() -> int:
    """Of the database that this process has started."""
    children = psutil.Process(os.getpid()).children()
    return next(child.pid for child in children if child.name().startswith("postgres"))


@contextmanager
def ended(process: subprocess.Popen[bytes], *, within_s: float = 15.0) -> Iterator[subprocess.Popen[bytes]]:
    """The process, ended afterwards."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(within_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
