"""Looking at deliveries as a whole: how many are under way, and how late the latest is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core import ids
from core.db import ReadSession, TelegramId
from core.deliveries.models import FINAL, Delivery, DeliveryKind, DeliveryStatus


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Deliveries that should be out by now."""

    due: int
    """Nobody has taken them yet."""
    held: int
    """Somebody is about to send them, or sends them."""
    oldest_due_at: datetime | None
    """The earliest promise that isn't kept. Broadcasts make none."""


async def waiting_in(session: ReadSession, *, owner_id: ids.UserId, chat_id: TelegramId) -> int:
    """How many posts of a user's are still to go out to a chat."""
    waiting = (
        Delivery.owner_id == owner_id,
        Delivery.chat_id == chat_id,
        Delivery.kind == DeliveryKind.POST,
        Delivery.status.not_in(FINAL),
    )
    return await session.scalar(select(func.count()).where(*waiting)) or 0


async def deliveries_under_way(session: ReadSession, *, now: datetime) -> UnderWay:
    """At this moment."""
    due = (Delivery.status == DeliveryStatus.SCHEDULED) & (Delivery.next_attempt_at <= now)
    held = Delivery.status.in_((DeliveryStatus.LEASED, DeliveryStatus.SENDING))
    row = (
        await session.execute(
            select(
                func.count().filter(due),
                func.count().filter(held),
                func.min(Delivery.due_at).filter(Delivery.kind != DeliveryKind.BROADCAST),
            ).where((due | held) | ((Delivery.status == DeliveryStatus.SCHEDULED) & (Delivery.due_at <= now)))
        )
    ).one()
    return UnderWay(due=row[0], held=row[1], oldest_due_at=row[2])
