"""Bringing what we know of a customer to what Stripe knows: subscription, payments, refunds, disputes, all at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from core import ids
from core.accounts.service import users_of
from core.billing.models import Plan, Rail, Subscription
from core.billing.payments import record_dispute, record_payment, record_refund
from core.billing.policy import Policy
from core.billing.remote import RemoteStatus, RemoteSubscription
from core.billing.standing import is_in_force
from core.billing.subscriptions import customer_owner, take_in
from core.billing.telling import tell, tell_admins
from core.db import ReadSession
from core.providers.payments.contract import SeenCustomer, SeenInvoice, SeenPrice, SeenSubscription, SubscriptionState
from core.settings import Settings
from core.tx import Tx

STATUSES: Final[Mapping[SubscriptionState, RemoteStatus]] = {
    "incomplete": "incomplete",
    "incomplete_expired": "expired",
    "trialing": "trialing",
    "active": "active",
    "past_due": "past_due",
    "canceled": "expired",
    "unpaid": "unpaid",
    "paused": "unpaid",
}
LIVE: Final = frozenset({"trialing", "active", "past_due", "unpaid"})
"""They would cost again."""


@dataclass(frozen=True, slots=True)
class PriceList:
    """Which plan a price buys: by the settings, or by what our catalogue wrote on it, in the plan's own currency."""

    plans: Mapping[str, Plan]
    configured: Mapping[str, str]
    """Price id -> plan."""

    def plan_of(self, price: SeenPrice) -> str | None:
        """None for a price that isn't ours."""
        plan = self.plans.get(self.configured.get(price.id) or price.plan_key or "")
        return plan.key if plan is not None and plan.currency == price.currency else None


@dataclass(frozen=True, slots=True)
class Undo:
    """A subscription that has to end at Stripe, too, and what was paid for it that goes back."""

    subscription_id: str
    payment_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """A customer as Stripe showed it when it was asked at `asked_at`, because of `key`."""

    customer: SeenCustomer
    prices: Mapping[str, SeenPrice]
    asked_at: datetime
    key: str
    source: str = "stripe"


def price_list(plans: Iterable[Plan], settings: Settings) -> PriceList:
    return PriceList(
        {plan.key: plan for plan in plans}, {price_id: key for key, price_id in settings.stripe_prices.items()}
    )


async def stripe_owner(session: ReadSession, seen: SeenCustomer) -> ids.UserId | None:
    """Whose customer it is: as we have noted, else as we wrote on it at Stripe. None when nobody here is meant."""
    known = await customer_owner(session, rail=Rail.STRIPE, customer_id=seen.id)
    if known is not None:
        return known
    written = [seen.owner, *(subscription.owner for subscription in reversed(seen.subscriptions))]
    meant = [owner_id for owner in written if (owner_id := _user_id(owner))]
    there = await users_of(session, meant)
    return next((owner_id for owner_id in meant if owner_id in there), None)


async def take_in_customer(
    tx: Tx, policy: Policy, price_list: PriceList, look: Look, *, owner_id: ids.UserId
) -> Sequence[Undo]:
    """Write down all of it. Doing it again changes nothing. Returns what has to be undone at Stripe."""
    seen = look.customer
    for invoice in seen.invoices:
        await _record_payments(tx, price_list, look, invoice, owner_id=owner_id)
    undone = []
    for subscription in seen.subscriptions:
        plan_key = price_list.plan_of(subscription.price)
        if plan_key is None and subscription.state in LIVE:
            await _tell_unknown_price(tx, policy, subscription, owner_id)
        remote = _remote(subscription, price_list, look, owner_id)
        row = await take_in(tx, seen=remote, source=look.source, key=f"{look.key}:{subscription.id}")
        undo = _undo(subscription, row, seen.invoices, now=tx.now)
        if undo is not None:
            undone.append(undo)
            await _tell_second(tx, undo, subscription, seen.invoices, row, owner_id)
    undone += await _record_losses(tx, policy, look)
    return undone


def _undo(
    subscription: SeenSubscription, row: Subscription | None, invoices: Sequence[SeenInvoice], *, now: datetime
) -> Undo | None:
    """A second subscription that would go on beside the one that counts, or one whose plan we have ended."""
    if row is None or subscription.state not in LIVE or subscription.cancel_at is not None:
        return None
    if row.remote_id == subscription.id:
        return Undo(subscription.id) if row.revoked_at is not None else None
    if not is_in_force(row, now=now):
        return None
    return Undo(
        subscription.id, [payment for bill in _paid_now(subscription, invoices) for payment in bill.payment_ids]
    )


