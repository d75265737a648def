"""What tests of the sandbox's Stripe set up: plans, payers, subscriptions, and clocks that move on."""

import asyncio
from dataclasses import dataclass
from typing import Any

import aiohttp
import stripe
from aiohttp import ClientSession

from tests.patience import PATIENCE_S
from tests.sandbox_server import RunningSandbox
from tests.web.sandbox_stripe.conftest import pay
from web.sandbox.stripe import SANDBOX_SECRET_KEY

SUCCESS_URL = "http://127.0.0.1:1/done?id={CHECKOUT_SESSION_ID}"
CANCEL_URL = "http://127.0.0.1:1/left"
AMOUNTS = {"starter": 900, "pro": 1900, "business": 9900}


@dataclass(frozen=True)
class Plans:
    """A price per plan, by lookup key."""

    starter: stripe.Price
    pro: stripe.Price
    business: stripe.Price


async def plans(client: stripe.StripeClient) -> Plans:
    made = {}
    for key, amount in AMOUNTS.items():
        product = await client.v1.products.create_async({"name": key.capitalize(), "metadata": {"plan": key}})
        made[key] = await client.v1.prices.create_async(
            {
                "product": product.id,
                "currency": "usd",
                "unit_amount": amount,
                "lookup_key": key,
                "recurring": {"interval": "month"},
            }
        )
    return Plans(**made)


async def payer(client: stripe.StripeClient, card: str = "pm_card_visa", clock: str | None = None) -> stripe.Customer:
    """A customer with a card; in the time of a test clock, if one is named."""
    values: Any = {"email": "ada@example.com", **({"test_clock": clock} if clock else {})}
    customer = await client.v1.customers.create_async(values)
    await give_card(client, customer, card)
    return customer


async def give_card(client: stripe.StripeClient, customer: stripe.Customer, card: str) -> None:
    method = await client.v1.payment_methods.attach_async(card, {"customer": customer.id})
    await client.v1.customers.update_async(customer.id, {"invoice_settings": {"default_payment_method": method.id}})


async def subscribe(client: stripe.StripeClient, customer: stripe.Customer, price: stripe.Price) -> stripe.Subscription:
    return await client.v1.subscriptions.create_async({"customer": customer.id, "items": [{"price": price.id}]})


async def checkout(client: stripe.StripeClient, price: stripe.Price, **more: Any) -> stripe.checkout.Session:
    values: Any = {
        "mode": "subscription",
        "line_items": [{"price": price.id, "quantity": 1}],
        "success_url": SUCCESS_URL,
        "cancel_url": CANCEL_URL,
        **more,
    }
    return await client.v1.checkout.sessions.create_async(values)


async def paid_checkout(
    client: stripe.StripeClient, browser: ClientSession, price: stripe.Price, **more: Any
) -> stripe.checkout.Session:
    session = await checkout(client, price, **more)
    page = await pay(browser, session.url)
    assert page.status == 303, page.text
    return await client.v1.checkout.sessions.retrieve_async(session.id)


async def advance(client: stripe.StripeClient, clock_id: str, moment: int) -> None:
    """Move a clock on and wait until it is ready."""
    await client.v1.test_helpers.test_clocks.advance_async(clock_id, {"frozen_time": moment})
    async with asyncio.timeout(PATIENCE_S):
        while (await client.v1.test_helpers.test_clocks.retrieve_async(clock_id)).status != "ready":  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def raw(
    sandbox: RunningSandbox, method: str, path: str, *, key: str = SANDBOX_SECRET_KEY, **more: Any
) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Status, body and headers of a call as it goes over the wire."""
    headers = {"Authorization": f"Bearer {key}", **more.pop("headers", {})}
    url = f"{sandbox.base_url}/stripe/v1/{path}"
    async with aiohttp.ClientSession() as http, http.request(method, url, headers=headers, **more) as response:
        return response.status, await response.json(), dict(response.headers)


async def every(sandbox: RunningSandbox, path: str) -> list[dict[str, Any]]:
    """All of a list, page after page."""
    found: list[dict[str, Any]] = []
    joint = "&" if "?" in path else "?"
    while True:
        after = f"&starting_after={found[-1]['id']}" if found else ""
        _, body, _ = await raw(sandbox, "GET", f"{path}{joint}limit=100{after}")
        found += body["data"]
        if not body["has_more"]:
            return found
