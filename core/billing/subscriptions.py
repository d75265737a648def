"""Bringing our row of a subscription to what its rail says now. What the rail is, this doesn't know."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.billing.events import lock_owner, note_event
from core.billing.models import Customer, Rail, Subscription, SubscriptionStatus, TrialStatus
from core.billing.queries import in_force_of, subscription_of
from core.billing.remote import RemoteSubscription
from core.billing.standing import PAID, Standing, rank, standing_of
from core.billing.steps import next_step_at, tell_past_due
from core.billing.telling import tell
from core.billing.trials import end_trial
from core.billing.turning import note_turn
from core.db import ReadSession
from core.tx import Tx

NOTICES = ("started", "expired", "past_due", "recovered", "cancelled", "resumed", "plan_changed", "change_planned")
"""What the user is told of, the weightiest first: one message for one piece of news."""


async def take_in(tx: Tx, *, seen: RemoteSubscription, source: str, key: str) -> Subscription | None:
    """Bring a user's subscription to what the rail says. In whatever order and however often: the end is the same.

    `source` and `key` go into the trail; `key` is what made us look (an event's id). Returns the user's row, which is
    of another subscription (`remote_id`) when they have one that counts for more: then `seen` is a second one. None
    when there is no row: nobody knows whose it is (see `owner_of`), nothing was paid yet, or the price isn't ours.
    """
    owner_id = await owner_of(tx.session, seen)
    if owner_id is None:
        return None
    await lock_owner(tx, owner_id)
    if seen.customer_id is not None:
        await link_customer(tx, owner_id=owner_id, rail=seen.rail, customer_id=seen.customer_id)
    row = await subscription_of(tx.session, owner_id=owner_id)
    known = row if row is not None and (row.rail, row.remote_id) == (seen.rail, seen.id) else None
    if known is not None and not _is_news(known, seen):
        return known
    standing = standing_of(seen, known, now=tx.now)
    if seen.plan_key is None or (standing is None and known is None):
        await _note(tx, owner_id, seen, "unpaid_yet" if seen.plan_key else "unknown_price", source=source)
    if standing is None:
        return row
    fresh = _row(tx, owner_id, seen, standing)
    if known is None and row is not None and not _replaces(fresh, row, supersedes=seen.supersedes, now=tx.now):
        await _note(tx, owner_id, seen, "second", source=source)
        return row
    return await _bring(tx, row, fresh, source=source, key=key)


async def owner_of(session: ReadSession, seen: RemoteSubscription) -> ids.UserId | None:
    """Whose it is: as the rail says, or else by the subscription or the customer. None when nobody knows."""
    if seen.owner_id is not None:
        return seen.owner_id
    by_id = select(Subscription.owner_id).where(Subscription.rail == seen.rail, Subscription.remote_id == seen.id)
    owner_id = await session.scalar(by_id)
    if owner_id is None and seen.customer_id is not None:
        return await customer_owner(session, rail=seen.rail, customer_id=seen.customer_id)
    return owner_id


async def customer_owner(session: ReadSession, *, rail: Rail, customer_id: str) -> ids.UserId | None:
    """Who a customer of the rail is here."""
    known = select(Customer.owner_id).where(Customer.rail == rail, Customer.customer_id == customer_id)
    return await session.scalar(known)


async def customer_id_of(session: ReadSession, *, owner_id: ids.UserId, rail: Rail) -> str | None:
    """Who a user is at the rail; None before their first payment there was begun."""
    return await session.scalar(
        select(Customer.customer_id).where(Customer.owner_id == owner_id, Customer.rail == rail)
    )


async def link_customer(tx: Tx, *, owner_id: ids.UserId, rail: Rail, customer_id: str) -> str:
    """Remember who a user is at the rail. Returns the customer that stands there: the first one stays."""
    added = insert(Customer).values(owner_id=owner_id, rail=rail, customer_id=customer_id, created_at=tx.now)
    await tx.session.execute(added.on_conflict_do_nothing())
    return await customer_id_of(tx.session, owner_id=owner_id, rail=rail) or customer_id


async def unlink_customer(tx: Tx, *, owner_id: ids.UserId, rail: Rail, customer_id: str) -> None:
    """Forget a customer who isn't at the rail any more."""
    await tx.session.execute(
        delete(Customer)
        .where(Customer.owner_id == owner_id, Customer.rail == rail, Customer.customer_id == customer_id)
        .execution_options(synchronize_session=False)
    )


async def revoke(tx: Tx, subscription: Subscription, *, source: str, key: str, why: str) -> None:
    """End a plan at once, whatever the rail says of it from now on. The rail has to be told by the caller."""
    before = await in_force_of(tx.session, owner_id=subscription.owner_id, now=tx.now)
    change(subscription, tx, status=SubscriptionStatus.EXPIRED, ended_at=tx.now, revoked_at=tx.now, **NO_FUTURE)
    await record_change(tx, subscription, ["expired"], source=source, key=key, before=before.plan_key, why=why)


NO_FUTURE: Mapping[str, None] = dict.fromkeys(("cancel_at", "grace_until", "pending_plan_key", "pending_from"))


async def record_change(
    tx: Tx, row: Subscription, kinds: list[str], *, source: str, key: str, before: str, **more: Any
) -> None:
    """Write what happened to a row into the trail, and tell its owner the weightiest of it. `before`: the plan that
    was in force."""
    row.next_step_at = next_step_at(row, now=tx.now)
    await tx.session.flush()
    tx.entitled_anew.add(row.owner_id)
    data = {"rail": row.rail, "plan": row.plan_key, "remote_id": row.remote_id, "version": row.version, **more}
    for kind in kinds:
        await note_event(
            tx, owner_id=row.owner_id, kind=f"subscription.{kind}", source=source, key=f"{key}:{kind}", data=data
        )
    after = await in_force_of(tx.session, owner_id=row.owner_id, now=tx.now)
    await note_turn(
        tx, owner_id=row.owner_id, before=before, after=after.plan_key, source=source, key=f"{key}:entitlement"
    )
    for kind in NOTICES:
        if kind in kinds:
            await _tell(tx, row, kind, key=key, now_on=after.plan_key, why=more.get("why"))
            break


async def _bring(tx: Tx, row: Subscription | None, fresh: Subscription, *, source: str, key: str) -> Subscription:
    before = await in_force_of(tx.session, owner_id=fresh.owner_id, now=tx.now)
    kinds = list(_changes(row, fresh))
    if row is None:
        row = fresh
        tx.session.add(row)
    elif kinds:
        change(row, tx, **{name: getattr(fresh, name) for name in _COPIED})
        if "started" in kinds:
            row.started_at = fresh.started_at
    row.seen_at = max(row.seen_at, fresh.seen_at) if "started" not in kinds else fresh.seen_at
    if not kinds:
        return row
    if row.status == SubscriptionStatus.ACTIVE:
        await end_trial(tx, owner_id=row.owner_id, status=TrialStatus.CONVERTED, source=source, key=key)
    await record_change(tx, row, kinds, source=source, key=key, before=before.plan_key)
    return row


def _changes(old: Subscription | None, new: Subscription) -> Iterator[str]:
    """What happened between the two, as the trail names it."""
    if old is None or (old.rail, old.remote_id) != (new.rail, new.remote_id):
        yield "started" if new.status != SubscriptionStatus.EXPIRED else "was_over"
        return
    if old.status != new.status:
        yield _turn(old.status, new.status)
    elif any(getattr(old, name) != getattr(new, name) for name in ("cancel_at", "grace_until", "ended_at")):
        yield "dates_changed"
    if old.plan_key != new.plan_key:
        yield "plan_changed"
    if (old.period_start, old.period_end) != (new.period_start, new.period_end):
        yield "renewed" if new.period_start > old.period_start else "period_changed"
    if (old.pending_plan_key, old.pending_from) != (new.pending_plan_key, new.pending_from):
        yield "change_planned" if new.pending_plan_key else "change_withdrawn"


def _turn(old: str, new: str) -> str:
    if new not in PAID:
        return new
    return {
        SubscriptionStatus.PAST_DUE: "recovered",
        SubscriptionStatus.CANCELLED: "resumed",
        SubscriptionStatus.EXPIRED: "started",
    }.get(SubscriptionStatus(old), "paid")


_COPIED = (
    "rail",
    "remote_id",
    "customer_id",
    "plan_key",
    "status",
    "period_start",
    "period_end",
    "cancel_at",
    "grace_until",
    "ended_at",
    "revoked_at",
    "pending_plan_key",
    "pending_from",
)


def _row(tx: Tx, owner_id: ids.UserId, seen: RemoteSubscription, standing: Standing) -> Subscription:
    return Subscription(
        owner_id=owner_id,
        rail=seen.rail,
        remote_id=seen.id,
        customer_id=seen.customer_id,
        revoked_at=None,
        seen_at=seen.seen_at or tx.now,
        version=1,
        started_at=seen.period_start,
        changed_at=tx.now,
        **asdict(standing),
    )


def _is_news(known: Subscription, seen: RemoteSubscription) -> bool:
    """What we ended ourselves stays so, and what was heard of before the last word is old."""
    return known.revoked_at is None and (seen.seen_at is None or seen.seen_at >= known.seen_at)


def _replaces(fresh: Subscription, row: Subscription, *, supersedes: str | None, now: datetime) -> bool:
    """The one that counts for more; of two that are over, the later."""
    if fresh.rail == row.rail and supersedes == row.remote_id:
        return True
    mine, theirs = rank(fresh, now=now), rank(row, now=now)
    return mine > theirs or (mine == theirs == 0 and fresh.period_start > row.period_start)


def change(row: Subscription, tx: Tx, **values: Any) -> None:
    """Set fields of a row as one change of it, which `record_change` then writes down."""
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.changed_at = tx.now


async def _note(tx: Tx, owner_id: ids.UserId, seen: RemoteSubscription, kind: str, *, source: str) -> None:
    await note_event(
        tx,
        owner_id=owner_id,
        kind=f"subscription.{kind}",
        source=source,
        key=f"{seen.rail}:{seen.id}:{kind}",
        data={"rail": seen.rail, "remote_id": seen.id, "status": seen.status, "plan": seen.plan_key},
    )


async def _tell(tx: Tx, row: Subscription, kind: str, *, key: str, now_on: str, why: str | None) -> None:
    if kind == "past_due":
        await tell_past_due(tx, row, day=0)
        return
    until = row.cancel_at or row.pending_from
    await tell(
        tx,
        owner_id=row.owner_id,
        notice=f"billing.{kind}",
        subject_id=row.id,
        data={
            "plan": row.plan_key,
            "now_on": now_on,
            "rail": row.rail,
            "next_plan": row.pending_plan_key,
            "until": until.isoformat() if until else None,
            "why": why,
        },
        dedupe_key=f"{key}:{kind}",
    )
