"""Keys, versions, parameters, idempotency, pages of lists, expand and refusals, as the SDK meets them."""

import asyncio
from typing import Any

import pytest
import stripe

from tests.sandbox_server import RunningSandbox
from tests.web.sandbox_stripe.conftest import client_for
from tests.web.sandbox_stripe.stories import every, payer, plans, raw, subscribe
from web.sandbox.stripe import API_VERSION


async def test_a_wrong_key_is_refused(sandbox: RunningSandbox) -> None:
    async with client_for(sandbox, "sk_test_somebody_elses") as client:
        with pytest.raises(stripe.AuthenticationError) as refused:
            await client.v1.customers.list_async()
    assert refused.value.http_status == 401
    assert "somebody" not in str(refused.value)
    status, body, _ = await raw(sandbox, "GET", "customers", key="")
    assert (status, body["error"]["type"]) == (401, "invalid_request_error")


async def test_answers_name_their_version_and_request(sandbox: RunningSandbox) -> None:
    _, _, headers = await raw(sandbox, "GET", "customers")
    assert headers["Stripe-Version"] == API_VERSION
    assert headers["Request-Id"].startswith("req_")
    status, body, _ = await raw(sandbox, "GET", "customers", headers={"Stripe-Version": "2024-06-20"})
    assert status == 400
    assert "2024-06-20" in body["error"]["message"]


def test_the_version_is_the_one_that_the_sdk_pins() -> None:
    assert stripe.api_version == API_VERSION


async def test_what_is_not_there_is_missing(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.customers.retrieve_async("cus_nobody")
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (404, "resource_missing", "id")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.subscriptions.create_async({"customer": "cus_nobody", "items": [{"price": "price_1"}]})
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (400, "resource_missing", "customer")


@pytest.mark.parametrize(
    ("call", "form", "code", "param"),
    [
        ("customers", {"nickname": "x"}, "parameter_unknown", "nickname"),
        ("customers", {"address[planet]": "x"}, "parameter_unknown", "address[planet]"),
        ("products", {"description": "x"}, "parameter_missing", "name"),
        (
            "prices",
            {"currency": "usd", "product": "p", "unit_amount": "1.5"},
            "parameter_invalid_integer",
            "unit_amount",
        ),
        ("checkout/sessions", {"mode": "subscription", "success_url": "nowhere"}, "url_invalid", "success_url"),
        ("subscriptions", {"customer": "c", "items[0][quantity]": "1"}, "parameter_missing", "items[0][price]"),
        (
            "prices",
            {"currency": "usd", "product": "p", "unit_amount": "-1"},
            "parameter_invalid_integer",
            "unit_amount",
        ),
    ],
)
async def test_parameters_are_read_strictly(
    sandbox: RunningSandbox, call: str, form: dict[str, str], code: str, param: str
) -> None:
    status, body, _ = await raw(sandbox, "POST", call, data=form)
    assert (status, body["error"]["code"], body["error"]["param"]) == (400, code, param)
    assert body["error"]["type"] == "invalid_request_error"


async def test_a_key_gives_the_first_answer_again(sandbox: RunningSandbox, client: stripe.StripeClient) -> None:
    first = await client.v1.customers.create_async({"email": "a@example.com"}, {"idempotency_key": "k"})
    again = await client.v1.customers.create_async({"email": "a@example.com"}, {"idempotency_key": "k"})
    assert first.id == again.id
    assert len(await every(sandbox, "customers")) == 1
    with pytest.raises(stripe.IdempotencyError) as refused:
        await client.v1.customers.create_async({"email": "b@example.com"}, {"idempotency_key": "k"})
    assert refused.value.http_status == 400


async def test_a_card_error_is_an_answer_that_is_kept(client: stripe.StripeClient) -> None:
    prices = await plans(client)
    customer = await payer(client, "pm_card_chargeCustomerFail")
    values: Any = {
        "customer": customer.id,
        "items": [{"price": prices.pro.id}],
        "payment_behavior": "error_if_incomplete",
    }
    told = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as refused:
            await client.v1.subscriptions.create_async(values, {"idempotency_key": "k"})
        told.append(refused.value)
    assert (told[0].code, told[0].http_status) == ("card_declined", 402)
    assert told[0].json_body == told[1].json_body
    assert len((await client.v1.charges.list_async({"customer": customer.id})).data) == 1


async def test_the_sdk_repeats_a_lost_answer_without_a_second_customer(sandbox: RunningSandbox) -> None:
    fault = {"kind": "drop_answer", "call": "POST customers"}
    await sandbox.client.request("POST", "/control/stripe/faults", json=fault)
    async with client_for(sandbox, retries=2) as client:
        await client.v1.customers.create_async({"email": "a@example.com"})
    assert len(await every(sandbox, "customers")) == 1


async def test_two_at_once_with_one_key_are_one(sandbox: RunningSandbox, client: stripe.StripeClient) -> None:
    fault = {"kind": "delay", "delay_s": 0.5, "call": "POST customers"}
    await sandbox.client.request("POST", "/control/stripe/faults", json=fault)
    outcomes = await asyncio.gather(
        *(client.v1.customers.create_async({}, {"idempotency_key": "k"}) for _ in range(2)), return_exceptions=True
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, stripe.StripeError)]
    assert [error.http_status for error in refused] == [409]
    assert len(await every(sandbox, "customers")) == 1


