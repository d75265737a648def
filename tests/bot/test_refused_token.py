"""The bot's process before it is known to Telegram: its token is refused, or nobody answers."""

import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from core.settings import Settings
from tests.bench.redis_server import free_port
from tests.forked import Forked
from tests.patience import PATIENCE_S, eventually

pytestmark = pytest.mark.process

TOKEN = "123456789:AAE-nobody-knows-this-token-here"
REFUSAL = b'{"ok":false,"error_code":401,"description":"Unauthorized"}'


class Refusing(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(REFUSAL)))
        self.end_headers()
        self.wfile.write(REFUSAL)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def refusing_url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def given(settings: Settings) -> dict[str, str]:
    """What the process finds in its environment, but for the address."""
    assert settings.database_url is not None
    assert settings.redis_url is not None
    return {
        "PATH": os.environ["PATH"],
        "POSTAIFY_HOME": str(settings.home),
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "TELEGRAM_BOT_TOKEN": TOKEN,
    }


def start_bot(environment: dict[str, str], said: Path) -> Forked:
    return Forked("postaify", "bot", cwd=said.parent, environment=environment, output=said)


def test_a_refused_token_ends_with_what_to_do_and_is_not_printed(
    refusing_url: str, given: dict[str, str], tmp_path: Path
) -> None:
    bot = start_bot(given | {"TELEGRAM_API_URL": refusing_url}, tmp_path / "said")
    status, said = bot.wait(PATIENCE_S), (tmp_path / "said").read_text()
    assert status == 1, said
    assert "Telegram doesn't know TELEGRAM_BOT_TOKEN" in said
    assert TOKEN.partition(":")[2] not in said


def test_told_to_stop_while_telegram_cannot_be_reached_it_ends(given: dict[str, str], tmp_path: Path) -> None:
    said = tmp_path / "said"
    bot = start_bot(given | {"TELEGRAM_API_URL": f"http://127.0.0.1:{free_port()}"}, said)
    try:
        eventually(lambda: "telegram.not_reached" in said.read_text() or bot.poll() is not None, said.read_text)
        assert bot.poll() is None
        bot.terminate()
        assert bot.wait(PATIENCE_S) == 0
    finally:
        bot.kill()
