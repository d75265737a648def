"""The rest of a delivery of which some parts are there already: it goes on behind them, and nothing is sent twice."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update

from core import ids
from core.db import Json, ReadSession
from core.deliveries.models import Delivery, DeliveryKind, DeliveryStatus
from core.deliveries.service import may_have_arrived
from core.tx import Tx

GOES_ON = (
    DeliveryStatus.SCHEDULED,
    DeliveryStatus.LEASED,
    DeliveryStatus.ON_HOLD,
    DeliveryStatus.FAILED,
    DeliveryStatus.UNCONFIRMED,
    DeliveryStatus.CANCELLED,
)


async def latest_delivery(session: ReadSession, *, owner_id: ids.UserId, subject_id: UUID) -> Delivery | None:
    """What was arranged last for a post."""
    mine = select(Delivery).where(
        Delivery.owner_id == owner_id, Delivery.subject_id == subject_id, Delivery.kind == DeliveryKind.POST
    )
    newest = mine.order_by(Delivery.id.desc()).limit(1)
    return await session.scalar(newest.execution_options(populate_existing=True))


async def may_be_there(session: ReadSession, *, owner_id: ids.UserId, subject_id: UUID) -> bool:
    """Whether an attempt at a post, or at the next part of it, was made of which nobody knows whether it arrived."""
    doubtful = select(Delivery.id).where(
        Delivery.owner_id == owner_id,
        Delivery.subject_id == subject_id,
        Delivery.kind == DeliveryKind.POST,
        may_have_arrived(),
    )
    return await session.scalar(doubtful.limit(1)) is not None


async def send_rest(
    tx: Tx, *, owner_id: ids.UserId, subject_id: UUID, due_at: datetime, also_there: Json | None = None
) -> bool:
    """Let the latest delivery of a post go on at `due_at` behind the parts that are there; `also_there` is one more
    that somebody has seen. False when no part of it is there, or it is being sent, or all is out."""
    newest = (
        select(Delivery.id)
        .where(Delivery.owner_id == owner_id, Delivery.subject_id == subject_id, Delivery.kind == DeliveryKind.POST)
        .order_by(Delivery.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    parts = Delivery.parts if also_there is None else Delivery.parts.concat([also_there])
    gone_on = await tx.session.scalars(
        update(Delivery)
        .where(Delivery.id == newest, Delivery.status.in_(GOES_ON), func.jsonb_array_length(parts) > 0)
        .values(
            status=DeliveryStatus.SCHEDULED,
            parts=parts,
            due_at=due_at,
            next_attempt_at=due_at,
            attempt=0,
            late_alert_at=None,
            leased_by=None,
            lease_until=None,
            finished_at=None,
            error=None,
        )
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return bool(gone_on.all())
