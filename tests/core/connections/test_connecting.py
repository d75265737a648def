"""What comes of a consent: a connection that works, or nothing at all, and both are said."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from core.accounts.models import User
from core.clock import FixedClock
from core.connections import service
from core.connections.connecting import connect
from core.connections.disconnecting import Revocation, disconnect
from core.connections.queries import ConnectionNotFound, connection_of, connections_of
from core.deps import Deps
from core.errors import ProviderError
from core.publishing.networks.contract import Account, NetworkErrorCode, network_error
from tests.core.connections.played import PlayedNetwork, connected, planned, row_of, walked, with_network
from tests.factories import make_user


@pytest.fixture
def network() -> PlayedNetwork:
    return PlayedNetwork()


@pytest.fixture
async def owner(deps: Deps) -> User:
    async with deps.tx() as tx:
        return await make_user(tx)


@pytest.fixture
def there(deps: Deps, network: PlayedNetwork) -> Deps:
    return with_network(deps, network)


async def notices(deps: Deps) -> list[str]:
    async with deps.sessions() as session:
        rows = await session.execute(
            text("SELECT content->>'notice' FROM deliveries WHERE content->>'notice' LIKE 'connections.%' ORDER BY id")
        )
        return list(rows.scalars())


async def test_a_consent_becomes_a_connection_that_works(there: Deps, owner: User, network: PlayedNetwork) -> None:
    connection = await connected(there, owner, network)
    assert (connection.account_id, connection.username, connection.status) == ("open-1", "ann", "active")
    access = await service.access_of(there, connection_id=connection.id, owner_id=owner.id)
    assert access.token.get_secret_value() == "secret-access-1"
    assert (access.account_id, access.username) == ("open-1", "ann")
    assert await notices(there) == ["connections.connected"]
    ((code, ask),) = network.exchanged
    assert (code, len(ask.verifier)) == ("a-code", 64)


async def test_no_token_is_stored_as_it_is(there: Deps, owner: User, network: PlayedNetwork) -> None:
    await connected(there, owner, network)
    async with there.sessions() as session:
        stored = (await session.execute(text("SELECT connections::text FROM connections"))).scalar_one()
    assert "secret-" not in stored
    assert stored.count("1.home.") == 2


async def test_tokens_cannot_be_moved_to_another_account(there: Deps, owner: User, network: PlayedNetwork) -> None:
    first = await connected(there, owner, network)
    network.account_now = Account("open-2", "ben", "Ben")
    second = await connected(there, owner, network)
    async with there.tx() as tx:
        move = text("UPDATE connections SET access_token = :token WHERE id = :id")
        await tx.session.execute(move, {"token": first.access_token, "id": second.id})
    with pytest.raises(ProviderError) as caught:
        await service.access_of(there, connection_id=second.id, owner_id=owner.id)
    assert caught.value.error_code == NetworkErrorCode.RECONNECT
    assert (await row_of(there, second)).status == "revoked"


async def test_several_accounts_of_one_network_stand_side_by_side(
    there: Deps, owner: User, network: PlayedNetwork
) -> None:
    await connected(there, owner, network)
    network.account_now = Account("open-2", "ben", "Ben")
    await connected(there, owner, network)
    async with there.read() as session:
        assert [each.username for each in await connections_of(session, owner_id=owner.id)] == ["ann", "ben"]


async def test_the_same_account_again_renews_its_row(there: Deps, owner: User, network: PlayedNetwork) -> None:
    first = await connected(there, owner, network)
    network.account_now = Account("open-1", "ann.renamed", "Ann")
    network.gives_refresh_token = False
    again = await connected(there, owner, network)
    assert (again.id, again.username) == (first.id, "ann.renamed")
    assert again.refresh_token == first.refresh_token, "none was given: the kept one stays"
    assert (await service.access_of(there, connection_id=first.id, owner_id=owner.id)).token.get_secret_value() == (
        "secret-access-2"
    )


@pytest.mark.parametrize("granted", [{"user.info.basic"}, {"video.publish", "video.list"}])
async def test_a_consent_with_something_missing_is_not_stored(
    there: Deps, owner: User, network: PlayedNetwork, granted: set[str]
) -> None:
    network.granted = frozenset(granted)
    with pytest.raises(ProviderError) as caught:
        await connected(there, owner, network)
    assert caught.value.error_code == NetworkErrorCode.SCOPE_MISSING
    async with there.sessions() as session:
        assert await connections_of(session, owner_id=owner.id) == []
        assert (await session.execute(text("SELECT outcome FROM consents"))).scalar_one() == "network.scope_missing"
    assert await notices(there) == []


async def test_a_network_that_does_not_say_what_was_granted_is_believed(
    there: Deps, owner: User, network: PlayedNetwork
) -> None:
    network.granted = frozenset()
    assert (await connected(there, owner, network)).status == "active"


async def test_an_account_that_cannot_publish_is_not_stored(there: Deps, owner: User, network: PlayedNetwork) -> None:
    walk = await walked(there, owner.id)
    network.fails = network_error(network.network, NetworkErrorCode.NOT_PROFESSIONAL)
    with pytest.raises(ProviderError):
        await connect(there, walk, code="a-code")
    async with there.sessions() as session:
        assert await connections_of(session, owner_id=owner.id) == []


async def test_somebody_elses_connection_is_not_found(there: Deps, owner: User, network: PlayedNetwork) -> None:
    connection = await connected(there, owner, network)
    async with there.tx() as tx:
        other = await make_user(tx)
    with pytest.raises(ConnectionNotFound):
        await service.access_of(there, connection_id=connection.id, owner_id=other.id)
    with pytest.raises(ConnectionNotFound):
        await service.check_connection(there, connection_id=connection.id, owner_id=other.id)
    with pytest.raises(ConnectionNotFound):
        await disconnect(there, connection_id=connection.id, owner_id=other.id)
    async with there.sessions() as session:
        with pytest.raises(ConnectionNotFound):
            await connection_of(session, owner_id=other.id, connection_id=connection.id)
    assert network.revoked == []


async def test_disconnecting_takes_the_consent_back_and_forgets_the_tokens(
    there: Deps, owner: User, network: PlayedNetwork
) -> None:
    connection = await connected(there, owner, network)
    assert await disconnect(there, connection_id=connection.id, owner_id=owner.id) is Revocation.DONE
    (tokens,) = network.revoked
    assert tokens.access_token.get_secret_value() == "secret-access-1"
    async with there.sessions() as session:
        assert await connections_of(session, owner_id=owner.id) == []
        columns = "access_token, refresh_token, status, revoke_tokens, revoke_at"
        kept = (await session.execute(text(f"SELECT {columns} FROM connections"))).one()  # noqa: S608 - of our own
    assert tuple(kept) == ("", None, "revoked", None, None)
    for verb in (service.access_of, disconnect):
        with pytest.raises(ConnectionNotFound):
            await verb(there, connection_id=connection.id, owner_id=owner.id)


async def test_a_disconnected_account_can_be_connected_again(there: Deps, owner: User, network: PlayedNetwork) -> None:
    first = await connected(there, owner, network)
    await disconnect(there, connection_id=first.id, owner_id=owner.id)
    network.gives_refresh_token = False
    again = await connected(there, owner, network)
    assert (again.id, again.status, again.refresh_token) == (first.id, "active", None)


async def test_a_test_asks_the_network_and_keeps_the_new_name(
    there: Deps, owner: User, network: PlayedNetwork, clock: FixedClock
) -> None:
    connection = await connected(there, owner, network)
    network.account_now = Account("open-1", "ann.renamed", "Ann")
    tested = await service.check_connection(there, connection_id=connection.id, owner_id=owner.id)
    assert tested.username == "ann.renamed"
    network.good.discard("secret-access-1")  # refused before its time: the refresh token still helps
    clock.advance(timedelta(minutes=1))
    await service.check_connection(there, connection_id=connection.id, owner_id=owner.id)
    assert network.refreshed == 1


async def test_what_waited_for_the_account_goes_on_when_it_is_connected_again(
    there: Deps, owner: User, network: PlayedNetwork, clock: FixedClock
) -> None:
    connection = await connected(there, owner, network)
    await planned(there, owner, connection, captions=["Waits", "Is planned"])
    waits = """
        UPDATE publications SET status = 'waiting', due_at = NULL, error = '{"code": "network.reconnect"}'
        WHERE video_post_id = (SELECT id FROM video_posts WHERE caption = 'Waits')
    """
    async with there.tx() as tx:
        await tx.session.execute(text(waits))
        error = network_error(network.network, NetworkErrorCode.RECONNECT)
        await service.lose_connection(tx, connection_id=connection.id, owner_id=owner.id, error=error)
        told = await tx.session.execute(
            text("SELECT content->'data' FROM deliveries WHERE content->>'notice' = 'connections.lost'")
        )
        data = told.scalar_one()
    assert (data["waiting"], [each["caption"] for each in data["posts"]]) == (2, ["Is planned", "Waits"])
    await connected(there, owner, network)
    async with there.sessions() as session:
        due = (await session.execute(text("SELECT min(due_at) FROM publications"))).scalar_one()
    assert due == clock.now()
