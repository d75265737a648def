"""What Stripe tells of customers, events and pages, read just now."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from core.errors import ProviderError
from core.providers.payments import reading
from core.providers.payments.contract import (
    PaymentErrorCode,
    SeenCheckout,
    SeenCustomer,
    SeenEvent,
    SeenPrice,
    SeenSubscription,
)
from core.providers.payments.sdk import Sdk

if TYPE_CHECKING:
    import stripe

PAGE: Final = 100
LOOKUP_KEY: Final = "postaify_{plan}_monthly"

T = TypeVar("T")


async def customer(sdk: Sdk, customer_id: str) -> SeenCustomer:
    """Several answers, asked for side by side; charges only where money has moved. Lists come the newest first, with
    times in whole seconds."""
    whole, subscriptions, invoices = await asyncio.gather(
        sdk.call(lambda client: client.v1.customers.retrieve_async(customer_id)),
        _all(sdk, lambda client: client.v1.subscriptions, customer=customer_id, status="all"),
        _all(sdk, lambda client: client.v1.invoices, customer=customer_id, expand=["data.payments"]),
    )
    bills = sorted((reading.invoice_of(invoice) for invoice in invoices[::-1]), key=lambda bill: bill.created_at)
    refunds: list[Mapping[str, Any]] = []
    disputes: list[Mapping[str, Any]] = []
    if any(bill.payment_ids for bill in bills):
        refunds, disputes = await _taken_back(sdk, customer_id)
    told = whole.to_dict()
    return SeenCustomer(
        id=customer_id,
        owner=(told.get("metadata") or {}).get(reading.OWNER),
        gone=bool(told.get("deleted")),
        subscriptions=sorted(
            [await _with_what_comes(sdk, found) for found in subscriptions[::-1]], key=lambda found: found.created_at
        ),
        invoices=bills,
        refunds=reading.found(map(reading.refund_of, refunds)),
        disputes=reading.found(map(reading.dispute_of, disputes)),
    )


async def has_customer(sdk: Sdk, customer_id: str) -> bool:
    try:
        found = await sdk.call(lambda client: client.v1.customers.retrieve_async(customer_id))
    except ProviderError as error:
        if error.error_code == PaymentErrorCode.NOT_THERE:
            return False
        raise
    return not found.to_dict().get("deleted")


async def _taken_back(sdk: Sdk, customer_id: str) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Refunds and disputes of the charges that have any."""
    refunds: list[Mapping[str, Any]] = []
    disputes: list[Mapping[str, Any]] = []
    for charge in await _all(sdk, lambda client: client.v1.charges, customer=customer_id):
        if charge.get("amount_refunded"):
            refunds += await _all(sdk, lambda client: client.v1.refunds, charge=charge["id"])
        if charge.get("disputed"):
            disputes += await _all(sdk, lambda client: client.v1.disputes, charge=charge["id"])
    return refunds, disputes


async def _with_what_comes(sdk: Sdk, subscription: Mapping[str, Any]) -> SeenSubscription:
    schedule_id = reading.id_of(subscription.get("schedule"))
    if schedule_id is None:
        return reading.subscription_of(subscription)
    schedule = await sdk.call(
        lambda client: client.v1.subscription_schedules.retrieve_async(
            schedule_id, params={"expand": ["phases.items.price"]}
        )
    )
    return reading.subscription_of({**subscription, "schedule": schedule.to_dict()})


async def customer_behind(sdk: Sdk, payment_id: str) -> str | None:
    try:
        if payment_id.startswith("pi_"):
            intent = await sdk.call(lambda client: client.v1.payment_intents.retrieve_async(payment_id))
            return reading.id_of(intent.to_dict().get("customer"))
        charge = await sdk.call(lambda client: client.v1.charges.retrieve_async(payment_id))
        return reading.id_of(charge.to_dict().get("customer"))
    except ProviderError as error:
        if error.error_code == PaymentErrorCode.NOT_THERE:
            return None
        raise


async def customers(sdk: Sdk) -> AsyncIterator[str]:
    """Each once."""
    seen: set[str] = set()
    async for subscription in _pages(sdk, lambda client: client.v1.subscriptions, status="all"):
        customer_id = reading.id_of(subscription.get("customer"))
        if customer_id and customer_id not in seen:
            seen.add(customer_id)
            yield customer_id


async def events(sdk: Sdk, *, since: datetime, types: Sequence[str]) -> AsyncIterator[SeenEvent]:
    params: dict[str, Any] = {"created": {"gte": int(since.timestamp())}, "types": list(types)}
    async for event in _pages(sdk, lambda client: client.v1.events, **params):
        yield reading.event_of(event)


async def price_for(sdk: Sdk, plan_key: str) -> SeenPrice | None:
    key = LOOKUP_KEY.format(plan=plan_key)
    prices = await sdk.call(
        lambda client: client.v1.prices.list_async(params={"lookup_keys": [key], "active": True, "limit": 1})
    )
    return next((reading.price_of(price.to_dict()) for price in prices.data), None)


async def price(sdk: Sdk, price_id: str) -> SeenPrice:
    found = await sdk.call(lambda client: client.v1.prices.retrieve_async(price_id))
    return reading.price_of(found.to_dict())


async def checkout(sdk: Sdk, checkout_id: str) -> SeenCheckout:
    session = await sdk.call(lambda client: client.v1.checkout.sessions.retrieve_async(checkout_id))
    return reading.checkout_of(session.to_dict())


async def _all(sdk: Sdk, service: Any, **params: Any) -> list[Mapping[str, Any]]:
    return [thing async for thing in _pages(sdk, service, **params)]


async def _pages(sdk: Sdk, service: Any, **params: Any) -> AsyncIterator[Mapping[str, Any]]:
    """Page by page; every page is a call of its own, with its own time limit."""
    after: dict[str, str] = {}
    while True:
        asked = {"limit": PAGE, **params, **after}

        def ask(client: "stripe.StripeClient", asked: dict[str, Any] = asked) -> Any:
            return service(client).list_async(params=asked)

        page = (await sdk.call(ask)).to_dict()
        things = page.get("data") or []
        for thing in things:
            yield thing
        if not page.get("has_more") or not things:
            return
        after = {"starting_after": things[-1]["id"]}
