"""Deliveries on hold, since their chat takes nothing now: nothing is lost, and nothing goes out too late by itself."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, case, select, update

from core import ids
from core.db import TelegramId
from core.deliveries.models import Delivery, DeliveryKind, DeliveryStatus
from core.deliveries.service import HELD
from core.tx import Tx

NOT_BEGUN = (DeliveryStatus.SCHEDULED, DeliveryStatus.LEASED)
WAITING = (*NOT_BEGUN, DeliveryStatus.ON_HOLD)


async def hold_deliveries(tx: Tx, *, owner_id: ids.UserId, chat_id: TelegramId) -> Sequence[UUID]:
    """Put on hold what of a user's posts isn't being sent to a chat yet. Gives the posts that are on hold then."""
    mine = (Delivery.owner_id == owner_id, Delivery.chat_id == chat_id, Delivery.kind == DeliveryKind.POST)
    await tx.session.execute(
        update(Delivery)
        .where(*mine, Delivery.status.in_(NOT_BEGUN))
        .values(status=DeliveryStatus.ON_HOLD, leased_by=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    held = select(Delivery.subject_id).where(*mine, Delivery.status == DeliveryStatus.ON_HOLD)
    return (await tx.session.scalars(held)).all()


async def hold_refused(tx: Tx, delivery_id: ids.DeliveryId, *, worker: str) -> bool:
    """Put the delivery on hold that Telegram has just refused; what of it is there already isn't sent again.

    False when the lease was lost meanwhile: somebody else has judged it.
    """
    held = await tx.session.scalar(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.status.in_(HELD), Delivery.leased_by == worker)
        .values(status=DeliveryStatus.ON_HOLD, leased_by=None, lease_until=None)
        .returning(Delivery.id)
    )
    return held is not None


async def release_upcoming(
    tx: Tx, *, owner_id: ids.UserId, chat_id: TelegramId, subject_ids: Collection[UUID]
) -> Sequence[UUID]:
    """Let those of some posts that are on hold for a chat go out as promised, where the time is still to come.

    Gives them.
    """
    released = await tx.session.scalars(
        update(Delivery)
        .where(
            Delivery.owner_id == owner_id,
            Delivery.chat_id == chat_id,
            Delivery.subject_id.in_(subject_ids),
            Delivery.status == DeliveryStatus.ON_HOLD,
            Delivery.due_at > tx.now,
        )
        .values(status=DeliveryStatus.SCHEDULED, next_attempt_at=Delivery.due_at, attempt=0)
        .returning(Delivery.subject_id)
        .execution_options(synchronize_session=False)
    )
    return released.all()


async def release_delivery(tx: Tx, *, owner_id: ids.UserId, subject_id: UUID, due_at: datetime) -> bool:
    """Let one post that is on hold go out at `due_at`: the rest of it, where parts are there. False when it isn't."""
    released = await tx.session.scalars(
        update(Delivery)
        .where(
            Delivery.owner_id == owner_id,
            Delivery.subject_id == subject_id,
            Delivery.kind == DeliveryKind.POST,
            Delivery.status == DeliveryStatus.ON_HOLD,
        )
        .values(
            status=DeliveryStatus.SCHEDULED,
            due_at=due_at,
            next_attempt_at=due_at,
            late_alert_at=None,
            attempt=0,
        )
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return bool(released.all())


async def move_deliveries(tx: Tx, *, from_id: TelegramId, to_id: TelegramId) -> None:
    """A group became a supergroup: what waits for the old id goes to the new one."""
    await tx.session.execute(
        update(Delivery)
        .where(Delivery.chat_id == from_id, Delivery.status.in_(WAITING))
        .values(chat_id=to_id)
        .execution_options(synchronize_session=False)
    )


async def hold_subjects(tx: Tx, *, owner_id: ids.UserId, subject_ids: Collection[UUID]) -> Sequence[UUID]:
    """Put on hold what of these posts isn't being sent yet. Gives those that are on hold then."""
    mine = _posts(owner_id, subject_ids)
    await tx.session.execute(
        update(Delivery)
        .where(*mine, Delivery.status.in_(NOT_BEGUN))
        .values(status=DeliveryStatus.ON_HOLD, leased_by=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    held = select(Delivery.subject_id).where(*mine, Delivery.status == DeliveryStatus.ON_HOLD)
    return (await tx.session.scalars(held)).all()


async def move_delivery(tx: Tx, *, owner_id: ids.UserId, subject_id: UUID, due_at: datetime) -> bool:
    """Promise a post for another time; one on hold stays that. False when it is being sent, or out."""
    moved = await tx.session.scalars(
        update(Delivery)
        .where(*_posts(owner_id, [subject_id]), Delivery.status.in_(WAITING))
        .values(
            status=case((Delivery.status == DeliveryStatus.ON_HOLD, Delivery.status), else_=DeliveryStatus.SCHEDULED),
            due_at=due_at,
            next_attempt_at=due_at,
            late_alert_at=None,
            attempt=0,
            leased_by=None,
            lease_until=None,
        )
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return bool(moved.all())


def _posts(owner_id: ids.UserId, subject_ids: Collection[UUID]) -> list[ColumnElement[bool]]:
    return [
        Delivery.owner_id == owner_id,
        Delivery.subject_id.in_(subject_ids),
        Delivery.kind == DeliveryKind.POST,
    ]
