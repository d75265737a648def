"""Paying by card: the checkout page, the portal, and what came of a page. What is paid is known by webhooks alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

import structlog
from sqlalchemy import select, update

from core import ids
from core.accounts.service import user_of
from core.billing.models import Payment, Plan, Rail
from core.billing.queries import plans, subscription_of
from core.billing.standing import is_in_force
from core.billing.stripe_events import wake_events
from core.billing.stripe_models import StripeCheckout
from core.billing.subscriptions import customer_id_of, link_customer, unlink_customer
from core.db import ReadSession
from core.deps import Deps
from core.errors import Conflict, NotFound
from core.providers.payments.contract import (
    CheckoutOrder,
    CheckoutPage,
    Payments,
    PortalFlow,
    Sellable,
)
from core.settings import Settings
from core.tx import Tx

log = structlog.get_logger()

DONE_PATH: Final = "/billing/done"
LEFT_PATH: Final = "/billing/left"
STILL_OPEN_FOR: Final = timedelta(minutes=10)
"""A page that closes sooner isn't offered again."""


class CardsNotTaken(NotFound):
    """Nobody takes cards here: there is no key, or the rail is switched off."""

    code = "billing.cards_not_taken"


class PlanNotSold(NotFound):
    """No such plan, it isn't for sale, it costs nothing, or Stripe has no price for it."""

    code = "billing.plan_not_sold"


class AlreadySubscribed(Conflict):
    """What is in force is changed, not bought again. Params: plan, rail."""

    code = "billing.already_subscribed"


class NothingPaid(NotFound):
    """Who never paid by card has nothing to manage."""

    code = "billing.no_customer"


class CheckoutNotFound(NotFound):
    code = "billing.checkout_not_found"


class Outcome(StrEnum):
    """What came of a checkout page."""

    PAID = "paid"
    CONFIRMING = "confirming"
    """Paid, as Stripe says; the webhook hasn't been dealt with."""
    UNDER_WAY = "under_way"
    """The bank takes its time."""
    SECOND = "second"
    """Paid beside a subscription that was there already: it goes back."""
    OPEN = "open"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class CheckoutState:
    outcome: Outcome
    owner_id: ids.UserId
    plan_key: str
    url: str | None = None
    """Where it can still be paid."""


def payments_of(deps: Deps) -> Payments:
    """Raises CardsNotTaken."""
    if deps.payments is None:
        raise CardsNotTaken
    return deps.payments


def public_url(settings: Settings) -> str:
    """Where browsers and Stripe find the web service."""
    return settings.web_public_url or f"http://{settings.web_host}:{settings.web_port}"


async def start_checkout(deps: Deps, *, owner_id: ids.UserId, plan_key: str) -> str:
    """The address of a page on which a user can subscribe to a plan. Asking again gives the page that is open; one for
    another plan is closed.

    Raises CardsNotTaken, PlanNotSold, AlreadySubscribed, ProviderError.
    """
    payments = payments_of(deps)
    async with deps.read() as session:
        plan = await _sold(session, plan_key)
        await _check_free(session, owner_id=owner_id, deps=deps)
    price_id = await price_id_of(deps, plan)
    customer_id = await ensure_customer(deps, owner_id=owner_id)
    async with deps.read() as session:
        open_pages = await _open_pages(session, owner_id=owner_id)
    there = await _page_still_open(deps, open_pages, plan_key=plan_key, price_id=price_id)
    if there is not None:
        return there
    page = await payments.open_checkout(
        CheckoutOrder(
            customer_id=customer_id,
            owner=str(owner_id),
            plan_key=plan_key,
            price_id=price_id,
            success_url=f"{public_url(deps.settings)}{DONE_PATH}?session_id={{CHECKOUT_SESSION_ID}}",
            cancel_url=f"{public_url(deps.settings)}{LEFT_PATH}",
            key=f"checkout:{ids.new()}",
        )
    )
    async with deps.tx() as tx:
        _note_page(tx, page, owner_id=owner_id, plan_key=plan_key, price_id=price_id)
    return page.url


