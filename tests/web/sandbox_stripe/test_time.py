"""What time does: renewals and month ends, failed renewals and their retries, ends, trials, expiry."""

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe
from aiohttp import ClientSession

from tests.sandbox_server import RunningSandbox
from tests.web.sandbox_stripe.conftest import Receiver, pay
from tests.web.sandbox_stripe.stories import (
    advance,
    checkout,
    every,
    give_card,
    paid_checkout,
    payer,
    plans,
    raw,
    subscribe,
)

HOUR_S = 3_600
DAY_S = 24 * HOUR_S


def moment(year: int, month: int, day: int, hour: int = 9) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp())


def days(*moments: int) -> list[str]:
    return [f"{datetime.fromtimestamp(one, UTC):%Y-%m-%d %H}" for one in moments]


async def on_clock(client: stripe.StripeClient, begin: int, card: str = "pm_card_visa") -> tuple[str, stripe.Customer]:
    clock = await client.v1.test_helpers.test_clocks.create_async({"frozen_time": begin})
    return clock.id, await payer(client, card, clock.id)


def period(subscription: stripe.Subscription) -> tuple[int, int]:
    item = subscription["items"].data[0]
    return item.current_period_start, item.current_period_end


async def test_month_ends_are_kept_over_fourteen_renewals(client: stripe.StripeClient, sandbox: RunningSandbox) -> None:
    prices = await plans(client)
    clock, customer = await on_clock(client, moment(2027, 1, 31))
    subscription = await subscribe(client, customer, prices.pro)
    ends = []
    for _ in range(14):
        end = period(subscription)[1]
        ends.append(end)
        await advance(client, clock, end + 2 * HOUR_S)
        subscription = await client.v1.subscriptions.retrieve_async(subscription.id)
        assert subscription.status == "active"
    assert days(*ends[:4], ends[12], ends[13]) == [
        "2027-02-28 09",
        "2027-03-31 09",
        "2027-04-30 09",
        "2027-05-31 09",
        "2028-02-29 09",
        "2028-03-31 09",
    ]
    invoices = await every(sandbox, f"invoices?subscription={subscription.id}")
    assert [invoice["status"] for invoice in invoices] == ["paid"] * 15
    assert [invoice["billing_reason"] for invoice in invoices] == ["subscription_cycle"] * 14 + ["subscription_create"]
    assert days(*(invoice["created"] for invoice in invoices[-2::-1])) == days(*ends)


async def test_a_renewal_is_a_draft_for_an_hour(client: stripe.StripeClient) -> None:
    prices = await plans(client)
    clock, customer = await on_clock(client, moment(2027, 3, 1))
    subscription = await subscribe(client, customer, prices.pro)
    end = period(subscription)[1]
    await advance(client, clock, end + 60)
    subscription = await client.v1.subscriptions.retrieve_async(subscription.id, {"expand": ["latest_invoice"]})
    assert isinstance(subscription.latest_invoice, stripe.Invoice)
    assert (subscription.status, subscription.latest_invoice.status) == ("active", "draft")
    assert period(subscription)[0] == end
    await advance(client, clock, end + HOUR_S + 60)
    assert (await client.v1.invoices.retrieve_async(subscription.latest_invoice.id)).status == "paid"


async def test_a_failed_renewal_is_tried_again_and_ends_the_subscription(client: stripe.StripeClient) -> None:
    prices = await plans(client)
    clock, customer = await on_clock(client, moment(2027, 3, 1))
    subscription = await subscribe(client, customer, prices.pro)
    await give_card(client, customer, "pm_card_chargeCustomerFail")
    due = period(subscription)[1] + HOUR_S
    seen = []
    for after in (0, 3, 5, 7):
        await advance(client, clock, due + after * DAY_S + 60)
        subscription = await client.v1.subscriptions.retrieve_async(subscription.id)
        invoice = await client.v1.invoices.retrieve_async(str(subscription.latest_invoice))
        seen.append((subscription.status, invoice.status, invoice.attempt_count, bool(invoice.next_payment_attempt)))
    assert seen == [
        ("past_due", "open", 1, True),
        ("past_due", "open", 2, True),
        ("past_due", "open", 3, True),
        ("canceled", "open", 4, False),
    ]
    assert subscription.cancellation_details is not None
    assert subscription.cancellation_details.reason == "payment_failed"


