"""What the sandbox's Stripe answers has the shape of the SDK's classes, and it takes only what the SDK sends."""

import asyncio
from typing import Any

import stripe
from aiohttp import ClientSession

from tests.sandbox_server import RunningSandbox
from tests.web.sandbox_stripe.conftest import Receiver, pay
from tests.web.sandbox_stripe.sdk_shapes import CLASSES, flaws
from tests.web.sandbox_stripe.stories import advance, checkout, every, paid_checkout, payer, plans, raw, subscribe

JAN_31 = 1_801_353_600
DAY_S = 86_400
LISTS = {
    "billing_portal/configurations": ["data.features"],
    "charges": ["data.customer", "data.payment_intent", "data.refunds"],
    "checkout/sessions": ["data.line_items", "data.subscription", "data.customer", "data.invoice"],
    "customers": ["data.subscriptions", "data.invoice_settings.default_payment_method"],
    "disputes": ["data.charge"],
    "events": [],
    "invoices": ["data.payments", "data.customer", "data.confirmation_secret"],
    "invoice_payments": ["data.invoice", "data.payment.payment_intent"],
    "payment_intents": ["data.latest_charge", "data.payment_method"],
    "prices": ["data.product"],
    "products": [],
    "refunds": ["data.charge"],
    "subscription_schedules": ["data.subscription"],
    "subscriptions": ["data.latest_invoice.payments", "data.schedule", "data.default_payment_method"],
    "test_helpers/test_clocks": [],
    "webhook_endpoints": [],
}


async def test_every_object_and_event_is_as_the_sdk_expects(
    sandbox: RunningSandbox, client: stripe.StripeClient, receiver: Receiver, browser: ClientSession
) -> None:
    made = await everything(sandbox, client, browser)
    for path, expand in LISTS.items():
        for asked in ([], expand):
            query = "&".join(f"expand[{place}]={name}" for place, name in enumerate(asked))
            found = await every(sandbox, f"{path}?{query}" + ("&status=all" if path == "subscriptions" else ""))
            assert found, f"the story makes none of {path}"
            made += found
    told = [body["data"]["object"] for body in made if body["object"] == "event"]
    wrong = await asyncio.to_thread(lambda: {flaw for body in [*made, *told] for flaw in flaws(body)})
    assert wrong == set()
    assert {body["object"] for body in [*made, *told]} >= CLASSES.keys() - {
        "item",
        "line_item",
        "plan",
        "subscription_item",
    }


async def everything(
    sandbox: RunningSandbox, client: stripe.StripeClient, browser: ClientSession
) -> list[dict[str, Any]]:
    """A story in which each kind of object is made and moves through its states."""
    prices = await plans(client)
    session = await checkout(client, prices.pro, metadata={"a": "b"})
    await pay(browser, session.url, "4000000000000002")
    await pay(browser, session.url, "4000002500003155")
    paid = await paid_checkout(client, browser, prices.starter)
    trial = await paid_checkout(client, browser, prices.starter, subscription_data={"trial_period_days": 7})
    late = await checkout(client, prices.pro)
    await client.v1.checkout.sessions.expire_async(late.id)
    clock = await client.v1.test_helpers.test_clocks.create_async({"frozen_time": JAN_31, "name": "a clock"})
    customer = await payer(client, clock=clock.id)
    subscription = await subscribe(client, customer, prices.pro)
    item = subscription["items"].data[0]
    schedule = await client.v1.subscription_schedules.create_async({"from_subscription": subscription.id})
    await client.v1.subscription_schedules.update_async(
        schedule.id,
        {
            "phases": [
                {"items": [{"price": prices.pro.id}], "end_date": item.current_period_end},
                {"items": [{"price": prices.starter.id}], "duration": {"interval": "month"}},
            ]
        },
    )
    await advance(client, clock.id, JAN_31 + 30 * DAY_S)
    poor = await payer(client, "pm_card_chargeCustomerFail")
    await client.v1.subscriptions.create_async(
        {"customer": poor.id, "items": [{"price": prices.pro.id}], "payment_behavior": "default_incomplete"}
    )
    charges = await client.v1.charges.list_async({"customer": str(paid.customer)})
    await client.v1.refunds.create_async({"charge": charges.data[0].id, "amount": 100})
    rich = await payer(client)
    upgraded = await subscribe(client, rich, prices.starter)
    await client.v1.payment_methods.attach_async("pm_card_chargeCustomerFail", {"customer": rich.id})
    failing = (await client.v1.customers.payment_methods.list_async(rich.id)).data[0]
    await client.v1.subscriptions.update_async(upgraded.id, {"default_payment_method": failing.id})
    await client.v1.subscriptions.update_async(
        upgraded.id,
        {
            "items": [{"id": upgraded["items"].data[0].id, "price": prices.business.id}],
            "proration_behavior": "always_invoice",
            "payment_behavior": "pending_if_incomplete",
        },
    )
    await subscribe(client, await payer(client, "pm_card_createDispute"), prices.business)
    await client.v1.subscriptions.update_async(str(trial.subscription), {"cancel_at_period_end": True})
    portal = await raw(sandbox, "POST", "billing_portal/sessions", data={"customer": customer.id})
    flow = {"flow_data[type]": "payment_method_update", "customer": customer.id}
    flowing = await raw(sandbox, "POST", "billing_portal/sessions", data=flow)
    preview = await raw(sandbox, "POST", "invoices/create_preview", data={"subscription": upgraded.id})
    endpoint = {"url": "http://127.0.0.1:1/", "enabled_events[0]": "*"}
    made_endpoint = await raw(sandbox, "POST", "webhook_endpoints", data=endpoint)
    methods = await every(sandbox, f"customers/{rich.id}/payment_methods")
    return [portal[1], flowing[1], preview[1], made_endpoint[1], *methods]


def test_a_flaw_is_found() -> None:
    price: dict[str, Any] = {"object": "price", "unit_amount": True, "recurring": {"interval": "fortnight"}, "odd": 1}
    found = " ".join(flaws(price))
    for expected in ("price.odd", "price.unit_amount", "interval: 'fortnight'", "interval_count: is missing"):
        assert expected in found
