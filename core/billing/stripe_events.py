"""The ledger of Stripe's events: each is there once, and is looked into until it is known what it comes to.

Events of one customer are looked into together and by one worker at a time, since each look reads all that there is of
the customer: so neither their order nor their number matters, and nothing older is ever written over something newer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from core.billing.stripe_models import EventStatus, StripeEvent
from core.db import ReadSession
from core.errors import AppError
from core.providers.payments.catalogue import EVENTS
from core.providers.payments.contract import SeenEvent
from core.queue import EVENTS as EVENTS_QUEUE
from core.queue import JobSpec
from core.tx import Tx
from core.work.service import error_row

TIMEOUT_S: Final = 120.0
LEASE: Final = timedelta(seconds=TIMEOUT_S + 30)
CATCH_UP: Final = JobSpec("jobs.stripe.catch_up", queue=EVENTS_QUEUE, timeout_s=TIMEOUT_S)

PUSH_GRACE: Final = timedelta(seconds=5)
"""How long a new event's push may take before there is another."""
PUSHED_AGAIN_AFTER: Final = timedelta(seconds=30)
"""The same for those after it."""
TRIED_AGAIN_S, TRIED_AGAIN_MOST_S = 40.0, 3600.0
"""After a failure; twice as long after each further one. Longer than a push takes: see `claim_events`."""
GIVEN_UP_AFTER: Final = timedelta(days=3)
KEPT_FOR: Final = timedelta(days=60)
"""Twice as long as Stripe itself remembers events, so that none comes anew."""
BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Claimed:
    """Events of one subject that somebody is at."""

    subject: str
    event_ids: Sequence[str]

    @property
    def key(self) -> str:
        """What made us look, for the trail."""
        return f"stripe:{self.event_ids[0]}"


async def note_stripe_event(tx: Tx, event: SeenEvent, *, source: str) -> bool:
    """Write an event down, and have it looked into if its type matters. False when it was there already."""
    return await note_stripe_events(tx, [event], source=source) == 1


async def note_stripe_events(tx: Tx, events: Sequence[SeenEvent], *, source: str) -> int:
    """The same of several at once. Returns how many weren't there."""
    if not events:
        return 0
    rows = [_row(tx, event, source) for event in events]
    noted = await tx.session.execute(
        insert(StripeEvent)
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(StripeEvent.subject, StripeEvent.next_at),
        rows,
    )
    added = noted.all()
    for subject in dict.fromkeys(row.subject for row in added if row.next_at is not None):
        tx.enqueue(CATCH_UP, subject)
    return len(added)


def _row(tx: Tx, event: SeenEvent, source: str) -> dict[str, Any]:
    matters = event.type in EVENTS and event.subject is not None
    return {
        "id": event.id,
        "type": event.type,
        "subject": event.subject,
        "status": EventStatus.WAITING if matters else EventStatus.IGNORED,
        "source": source,
        "created_at": event.created_at,
        "received_at": tx.now,
        "attempts": 0,
        "next_at": tx.now + PUSH_GRACE if matters else None,
    }


async def ask_for_look(tx: Tx, customer_id: str, *, why: str) -> None:
    """Have a customer looked into although Stripe didn't say anything: `why` becomes a part of the entry's id."""
    entry = SeenEvent(f"{why}:{customer_id}", "customer.subscription.updated", False, tx.now, customer_id)
    await note_stripe_event(tx, entry, source="resync")


async def claim_events(tx: Tx, subject: str) -> Claimed | None:
    """Take all that waits of a subject. None when somebody else is at it, or nothing of it is new or due: pushes that
    came twice mustn't cut the wait for another attempt short."""
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"stripe:{subject}", 0))))
    due = or_(StripeEvent.attempts == 0, StripeEvent.next_at <= tx.now + PUSHED_AGAIN_AFTER)
    state = await tx.session.execute(
        select(func.bool_or(StripeEvent.lease_until > tx.now), func.bool_or(due)).where(*_unfinished(subject))
    )
    busy, wanted = state.one()
    if busy or not wanted:
        return None
    claimed = await tx.session.scalars(
        update(StripeEvent)
        .where(*_unfinished(subject))
        .values(lease_until=tx.now + LEASE, next_at=tx.now + LEASE, attempts=StripeEvent.attempts + 1)
        .returning(StripeEvent.id)
        .execution_options(synchronize_session=False)
    )
    found = sorted(claimed.all())
    return Claimed(subject, found) if found else None


