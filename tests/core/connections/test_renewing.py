"""Tokens are refreshed in time, by one at a time, and what can't be refreshed is told once."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from core.accounts.models import User
from core.clock import FixedClock
from core.connections import service
from core.connections.models import Connection
from core.connections.renewing import LEASE
from core.deps import Deps
from core.errors import ProviderError
from core.providers.discovery import Network
from core.publishing.networks.contract import Access, NetworkErrorCode, network_error
from jobs.connections import tend_connections
from tests.core.connections.played import PlayedNetwork, connected, row_of, with_network
from tests.factories import make_user
from tests.patience import until

DAY = timedelta(days=1)


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


async def used(deps: Deps, connection: Connection) -> Access:
    return await service.access_of(deps, connection_id=connection.id, owner_id=connection.owner_id)


async def told(deps: Deps) -> list[tuple[str, dict[str, Any]]]:
    """What was said but for the greeting of a new connection."""
    async with deps.sessions() as session:
        rows = await session.execute(
            text(
                "SELECT content->>'notice', content->'data' FROM deliveries "
                "WHERE content->>'notice' IN ('connections.ending', 'connections.lost') ORDER BY id"
            )
        )
        return [(str(notice), data) for notice, data in rows]


async def test_a_token_is_used_until_shortly_before_its_end(
    there: Deps, owner: User, network: PlayedNetwork, clock: FixedClock
) -> None:
    connection = await connected(there, owner, network)
    clock.advance(timedelta(minutes=114))
    assert (await used(there, connection)).token.get_secret_value() == "secret-access-1"
    clock.advance(timedelta(minutes=2))
    assert (await used(there, connection)).token.get_secret_value() == "secret-access-2"
    assert network.refreshed == 1


async def test_a_rotated_refresh_token_is_the_one_that_counts(
    there: Deps, owner: User, network: PlayedNetwork, clock: FixedClock
) -> None:
    connection = await connected(there, owner, network)
    for number in range(2, 6):
        clock.advance(timedelta(hours=2))
        assert (await used(there, connection)).token.get_secret_value() == f"secret-access-{number}"
    assert (await row_of(there, connection)).refresh_expires_at == clock.now() + timedelta(days=180)


@pytest.mark.parametrize("empty", [None, SecretStr("")])
async def test_a_refresh_token_that_did_not_come_leaves_the_kept_one(
    there: Deps, owner: User, network: PlayedNetwork, clock: FixedClock, empty: SecretStr | None
) -> None:
    class Forgetful(PlayedNetwork):
        __slots__ = ()

        async def refresh(self, tokens: Any) -> Any:
            return replace(await PlayedNetwork.refresh(self, tokens), refresh_token=empty)

    network = Forgetful(rotates=False)
    there = with_network(there, network)
    connection = await connected(there, owner, network)
    for number in (2, 3):
        clock.advance(timedelta(hours=2))
        assert (await used(there, connection)).token.get_secret_value() == f"secret-access-{number}"
    assert (await row_of(there, connection)).refresh_token == connection.refresh_token


@dataclass(slots=True)
class CountingClock(FixedClock):
    """Every transaction looks at it once."""

    looks: int = 0

    def now(self) -> datetime:
        self.looks += 1
        return self.at


async def test_many_who_need_a_token_at_once_refresh_it_once(concurrent_deps: Deps) -> None:
    network = PlayedNetwork(refresh_gate=asyncio.Event(), expires_in=timedelta(minutes=1))
    clock = CountingClock()
    there = replace(with_network(concurrent_deps, network), clock=clock)
    async with there.tx() as tx:
        owner = await make_user(tx)
    connection = await connected(there, owner, network)
    clock.advance(timedelta(hours=2))
    using = [asyncio.create_task(used(there, connection)) for _ in range(3)]
    tending = asyncio.create_task(tend_connections(there))
    await network.asked.wait()
    looks = clock.looks
    await until(lambda: clock.looks > looks + 12)  # everybody has come by, some more than once
    assert network.refresh_gate is not None
    network.refresh_gate.set()
    accesses = await asyncio.gather(*using)
    await tending
    assert {access.token.get_secret_value() for access in accesses} == {"secret-access-2"}
    assert network.refreshed == 1


async def test_who_died_with_the_lease_holds_nobody_up_for_long(
    there: Deps, owner: User, network: PlayedNetwork, clock: FixedClock
) -> None:
    connection = await connected(there, owner, network)
    clock.advance(timedelta(hours=2))
    async with there.tx() as tx:
        await tx.session.execute(
            text("UPDATE connections SET renewing = 'the dead', renewing_until = :until"),
            {"until": clock.now() + LEASE},
        )
    waiting = asyncio.create_task(used(there, connection))
    await asyncio.sleep(0)
    clock.advance(LEASE)
    assert (await waiting).token.get_secret_value() == "secret-access-2"


async def test_what_comes_after_a_new_consent_does_not_overwrite_it(concurrent_deps: Deps, clock: FixedClock) -> None:
    network = PlayedNetwork(refresh_gate=asyncio.Event())
    there = with_network(concurrent_deps, network)
    async with there.tx() as tx:
        owner = await make_user(tx)
    connection = await connected(there, owner, network)
    clock.advance(timedelta(hours=2))
    using = asyncio.create_task(used(there, connection))
    await network.asked.wait()
    await connected(there, owner, network)
    assert network.refresh_gate is not None
    network.refresh_gate.set()
    assert (await using).token.get_secret_value() == "secret-access-2", "the new consent's, not the late refresh's"
    assert (await used(there, connection)).token.get_secret_value() == "secret-access-2"


async def test_who_is_stopped_in_between_still_stores_what_came(
    there: Deps, owner: User, network: PlayedNetwork, clock: FixedClock
) -> None:
    connection = await connected(there, owner, network)
    network.refresh_gate = asyncio.Event()
    clock.advance(timedelta(hours=2))
    using = asyncio.create_task(used(there, connection))
    await network.asked.wait()
    using.cancel()
    network.refresh_gate.set()
    with pytest.raises(asyncio.CancelledError):
        await using
    assert (await used(there, connection)).token.get_secret_value() == "secret-access-2"
    assert network.refreshed == 1


async def test_a_database_that_is_away_for_a_moment_loses_no_token(
    there: Deps, owner: User, network: PlayedNetwork, clock: FixedClock
) -> None:
    connection = await connected(there, owner, network)
    clock.advance(timedelta(hours=2))
    refusals = iter([ConnectionRefusedError()] * 3)

    def sessions(**options: Any) -> Any:
        """The database's server refuses connections once the network was asked."""
        if network.refreshed and (refusal := next(refusals, None)):
            raise refusal
        return there.sessions(**options)

    away = replace(there, sessions=cast("Any", sessions))
    assert (await used(away, connection)).token.get_secret_value() == "secret-access-2"
    assert next(refusals, None) is None
    assert (await used(there, connection)).token.get_secret_value() == "secret-access-2"