@pytest.mark.parametrize(("rule", "status"), [("unpaid", "unpaid"), ("past_due", "past_due")])
async def test_the_rules_say_what_becomes_of_who_never_pays(
    sandbox: RunningSandbox, client: stripe.StripeClient, rule: str, status: str
) -> None:
    rules = {"retry_after_days": [1], "when_unpaid": rule}
    await sandbox.client.request("POST", "/control/stripe/rules", json=rules)
    prices = await plans(client)
    clock, customer = await on_clock(client, moment(2027, 3, 1))
    subscription = await subscribe(client, customer, prices.pro)
    await give_card(client, customer, "pm_card_chargeCustomerFail")
    await advance(client, clock, period(subscription)[1] + 2 * DAY_S)
    assert (await client.v1.subscriptions.retrieve_async(subscription.id)).status == status


async def test_a_new_card_and_a_retry_make_it_active_again(client: stripe.StripeClient) -> None:
    prices = await plans(client)
    clock, customer = await on_clock(client, moment(2027, 3, 1))
    subscription = await subscribe(client, customer, prices.pro)
    await give_card(client, customer, "pm_card_chargeCustomerFail")
    due = period(subscription)[1] + HOUR_S
    await advance(client, clock, due + 60)
    await give_card(client, customer, "pm_card_visa")
    assert (await client.v1.customers.retrieve_async(customer.id)).delinquent
    await advance(client, clock, due + 3 * DAY_S + 60)
    assert (await client.v1.subscriptions.retrieve_async(subscription.id)).status == "active"
    assert not (await client.v1.customers.retrieve_async(customer.id)).delinquent


async def test_an_open_invoice_is_paid_by_a_call(client: stripe.StripeClient) -> None:
    prices = await plans(client)
    clock, customer = await on_clock(client, moment(2027, 3, 1))
    subscription = await subscribe(client, customer, prices.pro)
    await give_card(client, customer, "pm_card_chargeCustomerFail")
    await advance(client, clock, period(subscription)[1] + 2 * HOUR_S)
    subscription = await client.v1.subscriptions.retrieve_async(subscription.id)
    with pytest.raises(stripe.CardError) as declined:
        await client.v1.invoices.pay_async(str(subscription.latest_invoice))
    assert declined.value.code == "card_declined"
    await give_card(client, customer, "pm_card_visa")
    invoice = await client.v1.invoices.pay_async(str(subscription.latest_invoice))
    assert (invoice.status, invoice.amount_paid) == ("paid", 1900)
    assert (await client.v1.subscriptions.retrieve_async(subscription.id)).status == "active"
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.invoices.pay_async(invoice.id)


@pytest.mark.parametrize("way", ["cancel_at_period_end", "cancel_at"])
async def test_an_end_that_was_asked_for_comes_and_can_be_taken_back(client: stripe.StripeClient, way: str) -> None:
    prices = await plans(client)
    clock, customer = await on_clock(client, moment(2027, 3, 1))
    subscription = await subscribe(client, customer, prices.pro)
    end = period(subscription)[1]
    yes: Any = {way: True if way == "cancel_at_period_end" else "min_period_end"}
    no: Any = {way: False if way == "cancel_at_period_end" else ""}
    leaving = await client.v1.subscriptions.update_async(subscription.id, yes)
    assert (leaving.cancel_at, leaving.status) == (end, "active")
    assert leaving.cancel_at_period_end == (way == "cancel_at_period_end")
    staying = await client.v1.subscriptions.update_async(subscription.id, no)
    assert (staying.cancel_at, staying.canceled_at, staying.cancel_at_period_end) == (None, None, False)
    await client.v1.subscriptions.update_async(subscription.id, yes)
    await advance(client, clock, end + HOUR_S)
    ended = await client.v1.subscriptions.retrieve_async(subscription.id)
    assert (ended.status, ended.ended_at) == ("canceled", end)
    assert len((await client.v1.invoices.list_async({"customer": customer.id})).data) == 1


async def test_a_cancellation_at_once(client: stripe.StripeClient) -> None:
    prices, customer = await plans(client), await payer(client)
    subscription = await subscribe(client, customer, prices.pro)
    gone = await client.v1.subscriptions.cancel_async(subscription.id, {"cancellation_details": {"feedback": "unused"}})
    assert gone.status == "canceled"
    assert gone.cancellation_details is not None
    assert gone.cancellation_details.feedback == "unused"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.subscriptions.cancel_async(subscription.id)
    assert refused.value.code == "resource_missing"
    assert (await client.v1.subscriptions.list_async({"customer": customer.id})).data == []
    found = await client.v1.subscriptions.list_async({"customer": customer.id, "status": "all"})
    assert [body.id for body in found.data] == [subscription.id]


