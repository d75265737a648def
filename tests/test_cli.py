"""The command line as a person meets it: real processes, real exit codes."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from core.embedded import embedded
from core.home import temporary_home
from core.settings import SANDBOX_TOKEN
from tests import forked
from tests.forked import ROOT
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.process

KEY = "sk-never-shown-anywhere"


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with temporary_home() as home:
        yield home


def postaify(home: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run it in an empty folder, with no variables but these."""
    environment = {"PATH": os.environ["PATH"], "POSTAIFY_HOME": str(home), "PYTHONPATH": str(ROOT), **variables}
    return forked.run("postaify", *arguments, cwd=home, environment=environment)


class Answering(BaseHTTPRequestHandler):
    """Stands in for Telegram and for a model's server: knows one token and one key."""

    def do_GET(self) -> None:
        credits_left = 0 if self.path.startswith("/spent/") else 1234
        answer = {"ok": self._right, "result": {"username": "checked_bot"}, "creditCount": credits_left}
        body = json.dumps(answer).encode()
        self.send_response(404 if self.path in {"/unlisted/models", "/nowhere/models"} else 200 if self._right else 401)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        there = self.path == "/unlisted/chat/completions"
        self.send_response((400 if self._right else 401) if there else 404)
        self.end_headers()

    @property
    def _right(self) -> bool:
        keys = (self.headers["Authorization"], self.headers["x-api-key"])
        return SANDBOX_TOKEN in self.path or f"Bearer {KEY}" in keys or KEY in keys

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        return


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def findings(done: "subprocess.CompletedProcess[str]") -> dict[str, tuple[str, str]]:
    """Name -> (mark, rest of the line)."""
    return {line[5:19].strip(): (line[:4].strip(), line[20:]) for line in done.stdout.splitlines()}


def test_help_lists_every_command(home: Path) -> None:
    """Started from nothing, as a person does it."""
    program = [sys.executable, "-m", "postaify", "--help"]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
    assert done.returncode == 0
    for command in ("up", "bot", "worker", "scheduler", "web", "sandbox", "migrate", "doctor", "status", "billing"):
        assert f" {command} " in done.stdout


def test_a_wrong_configuration_is_told_at_once_and_completely(home: Path) -> None:
    done = postaify(home, "up", WEB_PORT="many", LLM_BASE_URL="http://localhost", TELEGRAM_BOT_TOKEN=KEY)
    assert done.returncode == 1
    assert {line.split(":")[0].strip() for line in done.stderr.splitlines()[1:]} == {
        "WEB_PORT",
        "LLM_MODEL",
        "TELEGRAM_BOT_TOKEN",
    }
    assert KEY not in done.stdout + done.stderr


@pytest.mark.parametrize("command", ["bot", "worker", "scheduler", "web"])
def test_a_process_alone_without_a_database_says_what_to_do(home: Path, command: str) -> None:
    done = postaify(home, command)
    assert done.returncode == 1
    assert "set DATABASE_URL and REDIS_URL, or start `postaify up`" in done.stderr
    assert "Traceback" not in done.stderr


def test_status_of_an_idle_home(home: Path) -> None:
    done = postaify(home, "status")
    assert (done.returncode, done.stderr) == (1, "Nothing runs here.\n")


@pytest.mark.parametrize("command", ["up", "doctor", "status", "bot"])
def test_a_home_that_cannot_be_a_folder_is_told_in_one_line(tmp_path: Path, command: str) -> None:
    file = tmp_path / "file"
    file.touch()
    done = postaify(tmp_path, command, POSTAIFY_HOME=str(file))
    assert done.returncode == 1
    assert done.stderr == f"{file} can't be used (File exists): set POSTAIFY_HOME to another folder\n"


def test_migrate_then_doctor_finds_nothing_wrong(home: Path) -> None:
    assert findings(postaify(home, "doctor"))["migrations"][0] == "FAIL"
    migrated = postaify(home, "migrate")
    assert migrated.returncode == 0, migrated.stderr
    done = postaify(home, "doctor")
    assert done.returncode == 0, done.stdout
    assert {mark for mark, _ in findings(done).values()} == {"ok"}
    assert list(findings(done)) == [
        "configuration",
        "database",
        "redis",
        "migrations",
        "disk",
        "storage",
        "ffmpeg",
        "speech",
        "telegram",
        "text model",
        "viral videos",
        "e-mail",
        "payments",
        "publishing",
        "encryption",
    ]


