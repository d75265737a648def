"""Paying with Telegram Stars: what is offered, what is looked at before a payment, and what a payment brings.

Telegram renews a subscription every 30 days and tells of each payment; it tells of no end, so it ends by its date.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from core import ids
from core.billing.models import Payment, Plan, Rail, Subscription, SubscriptionStatus
from core.billing.payments import record_payment
from core.billing.queries import subscription_of
from core.billing.remote import RemoteStatus, RemoteSubscription
from core.billing.standing import is_in_force
from core.billing.subscriptions import take_in
from core.db import ReadSession
from core.errors import Conflict, InvalidInput, NotFound
from core.tx import Tx

STARS: Final = "XTR"
PERIOD: Final = timedelta(days=30)
"""The only one that there is. https://core.telegram.org/bots/api#createinvoicelink"""
SOURCE: Final = "telegram"


class StarsRefused(Conflict):
    """A plan can't be paid with Stars by this user now; `params["why"]` says why not."""

    code = "billing.stars_refused"


@dataclass(frozen=True, slots=True)
class StarPayment:
    """What Telegram tells of a payment."""

    charge_id: str
    payload: str
    amount: int
    currency: str
    paid_at: datetime
    expires_at: datetime | None
    is_renewal: bool


@dataclass(frozen=True, slots=True)
class Bought:
    """What a payment brought. `is_new`: it wasn't known. `replaced`: a subscription with Stars that the new one takes
    the place of; Telegram has to be told not to renew it."""

    is_new: bool
    subscription: Subscription | None
    replaced: str | None = None


def payload_of(plan: Plan) -> str:
    """What comes back with each payment of an invoice: 1 to 128 bytes. It names no user, since links can be passed on:
    who pays is who gets the plan."""
    return f"plan:{plan.key}"


async def offered_plan(
    session: ReadSession, *, owner_id: ids.UserId, plan_key: str, rails: Collection[Rail], now: datetime
) -> Plan:
    """The plan that a user may pay with Stars now. Its `price_stars` isn't None.

    Raises StarsRefused with why: "closed" (not by Stars here), "not_sold", "other_rail" (they pay by card), "have_it",
    "smaller" (a bigger plan is in force, which would be lost).
    """
    if Rail.STARS not in rails:
        raise StarsRefused(why="closed")
    plan = await session.get(Plan, plan_key)
    if plan is None or not plan.for_sale or plan.price_stars is None:
        raise StarsRefused(why="not_sold")
    row = await subscription_of(session, owner_id=owner_id)
    if row is not None and is_in_force(row, now=now):
        own = await session.get_one(Plan, row.plan_key)
        if row.rail != Rail.STARS:
            raise StarsRefused(why="other_rail")
        if own.key == plan.key:
            raise StarsRefused(why="have_it")
        if own.rank > plan.rank:
            raise StarsRefused(why="smaller")
    return plan


async def check_payment(
    session: ReadSession,
    *,
    owner_id: ids.UserId,
    payload: str,
    amount: int,
    currency: str,
    rails: Collection[Rail],
    now: datetime,
) -> Plan:
    """The last look before Stars are taken. Raises StarsRefused as `offered_plan`, and with "price" when the price
    isn't that of the invoice any more."""
    plan = await offered_plan(session, owner_id=owner_id, plan_key=_plan_key(payload), rails=rails, now=now)
    if (amount, currency) != (plan.price_stars, STARS):
        raise StarsRefused(why="price")
    return plan


async def take_payment(tx: Tx, *, owner_id: ids.UserId, payment: StarPayment) -> Bought:
    """Bring in what Telegram says was paid, a first time or again; once for each charge."""
    plan_key, before = _plan_key(payment.payload), await subscription_of(tx.session, owner_id=owner_id)
    remote_id = await _remote_id(tx, owner_id, payment, plan_key)
    expires_at = payment.expires_at or payment.paid_at + PERIOD
    is_new = await record_payment(
        tx,
        owner_id=owner_id,
        rail=Rail.STARS,
        charge_id=payment.charge_id,
        amount=payment.amount,
        currency=payment.currency,
        source=SOURCE,
        remote_id=remote_id,
        plan_key=plan_key,
        paid_at=payment.paid_at,
        period_end=expires_at,
    )
    if not is_new:
        return Bought(False, before)
    replaced = _replaced(before, remote_id, now=tx.now)
    seen = RemoteSubscription(
        rail=Rail.STARS,
        id=remote_id,
        customer_id=None,
        owner_id=owner_id,
        status="active",
        plan_key=plan_key,
        period_start=expires_at - PERIOD,
        period_end=expires_at,
        supersedes=replaced,
    )
    row = await take_in(tx, seen=seen, source=SOURCE, key=f"stars:{payment.charge_id}")
    return Bought(True, row, replaced)


async def stars_subscription(session: ReadSession, *, owner_id: ids.UserId, now: datetime) -> Subscription:
    """What a user pays with Stars. Raises NotFound when nothing of that kind is in force."""
    row = await subscription_of(session, owner_id=owner_id)
    if row is None or row.rail != Rail.STARS or not is_in_force(row, now=now):
        raise NotFound("billing.no_stars_subscription")
    return row


async def note_renewal(tx: Tx, *, owner_id: ids.UserId, renews: bool) -> Subscription | None:
    """Note that Telegram renews a subscription no more, or again. Raises NotFound when none is in force."""
    row = await stars_subscription(tx.session, owner_id=owner_id, now=tx.now)
    if (row.status == SubscriptionStatus.ACTIVE) == renews:
        return row
    status: RemoteStatus = "active" if renews else "cancelled"
    seen = RemoteSubscription(
        rail=Rail.STARS,
        id=row.remote_id,
        customer_id=None,
        owner_id=owner_id,
        status=status,
        plan_key=row.plan_key,
        period_start=row.period_start,
        period_end=row.period_end,
    )
    return await take_in(tx, seen=seen, source="chat", key=f"{row.id}:{row.version}:{status}")


def _plan_key(payload: str) -> str:
    """Raises InvalidInput for what no invoice of ours says."""
    kind, _, key = payload.partition(":")
    if kind != "plan" or not key:
        raise InvalidInput("billing.unknown_invoice")
    return key


async def _remote_id(tx: Tx, owner_id: ids.UserId, payment: StarPayment, plan_key: str) -> str:
    """A subscription is known by the charge of its first payment; later payments tell the same payload."""
    if not payment.is_renewal:
        return payment.charge_id
    earlier = (
        select(Payment.remote_id)
        .where(Payment.owner_id == owner_id, Payment.rail == Rail.STARS, Payment.plan_key == plan_key)
        .order_by(Payment.paid_at.desc())
        .limit(1)
    )
    return await tx.session.scalar(earlier) or payment.charge_id


def _replaced(row: Subscription | None, remote_id: str, *, now: datetime) -> str | None:
    if row is None or row.rail != Rail.STARS or row.remote_id == remote_id or not is_in_force(row, now=now):
        return None
    return row.remote_id
