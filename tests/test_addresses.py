"""Which ports `postaify up` takes when others have taken some."""

import socket

from core.settings import Settings
from postaify import addressed


def test_web_and_sandbox_never_get_the_same_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for sandbox_port in (port, port + 1):
            chosen = addressed(Settings.load(_env_file=None, WEB_PORT=port, SANDBOX_PORT=sandbox_port))
            assert port < chosen.web_port < chosen.sandbox_port
            assert chosen.telegram_api_url == f"http://127.0.0.1:{chosen.sandbox_port}"
