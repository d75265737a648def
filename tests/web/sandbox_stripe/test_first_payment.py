"""From a price to a paid subscription, as the product's client and a person's browser go."""

import stripe
from aiohttp import ClientSession

from tests.web.sandbox_stripe.conftest import Receiver, pay


async def test_a_person_pays_and_the_webhooks_tell_of_it(
    client: stripe.StripeClient, receiver: Receiver, browser: ClientSession
) -> None:
    customer = await client.v1.customers.create_async({"email": "ada@example.com", "metadata": {"user": "1"}})
    product = await client.v1.products.create_async({"name": "Pro"})
    price = await client.v1.prices.create_async(
        {
            "product": product.id,
            "currency": "usd",
            "unit_amount": 1900,
            "lookup_key": "pro",
            "recurring": {"interval": "month"},
        }
    )
    session = await client.v1.checkout.sessions.create_async(
        {
            "mode": "subscription",
            "customer": customer.id,
            "line_items": [{"price": price.id, "quantity": 1}],
            "success_url": "http://127.0.0.1:1/done?id={CHECKOUT_SESSION_ID}",
            "client_reference_id": "1",
            "subscription_data": {"metadata": {"user": "1"}},
        }
    )
    page = await pay(browser, session.url)
    assert (page.status, page.location) == (303, f"http://127.0.0.1:1/done?id={session.id}")
    await receiver.got("checkout.session.completed", "invoice.paid", "customer.subscription.updated")
    session = await client.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["subscription.latest_invoice"]})
    assert (session.status, session.payment_status) == ("complete", "paid")
    subscription = session.subscription
    assert isinstance(subscription, stripe.Subscription)
    assert (subscription.status, subscription.metadata["user"]) == ("active", "1")
    assert isinstance(subscription.latest_invoice, stripe.Invoice)
    assert subscription.latest_invoice.status == "paid"
