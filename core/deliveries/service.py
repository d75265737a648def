"""The life of a delivery, as single steps. The engine that walks them: jobs/deliveries.py and jobs/scheduler.py."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from core import ids
from core.db import Json, ReadSession, TelegramId, any_found, any_of
from core.deliveries.models import Delivery, DeliveryKind, DeliveryStatus, Priority
from core.queue import DELIVERIES, JobSpec
from core.tx import Tx

LEASE = timedelta(seconds=30)
TICKET_LEASE = timedelta(seconds=10)
"""Until a worker takes over what a ticket holds. Longer, and it was lost: Redis forgot it, or who had it died."""
LATE_AFTER = timedelta(minutes=2)
IN_FLIGHT_MAX = 150
"""Rows set aside at once: some seconds of Telegram's rate, so that no lease runs out in a queue."""
UNLIMITED_BATCH, UNLIMITED_IN_FLIGHT = 150, 450
"""Rows of one job and rows set aside where no limit holds them up: more rows to a commit, and enough jobs that some
send while others commit."""
ATTEMPTS_MAX = 60
"""Attempts that were safe to repeat. With the waits of `retry_wait`: about an hour of an unreachable Telegram."""
RETRY_WAIT_MAX_S = 60.0

SEND = JobSpec("jobs.deliveries.send", queue=DELIVERIES, lease_s=LEASE.total_seconds(), timeout_s=300)
UNKNOWN_OUTCOME = "delivery.unknown_outcome"
"""Nobody knows whether an attempt has arrived. As a row's error it outlasts what becomes of later attempts."""
TICKET = "ticket:"
"""Rows leased by a ticket wait for a worker; rows leased by a worker have been read by it."""
HELD = (DeliveryStatus.LEASED, DeliveryStatus.SENDING)
_ON_TIME = and_(Delivery.status == DeliveryStatus.SCHEDULED, Delivery.priority < Priority.BROADCAST)
"""What was promised for a moment."""
_NEXT = (
    "SELECT next_attempt_at FROM deliveries "  # noqa: S608 - our own
    f"WHERE status = '{DeliveryStatus.SCHEDULED}' AND priority < {Priority.BROADCAST:d} "
    "ORDER BY next_attempt_at LIMIT 1"
)
"""The same, as text: an idle scheduler asks nothing else, and making the statement takes as long as its answer."""
CANCELLABLE = (DeliveryStatus.SCHEDULED, DeliveryStatus.LEASED, DeliveryStatus.ON_HOLD)


@dataclass(frozen=True, slots=True)
class Leased:
    """Rows that were set aside for one job; only who knows the ticket may claim them."""

    ticket: str
    delivery_ids: Sequence[ids.DeliveryId]


async def schedule_delivery(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    kind: DeliveryKind,
    subject_id: UUID,
    chat_id: TelegramId,
    content: Mapping[str, Any],
    due_at: datetime | None = None,
    priority: Priority = Priority.POST,
    dedupe_key: str | None = None,
) -> ids.DeliveryId | None:
    """Send `content` to a chat at `due_at`, or at once when it is None or past.

    None when a delivery with the same `dedupe_key` exists: then nothing is added.
    """
    due_at = due_at or tx.now
    now_due = due_at <= tx.now
    ticket = new_ticket() if now_due else None
    delivery_id = await tx.session.scalar(
        insert(Delivery)
        .values(
            id=ids.new(),
            owner_id=owner_id,
            kind=kind,
            subject_id=subject_id,
            chat_id=chat_id,
            content=dict(content),
            due_at=due_at,
            next_attempt_at=due_at,
            priority=priority,
            status=DeliveryStatus.LEASED if now_due else DeliveryStatus.SCHEDULED,
            attempt=0,
            leased_by=ticket,
            lease_until=tx.now + TICKET_LEASE if now_due else None,
            parts=[],
            dedupe_key=dedupe_key,
            created_at=tx.now,
        )
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(Delivery.id)
    )
    if delivery_id is not None and ticket is not None:
        tx.enqueue(SEND, ticket, str(delivery_id))
    return delivery_id


async def send_notice(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    chat_id: TelegramId,
    subject_id: UUID,
    notice: str,
    data: Mapping[str, Any],
    language: str,
    due_at: datetime | None = None,
    dedupe_key: str | None = None,
) -> ids.DeliveryId | None:
    """Tell a user something in their private chat: `notice` names the screen that bot/notices.py makes of `data`."""
    return await schedule_delivery(
        tx,
        owner_id=owner_id,
        kind=DeliveryKind.NOTICE,
        subject_id=subject_id,
        chat_id=chat_id,
        content={"notice": notice, "data": dict(data), "language": language},
        due_at=due_at,
        priority=Priority.ANSWER,
        dedupe_key=dedupe_key,
    )


