"""Both servers as one thing to start, look after and stop; and the note through which other processes find them."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self, TypeVar

from core.embedded.place import settle
from core.embedded.postgres import PostgresServer
from core.embedded.redis import RedisServer
from core.embedded.server import Server
from core.home import HomeLock, make_home, private_folder, write_private
from core.processes import ProcessIdentity

AnyServer = TypeVar("AnyServer", PostgresServer, RedisServer)


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that other processes of the home may use. The URL holds the password."""

    name: str
    pid: int
    port: int
    url: str = field(repr=False)


class EmbeddedServices:
    """PostgreSQL and Redis of one home. One process at a time may hold them; HomeInUse tells the second one so."""

    def __init__(self, home: Path, *, postgres: bool = True, redis: bool = True) -> None:
        self.home = make_home(home)
        self._lock = HomeLock(self.home, "services")
        self._wanted = (postgres, redis)
        self._postgres: PostgresServer | None = None
        self._redis: RedisServer | None = None

    @property
    def database_url(self) -> str:
        """For SQLAlchemy over asyncpg. Holds the password."""
        return _started(self._postgres).url

    @property
    def redis_url(self) -> str:
        """Holds the password."""
        return _started(self._redis).url

    @property
    def servers(self) -> list[Server]:
        """In the order in which they stop."""
        return [server for server in (self._redis, self._postgres) if server is not None]

    def start(self) -> Self:
        """Start both side by side and return when both answer. The first time, the database is made."""
        self.launch()
        self.wait_ready()
        return self

    def launch(self) -> None:
        """The first half of `start`: whoever calls it can do something else until `wait_ready`."""
        self._lock.acquire()
        place = settle(self.home)
        wants_postgres, wants_redis = self._wanted
        if wants_redis:
            self._redis = RedisServer(place)
            self._redis.launch()
        if wants_postgres:
            self._postgres = PostgresServer(place)
            self._postgres.launch()

    def wait_ready(self) -> None:
        for server in self.servers:
            server.wait_ready()
        self._write_note()

    def check(self) -> list[str]:
        """Start again what died, with a back-off, on the same port. Returns the names. Call it every so often."""
        restarted = [server.name for server in self.servers if server.restart_if_dead()]
        if restarted:
            self._write_note()
        return restarted

    def stop(self) -> None:
        """Within 13 s even if nothing obeys. May be called twice, and before `start` has finished."""
        if not self._lock.held:
            return
        _note(self.home).unlink(missing_ok=True)
        for server in self.servers:
            server.stop()
        self._redis = self._postgres = None
        self._lock.release()

    def _write_note(self) -> None:
        owner = ProcessIdentity.of(os.getpid())
        servers = [asdict(RunningServer(s.name, s.pid or 0, s.port, s.url)) for s in self.servers]
        write_private(_note(self.home), json.dumps({"owner": asdict(owner), "servers": servers}))


def _started(server: AnyServer | None) -> AnyServer:
    if server is None:
        raise RuntimeError("not started")
    return server


@contextmanager
def embedded(home: Path) -> Iterator[EmbeddedServices]:
    """The services for the length of a `with` block."""
    services = EmbeddedServices(home)
    try:
        yield services.start()
    finally:
        services.stop()


def running_services(home: Path) -> list[RunningServer]:
    """What a living process started in this home; empty when nothing runs."""
    try:
        note = json.loads(_note(home).read_text())
    except FileNotFoundError:
        return []
    if not ProcessIdentity(**note["owner"]).running():
        return []
    return [RunningServer(**server) for server in note["servers"]]


def _note(home: Path) -> Path:
    return private_folder(home, "run") / "services.json"
