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
from core.billing.telling import tell
from core.db import ReadSession
from core.errors import Conflict, InvalidInput, NotFound
from core.tx import Tx

STARS: Final = "XTR"
PERIOD: Final = timedelta(days=30)
"""The only one that there is. https://core.telegram.org/bots/api#createinvoicelink"""
A_DAY: Final = timedelta(days=1)
"""How late a renewal may be."""
PLAN_PAYLOAD: Final = "plan:"
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
    is_renewal: bool | None
    """None where that isn't told: then it follows from what is known."""


@dataclass(frozen=True, slots=True)
class Bought:
    """What a payment brought. `is_new`: it wasn't known. `ended`: the subscription with Stars that Telegram has to be
    told not to renew. `is_second`: something else is paid already, so the Stars have to go back."""

    is_new: bool
    subscription: Subscription | None
    ended: str | None = None
    is_second: bool = False


def payload_of(plan: Plan) -> str:
    """What comes back with each payment of an invoice: 1 to 128 bytes. It names no user, since links can be passed on:
    who pays is who gets the plan."""
    return f"{PLAN_PAYLOAD}{plan.key}"


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


async def take_payment(tx: Tx, *, owner_id: ids.UserId, payment: StarPayment, source: str = SOURCE) -> Bought:
    """Bring in what Telegram says was paid, a first time or again; once for each charge. `source` goes into the trail.

    What is heard of after it has run out, or behind a newer payment, is noted and changes no plan.
    """
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
        source=source,
        remote_id=remote_id,
        plan_key=plan_key,
        paid_at=payment.paid_at,
        period_end=expires_at,
    )
    if expires_at <= tx.now:
        return Bought(is_new, before)
    if not is_new:
        return await _again(tx, before, remote_id, owner_id)
    running = _running_beside(before, remote_id, now=tx.now)
    if running is not None and await _was_paid_later(tx, owner_id, payment):
        return Bought(True, before, ended=remote_id)
    seen = RemoteSubscription(
        rail=Rail.STARS,
        id=remote_id,
        customer_id=None,
        owner_id=owner_id,
        status="active",
        plan_key=plan_key,
        period_start=expires_at - PERIOD,
        period_end=expires_at,
        supersedes=running,
    )
    row = await take_in(tx, seen=seen, source=source, key=f"stars:{payment.charge_id}")
    if row is not None and row.rail != Rail.STARS:
        await _tell_second(tx, row, payment)
        return Bought(True, row, ended=remote_id, is_second=True)
    return Bought(True, row, ended=running)


async def _again(tx: Tx, row: Subscription | None, remote_id: str, owner_id: ids.UserId) -> Bought:
    """It stands here. Whoever took it in may have been killed before Telegram was told what follows."""
    mine = (Payment.owner_id == owner_id, Payment.rail == Rail.STARS, Payment.refunded == 0)
    if row is not None and row.rail != Rail.STARS and is_in_force(row, now=tx.now):
        return Bought(False, row, ended=remote_id, is_second=True)
    earlier = select(Payment.remote_id).where(*mine, Payment.remote_id != remote_id, Payment.paid_at > tx.now - PERIOD)
    ended = await tx.session.scalar(earlier.order_by(Payment.paid_at.desc()).limit(1))
    return Bought(False, row, ended=ended if row is not None and row.remote_id == remote_id else None)


async def _was_paid_later(tx: Tx, owner_id: ids.UserId, payment: StarPayment) -> bool:
    """Whether this one is heard of behind a newer one, which counts."""
    later = select(Payment.id).where(
        Payment.owner_id == owner_id, Payment.rail == Rail.STARS, Payment.paid_at > payment.paid_at
    )
    return await tx.session.scalar(later.limit(1)) is not None


async def _tell_second(tx: Tx, row: Subscription, payment: StarPayment) -> None:
    await tell(
        tx,
        owner_id=row.owner_id,
        notice="billing.second",
        subject_id=row.id,
        data={"plan": row.plan_key, "amount": payment.amount, "currency": payment.currency},
        dedupe_key=f"second:{payment.charge_id}",
    )


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
    key = payload.removeprefix(PLAN_PAYLOAD)
    if key in ("", payload):
        raise InvalidInput("billing.unknown_invoice")
    return key


async def _remote_id(tx: Tx, owner_id: ids.UserId, payment: StarPayment, plan_key: str) -> str:
    """A subscription is known by the charge of its first payment; later payments tell the same payload. Where it isn't
    told which one this is, it renews what was paid a period ago."""
    if payment.is_renewal is False:
        return payment.charge_id
    earlier = (
        select(Payment.remote_id)
        .where(Payment.owner_id == owner_id, Payment.rail == Rail.STARS, Payment.plan_key == plan_key)
        .order_by(Payment.paid_at.desc())
        .limit(1)
    )
    if payment.is_renewal is None:
        earlier = earlier.where(Payment.paid_at.between(payment.paid_at - PERIOD - A_DAY, payment.paid_at))
    return await tx.session.scalar(earlier) or payment.charge_id


def _running_beside(row: Subscription | None, remote_id: str, *, now: datetime) -> str | None:
    """Another subscription with Stars that is in force."""
    if row is None or row.rail != Rail.STARS or row.remote_id == remote_id or not is_in_force(row, now=now):
        return None
    return row.remote_id
