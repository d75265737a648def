"""The end of a connection: our tokens are forgotten at once, and the consent is taken back at the network.

That takes a call, which may fail or be cut off. So what it needs stays, for nothing else, until the network has
answered, and the call is made again (jobs/connections.py): revoking twice does no harm.
"""

import asyncio
from datetime import timedelta
from enum import StrEnum
from typing import Final

import structlog
from sqlalchemy import select

from core import ids
from core.connections.models import Connection, ConnectionStatus
from core.connections.renewing import CALL_WITHIN_S, LEASE, consents_at, locked_connection
from core.connections.telling import tell_not_revoked
from core.connections.tokens import opened_for_revoking, opened_tokens, seal_for_revoking
from core.crypto import Undecipherable
from core.deps import Deps
from core.errors import ProviderError
from core.providers.discovery import Network
from core.publishing.networks.contract import NetworkErrorCode, network_error
from core.tx import Tx

log = structlog.get_logger()

TRIED_FOR: Final = timedelta(days=3)
"""Longer than networks are away."""
TRIED_AGAIN: Final = timedelta(minutes=2)
TRIED_AGAIN_MOST: Final = timedelta(hours=3)


class Revocation(StrEnum):
    """What became of a consent."""

    DONE = "done"
    LATER = "later"
    """The network couldn't be asked; it is asked again."""
    BY_OWNER = "by_owner"
    """There is no way to, or no more: its owner takes it back there."""


async def disconnect(deps: Deps, *, connection_id: ids.ConnectionId, owner_id: ids.UserId) -> Revocation:
    """Forget the tokens, whatever the network says, and take the consent back there. Not to be called in a transaction.

    What waits to go out by this account stays, and asks for a connection at its time. Raises ConnectionNotFound.
    """
    async with deps.tx() as tx:
        connection = await locked_connection(tx, owner_id=owner_id, connection_id=connection_id)
        _keep_for_revoking(tx, deps, connection)
        connection.status = ConnectionStatus.REVOKED
        connection.access_token, connection.refresh_token = "", None
        connection.access_expires_at, connection.refresh_expires_at, connection.renew_at = None, None, None
        connection.renewing, connection.renewing_until = None, None
        connection.error, connection.updated_at = None, tx.now
    log.info("connections.disconnected", connection_id=str(connection_id), network=connection.network)
    return await _revoked(deps, connection)


def _keep_for_revoking(tx: Tx, deps: Deps, connection: Connection) -> None:
    """Nobody else tries while the call that follows may be under way."""
    try:
        seal_for_revoking(connection, opened_tokens(deps.cipher, connection), deps.cipher)
        connection.revoke_at = tx.now + LEASE
    except Undecipherable:
        log.exception("connections.undecipherable", connection_id=str(connection.id))


async def take_back(deps: Deps, seen: Connection) -> None:
    """Another try for a consent that is still to be taken back, unless somebody else is at it. After TRIED_FOR its
    owner is told to do it there."""
    async with deps.tx() as tx:
        connection = await _locked(tx, seen)
        if connection is None or connection.revoke_at is None or connection.revoke_at > tx.now:
            return
        connection.revoke_at = tx.now + LEASE
    outcome = await _revoked(deps, connection)
    log.info("connections.revoked_later", connection_id=str(connection.id), outcome=outcome)


async def _revoked(deps: Deps, connection: Connection) -> Revocation:
    if connection.revoke_tokens is None:
        return Revocation.BY_OWNER
    try:
        done = await _revoke(deps, connection)
    except Undecipherable:
        log.exception("connections.undecipherable", connection_id=str(connection.id))
        outcome = Revocation.BY_OWNER
    except ProviderError as error:
        log.warning("connections.not_revoked", connection_id=str(connection.id), code=error.error_code)
        known = error.error_code != NetworkErrorCode.RECONNECT  # else it was taken back there already
        outcome = Revocation.LATER if known else Revocation.DONE
    else:
        outcome = Revocation.DONE if done else Revocation.BY_OWNER
    await _note(deps, connection, outcome)
    return outcome


async def _revoke(deps: Deps, connection: Connection) -> bool:
    network = Network(connection.network)
    tokens = opened_for_revoking(deps.cipher, connection)
    try:
        async with asyncio.timeout(CALL_WITHIN_S):
            return await consents_at(deps, network).revoke(tokens)
    except TimeoutError as exc:
        raise network_error(network, NetworkErrorCode.UNAVAILABLE, detail="timeout") from exc


async def _note(deps: Deps, seen: Connection, outcome: Revocation) -> None:
    """What was kept is forgotten with the network's answer. An account that was connected again meanwhile has lost
    the new consent, too: that is looked at right now, and told."""
    async with deps.tx() as tx:
        connection = await _locked(tx, seen)
        if connection is None:
            return
        if connection.revoke_tokens is None:
            connection.renew_at = tx.now if outcome is Revocation.DONE and connection.renew_at else connection.renew_at
            return
        since = tx.now - connection.updated_at
        if outcome is Revocation.LATER and since < TRIED_FOR:
            connection.revoke_at = tx.now + _pause(since)
            return
        connection.revoke_tokens, connection.revoke_at = None, None
        if outcome is Revocation.LATER:
            await tell_not_revoked(tx, connection)


def _pause(since: timedelta) -> timedelta:
    """The longer it has taken, the more rarely."""
    return min(TRIED_AGAIN_MOST, max(TRIED_AGAIN, since / 4))


async def _locked(tx: Tx, seen: Connection) -> Connection | None:
    """Also one that is disconnected."""
    mine = select(Connection).where(Connection.id == seen.id, Connection.owner_id == seen.owner_id)
    found: Connection | None = await tx.session.scalar(mine.with_for_update().execution_options(populate_existing=True))
    return found
