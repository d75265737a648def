"""What a person does in the customer portal and on an invoice's page."""

from typing import Any

import pytest
import stripe
from aiohttp import ClientSession

from tests.sandbox_server import RunningSandbox
from tests.web.sandbox_stripe.conftest import Page, Receiver, pay, submit
from tests.web.sandbox_stripe.stories import Plans, give_card, paid_checkout, payer, plans, subscribe

DAY_S = 86_400


async def customer_of_pro(
    client: stripe.StripeClient, browser: ClientSession
) -> tuple[Plans, str, stripe.Subscription]:
    prices = await plans(client)
    session = await paid_checkout(client, browser, prices.pro)
    subscription = await client.v1.subscriptions.retrieve_async(str(session.subscription))
    return prices, str(session.customer), subscription


async def portal(client: stripe.StripeClient, customer: str, **more: Any) -> str:
    values: Any = {"customer": customer, "return_url": "http://127.0.0.1:1/back", **more}
    return (await client.v1.billing_portal.sessions.create_async(values)).url


async def read(browser: ClientSession, url: str) -> Page:
    async with browser.get(url) as response:
        return Page(response.status, await response.text(), "")


async def test_a_new_card_pays_from_now_on(
    client: stripe.StripeClient, browser: ClientSession, receiver: Receiver
) -> None:
    _, customer, subscription = await customer_of_pro(client, browser)
    url = await portal(client, customer)
    assert "•••• 4242" in (await read(browser, url)).text
    declined = await pay(browser, url + "/card", "4000000000000002")
    assert "Your card was declined." in declined.text
    assert (await pay(browser, url + "/card", "5555555555554444")).status == 303
    assert "•••• 4444" in (await read(browser, url)).text
    found = await client.v1.customers.retrieve_async(customer, {"expand": ["invoice_settings.default_payment_method"]})
    assert found.invoice_settings is not None
    method = found.invoice_settings.default_payment_method
    assert isinstance(method, stripe.PaymentMethod)
    changed = await client.v1.subscriptions.retrieve_async(subscription.id)
    assert changed.default_payment_method == method.id
    await receiver.got("payment_method.attached", "customer.updated")


async def test_a_secure_card_is_asked_about(
    client: stripe.StripeClient, browser: ClientSession, sandbox: RunningSandbox
) -> None:
    _, customer, _ = await customer_of_pro(client, browser)
    url = await portal(client, customer)
    asked = await pay(browser, url + "/card", "4000002500003155")
    await submit(browser, sandbox.base_url + asked.location, answer="fail")
    assert "•••• 4242" in (await read(browser, url)).text
    await pay(browser, url + "/card", "4000002500003155")
    await submit(browser, sandbox.base_url + asked.location, answer="complete")
    assert "•••• 3155" in (await read(browser, url)).text


async def test_an_upgrade_is_billed_and_made(client: stripe.StripeClient, browser: ClientSession) -> None:
    prices, customer, subscription = await customer_of_pro(client, browser)
    url = f"{await portal(client, customer)}/plan/{subscription.id}"
    shown = await submit(browser, url, price=prices.business.id)
    assert "$80.00" in shown.text
    await submit(browser, url, price=prices.business.id, confirmed="1")
    changed = await client.v1.subscriptions.retrieve_async(subscription.id, {"expand": ["latest_invoice"]})
    assert changed["items"].data[0].price.id == prices.business.id
    assert isinstance(changed.latest_invoice, stripe.Invoice)
    assert (changed.latest_invoice.billing_reason, changed.latest_invoice.status) == ("subscription_update", "paid")


async def test_a_declined_upgrade_says_so_and_changes_nothing(
    client: stripe.StripeClient, browser: ClientSession, sandbox: RunningSandbox
) -> None:
    prices, customer, subscription = await customer_of_pro(client, browser)
    url = f"{await portal(client, customer)}/plan/{subscription.id}"
    await sandbox.client.request("POST", "/control/stripe/decline", json={"reason": "insufficient_funds"})
    page = await submit(browser, url, price=prices.business.id, confirmed="1")
    assert "insufficient funds" in page.text
    same = await client.v1.subscriptions.retrieve_async(subscription.id)
    assert same["items"].data[0].price.id == prices.pro.id


