"""The embedded servers, for real: what they keep, whom they let in, and how they come back."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from structlog.testing import capture_logs

from core.embedded import EmbeddedServices, EmbeddedUnavailable, embedded, running_services
from core.embedded.place import settle
from core.embedded.postgres import PostgresServer
from core.embedded.redis import RedisServer
from core.embedded.server import Server
from core.home import temporary_home
from tests.patience import PATIENCE_S, eventually

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
HOLD = """
import sys, time
from pathlib import Path
from core.embedded import embedded
with embedded(Path(sys.argv[1])):
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One for all: making a database takes longer than most of the tests. Each starts its servers anew."""
    with temporary_home() as home:
        yield home


@pytest.fixture
def fresh_home() -> Iterator[Path]:
    with temporary_home() as home:
        yield home


async def ask(url: str, *statements: str) -> Any:
    """Run the statements and return the single value of the last one."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


def asked(url: str, *statements: str) -> Any:
    """On a loop of its own: these tests block, which the shared one must not."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(ask(url, *statements))


def write(services: EmbeddedServices, value: int) -> None:
    asked(services.database_url, "DROP TABLE IF EXISTS kept", f"CREATE TABLE kept AS SELECT {value:d} AS value")
    with redis.Redis.from_url(services.redis_url) as client:
        client.set("kept", value)


def kept(services: EmbeddedServices) -> tuple[int, int]:
    with redis.Redis.from_url(services.redis_url) as client:
        return asked(services.database_url, "SELECT value FROM kept"), int(client.get("kept") or 0)


def server_of(services: EmbeddedServices, name: str) -> Server:
    return next(server for server in services.servers if server.name == name)


def test_what_was_written_is_there_after_a_restart(home: Path) -> None:
    with embedded(home) as services:
        write(services, 7)
        first = services.database_url
    with embedded(home) as services:
        assert kept(services) == (7, 7)
        assert services.database_url == first


def test_kill_9_of_both_loses_nothing_and_check_brings_them_back_at_the_same_address(home: Path) -> None:
    with embedded(home) as services:
        write(services, 8)
        urls = services.database_url, services.redis_url
        for server in services.servers:
            os.kill(server.pid or 0, signal.SIGKILL)
        assert checked_until_restarted(services, count=2) == {"postgres", "redis"}
        services.wait_ready()
        assert (services.database_url, services.redis_url) == urls
        assert kept(services) == (8, 8)
        assert services.check() == []


def test_while_a_server_is_down_no_other_home_takes_its_port(home: Path, fresh_home: Path) -> None:
    with only_redis(home) as one:
        url = one.redis_url
        kill(server_of(one, "redis"))
        with only_redis(fresh_home) as other:
            assert server_of(other, "redis").port != server_of(one, "redis").port
            assert checked_until_restarted(one, count=1) == {"redis"}
            one.wait_ready()
            assert one.redis_url == url


def test_a_server_whose_port_a_stranger_took_comes_back_when_he_leaves(home: Path) -> None:
    with only_redis(home) as services:
        server = server_of(services, "redis")
        with socket.socket() as stranger:
            stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            kill(server)
            stranger.bind(("127.0.0.1", server.port))
            stranger.listen()
            with capture_logs() as logs:
                assert checked_until(services, lambda _: bool(logs)) == set()
        assert [(entry["event"], entry["port"]) for entry in logs] == [("embedded.port_taken", server.port)]
        assert checked_until_restarted(services, count=1) == {"redis"}
        services.wait_ready()


@contextmanager
def only_redis(home: Path) -> Iterator[EmbeddedServices]:
    services = EmbeddedServices(home, postgres=False)
    try:
        yield services.start()
    finally:
        services.stop()


def kill(server: Server) -> None:
    """Returns when it is gone."""
    process = psutil.Process(server.pid)
    process.kill()
    process.wait(PATIENCE_S)


def checked_until_restarted(services: EmbeddedServices, *, count: int) -> set[str]:
    return checked_until(services, lambda restarted: len(restarted) == count)


def checked_until(services: EmbeddedServices, enough: Callable[[set[str]], bool]) -> set[str]:
    """The names of what was started again until it is enough."""
    restarted: set[str] = set()

    def look() -> bool:
        restarted.update(services.check())
        return enough(restarted)

    eventually(look, lambda: str(restarted))
    return restarted


def test_the_servers_want_the_password(home: Path) -> None:
    with embedded(home) as services:
        postgres, cache = server_of(services, "postgres"), server_of(services, "redis")
        for password in ("", "wrong"):
            with pytest.raises(asyncpg.InvalidPasswordError):
                asked(f"postgresql://postaify:{password}@127.0.0.1:{postgres.port}/postaify", "SELECT 1")
            with (
                redis.Redis(port=cache.port, password=password or None, retry=Retry(NoBackoff(), 0)) as client,
                pytest.raises(redis.AuthenticationError),
            ):
                client.ping()


def test_the_password_stands_on_no_command_line_and_in_no_readable_file(home: Path) -> None:
    with embedded(home) as services:
        password = services.redis_url.split(":")[2].partition("@")[0]
        for process in psutil.process_iter(["cmdline"]):
            assert password not in " ".join(process.info["cmdline"] or [])
        for path in home.rglob("*"):
            if path.is_file() and path.stat().st_mode & 0o077 == 0o044 and "postgres" not in path.parts:
                assert password not in path.read_text(errors="replace")


def test_two_homes_run_side_by_side(home: Path, fresh_home: Path) -> None:
    with embedded(home) as one, embedded(fresh_home) as two:
        ports = [server.port for services in (one, two) for server in services.servers]
    assert len(set(ports)) == 4


def test_a_taken_port_is_passed_over(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = RedisServer(settle(home))
        server.first_port = taken.getsockname()[1]
        server.launch()
        server.wait_ready()
        try:
            assert server.port > server.first_port
        finally:
            server.stop()


def test_threads_of_the_parent_are_no_obstacle(home: Path) -> None:
    done = threading.Event()
    beside = threading.Thread(target=done.wait)
    beside.start()
    try:
        with embedded(home) as services:
            write(services, 6)
    finally:
        done.set()
        beside.join()


def test_a_second_process_on_the_home_is_refused_and_finds_the_first(home: Path) -> None:
    with embedded(home) as services:
        second = subprocess.run(
            [sys.executable, "-c", HOLD, str(home)], capture_output=True, text=True, timeout=PATIENCE_S, cwd=ROOT
        )
        assert "HomeInUse" in second.stderr
        assert {server.url for server in running_services(home)} == {services.database_url, services.redis_url}
    assert running_services(home) == []


def test_servers_left_behind_are_stopped_and_replaced(home: Path) -> None:
    with embedded(home) as services:
        write(services, 9)
    place = settle(home)
    left_behind = [left_running(PostgresServer(place)), left_running(RedisServer(place))]
    with embedded(home) as services:
        assert kept(services) == (9, 9)
        assert [process.wait(PATIENCE_S) is not None for process in left_behind] == [True, True]


def left_running(server: Server) -> subprocess.Popen[bytes]:
    """The server as a killed supervisor leaves it where children outlive their parent."""
    server.port = server.first_port + 500
    process = subprocess.Popen(
        server.command(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=server.data,
        user=server.place.uid,
        group=server.place.gid,
    )
    assert process.stdin is not None
    with process.stdin as stdin:
        stdin.write(server.configuration())
    eventually(server.pid_file().exists)
    return process


def test_the_servers_stop_when_their_parent_is_killed(home: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux ties a child's life to its parent's")
    servers = servers_of_a_killed_parent(home)
    assert psutil.wait_procs(servers, timeout=PATIENCE_S)[1] == []
    with embedded(home) as services:
        write(services, 1)


def servers_of_a_killed_parent(home: Path) -> list[psutil.Process]:
    parent = subprocess.Popen([sys.executable, "-c", HOLD, str(home)], stdout=subprocess.PIPE, cwd=ROOT)
    assert parent.stdout is not None
    with parent, parent.stdout as output:
        assert output.readline() == b"ready\n"
        servers = [psutil.Process(server.pid) for server in running_services(home)]
        parent.kill()
    return servers


def test_a_pid_file_that_names_a_stranger_is_ignored(home: Path) -> None:
    with embedded(home) as services:
        write(services, 3)
        data = server_of(services, "postgres").data
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n0\n54320\n\n127.0.0.1\n\nready   \n")
    (data.parent / "redis" / "redis.pid").write_text(f"{os.getpid()}\n")
    with embedded(home) as services:
        assert kept(services) == (3, 3)


def test_a_kill_in_the_middle_of_the_first_start_is_repaired(fresh_home: Path) -> None:
    draft = settle(fresh_home).folder("postgres.new")
    (draft / "PG_VERSION").write_text("18\n")
    with embedded(fresh_home) as services:
        write(services, 4)


@pytest.mark.parametrize("name", ["a folder with 'spaces' and ünïcödé", "long/" * 30 + "home"])
def test_homes_with_awkward_names(fresh_home: Path, name: str) -> None:
    home = fresh_home / name
    for folder in reversed([home, *home.parents]):
        if not folder.exists():
            folder.mkdir(mode=0o711)
    with embedded(home) as services:
        write(services, 5)
        assert kept(services) == (5, 5)


def test_data_of_another_version_is_refused_in_plain_words(home: Path) -> None:
    with embedded(home) as services:
        data = server_of(services, "postgres").data
    (data / "PG_VERSION").write_text("17\n")
    services = EmbeddedServices(home)
    with pytest.raises(EmbeddedUnavailable, match="made by PostgreSQL 17"):
        services.start()
    services.stop()
    (data / "PG_VERSION").write_text("18\n")
    assert running_services(home) == []


def test_only_one_of_them_can_be_wanted(home: Path) -> None:
    with only_redis(home) as services:
        assert [server.name for server in services.servers] == ["redis"]
        with pytest.raises(RuntimeError, match="not started"):
            _ = services.database_url
