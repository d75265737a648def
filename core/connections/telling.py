"""What users are told about their connected accounts without having asked."""

from datetime import datetime
from typing import Any, Final

from core.accounts.service import user_of
from core.connections.models import Connection
from core.connections.queries import consent_ends_at
from core.deliveries.service import send_notice
from core.publishing.waiting import WaitingPublication, publications_waiting
from core.tx import Tx

CONNECTED: Final = "connections.connected"
ENDING: Final = "connections.ending"
LOST: Final = "connections.lost"
NOT_REVOKED: Final = "connections.not_revoked"
SHOWN: Final = 3
"""Publications that a notice names; of others it says how many."""


async def tell_connected(tx: Tx, connection: Connection, *, again: bool) -> None:
    """`again`: it was connected before."""
    await _tell(tx, connection, CONNECTED, {"again": again})


async def tell_ending(tx: Tx, connection: Connection, *, ends_at: datetime) -> None:
    """A new consent will be needed; with what is due after that."""
    data = {"ends_at": ends_at.isoformat(), **await _affected(tx, connection, after=ends_at)}
    await _tell(tx, connection, ENDING, data)


async def tell_lost(tx: Tx, connection: Connection) -> None:
    """Only a new consent helps now; with everything that waits to go out by it."""
    ends_at = consent_ends_at(connection)
    data = {"expired": ends_at is not None and ends_at <= tx.now, **await _affected(tx, connection)}
    await _tell(tx, connection, LOST, data)


async def tell_not_revoked(tx: Tx, connection: Connection) -> None:
    """The consent of an account that was disconnected couldn't be taken back: its owner has to do it there."""
    await _tell(tx, connection, NOT_REVOKED, {})


async def _affected(tx: Tx, connection: Connection, *, after: datetime | None = None) -> dict[str, Any]:
    waiting = await publications_waiting(
        tx.session, owner_id=connection.owner_id, connection_id=connection.id, after=after
    )
    return {"waiting": len(waiting), "posts": [_shown(each) for each in waiting[:SHOWN]]}


def _shown(each: WaitingPublication) -> dict[str, Any]:
    return {"caption": each.caption[:80], "due_at": each.due_at.isoformat() if each.due_at else None}


async def _tell(tx: Tx, connection: Connection, notice: str, data: dict[str, Any]) -> None:
    user = await user_of(tx.session, connection.owner_id)
    whose = {
        "connection_id": str(connection.id),
        "network": connection.network,
        "username": connection.username,
        "zone": user.time_zone,
    }
    await send_notice(
        tx,
        owner_id=connection.owner_id,
        chat_id=user.telegram_user_id,
        subject_id=connection.id,
        notice=notice,
        data=whose | data,
        language=user.language,
    )
