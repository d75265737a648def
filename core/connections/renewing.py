"""Tokens made to last: refreshed by one at a time, whoever asks, and stored as a whole.

No transaction stays open during a call, so who refreshes holds a lease on the row, and stores what came only while the
lease is still theirs. That there is only one matters: networks that give a new refresh token with each refresh
(TikTok) don't know the former one any more.
"""

import asyncio
import secrets
from datetime import datetime, timedelta
from typing import Final

import structlog
from pydantic import SecretStr
from sqlalchemy import select

from core import ids
from core.connections.models import Connection, ConnectionStatus
from core.connections.queries import ConnectionNotFound, consent_ends_at, warned_from, works
from core.connections.telling import tell_ending, tell_lost
from core.crypto import Cipher, Undecipherable, place_of
from core.deps import Deps
from core.errors import ProviderError
from core.providers.discovery import Network
from core.publishing.networks.contract import ConsentNetwork, Grant, NetworkErrorCode, Tokens, network_error
from core.tx import Tx
from core.work.service import error_row

log = structlog.get_logger()

CALL_WITHIN_S: Final = 45.0
LEASE: Final = timedelta(seconds=90)
"""Well above how long a call may take: who still holds it may still be at it."""
LOOK_AGAIN_S: Final = 0.2
LOOKED_AFTER_EVERY: Final = timedelta(days=1)
"""Between uses, tokens with a refresh token are refreshed no more often: each time a rotated one may get lost on the
way. It keeps the consent alive, and shows within a day that it was taken back."""
LONG_LIVED_EVERY: Final = timedelta(days=7)
"""A token that is refreshed by itself (Instagram: 60 days, not in its first 24 h). facts: refresh_access_token"""
TRY_AGAIN_AFTER: Final = timedelta(minutes=15)


async def renewed(deps: Deps, seen: Connection) -> Connection:
    """The connection with other tokens than the `seen` ones: refreshed here, or by whoever was faster.

    Raises ProviderError: RECONNECT once it has been marked and its owner told; others may pass.
    """
    ticket = secrets.token_hex(8)
    while True:
        async with deps.tx() as tx:
            connection = await locked_connection(tx, owner_id=seen.owner_id, connection_id=seen.id)
            if not works(connection):
                raise reconnect(connection)
            if connection.access_token != seen.access_token:
                return connection
            if _claimed(connection, ticket, now=tx.now):
                break
        await asyncio.sleep(LOOK_AGAIN_S)
    return await _refreshed(deps, connection, ticket)


