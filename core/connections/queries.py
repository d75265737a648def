"""Reads of connected accounts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from core import ids
from core.connections.models import Connection, ConnectionStatus
from core.db import ReadSession
from core.errors import NotFound

WARNED_BEFORE: Final = timedelta(days=5)
"""How long before its end a connection's owner is told. Of one that doesn't live for long, a third of its life."""


class ConnectionNotFound(NotFound):
    code = "connections.not_found"


async def connections_of(session: ReadSession, *, owner_id: ids.UserId) -> Sequence[Connection]:
    """The accounts that a user has connected, also those that need to be connected again: by network, the oldest
    first. Disconnected ones aren't among them."""
    mine = select(Connection).where(Connection.owner_id == owner_id, Connection.access_token != "")
    return (await session.scalars(mine.order_by(Connection.network, Connection.id))).all()


async def connection_of(session: ReadSession, *, owner_id: ids.UserId, connection_id: ids.ConnectionId) -> Connection:
    """One of them. Raises ConnectionNotFound, also for somebody else's."""
    found = await session.scalar(
        select(Connection).where(
            Connection.id == connection_id,
            Connection.owner_id == owner_id,
            Connection.access_token != "",
        )
    )
    if found is None:
        raise ConnectionNotFound(connection_id=str(connection_id))
    return found


async def connections_due(session: ReadSession, *, now: datetime, limit: int) -> Sequence[Connection]:
    """Whose tokens are to be refreshed by now, or whose owner is to be told of their end."""
    due = select(Connection).where(Connection.status == ConnectionStatus.ACTIVE, Connection.renew_at <= now)
    return (await session.scalars(due.order_by(Connection.renew_at).limit(limit))).all()


async def revocations_due(session: ReadSession, *, now: datetime, limit: int) -> Sequence[Connection]:
    """Whose consent is still to be taken back at the network, and when that is tried next has come."""
    due = select(Connection).where(Connection.revoke_at.is_not(None), Connection.revoke_at <= now)
    return (await session.scalars(due.order_by(Connection.revoke_at).limit(limit))).all()


def works(connection: Connection) -> bool:
    """Whether something can be published with it, as far as is known."""
    return connection.status == ConnectionStatus.ACTIVE


def consent_ends_at(connection: Connection) -> datetime | None:
    """When only a new consent helps. Without a refresh token that is the end of the token itself; None: not known."""
    return connection.refresh_expires_at if connection.refresh_token is not None else connection.access_expires_at


def warned_from(connection: Connection) -> datetime | None:
    """From when on its owner is told that its end comes near."""
    ends_at = consent_ends_at(connection)
    if ends_at is None:
        return None
    refreshed_at = connection.refreshed_at if connection.refresh_token is None else None
    life = ends_at - (refreshed_at or connection.connected_at)
    return ends_at - min(WARNED_BEFORE, life / 3)