async def close_events(tx: Tx, claimed: Claimed) -> None:
    """They were looked into. What came meanwhile is looked into next."""
    await _change(tx, claimed, status=EventStatus.DONE, next_at=None, done_at=tx.now, problem=None)
    await _go_on(tx, claimed.subject)


async def pass_events_on(tx: Tx, claimed: Claimed, *, customer_id: str) -> None:
    """It turned out whose they are."""
    await _change(tx, claimed, subject=customer_id, next_at=tx.now + PUSH_GRACE)
    tx.enqueue(CATCH_UP, customer_id)


async def put_back_events(tx: Tx, claimed: Claimed, *, status: EventStatus, error: AppError) -> int:
    """To be looked into again later, after ever longer pauses. Returns how many were given up, after three days."""
    pause_s = func.least(TRIED_AGAIN_MOST_S, TRIED_AGAIN_S * func.power(2, func.least(StripeEvent.attempts - 1, 12)))
    await _change(
        tx,
        claimed,
        status=status,
        problem=error_row(error),
        next_at=tx.now + func.make_interval(0, 0, 0, 0, 0, 0, pause_s),
    )
    given_up = await tx.session.scalars(
        update(StripeEvent)
        .where(StripeEvent.id.in_(claimed.event_ids), StripeEvent.received_at < tx.now - GIVEN_UP_AFTER)
        .values(status=EventStatus.GIVEN_UP, next_at=None, done_at=tx.now)
        .returning(StripeEvent.id)
        .execution_options(synchronize_session=False)
    )
    return len(given_up.all())


async def wake_events(tx: Tx, subject: str) -> None:
    """What waits of a subject is looked into now: it has become known whose it is."""
    await tx.session.execute(
        update(StripeEvent)
        .where(*_unfinished(subject), StripeEvent.lease_until.is_(None))
        .values(next_at=tx.now)
        .execution_options(synchronize_session=False)
    )
    tx.enqueue(CATCH_UP, subject)


async def push_due_events(tx: Tx) -> int:
    """Enqueue again what is due: lost pushes, failures, the parked, and what dead workers held."""
    due = await tx.session.execute(
        select(StripeEvent.id, StripeEvent.subject)
        .where(StripeEvent.next_at <= tx.now)
        .order_by(StripeEvent.next_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    found = due.all()
    if not found:
        return 0
    await tx.session.execute(
        update(StripeEvent)
        .where(StripeEvent.id.in_([row.id for row in found]))
        .values(next_at=tx.now + PUSHED_AGAIN_AFTER)
        .execution_options(synchronize_session=False)
    )
    for subject in {row.subject for row in found}:
        tx.enqueue(CATCH_UP, subject)
    return len(found)


async def unfinished_events(session: ReadSession) -> int:
    """How many wait for a look, or for somebody whose they are."""
    return await session.scalar(select(func.count()).where(StripeEvent.next_at.is_not(None))) or 0


async def forget_stripe_events(tx: Tx, *, limit: int = 5000) -> int:
    """Remove what is old and over. Returns how many rows went."""
    old = (
        select(StripeEvent.id)
        .where(StripeEvent.received_at < tx.now - KEPT_FOR, StripeEvent.next_at.is_(None))
        .limit(limit)
    )
    gone = await tx.session.scalars(
        delete(StripeEvent)
        .where(StripeEvent.id.in_(old))
        .returning(StripeEvent.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


async def _go_on(tx: Tx, subject: str) -> None:
    if await tx.session.scalar(select(StripeEvent.id).where(*_unfinished(subject)).limit(1)):
        tx.enqueue(CATCH_UP, subject)


async def _change(tx: Tx, claimed: Claimed, **values: Any) -> None:
    await tx.session.execute(
        update(StripeEvent)
        .where(StripeEvent.id.in_(claimed.event_ids))
        .values(lease_until=None, **values)
        .execution_options(synchronize_session=False)
    )


def _unfinished(subject: str) -> tuple[Any, ...]:
    return (StripeEvent.subject == subject, StripeEvent.next_at.is_not(None))
