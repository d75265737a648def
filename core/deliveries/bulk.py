"""Many deliveries at once: what planners write a day ahead."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, column, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB

from core import ids
from core.db import TelegramId
from core.deliveries.models import Delivery, DeliveryKind, DeliveryStatus, Priority
from core.deliveries.service import CANCELLABLE
from core.tx import Tx

ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A post to go out, or another `kind`. `status`: SCHEDULED, or ON_HOLD while its chat takes nothing."""

    owner_id: ids.UserId
    subject_id: UUID
    chat_id: TelegramId
    content: Mapping[str, Any]
    due_at: datetime
    status: DeliveryStatus
    dedupe_key: str
    kind: DeliveryKind = DeliveryKind.POST
    priority: Priority = Priority.POST


NAMES = tuple(each.name for each in fields(NewDelivery))


async def schedule_many(tx: Tx, wanted: Sequence[NewDelivery]) -> None:
    """Write them down; the scheduler leases what is due.

    Raises IntegrityError for a `dedupe_key` that is taken: who plans has made sure of its subjects before.
    """
    for start in range(0, len(wanted), ROWS_AT_ONCE):
        await tx.session.execute(_insertion(tx, wanted[start : start + ROWS_AT_ONCE]))


def _insertion(tx: Tx, wanted: Sequence[NewDelivery]) -> Any:
    """One statement over arrays: a statement for each row takes the database several times as long."""
    own = {
        "id": [ids.new() for _ in wanted],
        "next_attempt_at": [each.due_at for each in wanted],
        **{name: [getattr(each, name) for each in wanted] for name in NAMES},
    }
    columns = {name: Delivery.__table__.c[name].type for name in own}
    rows = (
        func.unnest(*(literal(values, ARRAY(columns[name])) for name, values in own.items()))
        .table_valued(*(column(name, type_) for name, type_ in columns.items()), name="wanted")
        .render_derived()
    )
    same = {"attempt": literal(0), "parts": literal([], JSONB), "created_at": literal(tx.now, columns["due_at"])}
    source = select(*(rows.c[name] for name in own), *same.values())
    return insert(Delivery).from_select([*own, *same], source, include_defaults=False)


async def cancel_many(tx: Tx, *, owner_id: ids.UserId, subject_ids: Collection[UUID]) -> set[UUID]:
    """Take back what isn't being sent yet of many posts, so that each may be planned again. Gives those posts."""
    mine = (Delivery.owner_id == owner_id, Delivery.subject_id.in_(subject_ids), Delivery.kind == DeliveryKind.POST)
    on_its_way = select(Delivery.subject_id).where(*mine, Delivery.status == DeliveryStatus.SENDING)
    cancelled = await tx.session.scalars(
        update(Delivery)
        .where(*mine, Delivery.status.in_(CANCELLABLE), Delivery.subject_id.not_in(on_its_way))
        .values(status=DeliveryStatus.CANCELLED, finished_at=tx.now, leased_by=None, lease_until=None, dedupe_key=None)
        .returning(Delivery.subject_id)
        .execution_options(synchronize_session=False)
    )
    return set(cancelled.all())


async def release_dedupe_key(tx: Tx, *, owner_id: ids.UserId, subject_id: UUID) -> None:
    """What was cancelled may be planned again."""
    await tx.session.execute(
        update(Delivery)
        .where(
            Delivery.owner_id == owner_id,
            Delivery.subject_id == subject_id,
            Delivery.status == DeliveryStatus.CANCELLED,
        )
        .values(dedupe_key=None)
        .execution_options(synchronize_session=False)
    )
