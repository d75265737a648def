"""Each network of a sandbox, of which nothing is left by the test before."""

from collections.abc import AsyncIterator

import httpx
import pytest

from core.providers.discovery import Network
from tests.core.publishing.networks.there import There, film_bytes, there
from tests.sandbox_server import RunningSandbox, running_sandbox


@pytest.fixture(scope="session", autouse=True)
def encoded() -> None:
    """The film, before there is a loop that it would hold up."""
    film_bytes()


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


@pytest.fixture(params=list(Network))
async def at(request: pytest.FixtureRequest, sandbox: RunningSandbox, http: httpx.AsyncClient) -> There:
    """Where processing takes no time, and Instagram takes uploads."""
    await sandbox.client.reset()
    found = there(request.param, http, sandbox.base_url)
    rules = {
        Network.TIKTOK: {"processing_s": 0, "moderation_s": 0, "limits": False},
        Network.INSTAGRAM: {"processing_s": 0, "resumable": True},
        Network.YOUTUBE: {"processing_s": 0},
    }
    await found.rules(**rules[found.network])
    return found
