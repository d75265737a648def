"""`python -m web.sandbox`: the sandbox by itself."""

import argparse
from pathlib import Path

from aiohttp import web

from web.sandbox.app import build_app

SHUTDOWN_TIMEOUT_S = 1.0
"""Long polls and event streams never end by themselves."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="web.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--state", type=Path, default=None, help="where to keep state; left out, nothing is kept")
    options = parser.parse_args()
    web.run_app(
        build_app(options.state),
        host=options.host,
        port=options.port,
        print=None,
        access_log=None,
        shutdown_timeout=SHUTDOWN_TIMEOUT_S,
    )


if __name__ == "__main__":
    main()
