"""How the networks stand in the sandbox's application. A new one is named here."""

import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

from aiohttp import web

from web.sandbox.http import WORLD
from web.sandbox.networks import control, page
from web.sandbox.networks.api import add_endpoints
from web.sandbox.networks.consent import add_consent_pages
from web.sandbox.networks.instagram.network import INSTAGRAM
from web.sandbox.networks.network import Network
from web.sandbox.networks.state import NETWORKS, Networks
from web.sandbox.networks.tiktok.network import TIKTOK
from web.sandbox.networks.youtube.network import YOUTUBE

ALL: Final[tuple[Network, ...]] = (TIKTOK, INSTAGRAM, YOUTUBE)
FOLDER: Final = "networks"


def add_to(app: web.Application) -> None:
    """Routes of the APIs, the pages and the controls."""
    add_endpoints(app, ALL)
    add_consent_pages(app, ALL)
    app.router.add_routes(page.routes)
    app.router.add_routes(control.routes)


def networks_in(state_dir: Path | None) -> Callable[[web.Application], AsyncIterator[None]]:
    """Behind the world's own start. Without `state_dir` the bytes of uploads are gone when the application ends."""

    async def lifetime(app: web.Application) -> AsyncIterator[None]:
        with tempfile.TemporaryDirectory(prefix="sandbox-networks-") as temporary:
            folder = (state_dir or Path(temporary)) / FOLDER
            folder.mkdir(parents=True, exist_ok=True)
            app[NETWORKS] = Networks(app[WORLD], folder, ALL)
            yield

    return lifetime


def forget(app: web.Application) -> None:
    """The part of /control/reset that is the networks'."""
    app[NETWORKS].reset()