async def test_a_revoked_consent_is_noticed_and_told_once(
    there: Deps, owner: User, network: PlayedNetwork, clock: FixedClock
) -> None:
    connection = await connected(there, owner, network)
    network.forget_everything()
    clock.advance(DAY)
    await tend_connections(there)
    assert (await row_of(there, connection)).status == "revoked"
    for _ in range(2):
        with pytest.raises(ProviderError) as caught:
            await used(there, connection)
        assert caught.value.error_code == NetworkErrorCode.RECONNECT
        await tend_connections(there)
    ((notice, data),) = await told(there)
    assert (notice, data["username"], data["expired"], data["waiting"]) == ("connections.lost", "ann", False, 0)
    assert network.refreshed == 1


async def test_what_may_pass_keeps_the_connection(
    there: Deps, owner: User, network: PlayedNetwork, clock: FixedClock
) -> None:
    connection = await connected(there, owner, network)
    network.fails = network_error(network.network, NetworkErrorCode.UNAVAILABLE)
    clock.advance(DAY)
    for _ in range(2):  # the second finds nothing that is due
        await tend_connections(there)
    row = await row_of(there, connection)
    assert (row.status, row.renewing, network.refreshed) == ("active", None, 1)
    network.fails = None
    clock.advance(timedelta(minutes=15))
    await tend_connections(there)
    assert (await row_of(there, connection)).error is None
    assert await told(there) == []


