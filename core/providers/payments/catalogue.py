"""Products, prices and the webhook endpoint in a Stripe account, brought to what they should be. Nothing is deleted."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from core.errors import ProviderError
from core.providers.payments import reading
from core.providers.payments.contract import CatalogueLine, PaymentErrorCode, Sellable
from core.providers.payments.looking import LOOKUP_KEY
from core.providers.payments.sdk import Sdk

if TYPE_CHECKING:
    from stripe.params import WebhookEndpointCreateParams

API_VERSION: Final = "2026-10-28.endive"
"""What the SDK speaks and its events should, too: an endpoint keeps the version that it was made with."""

EVENTS: Final = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "customer.subscription.pending_update_applied",
    "customer.subscription.pending_update_expired",
    "customer.deleted",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.payment_action_required",
    "charge.refunded",
    "refund.updated",
    "charge.dispute.created",
    "charge.dispute.closed",
)
"""What changes who may do what. At most twenty, so that one list of events can ask for all of them."""


async def sync_catalogue(sdk: Sdk, plans: Sequence[Sellable]) -> Sequence[CatalogueLine]:
    """A changed price is a new one that takes the name over; who pays the old one goes on doing so."""
    lines: list[CatalogueLine] = []
    for plan in plans:
        product = await _product(sdk, plan)
        lines += [product, await _price(sdk, plan, product.id)]
    return lines


async def _product(sdk: Sdk, plan: Sellable) -> CatalogueLine:
    product_id, thing = f"postaify_{plan.plan_key}", f"product {plan.plan_key}"
    try:
        there = await sdk.call(lambda client: client.v1.products.retrieve_async(product_id))
    except ProviderError as error:
        if error.error_code != PaymentErrorCode.NOT_THERE:
            raise
        await sdk.call(
            lambda client: client.v1.products.create_async(
                params={"id": product_id, "name": plan.name, "metadata": {reading.PLAN: plan.plan_key}},
                options={"idempotency_key": f"product:{product_id}:{plan.name}"},
            )
        )
        return CatalogueLine(thing, product_id, "created")
    if there.name == plan.name and there.active:
        return CatalogueLine(thing, product_id, "kept")
    await sdk.call(
        lambda client: client.v1.products.update_async(product_id, params={"name": plan.name, "active": True})
    )
    return CatalogueLine(thing, product_id, "changed")


async def _price(sdk: Sdk, plan: Sellable, product_id: str) -> CatalogueLine:
    key, currency = LOOKUP_KEY.format(plan=plan.plan_key), plan.currency.lower()
    thing, note = f"price {plan.plan_key}", f"{plan.cents / 100:.2f} {plan.currency} a month"
    found = await sdk.call(lambda client: client.v1.prices.list_async(params={"lookup_keys": [key], "limit": 1}))
    there = found.data[0] if found.data else None
    if there and there.active and (there.unit_amount, there.currency) == (plan.cents, currency):
        return CatalogueLine(thing, there.id, "kept", note)
    made = await sdk.call(
        lambda client: client.v1.prices.create_async(
            params={
                "product": product_id,
                "currency": currency,
                "unit_amount": plan.cents,
                "recurring": {"interval": "month"},
                "lookup_key": key,
                "transfer_lookup_key": True,
                "metadata": {reading.PLAN: plan.plan_key},
            },
            options={"idempotency_key": f"price:{key}:{plan.cents}:{currency}:{there.id if there else ''}"},
        )
    )
    if there and there.active:
        old = there.id
        await sdk.call(lambda client: client.v1.prices.update_async(old, params={"active": False}))
    return CatalogueLine(thing, made.id, "changed" if there else "created", note)


async def sync_webhook(sdk: Sdk, url: str) -> tuple[CatalogueLine, str | None]:
    """One with another API version is left to a person: its version can't be changed."""
    wanted: Any = list(EVENTS)
    endpoints = await sdk.call(lambda client: client.v1.webhook_endpoints.list_async(params={"limit": 100}))
    there = next((endpoint for endpoint in endpoints.data if endpoint.url == url), None)
    if there is None:
        params = {"url": url, "enabled_events": wanted, "api_version": API_VERSION}
        made = await sdk.call(
            lambda client: client.v1.webhook_endpoints.create_async(
                params=cast("WebhookEndpointCreateParams", params), options={"idempotency_key": f"webhook:{url}"}
            )
        )
        return CatalogueLine("webhook", made.id, "created", url), made.secret
    note = url if there.api_version == API_VERSION else f"{url} speaks {there.api_version}: delete it and sync again"
    endpoint_id = there.id
    if "*" in there.enabled_events or (there.status == "enabled" and set(EVENTS) <= set(there.enabled_events)):
        return CatalogueLine("webhook", endpoint_id, "kept", note), None
    await sdk.call(
        lambda client: client.v1.webhook_endpoints.update_async(
            endpoint_id, params={"enabled_events": wanted, "disabled": False}
        )
    )
    return CatalogueLine("webhook", endpoint_id, "changed", note), None


async def facts(sdk: Sdk) -> Mapping[str, str]:
    """What is there under our names: "prices" and "webhooks", each as a list with commas."""
    prices = await sdk.call(lambda client: client.v1.prices.list_async(params={"active": True, "limit": 100}))
    endpoints = await sdk.call(lambda client: client.v1.webhook_endpoints.list_async(params={"limit": 100}))
    ours = LOOKUP_KEY.partition("{")[0]
    keys = [price.lookup_key for price in prices.data if price.lookup_key and price.lookup_key.startswith(ours)]
    return {
        "prices": ",".join(sorted(keys)),
        "webhooks": ",".join(sorted(endpoint.url for endpoint in endpoints.data if endpoint.status == "enabled")),
    }
