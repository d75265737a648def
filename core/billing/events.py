"""The trail of everything that changed who may do what: written once, never changed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.billing.models import BillingEvent
from core.db import Page, Paged, ReadSession, paged
from core.tx import Tx


async def note_event(
    tx: Tx, *, owner_id: ids.UserId, kind: str, source: str, key: str, data: Mapping[str, Any]
) -> bool:
    """Add to the trail. False when an event of the same `key` stands there: then nothing is added."""
    added = await tx.session.scalar(
        insert(BillingEvent)
        .values(id=ids.new(), owner_id=owner_id, kind=kind, source=source, key=key, data=dict(data), at=tx.now)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(BillingEvent.id)
    )
    return added is not None


async def trail_of(session: ReadSession, *, owner_id: ids.UserId, page: Page) -> Paged[BillingEvent]:
    """A user's events, the newest first."""
    found = select(BillingEvent).where(BillingEvent.owner_id == owner_id)
    return await paged(session, found.order_by(BillingEvent.at.desc(), BillingEvent.id.desc()), page)


async def lock_owner(tx: Tx, owner_id: ids.UserId) -> None:
    """Whoever changes what a user pays for does it one after the other, whether there is a row yet or not."""
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"billing:{owner_id}", 0))))
