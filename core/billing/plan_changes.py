"""Changing what is paid by card: up at once for the difference, down from the next period, cancelling, going on.

Each asks Stripe what is there now, and has the customer looked into afterwards: our rows follow from that look.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core import ids
from core.billing.checkout import NothingPaid, PlanNotSold, payments_of, price_id_of
from core.billing.models import Plan, Rail, Subscription
from core.billing.queries import subscription_of
from core.billing.standing import is_in_force
from core.billing.stripe_events import ask_for_look
from core.db import ReadSession
from core.deps import Deps
from core.errors import Conflict, InvalidInput
from core.providers.payments.contract import Changed, SeenSubscription

LIVE: Final = frozenset({"trialing", "active", "past_due"})


class SamePlan(InvalidInput):
    """It is the plan that is paid for already."""

    code = "billing.same_plan"


class PaymentDue(Conflict):
    """First comes what is due: `open_portal` with `payment_method_update` leads there."""

    code = "billing.payment_due"


@dataclass(frozen=True, slots=True)
class Quote:
    """What a change means. `cents` of `currency` now, less than nothing for what is left over; `starts_at` None: at
    once, else when the period ends that is paid. `asked_at` goes back into `change_plan`."""

    plan_key: str
    cents: int
    currency: str
    starts_at: datetime | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class _Change:
    subscription: SeenSubscription
    plan: Plan
    price_id: str
    up: bool


async def quote_change(deps: Deps, *, owner_id: ids.UserId, plan_key: str) -> Quote:
    """What changing to a plan would cost. Raises NothingPaid, PlanNotSold, SamePlan, PaymentDue, ProviderError."""
    change = await _change_to(deps, owner_id=owner_id, plan_key=plan_key)
    if not change.up:
        return Quote(plan_key, 0, change.plan.currency, change.subscription.period_end, deps.clock.now())
    quote = await payments_of(deps).quote_change(change.subscription, price_id=change.price_id)
    return Quote(plan_key, quote.cents, quote.currency, None, quote.asked_at)


async def change_plan(deps: Deps, *, owner_id: ids.UserId, plan_key: str, asked_at: datetime) -> Changed:
    """Change to a plan: up at once, down when the period ends that is paid. `asked_at` is the quote's. Doing it again
    changes nothing. With a `pay_url` it happens once that is paid; raises as `quote_change` does."""
    change = await _change_to(deps, owner_id=owner_id, plan_key=plan_key)
    payments, subscription, changed = payments_of(deps), change.subscription, Changed()
    if change.up:
        key = f"change:{subscription.id}:{change.price_id}:{int(asked_at.timestamp())}"
        changed = await payments.change_now(subscription, price_id=change.price_id, asked_at=asked_at, key=key)
        if subscription.cancel_at is not None and changed.pay_url is None:
            await payments.resume(subscription)
    else:
        if subscription.cancel_at is not None:
            await payments.resume(subscription)
        await payments.change_later(subscription, price_id=change.price_id, owner=str(owner_id), plan_key=plan_key)
    await _look(deps, subscription)
    return changed


async def withdraw_change(deps: Deps, *, owner_id: ids.UserId) -> None:
    """Keep the present plan after all. Raises NothingPaid, ProviderError."""
    subscription = await _subscription(deps, owner_id=owner_id)
    await payments_of(deps).forget_change(subscription)
    await _look(deps, subscription)


async def cancel_subscription(deps: Deps, *, owner_id: ids.UserId) -> datetime:
    """Don't renew it. Returns when it ends. Raises NothingPaid, ProviderError."""
    subscription = await _subscription(deps, owner_id=owner_id)
    if subscription.cancel_at is None:
        await payments_of(deps).cancel_at_period_end(subscription)
        await _look(deps, subscription)
    return subscription.cancel_at or subscription.period_end


async def resume_subscription(deps: Deps, *, owner_id: ids.UserId) -> None:
    """Renew it after all, while it lasts. Raises NothingPaid, ProviderError."""
    subscription = await _subscription(deps, owner_id=owner_id)
    if subscription.cancel_at is not None:
        await payments_of(deps).resume(subscription)
        await _look(deps, subscription)


async def card_subscription(session: ReadSession, *, owner_id: ids.UserId, now: datetime) -> Subscription:
    """What is paid by card and in force, as we know it. Raises NothingPaid."""
    row = await subscription_of(session, owner_id=owner_id)
    if row is None or row.rail != Rail.STRIPE or not is_in_force(row, now=now):
        raise NothingPaid
    return row


async def _change_to(deps: Deps, *, owner_id: ids.UserId, plan_key: str) -> _Change:
    subscription = await _subscription(deps, owner_id=owner_id)
    if subscription.state == "past_due":
        raise PaymentDue
    async with deps.read() as session:
        plan = await session.get(Plan, plan_key)
    if plan is None or not plan.for_sale or plan.price_cents <= 0:
        raise PlanNotSold(plan=plan_key)
    price_id = await price_id_of(deps, plan)
    if price_id == subscription.price.id:
        raise SamePlan(plan=plan_key)
    return _Change(subscription, plan, price_id, up=plan.price_cents > (subscription.price.cents or 0))


async def _subscription(deps: Deps, *, owner_id: ids.UserId) -> SeenSubscription:
    """The one that counts, as Stripe has it now."""
    async with deps.read() as session:
        row = await card_subscription(session, owner_id=owner_id, now=deps.clock.now())
    if row.customer_id is None:
        raise NothingPaid
    seen = await payments_of(deps).customer(row.customer_id)
    found = next((one for one in seen.subscriptions if one.id == row.remote_id and one.state in LIVE), None)
    if found is None:
        raise NothingPaid
    return found


async def _look(deps: Deps, subscription: SeenSubscription) -> None:
    """Stripe tells of the change, too; this is for when that message is lost."""
    async with deps.tx() as tx:
        await ask_for_look(tx, subscription.customer_id, why=f"change:{ids.new()}")
