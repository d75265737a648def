"""Notices that their owner doesn't want any more, also in the middle of their way to Telegram."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update

from core import ids
from core.db import Json, ReadSession
from core.deliveries.models import Delivery, DeliveryKind, DeliveryStatus
from core.deliveries.service import CANCELLABLE
from core.tx import Tx


async def withdraw_notices(tx: Tx, *, owner_id: ids.UserId, subject_id: UUID, notice: str) -> Sequence[Json]:
    """Take back what isn't delivered yet of a notice; whoever is sending it breaks off (jobs/withdrawing.py).

    Gives the data of what was taken back. What is in the last moment of its way may still arrive. Waits for who is
    just writing down the end of one, so call it before anything else of the subject is locked.
    """
    withdrawn = await tx.session.scalars(
        update(Delivery)
        .where(
            Delivery.owner_id == owner_id,
            Delivery.subject_id == subject_id,
            Delivery.kind == DeliveryKind.NOTICE,
            Delivery.content["notice"].astext == notice,
            Delivery.status.in_((*CANCELLABLE, DeliveryStatus.SENDING)),
        )
        .values(status=DeliveryStatus.CANCELLED, finished_at=tx.now, leased_by=None, lease_until=None)
        .returning(Delivery.content)
        .execution_options(synchronize_session=False)
    )
    return [content["data"] for content in withdrawn]


async def is_withdrawn(session: ReadSession, delivery_id: ids.DeliveryId) -> bool:
    """Whether it was taken back, or is gone."""
    status = await session.scalar(select(Delivery.status).where(Delivery.id == delivery_id))
    return status in (None, DeliveryStatus.CANCELLED)
