"""Somebody who speaks to the sandbox's networks by HTTP."""

import ssl
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.patience import PATIENCE_S
from tests.sandbox_server import RunningSandbox
from tests.web.sandbox.networks.instagram_side import Connected, Host, InstagramSide, hosting
from tests.web.sandbox.networks.side import Side


@pytest.fixture
async def side(sandbox: RunningSandbox) -> AsyncIterator[Side]:
    no_certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # reading them takes longer than most tests
    async with httpx.AsyncClient(base_url=sandbox.base_url, timeout=PATIENCE_S, verify=no_certificates) as http:
        yield Side(http)


@pytest.fixture
async def instagram(sandbox: RunningSandbox) -> AsyncIterator[InstagramSide]:
    no_certificates = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # reading them takes longer than most tests
    async with httpx.AsyncClient(base_url=sandbox.base_url, timeout=PATIENCE_S, verify=no_certificates) as http:
        yield InstagramSide(http)


@pytest.fixture
async def ann(instagram: InstagramSide) -> Connected:
    return await instagram.connected()


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    async with hosting() as host:
        yield host
