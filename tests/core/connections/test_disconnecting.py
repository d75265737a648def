"""The end of a connection: whatever is killed, and however long a network is away, the consent is taken back once it
can be, and its owner knows."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from core.accounts.models import User
from core.clock import FixedClock
from core.connections.disconnecting import TRIED_FOR, Revocation, disconnect
from core.connections.models import Connection
from core.connections.queries import connections_of
from core.connections.renewing import LEASE
from core.deps import Deps
from core.publishing.networks.contract import NetworkErrorCode, Tokens, network_error
from core.sealed import SEALED, key_ids_in_use
from jobs.connections import tend_connections
from tests.core.connections.played import PlayedNetwork, connected, row_of, with_network
from tests.factories import make_user


@pytest.fixture
def network() -> PlayedNetwork:
    return PlayedNetwork()


@pytest.fixture
def there(deps: Deps, network: PlayedNetwork) -> Deps:
    return with_network(deps, network)


@pytest.fixture
async def owner(deps: Deps) -> User:
    async with deps.tx() as tx:
        return await make_user(tx)


@pytest.fixture
async def connection(there: Deps, owner: User, network: PlayedNetwork) -> Connection:
    return await connected(there, owner, network)


async def kept(deps: Deps) -> tuple[Any, ...]:
    async with deps.sessions() as session:
        return tuple((await session.execute(text("SELECT revoke_tokens, revoke_at FROM connections"))).one())


async def told(deps: Deps) -> int:
    async with deps.sessions() as session:
        found = "SELECT count(*) FROM deliveries WHERE content->>'notice' = 'connections.not_revoked'"
        return int((await session.execute(text(found))).scalar_one())


def tokens_of(revoked: Tokens) -> tuple[str, str]:
    access, refresh = revoked.access_token, revoked.refresh_token or SecretStr("")
    return access.get_secret_value(), refresh.get_secret_value()


async def test_without_a_way_its_owner_does_it_there(
    there: Deps, connection: Connection, network: PlayedNetwork
) -> None:
    network.revokes = False
    outcome = await disconnect(there, connection_id=connection.id, owner_id=connection.owner_id)
    assert outcome is Revocation.BY_OWNER
    assert await kept(there) == (None, None)


async def test_killed_before_the_network_was_asked_it_is_asked_later(
    there: Deps, connection: Connection, network: PlayedNetwork, clock: FixedClock
) -> None:
    asked = asyncio.Event()

    async def thinks() -> None:
        asked.set()
        await asyncio.Event().wait()

    network.revoking = thinks
    pressed = asyncio.create_task(disconnect(there, connection_id=connection.id, owner_id=connection.owner_id))
    await asked.wait()
    pressed.cancel()
    await asyncio.gather(pressed, return_exceptions=True)

    network.revoking = None
    await tend_connections(there)
    assert network.revoked == [], "whoever was at it may still be"
    async with there.sessions() as session:
        assert await connections_of(session, owner_id=connection.owner_id) == [], "our own use of it ended at once"

    clock.advance(LEASE)
    await tend_connections(there)
    assert [tokens_of(each) for each in network.revoked] == [("secret-access-1", "secret-refresh-1")]
    assert await kept(there) == (None, None)
    clock.advance(timedelta(days=4))
    await tend_connections(there)
    assert len(network.revoked) == 1
    assert await told(there) == 0


async def test_a_network_that_is_away_is_asked_again_and_in_the_end_its_owner_is_told(
    there: Deps, connection: Connection, network: PlayedNetwork, clock: FixedClock
) -> None:
    network.fails = network_error(network.network, NetworkErrorCode.UNAVAILABLE)
    began_at = clock.now()
    outcome = await disconnect(there, connection_id=connection.id, owner_id=connection.owner_id)
    assert outcome is Revocation.LATER
    tries = 0
    while (await kept(there))[1] is not None:
        clock.advance((await kept(there))[1] - clock.now())
        await tend_connections(there)
        tries += 1
    assert TRIED_FOR <= clock.now() - began_at < TRIED_FOR + timedelta(hours=4)
    assert 10 < tries < 60, "ever more rarely"
    assert (await kept(there), await told(there)) == ((None, None), 1)


async def test_who_connects_again_meanwhile_keeps_the_new_consent(
    there: Deps, owner: User, connection: Connection, network: PlayedNetwork, clock: FixedClock
) -> None:
    """Networks know one consent for each person and app: taking the old one back would end both."""
    network.fails = network_error(network.network, NetworkErrorCode.UNAVAILABLE)
    await disconnect(there, connection_id=connection.id, owner_id=owner.id)
    network.fails = None
    again = await connected(there, owner, network)
    clock.advance(timedelta(hours=1))
    await tend_connections(there)
    assert (network.revoked, (await row_of(there, again)).status) == ([], "active")


async def test_a_consent_that_was_lost_by_that_race_is_noticed_at_once(
    there: Deps, owner: User, connection: Connection, network: PlayedNetwork
) -> None:
    async def slowly() -> None:
        await connected(there, owner, network)
        network.forget_everything()

    network.revoking = slowly
    await disconnect(there, connection_id=connection.id, owner_id=owner.id)
    assert (await row_of(there, connection)).status == "active", "as far as is known"
    await tend_connections(there)
    assert (await row_of(there, connection)).status == "revoked"


async def test_what_is_kept_for_it_is_encrypted(there: Deps, connection: Connection, network: PlayedNetwork) -> None:
    network.fails = network_error(network.network, NetworkErrorCode.UNAVAILABLE)
    await disconnect(there, connection_id=connection.id, owner_id=connection.owner_id)
    async with there.sessions() as session:
        stored = (await session.execute(text("SELECT connections::text FROM connections"))).scalar_one()
        assert await key_ids_in_use(session) == {"home"}
    assert "secret-" not in stored
    assert ("connections", "revoke_tokens") in SEALED
