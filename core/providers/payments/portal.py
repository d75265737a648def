"""Stripe's page for card, bills and subscription, and the configuration that says what may be done there."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from core.providers.payments import reading
from core.providers.payments.contract import CatalogueLine, PortalFlow
from core.providers.payments.sdk import Sdk

if TYPE_CHECKING:
    import stripe

MARK: Final = "postaify"
"""Metadata by which we find our configuration again: its value is a digest of the features that we gave it."""
THING: Final = "portal"


async def sync_portal(sdk: Sdk, price_ids: Sequence[str]) -> CatalogueLine:
    """It isn't compared field by field, since Stripe shows a part of it only on demand. One that somebody switched off
    is switched on again."""
    features = await _features(sdk, price_ids)
    digest = hashlib.sha256(json.dumps(features, sort_keys=True).encode()).hexdigest()[:32]
    there = await _ours(sdk)
    if there and there.active and there.metadata and there.metadata[MARK] == digest:
        return CatalogueLine(THING, there.id, "kept")
    wanted: Any = {"features": features, "metadata": {MARK: digest}}
    if there:
        again: Any = {**wanted, "active": True}
        await sdk.call(lambda client: client.v1.billing_portal.configurations.update_async(there.id, params=again))
        return CatalogueLine(THING, there.id, "changed")
    made = await sdk.call(
        lambda client: client.v1.billing_portal.configurations.create_async(
            params=wanted, options={"idempotency_key": f"portal:{digest}"}
        )
    )
    return CatalogueLine(THING, made.id, "created")


async def open_portal(
    sdk: Sdk, customer_id: str, *, return_url: str, flow: PortalFlow | None, about: str | None
) -> str:
    """With our configuration; in an account that was never synced, with its own."""
    params: dict[str, Any] = {"customer": customer_id, "return_url": return_url}
    ours = await _ours(sdk)
    if ours and ours.active:
        params["configuration"] = ours.id
    if flow:
        params["flow_data"] = {"type": flow}
    if flow and about and flow != "payment_method_update":
        params["flow_data"][flow] = {"subscription": about}
    session = await sdk.call(
        lambda client: client.v1.billing_portal.sessions.create_async(params=params)  # type: ignore[arg-type]
    )
    return session.url


async def _features(sdk: Sdk, price_ids: Sequence[str]) -> dict[str, Any]:
    """Another card, the bills, cancelling for the period's end; and the plans that these prices are of: up at once for
    the difference, down when the period ends."""
    features: dict[str, Any] = {
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True},
        "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
        "subscription_update": {"enabled": False},
    }
    if price_ids:
        features["subscription_update"] = {
            "enabled": True,
            "default_allowed_updates": ["price"],
            "products": await _products(sdk, price_ids),
            "proration_behavior": "always_invoice",
            "schedule_at_period_end": {"conditions": [{"type": "decreasing_item_amount"}]},
        }
    return features


async def _products(sdk: Sdk, price_ids: Sequence[str]) -> list[dict[str, Any]]:
    products: dict[str, list[str]] = defaultdict(list)
    for price_id in sorted(price_ids):
        price = await sdk.call(lambda client, asked=price_id: client.v1.prices.retrieve_async(asked))  # type: ignore[misc]
        products[reading.id_of(price.to_dict()["product"]) or ""].append(price_id)
    return [{"product": product, "prices": prices} for product, prices in sorted(products.items())]


async def _ours(sdk: Sdk) -> "stripe.billing_portal.Configuration | None":
    found = await sdk.call(lambda client: client.v1.billing_portal.configurations.list_async(params={"limit": 100}))
    return next((one for one in found.data if one.metadata and MARK in one.metadata), None)
