"""What time alone does to subscriptions, done: reminders while a payment is due, planned changes of plan, and ends."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from core import ids
from core.billing.events import lock_owner
from core.billing.models import Subscription, SubscriptionStatus
from core.billing.queries import subscription_of
from core.billing.standing import is_in_force, lasts_until
from core.billing.steps import dunning_day, next_step_at, tell_past_due
from core.billing.subscriptions import NO_FUTURE, change, record_change
from core.db import ReadSession
from core.tx import Tx

SOURCE = "clock"


async def due_subscriptions(session: ReadSession, *, now: datetime, limit: int) -> Sequence[ids.UserId]:
    """Whose subscriptions time has something to do with by now, the longest due first."""
    due = select(Subscription.owner_id).where(Subscription.next_step_at <= now)
    return (await session.scalars(due.order_by(Subscription.next_step_at).limit(limit))).all()


async def advance_subscription(tx: Tx, *, owner_id: ids.UserId) -> bool:
    """Do what is due by now for one user. False when somebody else has done it."""
    await lock_owner(tx, owner_id)
    row = await subscription_of(tx.session, owner_id=owner_id)
    if row is None or row.next_step_at is None or row.next_step_at > tx.now:
        return False
    if not is_in_force(row, now=tx.now):
        await _end(tx, row)
    elif row.pending_plan_key is not None and row.pending_from is not None and row.pending_from <= tx.now:
        await _change_plan(tx, row, row.pending_plan_key)
    else:
        day = dunning_day(row, now=tx.now)
        if day is not None:
            await tell_past_due(tx, row, day=day)
        row.next_step_at = next_step_at(row, now=tx.now)
    return True


async def _end(tx: Tx, row: Subscription) -> None:
    before, key = row.plan_key, f"{row.id}:{row.version}:ended"
    change(row, tx, status=SubscriptionStatus.EXPIRED, ended_at=lasts_until(row), **NO_FUTURE)
    await record_change(tx, row, ["expired"], source=SOURCE, key=key, before=before)


async def _change_plan(tx: Tx, row: Subscription, plan_key: str) -> None:
    before, key = row.plan_key, f"{row.id}:{row.version}:planned"
    change(row, tx, plan_key=plan_key, pending_plan_key=None, pending_from=None)
    await record_change(tx, row, ["plan_changed"], source=SOURCE, key=key, before=before)
