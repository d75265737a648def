"""From the code that a network has sent a browser back with to a connection that works."""

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.connections.consents import CONNECTED, Walk, note_outcome
from core.connections.models import Connection, ConnectionStatus
from core.connections.renewing import consents_at
from core.connections.telling import tell_connected
from core.connections.tokens import name_connection, store_grant
from core.deps import Deps
from core.errors import AppError
from core.publishing.networks.contract import (
    Account,
    ConsentNetwork,
    Grant,
    NetworkErrorCode,
    network_error,
)
from core.publishing.scheduling import resume_connection
from core.tx import Tx

log = structlog.get_logger()


async def connect(deps: Deps, walk: Walk, *, code: str) -> Connection:
    """Redeem the code, see whose account it is, and keep it; its owner is told in the chat.

    Raises ProviderError with a NetworkErrorCode, after it was noted: SCOPE_MISSING when something needed wasn't ticked
    (nothing is stored then), NOT_PROFESSIONAL and NO_CHANNEL for accounts that can't publish at all.
    """
    try:
        return await _connect(deps, walk, code=code)
    except AppError as error:
        log.info("connections.not_connected", network=walk.network, code=error.error_code)
        async with deps.tx() as tx:
            await note_outcome(tx, owner_id=walk.owner_id, consent_id=walk.consent_id, outcome=error.error_code)
        raise


async def _connect(deps: Deps, walk: Walk, *, code: str) -> Connection:
    consents = consents_at(deps, walk.network)
    asked_at = deps.clock.now()
    grant = await consents.exchange(code, walk.ask)
    _check_scopes(consents, grant)
    account = await consents.account(grant.access_token)
    async with deps.tx() as tx:
        connection_id = await _row(tx, walk, account)
        await resume_connection(tx, connection_id)  # publications are locked before their connection, by everybody
        connection = await tx.session.get_one(Connection, connection_id, with_for_update=True, populate_existing=True)
        again = bool(connection.access_token)
        name_connection(connection, account)
        store_grant(connection, grant, deps.cipher, refreshes=consents.refreshes, asked_at=asked_at)
        connection.connected_at, connection.updated_at = tx.now, tx.now
        await note_outcome(tx, owner_id=walk.owner_id, consent_id=walk.consent_id, outcome=CONNECTED)
        await tell_connected(tx, connection, again=again)
    log.info("connections.connected", connection_id=str(connection.id), network=walk.network)
    return connection


def _check_scopes(consents: ConsentNetwork, grant: Grant) -> None:
    """A network that doesn't say what was granted is believed."""
    missing = consents.scopes_needed - grant.scopes if grant.scopes else frozenset[str]()
    if missing:
        raise network_error(consents.network, NetworkErrorCode.SCOPE_MISSING, missing=sorted(missing))


async def _row(tx: Tx, walk: Walk, account: Account) -> ids.ConnectionId:
    """Of this account; made if new, as one that is disconnected."""
    mine = {"owner_id": walk.owner_id, "network": walk.network, "account_id": account.id}
    blank = {"scopes": [], "status": ConnectionStatus.REVOKED, "access_token": "", "name": account.name}
    await tx.session.execute(
        insert(Connection)
        .values(id=ids.new(), **mine, **blank, username=account.username, connected_at=tx.now, updated_at=tx.now)
        .on_conflict_do_nothing(index_elements=["owner_id", "network", "account_id"])
    )
    return (await tx.session.scalars(select(Connection.id).filter_by(**mine))).one()