def _paid_now(subscription: SeenSubscription, invoices: Sequence[SeenInvoice]) -> list[SeenInvoice]:
    """What was paid for the present period of a subscription."""
    return [
        bill
        for bill in invoices
        if bill.subscription_id == subscription.id
        and bill.paid_at is not None
        and bill.created_at >= subscription.period_start
    ]


def _remote(
    subscription: SeenSubscription, price_list: PriceList, look: Look, owner_id: ids.UserId
) -> RemoteSubscription:
    bills = [bill for bill in look.customer.invoices if bill.subscription_id == subscription.id]
    coming = subscription.coming
    return RemoteSubscription(
        rail=Rail.STRIPE,
        id=subscription.id,
        customer_id=subscription.customer_id,
        owner_id=owner_id,
        status=STATUSES[subscription.state],
        plan_key=price_list.plan_of(subscription.price),
        period_start=subscription.period_start,
        period_end=subscription.period_end,
        cancel_at=subscription.cancel_at,
        ended_at=subscription.ended_at,
        grace_from=min((bill.failing_since for bill in bills if bill.failing_since), default=None),
        pending_plan_key=price_list.plan_of(coming.price) if coming else None,
        pending_from=coming.at if coming else None,
        seen_at=look.asked_at,
    )


async def _record_payments(
    tx: Tx, price_list: PriceList, look: Look, invoice: SeenInvoice, *, owner_id: ids.UserId
) -> None:
    price = look.prices.get(invoice.price_id or "")
    for payment_id in invoice.payment_ids if invoice.paid_cents else ():
        await record_payment(
            tx,
            owner_id=owner_id,
            rail=Rail.STRIPE,
            charge_id=payment_id,
            amount=invoice.paid_cents // len(invoice.payment_ids),
            currency=invoice.currency,
            source=look.source,
            remote_id=invoice.subscription_id,
            plan_key=price_list.plan_of(price) if price else None,
            paid_at=invoice.paid_at,
            period_end=next(
                (s.period_end for s in look.customer.subscriptions if s.id == invoice.subscription_id), None
            ),
        )


async def _record_losses(tx: Tx, policy: Policy, look: Look) -> list[Undo]:
    """Refunds and disputes of payments that are known; what they end here ends at Stripe, too."""
    known = {payment_id for bill in look.customer.invoices if bill.paid_cents for payment_id in bill.payment_ids}
    refunded: dict[str, int] = defaultdict(int)
    for refund in look.customer.refunds:
        refunded[refund.payment_id] += refund.cents
    ended = [
        await record_refund(tx, policy, rail=Rail.STRIPE, charge_id=payment_id, refunded=cents, source=look.source)
        for payment_id, cents in refunded.items()
        if payment_id in known
    ] + [
        await record_dispute(tx, policy, rail=Rail.STRIPE, charge_id=dispute.payment_id, source=look.source)
        for dispute in look.customer.disputes
        if dispute.payment_id in known
    ]
    return [Undo(row.remote_id) for row in ended if row is not None]


async def _tell_second(
    tx: Tx,
    undo: Undo,
    subscription: SeenSubscription,
    invoices: Sequence[SeenInvoice],
    row: Subscription | None,
    owner_id: ids.UserId,
) -> None:
    """Somebody has paid twice: the money goes back, and they are told."""
    paid = _paid_now(subscription, invoices)
    if row is None or not undo.payment_ids:
        return
    await tell(
        tx,
        owner_id=owner_id,
        notice="billing.second",
        subject_id=row.id,
        data={"plan": row.plan_key, "amount": sum(bill.paid_cents for bill in paid), "currency": paid[0].currency},
        dedupe_key=f"second:{undo.subscription_id}",
    )


async def _tell_unknown_price(tx: Tx, policy: Policy, subscription: SeenSubscription, owner_id: ids.UserId) -> None:
    price = subscription.price
    await tell_admins(
        tx,
        policy,
        notice="billing.unknown_price",
        data={
            "remote_id": subscription.id,
            "price_id": price.id,
            "amount": price.cents,
            "currency": price.currency,
            "owner_id": str(owner_id),
        },
        dedupe_key=f"unknown_price:{subscription.id}:{price.id}",
    )


def _user_id(owner: str | None) -> ids.UserId | None:
    try:
        return ids.UserId(UUID(owner)) if owner else None
    except ValueError:
        return None
