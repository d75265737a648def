"""Somebody who speaks to the sandbox's networks by HTTP."""

import ssl
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.patience import PATIENCE_S
from tests.sandbox_server import RunningSandbox
from tests.web.sandbox.networks.instagram_side import Connected, Host, InstagramSide, hosting
from tests.web.sandbox.networks.side import Side
from tests.web.sandbox.networks.youtube_side import YouTubeSide


@pytest.fixture
async def http(sandbox: RunningSandbox) -> AsyncIterator[httpx.AsyncClient]:
    no_certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # reading them takes longer than most tests
    async with httpx.AsyncClient(base_url=sandbox.base_url, timeout=PATIENCE_S, verify=no_certificates) as http:
        yield http


@pytest.fixture
def side(http: httpx.AsyncClient) -> Side:
    return Side(http)


@pytest.fixture
def instagram(http: httpx.AsyncClient) -> InstagramSide:
    return InstagramSide(http)


@pytest.fixture
def youtube(http: httpx.AsyncClient) -> YouTubeSide:
    return YouTubeSide(http)


@pytest.fixture
async def ann(instagram: InstagramSide) -> Connected:
    return await instagram.connected()


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    async with hosting() as host:
        yield host