async def open_portal(deps: Deps, *, owner_id: ids.UserId, flow: PortalFlow | None = None) -> str:
    """The address of Stripe's page for card, bills and subscription; with `flow` for one thing of it.

    Raises CardsNotTaken, NothingPaid, ProviderError.
    """
    payments = payments_of(deps)
    async with deps.read() as session:
        row = await subscription_of(session, owner_id=owner_id)
    customer_id = await _living_customer(deps, owner_id=owner_id)
    if customer_id is None:
        raise NothingPaid
    about = row.remote_id if row is not None and row.rail == Rail.STRIPE else None
    back = f"{public_url(deps.settings)}{LEFT_PATH}"
    return await payments.open_portal(customer_id, return_url=back, flow=flow, about=about)


async def ensure_customer(deps: Deps, *, owner_id: ids.UserId) -> str:
    """The user's customer at Stripe, made if there is none, or none any more. Killed at whatever moment, there is never
    a second."""
    known = await _living_customer(deps, owner_id=owner_id)
    if known is not None:
        return known
    async with deps.read() as session:
        user = await user_of(session, owner_id)
    made = await payments_of(deps).customer_for(owner=str(owner_id), name=user.first_name)
    async with deps.tx() as tx:
        kept = await link_customer(tx, owner_id=owner_id, rail=Rail.STRIPE, customer_id=made)
        await wake_events(tx, kept)
    return kept


async def forget_customer(deps: Deps, *, owner_id: ids.UserId, customer_id: str) -> None:
    """Somebody isn't in the account any more: the pages opened for them are closed, the next payment makes another
    customer. Nothing happens when the user is somebody else there by now."""
    async with deps.read() as session:
        known = await customer_id_of(session, owner_id=owner_id, rail=Rail.STRIPE)
    if known != customer_id:
        return
    await _close_all_pages(deps, owner_id=owner_id)
    async with deps.tx() as tx:
        await unlink_customer(tx, owner_id=owner_id, rail=Rail.STRIPE, customer_id=customer_id)
    log.warning("billing.customer_gone", customer_id=customer_id)


async def _living_customer(deps: Deps, *, owner_id: ids.UserId) -> str | None:
    """Who the user is at Stripe, if Stripe has them: in its dashboard anybody can be deleted."""
    async with deps.read() as session:
        known = await customer_id_of(session, owner_id=owner_id, rail=Rail.STRIPE)
    if known is None or await payments_of(deps).has_customer(known):
        return known
    await forget_customer(deps, owner_id=owner_id, customer_id=known)
    return None


async def price_id_of(deps: Deps, plan: Plan) -> str:
    """What Stripe sells a plan for: by the settings, else by our catalogue's name. The sandbox's catalogue is made when
    it is first needed. Raises PlanNotSold."""
    configured = deps.settings.stripe_prices.get(plan.key)
    if configured is not None:
        return configured
    payments = payments_of(deps)
    price = await payments.price_for(plan.key)
    if price is None and deps.settings.stripe_in_sandbox:
        await payments.sync_catalogue(await sellable_plans(deps))
        price = await payments.price_for(plan.key)
    if price is None:
        log.error("billing.price_missing", plan=plan.key)
        raise PlanNotSold(plan=plan.key)
    return price.id


async def sellable_plans(deps: Deps) -> Sequence[Sellable]:
    """What the catalogue should hold."""
    return [
        Sellable(plan.key, f"Postaify {plan.key.title()}", plan.price_cents, plan.currency)
        for plan in await _offered(deps)
    ]


async def sold_price_ids(deps: Deps) -> Sequence[str]:
    """What all plans are sold for, the cheapest first. Raises PlanNotSold."""
    return [await price_id_of(deps, plan) for plan in await _offered(deps)]


async def _offered(deps: Deps) -> Sequence[Plan]:
    async with deps.read() as session:
        return [plan for plan in await plans(session) if plan.for_sale and plan.price_cents > 0]