async def test_a_downgrade_waits_for_the_periods_end(
    client: stripe.StripeClient, browser: ClientSession, sandbox: RunningSandbox
) -> None:
    prices, customer, subscription = await customer_of_pro(client, browser)
    url = await portal(client, customer)
    await submit(browser, f"{url}/plan/{subscription.id}", price=prices.starter.id, confirmed="1")
    assert "Becomes Starter" in (await read(browser, url)).text
    same = await client.v1.subscriptions.retrieve_async(subscription.id)
    assert same["items"].data[0].price.id == prices.pro.id
    await sandbox.client.request("POST", "/control/stripe/advance", json={"seconds": 32 * DAY_S})
    changed = await client.v1.subscriptions.retrieve_async(subscription.id)
    assert changed["items"].data[0].price.id == prices.starter.id


async def test_leaving_and_staying(client: stripe.StripeClient, browser: ClientSession) -> None:
    _, customer, subscription = await customer_of_pro(client, browser)
    url = await portal(client, customer)
    await submit(browser, f"{url}/cancel/{subscription.id}")
    leaving = await client.v1.subscriptions.retrieve_async(subscription.id)
    assert leaving.cancel_at == subscription["items"].data[0].current_period_end
    assert (leaving.cancel_at_period_end, leaving.status) == (False, "active")
    await submit(browser, f"{url}/resume/{subscription.id}")
    assert (await client.v1.subscriptions.retrieve_async(subscription.id)).cancel_at is None


@pytest.mark.parametrize(
    ("flow", "path"),
    [
        ({"type": "payment_method_update"}, "card"),
        ({"type": "subscription_cancel", "subscription_cancel": {"subscription": "{sub}"}}, "cancel/{sub}"),
        ({"type": "subscription_update", "subscription_update": {"subscription": "{sub}"}}, "plan/{sub}"),
    ],
)
async def test_a_flow_leads_to_its_page_and_back(
    client: stripe.StripeClient, browser: ClientSession, flow: dict[str, Any], path: str
) -> None:
    prices, customer, subscription = await customer_of_pro(client, browser)
    kind = flow["type"]
    named = {kind: {"subscription": subscription.id}} if kind in flow else {}
    back = {"type": "redirect", "redirect": {"return_url": "http://127.0.0.1:1/after"}}
    url = await portal(client, customer, flow_data={"type": kind, **named, "after_completion": back})
    page = path.replace("{sub}", subscription.id)
    async with browser.get(url, allow_redirects=False) as response:
        assert response.headers["Location"].endswith(f"/{page}")
    if kind == "payment_method_update":
        done = await pay(browser, f"{url}/{page}")
    else:
        done = await submit(browser, f"{url}/{page}", price=prices.business.id, confirmed="1")
    assert done.location == "http://127.0.0.1:1/after"


async def test_what_a_configuration_switches_off_is_not_there(
    client: stripe.StripeClient, browser: ClientSession
) -> None:
    _, customer, subscription = await customer_of_pro(client, browser)
    config = await client.v1.billing_portal.configurations.create_async(
        {"features": {"invoice_history": {"enabled": True}}}
    )
    url = await portal(client, customer, configuration=config.id)
    assert "Cancel plan" not in (await read(browser, url)).text
    assert (await submit(browser, f"{url}/cancel/{subscription.id}")).status == 403
    with pytest.raises(stripe.InvalidRequestError):
        await portal(client, customer, configuration=config.id, flow_data={"type": "payment_method_update"})


async def test_without_a_condition_a_downgrade_is_made_at_once(
    client: stripe.StripeClient, browser: ClientSession
) -> None:
    prices, customer, subscription = await customer_of_pro(client, browser)
    offered = [{"product": str(prices.starter.product), "prices": [prices.starter.id]}]
    update: Any = {"enabled": True, "default_allowed_updates": ["price"], "products": offered}
    config = await client.v1.billing_portal.configurations.create_async({"features": {"subscription_update": update}})
    page = f"{await portal(client, customer, configuration=config.id)}/plan/{subscription.id}"
    assert "Begins" not in (await submit(browser, page, price=prices.starter.id)).text
    await submit(browser, page, price=prices.starter.id, confirmed="1")
    after = await client.v1.subscriptions.retrieve_async(subscription.id)
    assert after["items"].data[0].price.id == prices.starter.id


