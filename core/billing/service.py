"""Quota: held when work is requested, settled when it succeeds, released when it doesn't.

A balance is the sum of a period's ledger rows. Holds of one user and feature queue up behind one advisory lock, so
that two requests never both take the last unit.
"""

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.billing.models import EntryKind, QuotaEntry
from core.billing.queries import Entitlement, Feature, entitlement_of
from core.db import ReadSession
from core.errors import LimitReached
from core.tx import Tx


async def hold_quota(tx: Tx, *, owner_id: ids.UserId, feature: Feature, amount: int, reason: str) -> ids.HoldId:
    """Set `amount` units aside, at least 1.

    Raises LimitReached when fewer are left: params feature, limit, used, asked, plan, resets_at.
    """
    if amount < 1:
        raise ValueError("a hold is of at least 1 unit")
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{owner_id}:{feature}", 0))))
    entitlement = await entitlement_of(tx.session, owner_id=owner_id, feature=feature, now=tx.now)
    if not entitlement.allows(amount):
        raise limit_reached(entitlement, asked=amount)
    hold_id = ids.HoldId(ids.new())
    tx.session.add(
        QuotaEntry(
            owner_id=owner_id,
            feature=feature,
            period_start=entitlement.period_start,
            hold_id=hold_id,
            kind=EntryKind.HOLD,
            closing=False,
            amount=amount,
            reason=reason,
            created_at=tx.now,
        )
    )
    await tx.session.flush()
    tx.entitled_anew.add(owner_id)
    return hold_id


async def amount_held(session: ReadSession, hold_id: ids.HoldId) -> int:
    """How many units were set aside, whether the hold has ended or not; 0 for none."""
    held = select(QuotaEntry.amount).where(QuotaEntry.hold_id == hold_id, QuotaEntry.closing.is_(False))
    return await session.scalar(held) or 0


async def settle_hold(tx: Tx, hold_id: ids.HoldId, *, used: int) -> bool:
    """Keep what was really used of a hold (it may be more than was held). False when the hold had ended already."""
    return await _close(tx, hold_id, kind=EntryKind.SETTLE, used=used)


async def release_hold(tx: Tx, hold_id: ids.HoldId) -> bool:
    """Give a hold back. False when it had ended already."""
    return await _close(tx, hold_id, kind=EntryKind.RELEASE, used=0)


async def _close(tx: Tx, hold_id: ids.HoldId, *, kind: EntryKind, used: int) -> bool:
    hold = await tx.session.scalar(
        select(QuotaEntry).where(QuotaEntry.hold_id == hold_id, QuotaEntry.closing.is_(False))
    )
    if hold is None:
        return False
    closed = await tx.session.scalar(
        insert(QuotaEntry)
        .values(
            id=ids.new(),
            owner_id=hold.owner_id,
            feature=hold.feature,
            period_start=hold.period_start,
            hold_id=hold_id,
            kind=kind,
            closing=True,
            amount=used - hold.amount,
            reason=hold.reason,
            created_at=tx.now,
        )
        .on_conflict_do_nothing(index_elements=["hold_id", "closing"])
        .returning(QuotaEntry.id)
    )
    tx.entitled_anew.add(hold.owner_id)
    return closed is not None


def limit_reached(entitlement: Entitlement, *, asked: int) -> LimitReached:
    """The error that becomes the upgrade screen."""
    return LimitReached(
        feature=str(entitlement.feature),
        limit=entitlement.limit,
        used=entitlement.used,
        asked=asked,
        plan=entitlement.plan,
        resets_at=entitlement.resets_at.isoformat(),
    )