@pytest.mark.parametrize(("kind", "error"), [("error", stripe.APIError), ("rate_limit", stripe.RateLimitError)])
async def test_faults_strike_as_asked(
    sandbox: RunningSandbox, client: stripe.StripeClient, kind: str, error: Any
) -> None:
    await sandbox.client.request("POST", "/control/stripe/faults", json={"kind": kind, "call": "GET customers"})
    with pytest.raises(error):
        await client.v1.customers.list_async()
    await client.v1.customers.list_async()


async def test_lists_come_page_by_page_newest_first(client: stripe.StripeClient) -> None:
    made = [(await client.v1.customers.create_async({"name": str(number)})).id for number in range(25)]
    page = await client.v1.customers.list_async({"limit": 10})
    assert [body.id for body in page.data] == made[:14:-1]
    assert page.has_more
    assert [body.id async for body in page.auto_paging_iter()] == made[::-1]
    back = await client.v1.customers.list_async({"limit": 2, "ending_before": made[10]})
    assert [body.id for body in back.data] == [made[12], made[11]]
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.customers.list_async({"limit": 101})


async def test_ids_are_expanded_when_asked_for(client: stripe.StripeClient) -> None:
    prices, customer = await plans(client), await payer(client)
    made = await subscribe(client, customer, prices.pro)
    subscription = await client.v1.subscriptions.retrieve_async(
        made.id, {"expand": ["customer", "latest_invoice.payments.data.payment.payment_intent"]}
    )
    assert isinstance(subscription.customer, stripe.Customer)
    assert isinstance(subscription.latest_invoice, stripe.Invoice)
    payments = subscription.latest_invoice.payments
    assert payments is not None
    intent = payments.data[0].payment.payment_intent
    assert isinstance(intent, stripe.PaymentIntent)
    assert intent.amount_received == 1900
    plain = await client.v1.invoices.retrieve_async(subscription.latest_invoice.id)
    assert "payments" not in plain
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.subscriptions.retrieve_async(made.id, {"expand": ["status"]})


async def test_metadata_is_merged_and_taken_away(client: stripe.StripeClient) -> None:
    customer = await client.v1.customers.create_async({"metadata": {"a": "1", "b": "2"}})
    customer = await client.v1.customers.update_async(customer.id, {"metadata": {"a": "", "c": "3"}})
    assert customer.metadata is not None
    assert customer.metadata.to_dict() == {"b": "2", "c": "3"}
    customer = await client.v1.customers.update_async(customer.id, {"metadata": ""})
    assert customer.metadata is not None
    assert customer.metadata.to_dict() == {}


async def test_a_lookup_key_is_one_prices_at_a_time(client: stripe.StripeClient) -> None:
    prices = await plans(client)
    values: Any = {
        "product": str(prices.pro.product),
        "currency": "usd",
        "unit_amount": 2900,
        "recurring": {"interval": "month"},
        "lookup_key": "pro",
    }
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.prices.create_async(values)
    values["transfer_lookup_key"] = True
    moved = await client.v1.prices.create_async(values)
    found = await client.v1.prices.list_async({"lookup_keys": ["pro", "starter"], "active": True})
    assert {price.id for price in found.data} == {moved.id, prices.starter.id}
    assert (await client.v1.prices.retrieve_async(prices.pro.id)).lookup_key is None


async def test_a_deleted_customer_is_told_of_as_deleted(client: stripe.StripeClient) -> None:
    prices, customer = await plans(client), await payer(client)
    subscription = await subscribe(client, customer, prices.pro)
    await client.v1.customers.delete_async(customer.id)
    gone = await client.v1.customers.retrieve_async(customer.id)
    assert gone.deleted
    assert (await client.v1.subscriptions.retrieve_async(subscription.id)).status == "canceled"
    assert (await client.v1.customers.list_async()).data == []
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.customers.update_async(customer.id, {"name": "x"})


async def test_an_address_that_stripe_has_and_the_sandbox_has_not_is_refused(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.coupons.create_async({"percent_off": 10})
    assert refused.value.http_status == 404