async def checkout_state(deps: Deps, checkout_id: str) -> CheckoutState:
    """What came of a page that we opened. Raises CheckoutNotFound, CardsNotTaken, ProviderError."""
    payments = payments_of(deps)
    async with deps.read() as session:
        page = await session.get(StripeCheckout, checkout_id)
    if page is None:
        raise CheckoutNotFound
    seen = await payments.checkout(checkout_id)
    if seen.status != "complete":
        outcome = Outcome.OPEN if seen.status == "open" else Outcome.EXPIRED
        return CheckoutState(outcome, page.owner_id, page.plan_key, seen.url)
    async with deps.read() as session:
        row = await subscription_of(session, owner_id=page.owner_id)
        taken_in = await _is_paid_here(session, seen.subscription_id)
    if row is not None and row.remote_id == seen.subscription_id and is_in_force(row, now=deps.clock.now()):
        return CheckoutState(Outcome.PAID, page.owner_id, row.plan_key)
    if taken_in:
        return CheckoutState(Outcome.SECOND, page.owner_id, page.plan_key)
    outcome = Outcome.UNDER_WAY if seen.paid is None else Outcome.CONFIRMING
    return CheckoutState(outcome, page.owner_id, page.plan_key)


async def close_pages(tx: Tx, page_ids: Sequence[str]) -> None:
    """Nothing can be paid there any more."""
    await tx.session.execute(
        update(StripeCheckout)
        .where(StripeCheckout.id.in_(page_ids), StripeCheckout.closed_at.is_(None))
        .values(closed_at=tx.now)
        .execution_options(synchronize_session=False)
    )


async def close_other_pages(deps: Deps, *, owner_id: ids.UserId) -> None:
    """Who has a subscription can't pay for another one on a page that was left open. Without one nothing happens."""
    async with deps.read() as session:
        row = await subscription_of(session, owner_id=owner_id)
        if row is None or not is_in_force(row, now=deps.clock.now()):
            return
    await _close_all_pages(deps, owner_id=owner_id)


async def _close_all_pages(deps: Deps, *, owner_id: ids.UserId) -> None:
    async with deps.read() as session:
        pages = await _open_pages(session, owner_id=owner_id)
    for page in pages:
        await payments_of(deps).close_checkout(page.id)
    if pages:
        async with deps.tx() as tx:
            await close_pages(tx, [page.id for page in pages])


async def _sold(session: ReadSession, plan_key: str) -> Plan:
    plan = await session.get(Plan, plan_key)
    if plan is None or not plan.for_sale or plan.price_cents <= 0:
        raise PlanNotSold(plan=plan_key)
    return plan


async def _check_free(session: ReadSession, *, owner_id: ids.UserId, deps: Deps) -> None:
    row = await subscription_of(session, owner_id=owner_id)
    if row is not None and is_in_force(row, now=deps.clock.now()):
        raise AlreadySubscribed(plan=row.plan_key, rail=row.rail)


async def _open_pages(session: ReadSession, *, owner_id: ids.UserId) -> Sequence[StripeCheckout]:
    found = select(StripeCheckout).where(StripeCheckout.owner_id == owner_id, StripeCheckout.closed_at.is_(None))
    return (await session.scalars(found.order_by(StripeCheckout.created_at.desc()))).all()


async def _page_still_open(deps: Deps, pages: Sequence[StripeCheckout], *, plan_key: str, price_id: str) -> str | None:
    """The address of the page for this, if Stripe has it open; all others are closed."""
    payments, found, closed = payments_of(deps), None, []
    for page in pages:
        same = (page.plan_key, page.price_id) == (plan_key, price_id)
        if found is None and same and page.expires_at > deps.clock.now() + STILL_OPEN_FOR:
            seen = await payments.checkout(page.id)
            found = seen.url if seen.status == "open" else None
            if found is not None:
                continue
        await payments.close_checkout(page.id)
        closed.append(page.id)
    if closed:
        async with deps.tx() as tx:
            await close_pages(tx, closed)
    return found


def _note_page(tx: Tx, page: CheckoutPage, *, owner_id: ids.UserId, plan_key: str, price_id: str) -> None:
    tx.session.add(
        StripeCheckout(
            id=page.id,
            owner_id=owner_id,
            plan_key=plan_key,
            price_id=price_id,
            created_at=tx.now,
            expires_at=page.expires_at,
        )
    )


async def _is_paid_here(session: ReadSession, subscription_id: str | None) -> bool:
    paid = select(Payment.id).where(Payment.rail == Rail.STRIPE, Payment.remote_id == subscription_id).limit(1)
    return subscription_id is not None and await session.scalar(paid) is not None
