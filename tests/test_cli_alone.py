"""Processes started alone, and the ports they take when others have taken some."""

import os
import socket
from pathlib import Path

import pytest

from core.addresses import addressed
from core.settings import Settings
from tests import forked
from tests.forked import ROOT


def test_web_and_sandbox_never_get_the_same_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for sandbox_port in (port, port + 1):
            chosen = addressed(Settings.load(_env_file=None, WEB_PORT=port, SANDBOX_PORT=sandbox_port))
            assert port < chosen.web_port < chosen.sandbox_port
            assert chosen.telegram_api_url == f"http://127.0.0.1:{chosen.sandbox_port}"


@pytest.mark.process
@pytest.mark.parametrize("command", ["web", "sandbox"])
def test_a_process_alone_whose_port_is_taken_says_so_in_one_line(tmp_path: Path, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "POSTAIFY_HOME": str(tmp_path / "home"),
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            f"{command.upper()}_PORT": str(port),
        }
        done = forked.run("postaify", command, cwd=tmp_path, environment=environment)
    assert done.returncode == 1
    assert done.stderr.startswith(f"127.0.0.1:{port} can't be used: another program listens there.")
    assert done.stderr.count("\n") == 1


@pytest.mark.process
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--queues", "media"], "A light worker has no queue media. It has: deliveries, events,"),
        (["--kind", "heavy", "--queues", "media,texts"], "A heavy worker has no queue texts. It has: media."),
    ],
)
def test_a_worker_refuses_queues_that_it_could_never_serve(tmp_path: Path, arguments: list[str], said: str) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "POSTAIFY_HOME": str(tmp_path / "home")}
    done = forked.run("postaify", "worker", *arguments, cwd=tmp_path, environment=environment)
    assert done.returncode == 1
    assert done.stderr.startswith(said)
