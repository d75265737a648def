"""The bot's process with a token that Telegram doesn't know."""

import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from core.settings import Settings

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


def test_a_refused_token_ends_with_what_to_do_and_is_not_printed(refusing_url: str, settings: Settings) -> None:
    assert settings.database_url is not None
    assert settings.redis_url is not None
    given = {
        "PATH": os.environ["PATH"],
        "POSTAIFY_HOME": str(settings.home),
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": refusing_url,
    }
    ended = subprocess.run(
        [sys.executable, "-m", "postaify", "bot"],
        env=given,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 1, said
    assert "Telegram doesn't know TELEGRAM_BOT_TOKEN" in said
    assert TOKEN.partition(":")[2] not in said
