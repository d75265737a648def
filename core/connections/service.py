"""Connected accounts in use: a token that is valid now, and a test. Their end stands in disconnecting.py."""

from datetime import timedelta
from typing import Final

import structlog
from pydantic import SecretStr

from core import ids
from core.connections.models import Connection
from core.connections.queries import connection_of, works
from core.connections.renewing import consents_at, locked_connection, mark_lost, reconnect, renewed
from core.connections.tokens import name_connection, opened_access
from core.crypto import Undecipherable
from core.deps import Deps
from core.errors import ProviderError
from core.providers.discovery import Network
from core.publishing.networks.contract import Access, Account, NetworkErrorCode
from core.tx import Tx

log = structlog.get_logger()

VALID_FOR: Final = timedelta(minutes=5)
"""How long a token that is handed out is good for at least, where the network gives it that long."""


async def access_of(deps: Deps, *, connection_id: ids.ConnectionId, owner_id: ids.UserId) -> Access:
    """A token that is valid now, refreshed first when it ends within minutes. Not to be called in a transaction.

    Raises ConnectionNotFound; ProviderError: RECONNECT once the connection is marked and its owner told, others when
    the network can't be asked right now.
    """
    async with deps.read() as session:
        connection = await connection_of(session, owner_id=owner_id, connection_id=connection_id)
    if not works(connection):
        raise reconnect(connection)
    expires_at = connection.access_expires_at
    if expires_at is not None and expires_at <= deps.clock.now() + VALID_FOR:
        connection = await renewed(deps, connection)
    return await _access(deps, connection)


async def access_instead_of(
    deps: Deps, refused: SecretStr, *, connection_id: ids.ConnectionId, owner_id: ids.UserId
) -> Access:
    """Another token than one that a network has just refused (TOKEN_EXPIRED) before its time. Raises as `access_of`."""
    async with deps.read() as session:
        connection = await connection_of(session, owner_id=owner_id, connection_id=connection_id)
    access = await _access(deps, connection)
    if access.token != refused:
        return access
    return await _access(deps, await renewed(deps, connection))


async def lose_connection(
    tx: Tx, *, connection_id: ids.ConnectionId, owner_id: ids.UserId, error: ProviderError
) -> None:
    """A network has said RECONNECT while it was used: mark it and tell its owner, once. Raises ConnectionNotFound."""
    await mark_lost(tx, await locked_connection(tx, owner_id=owner_id, connection_id=connection_id), error)


async def check_connection(deps: Deps, *, connection_id: ids.ConnectionId, owner_id: ids.UserId) -> Connection:
    """Ask the network whom the token speaks for, and keep what the account is called now. Raises as `access_of`."""
    access = await access_of(deps, connection_id=connection_id, owner_id=owner_id)
    async with deps.read() as session:
        network = Network((await connection_of(session, owner_id=owner_id, connection_id=connection_id)).network)
    try:
        account = await _account(deps, network, access, connection_id=connection_id, owner_id=owner_id)
    except ProviderError as error:
        if error.error_code == NetworkErrorCode.RECONNECT:
            async with deps.tx() as tx:
                await lose_connection(tx, connection_id=connection_id, owner_id=owner_id, error=error)
        raise
    async with deps.tx() as tx:
        connection = await locked_connection(tx, owner_id=owner_id, connection_id=connection_id)
        name_connection(connection, account)
        connection.error, connection.updated_at = None, tx.now
    return connection


async def _account(
    deps: Deps, network: Network, access: Access, *, connection_id: ids.ConnectionId, owner_id: ids.UserId
) -> Account:
    consents = consents_at(deps, network)
    try:
        return await consents.account(access.token)
    except ProviderError as error:
        if error.error_code != NetworkErrorCode.TOKEN_EXPIRED:
            raise
    other = await access_instead_of(deps, access.token, connection_id=connection_id, owner_id=owner_id)
    return await consents.account(other.token)


async def _access(deps: Deps, connection: Connection) -> Access:
    if not works(connection):
        raise reconnect(connection)
    try:
        token = opened_access(deps.cipher, connection)
    except Undecipherable as exc:
        log.exception("connections.undecipherable", connection_id=str(connection.id))
        error = reconnect(connection)
        async with deps.tx() as tx:
            await lose_connection(tx, connection_id=connection.id, owner_id=connection.owner_id, error=error)
        raise error from exc
    return Access(token=token, account_id=connection.account_id, username=connection.username)