async def has_room(session: ReadSession, *, in_flight_max: int = IN_FLIGHT_MAX) -> bool:
    """Whether fewer are set aside than can go out in a few seconds. Broadcasts have room of their own."""
    held = and_(Delivery.status.in_(HELD), Delivery.priority < Priority.BROADCAST)
    return (await session.scalar(select(func.count()).where(held)) or 0) < in_flight_max


async def lease_due(tx: Tx, *, limit: int) -> Leased | None:
    """Set aside up to `limit` due rows in one statement; schedulers side by side never get the same row.

    Those of broadcasts come by their own way (core/deliveries/broadcasting.py). None when nothing is due.
    """
    ticket = new_ticket()
    due = (
        select(Delivery.id)
        .where(_ON_TIME, Delivery.next_attempt_at <= tx.now)
        .order_by(Delivery.next_attempt_at, Delivery.priority)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = await tx.session.scalars(
        update(Delivery)
        .where(Delivery.id == any_found(due))
        .values(status=DeliveryStatus.LEASED, leased_by=ticket, lease_until=tx.now + TICKET_LEASE)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    leased = rows.all()
    return Leased(ticket, leased) if leased else None


async def claim_leased(
    tx: Tx, delivery_ids: Sequence[ids.DeliveryId], *, ticket: str, worker: str
) -> Sequence[Delivery]:
    """Take over the rows behind a ticket. Those that were cancelled or taken meanwhile are left out."""
    claimed = await tx.session.scalars(
        update(Delivery)
        .where(Delivery.id.in_(delivery_ids), Delivery.status == DeliveryStatus.LEASED, Delivery.leased_by == ticket)
        .values(leased_by=worker, lease_until=tx.now + LEASE)
        .returning(Delivery)
        .execution_options(synchronize_session=False)
    )
    return sorted(claimed.all(), key=lambda delivery: (delivery.priority, delivery.due_at))


async def keep_leases(tx: Tx, delivery_ids: Sequence[ids.DeliveryId], *, worker: str) -> None:
    """Renew what this worker still holds."""
    await tx.session.execute(
        update(Delivery)
        .where(
            Delivery.id.in_(delivery_ids),
            Delivery.leased_by == worker,
            Delivery.status.in_(HELD),
        )
        .values(lease_until=tx.now + LEASE)
    )


async def begin_sending(tx: Tx, delivery_ids: Sequence[ids.DeliveryId], *, worker: str) -> frozenset[ids.DeliveryId]:
    """The last step before their calls to Telegram. What isn't given was cancelled or taken away: don't call."""
    begun = await tx.session.scalars(
        update(Delivery)
        .where(
            Delivery.id == any_of(delivery_ids),
            Delivery.status == DeliveryStatus.LEASED,
            Delivery.leased_by == worker,
        )
        .values(status=DeliveryStatus.SENDING, attempt=Delivery.attempt + 1, lease_until=tx.now + LEASE)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return frozenset(begun)


async def record_parts(tx: Tx, delivery_id: ids.DeliveryId, *, worker: str, parts: Sequence[Json]) -> bool:
    """Note the messages that Telegram has accepted so far, so that they aren't sent again, and renew the lease.

    False when the lease was lost meanwhile: then send no further part.
    """
    noted = await tx.session.scalar(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.status == DeliveryStatus.SENDING, Delivery.leased_by == worker)
        .values(parts=list(parts), lease_until=tx.now + LEASE)
        .returning(Delivery.id)
    )
    return noted is not None


async def finish_delivery(
    tx: Tx,
    delivery_id: ids.DeliveryId,
    *,
    worker: str,
    status: DeliveryStatus,
    parts: Sequence[Json] | None = None,
    error: Json | None = None,
) -> bool:
    """Write the result: of the call, or that it can't even be tried.

    False when the lease was lost meanwhile: somebody else has judged it.
    """
    values: dict[str, Any] = {"status": status, "error": error, "lease_until": None, "finished_at": tx.now}
    if parts is not None:
        values["parts"] = list(parts)
    finished = await tx.session.scalar(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.status.in_(HELD), Delivery.leased_by == worker)
        .values(**values)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return finished is not None


async def put_back(
    tx: Tx,
    delivery_id: ids.DeliveryId,
    *,
    worker: str,
    after_s: float,
    error: Json | None = None,
    chat_id: TelegramId | None = None,
) -> None:
    """Try again later, to `chat_id` when its chat has moved there. The promise (`due_at`) stays, and so does an error
    that says that an earlier attempt may have arrived."""
    moved = {"chat_id": chat_id} if chat_id is not None else {}
    await tx.session.execute(
        update(Delivery)
        .where(
            Delivery.id == delivery_id,
            Delivery.leased_by == worker,
            Delivery.status.in_(HELD),
        )
        .values(
            status=DeliveryStatus.SCHEDULED,
            leased_by=None,
            lease_until=None,
            next_attempt_at=tx.now + timedelta(seconds=after_s),
            error=case((may_have_arrived(), Delivery.error), else_=literal(error, JSONB)),
            **moved,
        )
    )


async def recover_leases(tx: Tx, *, dead_workers: Sequence[str] = ()) -> Sequence[Delivery]:
    """Judge what expired leases and dead workers left behind, and give the rows that ended as unconfirmed.

    Not begun: back to the schedule. Begun, to a private chat: sent again, since one message twice is better than
    none. Begun, to a channel or group: unconfirmed, and the owner decides.
    """
    lost = or_(Delivery.lease_until < tx.now, Delivery.leased_by.in_(list(dead_workers)))
    begun, no_answer = Delivery.status == DeliveryStatus.SENDING, {"code": UNKNOWN_OUTCOME, "params": {}}
    unknown = begun & (Delivery.chat_id < 0)
    await tx.session.execute(
        update(Delivery)
        .where(Delivery.status.in_(HELD), lost, ~unknown)
        .values(
            status=DeliveryStatus.SCHEDULED,
            leased_by=None,
            lease_until=None,
            error=case((begun, literal(no_answer, JSONB)), else_=Delivery.error),
        )
        .execution_options(synchronize_session=False)
    )
    unconfirmed = await tx.session.scalars(
        update(Delivery)
        .where(unknown, lost)
        .values(
            status=DeliveryStatus.UNCONFIRMED,
            lease_until=None,
            finished_at=tx.now,
            error=no_answer,
        )
        .returning(Delivery)
        .execution_options(synchronize_session=False)
    )
    return unconfirmed.all()


async def cancel_deliveries(tx: Tx, *, owner_id: ids.UserId, subject_id: UUID) -> bool:
    """Take back what isn't being sent yet.

    False when it is on its way or there is nothing to take back: then roll back. Never waits for a row that is being
    sent: who ends a delivery locks it before its post, who changes a post the other way round.
    """
    mine = (Delivery.owner_id == owner_id, Delivery.subject_id == subject_id, Delivery.kind == DeliveryKind.POST)
    cancelled = await tx.session.scalars(
        update(Delivery)
        .where(*mine, Delivery.status.in_(CANCELLABLE))
        .values(status=DeliveryStatus.CANCELLED, finished_at=tx.now, leased_by=None, lease_until=None)
        .returning(Delivery.id)
    )
    on_its_way = select(Delivery.id).where(*mine, Delivery.status == DeliveryStatus.SENDING).limit(1)
    return bool(cancelled.all()) and await tx.session.scalar(on_its_way) is None


async def replace_content(tx: Tx, *, owner_id: ids.UserId, subject_id: UUID, content: Mapping[str, Any]) -> bool:
    """Let what is scheduled for a subject go out with this content.

    False when a worker has taken it or it is out. Behind a ticket it can still change: it is read when it is claimed.
    """
    unread = or_(
        Delivery.status.in_((DeliveryStatus.SCHEDULED, DeliveryStatus.ON_HOLD)),
        and_(Delivery.status == DeliveryStatus.LEASED, Delivery.leased_by.startswith(TICKET, autoescape=True)),
    )
    replaced = await tx.session.scalars(
        update(Delivery)
        .where(
            Delivery.owner_id == owner_id,
            Delivery.subject_id == subject_id,
            Delivery.kind == DeliveryKind.POST,
            unread,
        )
        .values(content=dict(content))
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    return bool(replaced.all())


async def late_deliveries(tx: Tx) -> Sequence[Delivery]:
    """Posts that are overdue by more than two minutes and not sent; each is given once, for an alert."""
    rows = await tx.session.scalars(
        update(Delivery)
        .where(
            Delivery.status.in_((DeliveryStatus.SCHEDULED, DeliveryStatus.LEASED)),
            Delivery.kind == DeliveryKind.POST,
            Delivery.due_at < tx.now - LATE_AFTER,
            Delivery.late_alert_at.is_(None),
        )
        .values(late_alert_at=tx.now)
        .returning(Delivery)
        .execution_options(synchronize_session=False)
    )
    return rows.all()


async def lease_holders(tx: Tx) -> list[str]:
    """The names of workers and tickets that hold rows."""
    held = Delivery.status.in_(HELD)
    names = await tx.session.scalars(select(Delivery.leased_by).where(held).distinct())
    return [name for name in names if name is not None]


def may_have_arrived() -> ColumnElement[bool]:
    """Whether the outcome of an attempt at a delivery is unknown."""
    unknown: ColumnElement[bool] = Delivery.error["code"].astext == UNKNOWN_OUTCOME
    return unknown


def retry_wait(attempt: int) -> float:
    """Seconds to wait after attempt number `attempt` (from 1): 2, 4, 8 ... at most 60."""
    return min(RETRY_WAIT_MAX_S, 2.0 ** min(attempt, 10))


def new_ticket() -> str:
    """A name under which rows are set aside for one job."""
    return f"{TICKET}{secrets.token_hex(8)}"


async def next_due_at(session: ReadSession) -> datetime | None:
    """When the next delivery wants to go out. Broadcasts have no promised time."""
    connection = await session.connection()
    found: datetime | None = (await connection.exec_driver_sql(_NEXT)).scalar()
    return found
