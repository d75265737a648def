"""Starting what is measured, and ending it for sure."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.embedded import EmbeddedServices


def environment_of(home: Path, services: EmbeddedServices) -> dict[str, str]:
    """The environment of a process that works in `home` with these servers, and knows nothing else."""
    return {
        "PATH": os.environ["PATH"],
        "POSTAIFY_HOME": str(home),
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
    }


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
