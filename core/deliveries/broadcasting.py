"""The deliveries of broadcasts: leased apart, so that what was promised for a moment never waits behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, select, update

from core.db import ReadSession, any_found
from core.deliveries.models import FINAL, Delivery, DeliveryKind, DeliveryStatus, Priority
from core.deliveries.service import CANCELLABLE, HELD, TICKET_LEASE, Leased, may_have_arrived, new_ticket
from core.telegram.outcomes import Refusal
from core.tx import Tx

IN_FLIGHT_MAX: Final = 60
"""Rows of broadcasts set aside at once, beside those of posts: some seconds of Telegram's rate."""
UNREACHABLE_CODES: Final = tuple(
    f"delivery.{reason}" for reason in (Refusal.BLOCKED_BY_USER, Refusal.USER_DEACTIVATED, Refusal.NOT_STARTED)
)
"""Failures that are about the person, not the message."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What has become of a broadcast's deliveries."""

    sent: int = 0
    blocked: int = 0
    """The person has blocked the bot, or is gone."""
    failed: int = 0
    unconfirmed: int = 0
    cancelled: int = 0
    doubtful: int = 0
    """Of those, how many may have arrived: Telegram never said what came of an attempt before."""
    left: int = 0


async def lease_broadcasts(
    tx: Tx, *, running: Select[UUID], limit: int, in_flight_max: int = IN_FLIGHT_MAX
) -> Leased | None:
    """Set aside up to `limit` due rows of the broadcasts that `running` gives, in one statement.

    None when there are none, or when `in_flight_max` are set aside already: as many as can go out in a few
    seconds.
    """
    held = select(func.count()).where(Delivery.status.in_(HELD), Delivery.priority == Priority.BROADCAST)
    room = in_flight_max - (await tx.session.scalar(held) or 0)
    if room <= 0:
        return None
    due = (
        select(Delivery.id)
        .where(
            Delivery.status == DeliveryStatus.SCHEDULED,
            Delivery.next_attempt_at <= tx.now,
            Delivery.priority == Priority.BROADCAST,
            Delivery.subject_id.in_(running),
        )
        .order_by(Delivery.next_attempt_at)
        .limit(min(limit, room))
        .with_for_update(skip_locked=True)
    )
    ticket = new_ticket()
    rows = await tx.session.scalars(
        update(Delivery)
        .where(Delivery.id == any_found(due))
        .values(status=DeliveryStatus.LEASED, leased_by=ticket, lease_until=tx.now + TICKET_LEASE)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    leased = rows.all()
    return Leased(ticket, leased) if leased else None


async def due_rows(tx: Tx, *, broadcast_id: UUID) -> int:
    """How many wait to be leased now."""
    waiting = select(func.count()).where(
        Delivery.status == DeliveryStatus.SCHEDULED,
        Delivery.next_attempt_at <= tx.now,
        Delivery.priority == Priority.BROADCAST,
        Delivery.subject_id == broadcast_id,
    )
    return await tx.session.scalar(waiting) or 0


async def hold_rows(tx: Tx, *, broadcast_id: UUID) -> None:
    """Put on hold what isn't being sent yet."""
    waiting = (DeliveryStatus.SCHEDULED, DeliveryStatus.LEASED)
    await _change(tx, broadcast_id, waiting, {"status": DeliveryStatus.ON_HOLD, "leased_by": None, "lease_until": None})


async def release_rows(tx: Tx, *, broadcast_id: UUID) -> None:
    """Let what is on hold go on now."""
    await _change(
        tx, broadcast_id, (DeliveryStatus.ON_HOLD,), {"status": DeliveryStatus.SCHEDULED, "next_attempt_at": tx.now}
    )


async def cancel_rows(tx: Tx, *, broadcast_id: UUID) -> None:
    """End what isn't being sent yet."""
    ended = {"status": DeliveryStatus.CANCELLED, "finished_at": tx.now, "leased_by": None, "lease_until": None}
    await _change(tx, broadcast_id, CANCELLABLE, ended)


async def _change(
    tx: Tx, broadcast_id: UUID, statuses: tuple[DeliveryStatus, ...], values: Mapping[str, object]
) -> None:
    """In the order in which workers claim them, so that neither waits for the other for ever."""
    found = (
        select(Delivery.id)
        .where(
            Delivery.subject_id == broadcast_id,
            Delivery.kind == DeliveryKind.BROADCAST,
            Delivery.status.in_(statuses),
        )
        .order_by(Delivery.id)
        .with_for_update()
    )
    await tx.session.execute(
        update(Delivery)
        .where(Delivery.id.in_(found), Delivery.status.in_(statuses))
        .values(**values)
        .execution_options(synchronize_session=False)
    )


async def counts_of(session: ReadSession, *, broadcast_id: UUID) -> Counts:
    """At this moment."""
    code = Delivery.error["code"].astext
    failed, blocked = Delivery.status == DeliveryStatus.FAILED, code.in_(UNREACHABLE_CODES)
    row = (
        await session.execute(
            select(
                func.count().filter(Delivery.status == DeliveryStatus.DELIVERED),
                func.count().filter(failed, blocked),
                func.count().filter(failed, ~blocked),
                func.count().filter(Delivery.status == DeliveryStatus.UNCONFIRMED),
                func.count().filter(Delivery.status == DeliveryStatus.CANCELLED),
                func.count().filter(Delivery.status == DeliveryStatus.CANCELLED, may_have_arrived()),
                func.count().filter(Delivery.status.not_in(FINAL)),
            ).where(Delivery.subject_id == broadcast_id, Delivery.kind == DeliveryKind.BROADCAST)
        )
    ).one()
    return Counts(*row)