async def test_who_does_not_pay_at_first_is_let_go_after_23_hours(client: stripe.StripeClient) -> None:
    prices = await plans(client)
    clock, customer = await on_clock(client, moment(2027, 3, 1), "pm_card_chargeCustomerFail")
    subscription = await subscribe(client, customer, prices.pro)
    assert subscription.status == "incomplete"
    await advance(client, clock, moment(2027, 3, 2))
    subscription = await client.v1.subscriptions.retrieve_async(subscription.id)
    assert subscription.status == "incomplete_expired"
    assert (await client.v1.invoices.retrieve_async(str(subscription.latest_invoice))).status == "void"


async def test_a_trial_costs_nothing_is_told_of_and_then_billed(
    client: stripe.StripeClient, receiver: Receiver
) -> None:
    prices = await plans(client)
    begin = moment(2027, 3, 1)
    clock, customer = await on_clock(client, begin)
    subscription = await client.v1.subscriptions.create_async(
        {"customer": customer.id, "items": [{"price": prices.pro.id}], "trial_period_days": 7}
    )
    assert (subscription.status, subscription.trial_end) == ("trialing", begin + 7 * DAY_S)
    first = await client.v1.invoices.retrieve_async(str(subscription.latest_invoice))
    assert (first.status, first.total) == ("paid", 0)
    await advance(client, clock, begin + 4 * DAY_S + 60)
    await receiver.got("customer.subscription.trial_will_end")
    await advance(client, clock, begin + 7 * DAY_S + 2 * HOUR_S)
    subscription = await client.v1.subscriptions.retrieve_async(subscription.id)
    second = await client.v1.invoices.retrieve_async(str(subscription.latest_invoice))
    assert (subscription.status, second.status, second.total) == ("active", "paid", 1900)


async def test_a_clock_goes_forward_only_and_not_too_far(client: stripe.StripeClient) -> None:
    prices = await plans(client)
    clock, customer = await on_clock(client, moment(2027, 1, 31))
    await subscribe(client, customer, prices.pro)
    for target in (moment(2027, 1, 30), moment(2027, 4, 1)):
        with pytest.raises(stripe.InvalidRequestError):
            await client.v1.test_helpers.test_clocks.advance_async(clock, {"frozen_time": target})
    begun = await client.v1.test_helpers.test_clocks.advance_async(clock, {"frozen_time": moment(2027, 3, 31)})
    assert begun.status == "advancing"


async def test_a_clock_takes_its_customers_with_it(client: stripe.StripeClient) -> None:
    prices = await plans(client)
    clock, customer = await on_clock(client, moment(2027, 1, 31))
    subscription = await subscribe(client, customer, prices.pro)
    assert (await client.v1.customers.list_async()).data == []
    assert len((await client.v1.customers.list_async({"test_clock": clock})).data) == 1
    await client.v1.test_helpers.test_clocks.delete_async(clock)
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.customers.retrieve_async(customer.id)
    assert (await client.v1.subscriptions.retrieve_async(subscription.id)).status == "canceled"


async def test_the_sandboxes_own_time_renews_too(
    sandbox: RunningSandbox, client: stripe.StripeClient, browser: ClientSession, receiver: Receiver
) -> None:
    prices = await plans(client)
    session = await paid_checkout(client, browser, prices.pro)
    await sandbox.client.request("POST", "/control/stripe/advance", json={"seconds": 32 * DAY_S})
    invoices = await every(sandbox, f"invoices?subscription={session.subscription}")
    assert [invoice["status"] for invoice in invoices] == ["paid", "paid"]
    await receiver.until(lambda came: came.count("invoice.paid") == 2)


async def test_links_to_pay_expire(
    sandbox: RunningSandbox, client: stripe.StripeClient, browser: ClientSession, receiver: Receiver
) -> None:
    prices = await plans(client)
    session = await checkout(client, prices.pro)
    url = session.url
    await sandbox.client.request("POST", "/control/advance", json={"seconds": DAY_S})
    page = await pay(browser, url)
    assert page.status == 410
    assert (await client.v1.checkout.sessions.retrieve_async(session.id)).status == "expired"
    await receiver.got("checkout.session.expired")
    status, _, _ = await raw(sandbox, "POST", f"checkout/sessions/{session.id}/expire")
    assert status == 400
