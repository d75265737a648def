"""Connections with the clients as they are, at the sandbox's networks: the whole walk, and one refresh for many."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from core.accounts.models import User
from core.clock import FixedClock
from core.connections import service
from core.connections.connecting import connect
from core.connections.disconnecting import Revocation, disconnect
from core.connections.models import Connection
from core.deps import Deps
from core.errors import ProviderError
from core.providers.discovery import Network
from core.publishing.networks.contract import NetworkErrorCode
from jobs.connections import tend_connections
from tests.core.connections.played import row_of, walked
from tests.core.publishing.networks.there import There, there
from tests.factories import make_user
from tests.sandbox_server import RunningSandbox, running_sandbox

REFRESHES = {
    Network.TIKTOK: "POST /v2/oauth/token/",
    Network.INSTAGRAM: "GET /refresh_access_token",
    Network.YOUTUBE: "POST /token",
}
CAN_REVOKE = {Network.TIKTOK, Network.YOUTUBE}


@pytest.fixture(scope="module")
async def sandbox() -> AsyncIterator[RunningSandbox]:
    async with running_sandbox() as running:
        yield running


@pytest.fixture(params=list(Network))
async def at(request: pytest.FixtureRequest, sandbox: RunningSandbox, http: httpx.AsyncClient) -> There:
    await sandbox.client.reset()
    return there(request.param, http, sandbox.base_url)


async def connected_at(at: There, deps: Deps, owner: User, username: str = "ann") -> Connection:
    """Through our own consent link and the network's page."""
    walk = await walked(deps, owner.id, at.network)
    url = at.consent.consent_url(walk.ask)
    location = str((await at.control("allow", url=url, username=username))["location"])
    return await connect(deps, walk, code=str(httpx.URL(location).params["code"]))


def with_it(at: There, deps: Deps) -> Deps:
    return replace(deps, consents={at.network: at.consent})


async def time_passes(at: There, clock: FixedClock, by: timedelta) -> None:
    clock.advance(by)
    await at.advance(by)


async def test_connected_tested_renewed_and_disconnected(at: There, deps: Deps, clock: FixedClock) -> None:
    mine = with_it(at, deps)
    async with mine.tx() as tx:
        owner = await make_user(tx)
    connection = await connected_at(at, mine, owner)
    assert (connection.username, connection.status) == ("ann", "active")
    before = await service.access_of(mine, connection_id=connection.id, owner_id=owner.id)

    assert connection.access_expires_at is not None
    await time_passes(at, clock, connection.access_expires_at - clock.now() - timedelta(minutes=4))
    after = await service.access_of(mine, connection_id=connection.id, owner_id=owner.id)
    assert after.token != before.token
    assert (await at.consent.account(after.token)).username == "ann"
    assert (await service.check_connection(mine, connection_id=connection.id, owner_id=owner.id)).status == "active"

    revocation = await disconnect(mine, connection_id=connection.id, owner_id=owner.id)
    assert revocation is (Revocation.DONE if at.network in CAN_REVOKE else Revocation.BY_OWNER)
    if revocation is Revocation.DONE:
        with pytest.raises(ProviderError):
            await at.consent.account(after.token)


async def test_a_consent_that_was_taken_back_there_is_noticed(at: There, deps: Deps, clock: FixedClock) -> None:
    mine = with_it(at, deps)
    async with mine.tx() as tx:
        owner = await make_user(tx)
    connection = await connected_at(at, mine, owner)
    await at.control("tokens", do="revoke")
    await time_passes(at, clock, timedelta(days=8))
    await tend_connections(mine)
    assert (await row_of(mine, connection)).status == "revoked"
    with pytest.raises(ProviderError) as caught:
        await service.access_of(mine, connection_id=connection.id, owner_id=owner.id)
    assert caught.value.error_code == NetworkErrorCode.RECONNECT


@pytest.mark.parametrize("at", [Network.TIKTOK], indirect=True)
async def test_two_workers_refresh_once(at: There, concurrent_deps: Deps, clock: FixedClock) -> None:
    """A second refresh would end what the first one gave: TikTok rotates."""
    mine = with_it(at, concurrent_deps)
    async with mine.tx() as tx:
        owner = await make_user(tx)
    connection = await connected_at(at, mine, owner)
    before = len(await at.calls(REFRESHES[at.network]))
    await time_passes(at, clock, timedelta(hours=1, minutes=57))

    async def used() -> str:
        access = await service.access_of(mine, connection_id=connection.id, owner_id=owner.id)
        return access.token.get_secret_value()

    tokens = await asyncio.gather(*(used() for _ in range(4)))
    assert len(set(tokens)) == 1
    assert len(await at.calls(REFRESHES[at.network])) == before + 1
    assert (await service.check_connection(mine, connection_id=connection.id, owner_id=owner.id)).status == "active"