def test_status_and_doctor_use_the_servers_that_run_in_the_home(home: Path) -> None:
    with embedded(home) as services:
        status = postaify(home, "status")
        assert "postgres" in status.stdout
        assert findings(postaify(home, "doctor"))["database"][0] == "ok"
        assert services.check() == []


def test_doctor_tells_apart_right_and_refused_secrets_without_showing_them(home: Path, server: str) -> None:
    right = postaify(
        home,
        "doctor",
        TELEGRAM_API_URL=server,
        TELEGRAM_BOT_TOKEN=SANDBOX_TOKEN,
        LLM_BASE_URL=server,
        LLM_API_KEY=KEY,
        LLM_MODEL="small",
    )
    assert findings(right)["telegram"] == ("ok", "@checked_bot")
    assert findings(right)["text model"] == ("ok", "small")
    refused = postaify(
        home,
        "doctor",
        TELEGRAM_API_URL=server,
        TELEGRAM_BOT_TOKEN=f"{SANDBOX_TOKEN[:-8]}wrong",
        LLM_BASE_URL=server,
        LLM_API_KEY=f"{KEY}-wrong",
        LLM_MODEL="small",
    )
    assert refused.returncode == 1
    assert findings(refused)["telegram"][1].startswith("the token is refused -> copy TELEGRAM_BOT_TOKEN again")
    assert findings(refused)["text model"][1].startswith("the key is refused")
    for done in (right, refused):
        assert KEY not in done.stdout + done.stderr
        assert SANDBOX_TOKEN[:-8] not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("path", "key", "mark", "seen"),
    [
        ("/unlisted", KEY, "ok", "small: the server answers, but doesn't list its models"),
        ("/unlisted", "another", "FAIL", "the key is refused"),
        ("/nowhere", KEY, "FAIL", "has neither /models nor /chat/completions -> check LLM_BASE_URL"),
    ],
)
def test_doctor_asks_a_server_that_lists_no_models(
    home: Path, server: str, path: str, key: str, mark: str, seen: str
) -> None:
    done = postaify(home, "doctor", LLM_BASE_URL=f"{server}{path}", LLM_API_KEY=key, LLM_MODEL="small")
    found = findings(done)["text model"]
    assert found[0] == mark
    assert found[1].startswith(seen)


@pytest.mark.parametrize(
    ("path", "key", "mark", "seen"),
    [
        ("", KEY, "ok", "ScrapeCreators, 1,234 credits left"),
        ("/spent", KEY, "FAIL", "no credits are left -> buy some"),
        ("", "another", "FAIL", "the key is refused -> copy SCRAPECREATORS_API_KEY again"),
    ],
)
def test_doctor_asks_how_many_credits_are_left(
    home: Path, server: str, path: str, key: str, mark: str, seen: str
) -> None:
    done = postaify(home, "doctor", SCRAPECREATORS_API_URL=f"{server}{path}", SCRAPECREATORS_API_KEY=key)
    found = findings(done)["viral videos"]
    assert found[0] == mark
    assert found[1].startswith(seen)
    assert key not in done.stdout + done.stderr


def test_doctor_names_what_cannot_be_reached_without_showing_passwords(home: Path) -> None:
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        port = nobody_listens.getsockname()[1]
        done = postaify(
            home,
            "doctor",
            DATABASE_URL=f"postgresql://postaify:{KEY}@127.0.0.1:{port}/postaify",
            REDIS_URL=f"redis://:{KEY}@127.0.0.1:{port}/0",
            TELEGRAM_API_URL=f"http://127.0.0.1:{port}",
        )
    assert done.returncode == 1
    for name in ("database", "redis", "migrations", "telegram"):
        assert findings(done)[name][0] == "FAIL"
        assert " -> " in findings(done)[name][1]
    assert KEY not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_suspects_slips_in_dotenv_names(home: Path) -> None:
    (home / ".env").write_text("TELEGRAM_TOKEN=1\nSOMETHING_ELSE=2\n")
    try:
        done = postaify(home, "doctor")
    finally:
        (home / ".env").unlink()
    assert findings(done)["configuration"] == (
        "FAIL",
        "nobody reads TELEGRAM_TOKEN in .env -> if you meant TELEGRAM_BOT_TOKEN, rename it",
    )