async def test_a_connection_that_rests_is_looked_after_daily(
    there: Deps, owner: User, network: PlayedNetwork, clock: FixedClock
) -> None:
    await connected(there, owner, network)
    for _ in range(12):
        clock.advance(timedelta(hours=6))
        await tend_connections(there)
    assert network.refreshed == 3


async def test_a_token_that_is_refreshed_by_itself_is_renewed_weekly_and_never_ends(
    there: Deps, owner: User, clock: FixedClock
) -> None:
    network = PlayedNetwork(
        Network.INSTAGRAM, gives_refresh_token=False, expires_in=60 * DAY, refresh_expires_in=None, rotates=False
    )
    there = with_network(there, network)
    connection = await connected(there, owner, network)
    for _ in range(70):
        clock.advance(DAY)
        await tend_connections(there)
    assert network.refreshed == 10
    assert (await row_of(there, connection)).status == "active"
    assert await told(there) == []


async def test_days_before_the_end_its_owner_is_told_once_and_at_the_end_again(
    there: Deps, owner: User, clock: FixedClock
) -> None:
    network = PlayedNetwork(refreshes=False, gives_refresh_token=False, expires_in=60 * DAY, refresh_expires_in=None)
    there = with_network(there, network)
    connection = await connected(there, owner, network)
    seen: list[tuple[int, str]] = []
    for day in range(1, 62):
        clock.advance(DAY)
        await tend_connections(there)
        if len(await told(there)) > len(seen):
            seen.append((day, (await told(there))[-1][0]))
    assert seen == [(55, "connections.ending"), (60, "connections.lost")]
    assert (await row_of(there, connection)).status == "expired"
    assert network.refreshed == 0


async def test_a_consent_that_lives_for_a_week_is_told_of_in_time(
    there: Deps, owner: User, network: PlayedNetwork, clock: FixedClock
) -> None:
    """Google's, while its consent screen is in testing: refreshing doesn't make it live longer."""
    network.refresh_expires_in, network.rotates = 7 * DAY, False
    connection = await connected(there, owner, network)
    network.refresh_expires_in, network.gives_refresh_token = None, False
    for _ in range(6):
        clock.advance(DAY)
        await tend_connections(there)
    assert [notice for notice, _ in await told(there)] == ["connections.ending"]
    network.forget_everything()
    clock.advance(DAY)
    await tend_connections(there)
    assert [notice for notice, _ in await told(there)] == ["connections.ending", "connections.lost"]
    assert (await row_of(there, connection)).status == "expired"


async def test_a_new_consent_ends_the_warning(there: Deps, owner: User, clock: FixedClock) -> None:
    network = PlayedNetwork(refreshes=False, gives_refresh_token=False, expires_in=60 * DAY, refresh_expires_in=None)
    there = with_network(there, network)
    connection = await connected(there, owner, network)
    clock.advance(56 * DAY)
    await tend_connections(there)
    assert (await row_of(there, connection)).warned_at is not None
    await connected(there, owner, network)
    clock.advance(5 * DAY)
    await tend_connections(there)
    row = await row_of(there, connection)
    assert (row.status, row.warned_at) == ("active", None)


async def test_what_a_network_refuses_before_its_time_is_refreshed_once(
    there: Deps, owner: User, network: PlayedNetwork
) -> None:
    connection = await connected(there, owner, network)
    refused = (await used(there, connection)).token
    for _ in range(2):
        access = await service.access_instead_of(
            there, refused, connection_id=connection.id, owner_id=connection.owner_id
        )
        assert access.token.get_secret_value() == "secret-access-2"
    assert network.refreshed == 1


async def test_a_loss_that_a_publisher_noticed_is_told_once(there: Deps, owner: User, network: PlayedNetwork) -> None:
    connection = await connected(there, owner, network)
    error = network_error(network.network, NetworkErrorCode.RECONNECT)
    for _ in range(2):
        async with there.tx() as tx:
            await service.lose_connection(tx, connection_id=connection.id, owner_id=owner.id, error=error)
    assert [notice for notice, _ in await told(there)] == ["connections.lost"]
    assert (await row_of(there, connection)).status == "revoked"
