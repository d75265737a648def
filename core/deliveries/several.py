"""The ends of several deliveries of one job at once: one statement, one commit."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Uuid, column, func, literal, update
from sqlalchemy.dialects.postgresql import JSONB

from core import ids
from core.db import Json
from core.deliveries.models import Delivery, DeliveryStatus
from core.deliveries.service import HELD
from core.tx import Tx


async def finish_delivered(
    tx: Tx, delivered: Mapping[ids.DeliveryId, Sequence[Json]], *, worker: str
) -> frozenset[ids.DeliveryId]:
    """All of each is there, in these parts. Of those that aren't given, the lease was lost."""
    rows = [{"id": str(delivery_id), "parts": list(parts)} for delivery_id, parts in delivered.items()]
    there = (
        func.jsonb_to_recordset(literal(rows, JSONB))
        .table_valued(column("id", Uuid), column("parts", JSONB))
        .render_derived("there", with_types=True)
    )
    finished = await tx.session.scalars(
        update(Delivery)
        .where(Delivery.id == there.c.id, Delivery.status.in_(HELD), Delivery.leased_by == worker)
        .values(
            status=DeliveryStatus.DELIVERED,
            parts=there.c.parts,
            error=None,
            lease_until=None,
            finished_at=tx.now,
        )
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return frozenset(finished)
