"""A made-up rail: what it says of subscriptions, and the time as a test wants it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from core import ids
from core.billing.models import Rail, Subscription
from core.billing.queries import plan_of, subscription_of
from core.billing.remote import RemoteSubscription
from core.tx import Tx

MONTH = timedelta(days=30)


def later(tx: Tx, by: timedelta) -> Tx:
    """The same transaction at another moment."""
    return replace(tx, now=tx.now + by)


def at(tx: Tx, moment: datetime) -> Tx:
    return replace(tx, now=moment)


def paid(tx: Tx, owner_id: ids.UserId | None, **changed: Any) -> RemoteSubscription:
    """A month of Pro that begins now."""
    seen = RemoteSubscription(
        rail=Rail.STRIPE,
        id="sub_1",
        customer_id=f"cus_{owner_id}",
        owner_id=owner_id,
        status="active",
        plan_key="pro",
        period_start=tx.now,
        period_end=tx.now + MONTH,
    )
    return replace(seen, **changed)


async def plan_key(tx: Tx, owner_id: ids.UserId) -> str:
    """The plan in force."""
    return (await plan_of(tx.session, owner_id=owner_id, now=tx.now)).key


async def row_of(tx: Tx, owner_id: ids.UserId) -> Subscription:
    row = await subscription_of(tx.session, owner_id=owner_id)
    assert row is not None
    return row
