"""Tokens made to last: refreshed by one at a time, whoever asks, and stored as a whole.

No transaction stays open during a call, so who refreshes holds a lease on the row, and stores what came only while the
lease is still theirs. That there is only one matters: networks that give a new refresh token with each refresh
(TikTok) don't know the former one any more.
"""

import asyncio
import secrets
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

import structlog
from sqlalchemy import select

from core import ids
from core.connections.models import Connection, ConnectionStatus
from core.connections.queries import ConnectionNotFound, consent_ends_at, warned_from, works
from core.connections.telling import tell_ending, tell_lost
from core.connections.tokens import opened_tokens, store_grant
from core.crypto import Cipher, Undecipherable
from core.db import DATABASE_TROUBLE, may_pass
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
STORED_WITHIN_S: Final = 30.0
"""Together with a call, shorter than the lease."""
TRY_AGAIN_AFTER: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a network has answered."""

    grant: Grant
    refreshes: bool
    asked_at: datetime

    def store_in(self, connection: Connection, cipher: Cipher) -> None:
        store_grant(connection, self.grant, cipher, refreshes=self.refreshes, asked_at=self.asked_at)


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
    return await _to_the_end(_refreshed(deps, connection, ticket))


async def _to_the_end(refreshing: Coroutine[Any, Any, Connection]) -> Connection:
    """Also when whoever waits for it is cancelled: what a network has changed has to be stored."""
    task = asyncio.create_task(refreshing)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


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
    current = await _stored(deps, connection, ticket, Refreshed(grant, consents.refreshes, asked_at))
    if not works(current):
        raise reconnect(current)
    return current


async def _stored(deps: Deps, connection: Connection, ticket: str, refreshed: Refreshed) -> Connection:
    """The row with the answer, or with what has overtaken it. Written again while the database is away: a rotated token
    that isn't stored is lost."""
    deadline = monotonic() + STORED_WITHIN_S
    while True:
        try:
            async with deps.tx() as tx:
                current = await locked_connection(tx, owner_id=connection.owner_id, connection_id=connection.id)
                if current.renewing == ticket:
                    refreshed.store_in(current, deps.cipher)
                    current.updated_at = tx.now
                    log.info("connections.renewed", connection_id=str(current.id), network=current.network)
            return current
        except DATABASE_TROUBLE as trouble:
            if not may_pass(trouble) or monotonic() > deadline:
                raise
            log.warning("connections.not_stored_yet", connection_id=str(connection.id))
        await asyncio.sleep(LOOK_AGAIN_S)


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


async def look_after(deps: Deps, seen: Connection) -> None:
    """Refresh tokens whose time has come; tell of an end that is near, once, and mark what is over.

    Failures are noted, and tried again.
    """
    consents = deps.consents.get(Network(seen.network))
    if consents is None or consents.refreshes:
        with suppress(ProviderError):
            await renewed(deps, seen)
    async with deps.tx() as tx:
        connection = await locked_connection(tx, owner_id=seen.owner_id, connection_id=seen.id)
        if works(connection):
            await _look_at_end(tx, connection)


async def _look_at_end(tx: Tx, connection: Connection) -> None:
    ends_at, near_from = consent_ends_at(connection), warned_from(connection)
    if ends_at is not None and ends_at <= tx.now:
        await mark_lost(tx, connection, reconnect(connection))
        return
    if ends_at is not None and near_from is not None and near_from <= tx.now and connection.warned_at is None:
        connection.warned_at = tx.now
        await tell_ending(tx, connection, ends_at=ends_at)
    if connection.renew_at is not None and connection.renew_at <= tx.now:
        connection.renew_at = ends_at if connection.warned_at is not None else near_from


def consents_at(deps: Deps, network: Network) -> ConsentNetwork:
    """Raises ProviderError (UNAVAILABLE) where the network isn't set up (any more)."""
    found = deps.consents.get(network)
    if found is None:
        raise network_error(network, NetworkErrorCode.UNAVAILABLE, detail="not_configured")
    return found


def reconnect(connection: Connection) -> ProviderError:
    return network_error(Network(connection.network), NetworkErrorCode.RECONNECT, username=connection.username)