async def test_a_configuration_is_changed_feature_by_feature_and_checked_strictly(client: stripe.StripeClient) -> None:
    prices, customer = await plans(client), await payer(client)
    configurations = client.v1.billing_portal.configurations
    offered = [{"product": str(prices.pro.product), "prices": [prices.pro.id]}]
    update: Any = {"enabled": True, "default_allowed_updates": ["price"], "products": offered}
    config = await configurations.create_async({"features": {"subscription_update": update}, "metadata": {"a": "b"}})
    made = config.features.subscription_update
    assert (made.proration_behavior, made.schedule_at_period_end.conditions) == ("none", [])
    wrongs: Any = (
        {"enabled": True, "default_allowed_updates": ["price"]},
        {"enabled": True, "products": offered},
        {**update, "products": [{"product": "prod_none", "prices": [prices.pro.id]}]},
        {**update, "products": [{"product": str(prices.pro.product), "prices": [prices.starter.id]}]},
        {**update, "products": offered * 11},
    )
    for wrong in wrongs:
        with pytest.raises(stripe.InvalidRequestError):
            await configurations.create_async({"features": {"subscription_update": wrong}})
    with pytest.raises(stripe.InvalidRequestError):
        await configurations.update_async(config.id, {"features": {"subscription_update": {"products": ""}}})
    changed = await configurations.update_async(
        config.id, {"active": False, "features": {"invoice_history": {"enabled": True}}, "metadata": {"c": "d"}}
    )
    features = changed.features
    assert (features.invoice_history.enabled, features.subscription_update.enabled) == (True, True)
    assert changed.to_dict()["metadata"] == {"a": "b", "c": "d"}
    with pytest.raises(stripe.InvalidRequestError):
        await portal(client, customer.id, configuration=config.id)
    (default,) = (await configurations.list_async({"is_default": True})).data
    with pytest.raises(stripe.InvalidRequestError):
        await configurations.update_async(default.id, {"active": False})


async def test_the_portal_shows_only_its_own_customer(client: stripe.StripeClient, browser: ClientSession) -> None:
    prices, customer, _ = await customer_of_pro(client, browser)
    stranger = await subscribe(client, await payer(client), prices.pro)
    url = await portal(client, customer)
    assert (await submit(browser, f"{url}/cancel/{stranger.id}")).status == 404
    assert (await client.v1.subscriptions.retrieve_async(stranger.id)).cancel_at is None


async def test_a_portal_link_expires(
    client: stripe.StripeClient, browser: ClientSession, sandbox: RunningSandbox
) -> None:
    _, customer, _ = await customer_of_pro(client, browser)
    url = await portal(client, customer)
    await sandbox.client.request("POST", "/control/advance", json={"seconds": 3_700})
    assert (await read(browser, url)).status == 410


async def test_a_failed_renewal_is_paid_on_the_invoices_page(
    client: stripe.StripeClient, browser: ClientSession, sandbox: RunningSandbox, receiver: Receiver
) -> None:
    _, customer, subscription = await customer_of_pro(client, browser)
    await client.v1.subscriptions.update_async(subscription.id, {"default_payment_method": ""})
    await give_card(client, await client.v1.customers.retrieve_async(customer), "pm_card_chargeCustomerFail")
    await sandbox.client.request("POST", "/control/stripe/advance", json={"seconds": 32 * DAY_S})
    await receiver.got("invoice.payment_failed")
    assert "Payment failed" in (await read(browser, await portal(client, customer))).text
    late = await client.v1.subscriptions.retrieve_async(subscription.id, {"expand": ["latest_invoice"]})
    assert isinstance(late.latest_invoice, stripe.Invoice)
    url = str(late.latest_invoice.hosted_invoice_url)
    assert "insufficient funds" in (await pay(browser, url, "4000000000009995")).text
    asked = await pay(browser, url, "4000002760003184")
    await submit(browser, sandbox.base_url + asked.location, answer="complete")
    assert "Paid on" in (await read(browser, url)).text
    assert (await client.v1.subscriptions.retrieve_async(subscription.id)).status == "active"
