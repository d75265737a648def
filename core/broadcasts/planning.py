"""How a broadcast goes on: its deliveries are written a page at a time, and it ends when all of them have.

A page and how far it reaches are one transaction, so whoever is killed anywhere, the next one goes on behind it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import and_, or_, select

from core import ids
from core.accounts.service import count_reachable, reachable_users
from core.broadcasts.models import Broadcast, BroadcastStatus
from core.broadcasts.progress import show_progress
from core.broadcasts.service import OVER
from core.db import ReadSession
from core.deliveries.broadcasting import cancel_rows, counts_of, due_rows, hold_rows
from core.deliveries.bulk import NewDelivery, schedule_many
from core.deliveries.models import DeliveryKind, DeliveryStatus, Priority
from core.tx import Tx

PAGE: Final = 500
"""People written down in one transaction: a quarter of a minute of Telegram's rate."""


async def unfinished_broadcasts(session: ReadSession) -> Sequence[Broadcast]:
    """Those that go on, stand still, or have just been cancelled."""
    begun = Broadcast.status.in_((BroadcastStatus.RUNNING, BroadcastStatus.PAUSED))
    ending = and_(Broadcast.status.in_(OVER), Broadcast.finished_at.is_(None))
    return (await session.scalars(select(Broadcast).where(or_(begun, ending)).order_by(Broadcast.started_at))).all()


async def plan_broadcast(tx: Tx, broadcast_id: ids.BroadcastId, *, page: int = PAGE) -> int:
    """Write the next page of deliveries, if the last one is nearly out. Gives how many were written.

    Only while it runs; somebody else who is at it isn't waited for.
    """
    broadcast = await _mine(tx, broadcast_id)
    if broadcast is None or broadcast.status != BroadcastStatus.RUNNING:
        return 0
    if await due_rows(tx, broadcast_id=broadcast_id) >= page:
        return 0
    people = await reachable_users(tx.session, after=broadcast.reached, limit=page)
    await schedule_many(
        tx,
        [
            NewDelivery(
                owner_id=user_id,
                subject_id=broadcast_id,
                chat_id=chat_id,
                content=broadcast.content,
                due_at=tx.now,
                status=DeliveryStatus.SCHEDULED,
                dedupe_key=f"broadcast:{broadcast_id}:{user_id}",
                kind=DeliveryKind.BROADCAST,
                priority=Priority.BROADCAST,
            )
            for user_id, chat_id in people
        ],
    )
    if people:
        broadcast.reached = people[-1][0]
        broadcast.recipients += len(people)
    return len(people)


async def settle_broadcast(tx: Tx, broadcast_id: ids.BroadcastId, *, per_s: float | None = None) -> int:
    """Look how far it is: hold or end what has come back to the schedule since, end it when nothing is left, and let
    its message say so. `per_s` as for `show_progress`. Gives how many have been dealt with.
    """
    broadcast = await _mine(tx, broadcast_id)
    if broadcast is None:
        return 0
    if broadcast.status == BroadcastStatus.PAUSED:
        await hold_rows(tx, broadcast_id=broadcast_id)
    elif broadcast.status == BroadcastStatus.CANCELLED:
        await cancel_rows(tx, broadcast_id=broadcast_id)
    left = await count_reachable(tx.session, after=broadcast.reached)
    counts = await counts_of(tx.session, broadcast_id=broadcast_id)
    if counts.left == 0:
        _end(broadcast, left, tx.now)
    await show_progress(tx, broadcast, per_s=per_s)
    return broadcast.recipients - counts.left


def _end(broadcast: Broadcast, left: int, now: datetime) -> None:
    if broadcast.status == BroadcastStatus.CANCELLED:
        broadcast.finished_at = now
    elif broadcast.status == BroadcastStatus.RUNNING and left == 0:
        broadcast.status, broadcast.finished_at = BroadcastStatus.DONE, now


async def _mine(tx: Tx, broadcast_id: ids.BroadcastId) -> Broadcast | None:
    """The broadcast, unless somebody else is at it."""
    wanted = select(Broadcast).where(Broadcast.id == broadcast_id).with_for_update(skip_locked=True)
    return await tx.session.scalar(wanted.execution_options(populate_existing=True))
