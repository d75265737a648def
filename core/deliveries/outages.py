"""What came due while nothing was delivered: told apart from a backlog, and taken out of the way of what is due now.

Whether there was an outage: jobs/outages.py. What becomes of the posts: core/posts/missed.py.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, update

from core import ids
from core.db import ReadSession
from core.deliveries.models import Delivery, DeliveryKind, DeliveryStatus
from core.deliveries.service import HELD, LATE_AFTER, TICKET
from core.tx import Tx

MISSED_AFTER = timedelta(minutes=10)
"""A post that nobody has tried to send by then has missed its time, if nothing was delivered meanwhile."""


def _untouched(before: datetime) -> list[ColumnElement[bool]]:
    """Posts that were due before a moment and that nobody has ever had in hands: a try moves `next_attempt_at`."""
    return [
        Delivery.status == DeliveryStatus.SCHEDULED,
        Delivery.kind == DeliveryKind.POST,
        Delivery.next_attempt_at < before,
        Delivery.next_attempt_at == Delivery.due_at,
        Delivery.attempt == 0,
    ]


async def keeps_up(session: ReadSession, *, now: datetime, while_busy: bool) -> bool:
    """Whether deliveries go out: none is overdue by two minutes, or (`while_busy`) workers are at it."""
    before = now - LATE_AFTER
    waiting = exists().where(*_untouched(before))
    in_no_hands = exists().where(
        Delivery.status == DeliveryStatus.LEASED,
        Delivery.kind == DeliveryKind.POST,
        Delivery.due_at < before,
        or_(Delivery.leased_by.startswith(TICKET, autoescape=True), Delivery.lease_until < now),
    )
    busy = exists().where(
        Delivery.status.in_(HELD),
        ~Delivery.leased_by.startswith(TICKET, autoescape=True),
        Delivery.lease_until >= now,
    )
    overdue, at_it = (await session.execute(select(or_(waiting, in_no_hands), busy))).one()
    return not overdue or (while_busy and at_it)


async def owners_of_missed(
    tx: Tx, *, among: Select[ids.UserId], after: ids.UserId | None, limit: int
) -> Sequence[ids.UserId]:
    """Up to `limit` of the users that `among` selects who have posts that missed their time: in order, behind `after`.

    One at a time: whoever asks next waits for this transaction's end.
    """
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("deliveries.missed", 0))))
    owners = select(Delivery.owner_id).where(*_untouched(tx.now - MISSED_AFTER), Delivery.owner_id.in_(among))
    if after is not None:
        owners = owners.where(Delivery.owner_id > after)
    return (await tx.session.scalars(owners.distinct().order_by(Delivery.owner_id).limit(limit))).all()


async def missed_subjects(tx: Tx, *, owner_ids: Sequence[ids.UserId], limit: int) -> Sequence[tuple[ids.UserId, UUID]]:
    """Up to `limit` posts of these users that missed their time, with their owners, owner by owner: to be locked before
    their deliveries."""
    rows = await tx.session.execute(
        select(Delivery.owner_id, Delivery.subject_id)
        .where(*_untouched(tx.now - MISSED_AFTER), Delivery.owner_id.in_(owner_ids))
        .order_by(Delivery.owner_id, Delivery.due_at, Delivery.subject_id)
        .limit(limit)
    )
    return [(owner_id, subject_id) for owner_id, subject_id in rows]


async def set_missed_aside(
    tx: Tx, *, owner_ids: Sequence[ids.UserId], subject_ids: Sequence[UUID], status: DeliveryStatus
) -> Sequence[UUID]:
    """Put on hold, or cancel, what missed its time. Gives the posts of which that is done: others were faster with
    the rest."""
    done = await tx.session.scalars(
        update(Delivery)
        .where(
            *_untouched(tx.now - MISSED_AFTER),
            Delivery.owner_id.in_(owner_ids),
            Delivery.subject_id.in_(subject_ids),
        )
        .values(status=status, finished_at=tx.now if status is DeliveryStatus.CANCELLED else None)
        .returning(Delivery.subject_id)
        .execution_options(synchronize_session=False)
    )
    return done.all()
