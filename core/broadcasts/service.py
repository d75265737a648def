"""What an admin does with broadcasts. How they go on: planning.py; what is told of them: progress.py.

Any admin may end what another has begun; whether somebody is one is looked at before (core/accounts).
"""

from collections.abc import Mapping
from typing import Any, Final

import structlog
from sqlalchemy import Select, select

from core import ids
from core.broadcasts.models import Broadcast, BroadcastStatus
from core.db import ReadSession
from core.deliveries.broadcasting import cancel_rows, hold_rows, release_rows
from core.errors import Conflict, InvalidInput, NotFound
from core.telegram.content import Content
from core.tx import Tx

log = structlog.get_logger()

OVER: Final = frozenset({BroadcastStatus.CANCELLED, BroadcastStatus.DONE})


class BroadcastNotFound(NotFound):
    code = "broadcasts.not_found"


async def broadcast_of(session: ReadSession, broadcast_id: ids.BroadcastId) -> Broadcast:
    """Raises BroadcastNotFound."""
    found = await session.get(Broadcast, broadcast_id, populate_existing=True)
    if found is None:
        raise BroadcastNotFound(broadcast_id=str(broadcast_id))
    return found


async def latest_broadcast(session: ReadSession) -> Broadcast | None:
    """The one that was begun last, drafts left out."""
    begun = select(Broadcast).where(Broadcast.started_at.is_not(None))
    return await session.scalar(begun.order_by(Broadcast.started_at.desc()).limit(1))


def running_broadcasts() -> Select[ids.BroadcastId]:
    """To be asked for in another query."""
    return select(Broadcast.id).where(Broadcast.status == BroadcastStatus.RUNNING)


async def draft_broadcast(tx: Tx, *, admin_id: ids.UserId, content: Mapping[str, Any]) -> Broadcast:
    """Keep a message that may go to everybody; nothing is sent. Raises InvalidInput when it is none."""
    broadcast = Broadcast(
        admin_id=admin_id, content=_checked(content), status=BroadcastStatus.DRAFT, recipients=0, created_at=tx.now
    )
    tx.session.add(broadcast)
    await tx.session.flush()
    return broadcast


async def redraft_broadcast(
    tx: Tx, *, admin_id: ids.UserId, broadcast_id: ids.BroadcastId, content: Mapping[str, Any]
) -> Broadcast:
    """Change what hasn't begun. Raises Conflict when it has, InvalidInput when the content is none."""
    broadcast = await _locked(tx, broadcast_id)
    if broadcast.status != BroadcastStatus.DRAFT or broadcast.admin_id != admin_id:
        raise Conflict("broadcasts.begun")
    broadcast.content = _checked(content)
    return broadcast


async def start_broadcast(tx: Tx, *, admin_id: ids.UserId, broadcast_id: ids.BroadcastId) -> Broadcast:
    """Let it go to everybody. Again, it does nothing. Raises Conflict when it is over."""
    return await _turn(tx, admin_id, broadcast_id, BroadcastStatus.DRAFT, BroadcastStatus.RUNNING)


async def pause_broadcast(tx: Tx, *, admin_id: ids.UserId, broadcast_id: ids.BroadcastId) -> Broadcast:
    """Send no more until it is resumed; what is being sent at this moment ends. Raises Conflict when it is over."""
    broadcast = await _turn(tx, admin_id, broadcast_id, BroadcastStatus.RUNNING, BroadcastStatus.PAUSED)
    await hold_rows(tx, broadcast_id=broadcast_id)
    return broadcast


async def resume_broadcast(tx: Tx, *, admin_id: ids.UserId, broadcast_id: ids.BroadcastId) -> Broadcast:
    """Go on where it stood. Raises Conflict when it is over."""
    broadcast = await _turn(tx, admin_id, broadcast_id, BroadcastStatus.PAUSED, BroadcastStatus.RUNNING)
    await release_rows(tx, broadcast_id=broadcast_id)
    return broadcast


async def cancel_broadcast(tx: Tx, *, admin_id: ids.UserId, broadcast_id: ids.BroadcastId) -> Broadcast:
    """Send no more, for good; what is being sent at this moment ends. Raises Conflict when it has gone to everybody."""
    broadcast = await _locked(tx, broadcast_id)
    if broadcast.status == BroadcastStatus.DONE:
        raise Conflict("broadcasts.over")
    if broadcast.status == BroadcastStatus.DRAFT:
        broadcast.finished_at = tx.now
    if broadcast.status != BroadcastStatus.CANCELLED:
        broadcast.status = BroadcastStatus.CANCELLED
        _note(admin_id, broadcast)
    await cancel_rows(tx, broadcast_id=broadcast_id)
    return broadcast


async def _turn(
    tx: Tx, admin_id: ids.UserId, broadcast_id: ids.BroadcastId, before: BroadcastStatus, after: BroadcastStatus
) -> Broadcast:
    """From one state to the next; in the next already, nothing changes."""
    broadcast = await _locked(tx, broadcast_id)
    if broadcast.status in OVER:
        raise Conflict("broadcasts.over")
    if broadcast.status == before:
        broadcast.status = after
        broadcast.started_at = broadcast.started_at or tx.now
        _note(admin_id, broadcast)
    return broadcast


async def _locked(tx: Tx, broadcast_id: ids.BroadcastId) -> Broadcast:
    """Raises BroadcastNotFound."""
    found = await tx.session.get(Broadcast, broadcast_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise BroadcastNotFound(broadcast_id=str(broadcast_id))
    return found


def _checked(content: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return Content.from_json(dict(content)).to_json()
    except ValueError as exc:
        raise InvalidInput("broadcasts.no_message") from exc


def _note(admin_id: ids.UserId, broadcast: Broadcast) -> None:
    """Who did what; there is no table of acts yet."""
    log.info("admin.broadcast", admin_id=str(admin_id), broadcast_id=str(broadcast.id), status=broadcast.status)