async def locked_connection(tx: Tx, *, owner_id: ids.UserId, connection_id: ids.ConnectionId) -> Connection:
    """Raises ConnectionNotFound, also when it was disconnected."""
    found = await tx.session.scalar(
        select(Connection)
        .where(Connection.id == connection_id, Connection.owner_id == owner_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None or not found.access_token:
        raise ConnectionNotFound(connection_id=str(connection_id))
    return found


def _claimed(connection: Connection, ticket: str, *, now: datetime) -> bool:
    if connection.renewing is not None and connection.renewing_until is not None and connection.renewing_until > now:
        return False
    connection.renewing, connection.renewing_until = ticket, now + LEASE
    return True


async def _refreshed(deps: Deps, connection: Connection, ticket: str) -> Connection:
    asked_at = deps.clock.now()
    try:
        consents = consents_at(deps, Network(connection.network))
        grant = await _refresh(consents, opened_tokens(deps.cipher, connection))
    except Undecipherable as error:
        log.exception("connections.undecipherable", connection_id=str(connection.id), key_id=error.params["key_id"])
        lost = reconnect(connection)
        await _note_failure(deps, connection, ticket, lost)
        raise lost from error
    except ProviderError as error:
        await _note_failure(deps, connection, ticket, error)
        raise
    async with deps.tx() as tx:
        current = await locked_connection(tx, owner_id=connection.owner_id, connection_id=connection.id)
        if current.renewing == ticket:
            store_grant(current, grant, deps.cipher, refreshes=consents.refreshes, asked_at=asked_at)
            current.updated_at = tx.now
            log.info("connections.renewed", connection_id=str(current.id), network=current.network)
        elif not works(current):
            raise reconnect(current)
    return current


async def _refresh(consents: ConsentNetwork, tokens: Tokens) -> Grant:
    try:
        async with asyncio.timeout(CALL_WITHIN_S):
            return await consents.refresh(tokens)
    except TimeoutError as exc:
        raise network_error(consents.network, NetworkErrorCode.UNAVAILABLE, unknown=True) from exc


async def _note_failure(deps: Deps, connection: Connection, ticket: str, error: ProviderError) -> None:
    """Give the lease back. Without effect when the row has gone to others meanwhile."""
    async with deps.tx() as tx:
        current = await locked_connection(tx, owner_id=connection.owner_id, connection_id=connection.id)
        if current.renewing != ticket:
            return
        current.renewing, current.renewing_until = None, None
        log.warning("connections.not_renewed", connection_id=str(current.id), code=error.error_code)
        if error.error_code == NetworkErrorCode.RECONNECT:
            await mark_lost(tx, current, error)
        else:
            current.error, current.renew_at, current.updated_at = error_row(error), tx.now + TRY_AGAIN_AFTER, tx.now


async def mark_lost(tx: Tx, connection: Connection, error: ProviderError) -> None:
    """Nothing works with it before a new consent; its owner is told, once."""
    if not works(connection):
        return
    ends_at = consent_ends_at(connection)
    ended = ends_at is not None and ends_at <= tx.now
    connection.status = ConnectionStatus.EXPIRED if ended else ConnectionStatus.REVOKED
    connection.error, connection.renew_at, connection.updated_at = error_row(error), None, tx.now
    log.warning("connections.lost", connection_id=str(connection.id), network=connection.network)
    await tell_lost(tx, connection)


async def tell_of_end(tx: Tx, connection: Connection) -> None:
    """When its end is near, say so once; when it is over, mark it. The row is locked."""
    ends_at, from_at = consent_ends_at(connection), warned_from(connection)
    if ends_at is None or from_at is None or not works(connection):
        return
    if ends_at <= tx.now:
        await mark_lost(tx, connection, reconnect(connection))
    elif from_at <= tx.now and connection.warned_at is None:
        connection.warned_at = tx.now
        await tell_ending(tx, connection, ends_at=ends_at)


def store_grant(connection: Connection, grant: Grant, cipher: Cipher, *, refreshes: bool, asked_at: datetime) -> None:
    """Access and refresh token of one answer, together. A refresh token that didn't come leaves the kept one alone."""
    connection.access_token = cipher.encrypt(grant.access_token, place=_place(connection.id, "access_token"))
    connection.access_expires_at = asked_at + grant.expires_in if grant.expires_in is not None else None
    if grant.refresh_token is not None and grant.refresh_token.get_secret_value():
        connection.refresh_token = cipher.encrypt(grant.refresh_token, place=_place(connection.id, "refresh_token"))
    if grant.refresh_expires_in is not None:
        connection.refresh_expires_at = asked_at + grant.refresh_expires_in
    if grant.scopes:
        connection.scopes = sorted(grant.scopes)
    connection.status, connection.error = ConnectionStatus.ACTIVE, None
    connection.refreshed_at = asked_at
    connection.renewing, connection.renewing_until = None, None
    connection.renew_at = _next_look(connection, refreshes=refreshes, now=asked_at)
    soon = warned_from(connection)
    if soon is None or soon > asked_at:
        connection.warned_at = None


def _next_look(connection: Connection, *, refreshes: bool, now: datetime) -> datetime | None:
    """When the connection is to be looked after next."""
    if not refreshes:
        return warned_from(connection)
    if connection.refresh_token is not None:
        return now + LOOKED_AFTER_EVERY
    life = connection.access_expires_at - now if connection.access_expires_at is not None else LONG_LIVED_EVERY * 2
    return now + min(LONG_LIVED_EVERY, life / 2)


def opened_tokens(cipher: Cipher, connection: Connection) -> Tokens:
    """Raises Undecipherable."""
    sealed = connection.refresh_token
    return Tokens(
        access_token=opened_access(cipher, connection),
        refresh_token=cipher.decrypt(sealed, place=_place(connection.id, "refresh_token")) if sealed else None,
    )


def opened_access(cipher: Cipher, connection: Connection) -> SecretStr:
    """Raises Undecipherable."""
    return cipher.decrypt(connection.access_token, place=_place(connection.id, "access_token"))


def consents_at(deps: Deps, network: Network) -> ConsentNetwork:
    """Raises ProviderError (UNAVAILABLE) where the network isn't set up (any more)."""
    found = deps.consents.get(network)
    if found is None:
        raise network_error(network, NetworkErrorCode.UNAVAILABLE, detail="not_configured")
    return found


def reconnect(connection: Connection) -> ProviderError:
    return network_error(Network(connection.network), NetworkErrorCode.RECONNECT, username=connection.username)


def _place(connection_id: ids.ConnectionId, column: str) -> str:
    return place_of(Connection.__tablename__, column, connection_id)
