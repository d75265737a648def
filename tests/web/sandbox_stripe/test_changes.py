"""Plans that change: upgrades with their proration, changes that wait for their payment, downgrades by schedule."""

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from tests.sandbox_server import RunningSandbox
from tests.web.sandbox_stripe.conftest import Receiver
from tests.web.sandbox_stripe.stories import advance, every, give_card, payer, plans, subscribe

BEGIN = int(datetime(2027, 4, 1, tzinfo=UTC).timestamp())
"""A month of 30 days."""
DAY_S = 86_400


async def half_way(
    client: stripe.StripeClient, price: stripe.Price, card: str = "pm_card_visa"
) -> tuple[str, stripe.Customer, stripe.Subscription]:
    """A subscription of which half the month is gone."""
    clock = await client.v1.test_helpers.test_clocks.create_async({"frozen_time": BEGIN})
    customer = await payer(client, card, clock.id)
    subscription = await subscribe(client, customer, price)
    await advance(client, clock.id, BEGIN + 15 * DAY_S)
    return clock.id, customer, subscription


def to(subscription: stripe.Subscription, price: stripe.Price, **more: Any) -> Any:
    return {"items": [{"id": subscription["items"].data[0].id, "price": price.id}], **more}


UPGRADE = {"proration_behavior": "always_invoice", "payment_behavior": "pending_if_incomplete"}


async def test_an_upgrade_bills_the_difference_at_once(client: stripe.StripeClient) -> None:
    prices = await plans(client)
    _, _, subscription = await half_way(client, prices.starter)
    end = subscription["items"].data[0].current_period_end
    preview = await client.v1.invoices.create_preview_async(
        {
            "subscription": subscription.id,
            "subscription_details": to(subscription, prices.pro, proration_behavior="always_invoice"),
        }
    )
    changed = await client.v1.subscriptions.update_async(subscription.id, to(subscription, prices.pro, **UPGRADE))
    item = changed["items"].data[0]
    assert (item.price.id, item.id, item.current_period_end) == (prices.pro.id, subscription["items"].data[0].id, end)
    invoice = await client.v1.invoices.retrieve_async(str(changed.latest_invoice))
    assert [line.amount for line in invoice.lines.data] == [-450, 950]
    assert (invoice.status, invoice.total, invoice.billing_reason) == ("paid", 500, "subscription_update")
    assert [line.amount for line in preview.lines.data] == [-450, 950]
    assert preview.amount_due == 500
    line = invoice.lines.data[0]
    assert line.parent is not None
    assert line.parent.subscription_item_details is not None
    assert line.parent.subscription_item_details.proration


async def test_prorations_can_wait_for_the_next_invoice(client: stripe.StripeClient) -> None:
    prices = await plans(client)
    clock, _, subscription = await half_way(client, prices.starter)
    before = subscription.latest_invoice
    changed = await client.v1.subscriptions.update_async(subscription.id, to(subscription, prices.pro))
    assert changed.latest_invoice == before
    await advance(client, clock, BEGIN + 31 * DAY_S)
    changed = await client.v1.subscriptions.retrieve_async(subscription.id)
    invoice = await client.v1.invoices.retrieve_async(str(changed.latest_invoice))
    assert sorted(line.amount for line in invoice.lines.data) == [-450, 950, 1900]
    assert invoice.amount_paid == 2400


async def test_an_upgrade_that_is_not_paid_waits_and_lapses(client: stripe.StripeClient, receiver: Receiver) -> None:
    prices = await plans(client)
    clock, customer, subscription = await half_way(client, prices.starter)
    await give_card(client, customer, "pm_card_chargeCustomerFail")
    changed = await client.v1.subscriptions.update_async(subscription.id, to(subscription, prices.pro, **UPGRADE))
    assert changed["items"].data[0].price.id == prices.starter.id
    assert (changed.status, changed.pending_update is not None) == ("active", True)
    await advance(client, clock, BEGIN + 16 * DAY_S)
    lapsed = await client.v1.subscriptions.retrieve_async(subscription.id)
    assert (lapsed.pending_update, lapsed.status) == (None, "active")
    assert lapsed["items"].data[0].price.id == prices.starter.id
    assert (await client.v1.invoices.retrieve_async(str(changed.latest_invoice))).status == "void"
    await receiver.got("customer.subscription.pending_update_expired")


async def test_an_upgrade_is_given_up_by_voiding_its_invoice(client: stripe.StripeClient) -> None:
    prices = await plans(client)
    _, customer, subscription = await half_way(client, prices.starter)
    await give_card(client, customer, "pm_card_chargeCustomerFail")
    waiting = await client.v1.subscriptions.update_async(subscription.id, to(subscription, prices.pro, **UPGRADE))
    voided = await client.v1.invoices.void_invoice_async(str(waiting.latest_invoice))
    same = await client.v1.subscriptions.retrieve_async(subscription.id)
    assert (voided.status, same.pending_update, same["items"].data[0].price.id) == ("void", None, prices.starter.id)


async def test_who_is_cancelled_has_no_schedule_any_more(client: stripe.StripeClient) -> None:
    prices, customer = await plans(client), await payer(client)
    subscription = await subscribe(client, customer, prices.pro)
    schedule = await client.v1.subscription_schedules.create_async({"from_subscription": subscription.id})
    await client.v1.subscriptions.cancel_async(subscription.id)
    assert (await client.v1.subscription_schedules.retrieve_async(schedule.id)).status == "canceled"


async def test_an_upgrade_that_is_paid_later_is_made_then(client: stripe.StripeClient, receiver: Receiver) -> None:
    prices = await plans(client)
    _, customer, subscription = await half_way(client, prices.starter)
    await give_card(client, customer, "pm_card_chargeCustomerFail")
    waiting = await client.v1.subscriptions.update_async(subscription.id, to(subscription, prices.pro, **UPGRADE))
    await give_card(client, customer, "pm_card_visa")
    await client.v1.invoices.pay_async(str(waiting.latest_invoice))
    changed = await client.v1.subscriptions.retrieve_async(subscription.id)
    assert (changed.pending_update, changed["items"].data[0].price.id) == (None, prices.pro.id)
    await receiver.got("customer.subscription.pending_update_applied")


async def test_all_or_nothing_leaves_everything_as_it_was(sandbox: RunningSandbox, client: stripe.StripeClient) -> None:
    prices = await plans(client)
    _, customer, subscription = await half_way(client, prices.starter)
    await give_card(client, customer, "pm_card_chargeCustomerFail")
    wanted = to(subscription, prices.pro, proration_behavior="always_invoice", payment_behavior="error_if_incomplete")
    with pytest.raises(stripe.CardError):
        await client.v1.subscriptions.update_async(subscription.id, wanted)
    same = await client.v1.subscriptions.retrieve_async(subscription.id)
    assert (same["items"].data[0].price.id, same.status) == (prices.starter.id, "active")
    assert len(await every(sandbox, f"invoices?customer={customer.id}")) == 1


async def test_what_a_downgrade_gives_back_pays_the_next_invoice(client: stripe.StripeClient) -> None:
    prices = await plans(client)
    clock, customer, subscription = await half_way(client, prices.pro)
    wanted = to(subscription, prices.starter, proration_behavior="always_invoice")
    changed = await client.v1.subscriptions.update_async(subscription.id, wanted)
    invoice = await client.v1.invoices.retrieve_async(str(changed.latest_invoice))
    assert (invoice.total, invoice.amount_due, invoice.status) == (-500, 0, "paid")
    assert (await client.v1.customers.retrieve_async(customer.id)).balance == -500
    await advance(client, clock, BEGIN + 31 * DAY_S)
    changed = await client.v1.subscriptions.retrieve_async(subscription.id)
    invoice = await client.v1.invoices.retrieve_async(str(changed.latest_invoice))
    assert (invoice.total, invoice.amount_paid, invoice.starting_balance, invoice.ending_balance) == (900, 400, -500, 0)


async def test_a_scheduled_downgrade_comes_with_the_next_period(
    client: stripe.StripeClient, receiver: Receiver
) -> None:
    prices = await plans(client)
    clock, _, subscription = await half_way(client, prices.pro)
    end = subscription["items"].data[0].current_period_end
    schedule = await client.v1.subscription_schedules.create_async({"from_subscription": subscription.id})
    await client.v1.subscription_schedules.update_async(
        schedule.id,
        {
            "end_behavior": "release",
            "phases": [
                {"items": [{"price": prices.pro.id}], "end_date": end},
                {"items": [{"price": prices.starter.id}], "duration": {"interval": "month"}},
            ],
        },
    )
    with pytest.raises(stripe.InvalidRequestError, match="managed by the subscription schedule"):
        await client.v1.subscriptions.update_async(subscription.id, to(subscription, prices.business))
    await advance(client, clock, end + 2 * 3_600)
    changed = await client.v1.subscriptions.retrieve_async(subscription.id)
    invoice = await client.v1.invoices.retrieve_async(str(changed.latest_invoice))
    assert (changed["items"].data[0].price.id, invoice.total, invoice.status) == (prices.starter.id, 900, "paid")
    await advance(client, clock, end + 32 * DAY_S)
    changed = await client.v1.subscriptions.retrieve_async(subscription.id)
    assert (changed.schedule, changed.status) == (None, "active")
    assert (await client.v1.subscription_schedules.retrieve_async(schedule.id)).status == "released"
    await receiver.got("subscription_schedule.released")


async def test_a_schedule_that_is_released_changes_nothing(client: stripe.StripeClient) -> None:
    prices = await plans(client)
    _, _, subscription = await half_way(client, prices.pro)
    schedule = await client.v1.subscription_schedules.create_async({"from_subscription": subscription.id})
    released = await client.v1.subscription_schedules.release_async(schedule.id)
    assert (released.status, released.released_subscription) == ("released", subscription.id)
    assert (await client.v1.subscriptions.retrieve_async(subscription.id)).schedule is None
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.subscription_schedules.release_async(schedule.id)


async def test_an_item_without_its_id_comes_on_top(client: stripe.StripeClient) -> None:
    prices, customer = await plans(client), await payer(client)
    subscription = await subscribe(client, customer, prices.starter)
    changed = await client.v1.subscriptions.update_async(subscription.id, {"items": [{"price": prices.pro.id}]})
    assert [item.price.id for item in changed["items"].data] == [prices.starter.id, prices.pro.id]


@pytest.mark.parametrize(
    ("currency", "recurring", "active"), [("eur", True, True), ("usd", False, True), ("usd", True, False)]
)
async def test_prices_that_do_not_fit_are_refused(
    client: stripe.StripeClient, currency: str, recurring: bool, active: bool
) -> None:
    prices, customer = await plans(client), await payer(client)
    subscription = await subscribe(client, customer, prices.starter)
    values: Any = {"product": str(prices.pro.product), "currency": currency, "unit_amount": 1, "active": active}
    if recurring:
        values["recurring"] = {"interval": "month"}
    odd = await client.v1.prices.create_async(values)
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.subscriptions.update_async(subscription.id, to(subscription, odd))


async def test_refunds_add_up_to_the_charge_and_no_more(client: stripe.StripeClient, receiver: Receiver) -> None:
    prices, customer = await plans(client), await payer(client)
    subscription = await subscribe(client, customer, prices.pro)
    payments = await client.v1.invoice_payments.list_async({"invoice": str(subscription.latest_invoice)})
    intent = str(payments.data[0].payment.payment_intent)
    found = await client.v1.invoice_payments.list_async(
        {"payment": {"type": "payment_intent", "payment_intent": intent}}
    )
    assert [payment.invoice for payment in found.data] == [subscription.latest_invoice]
    await client.v1.refunds.create_async({"payment_intent": intent, "amount": 900})
    with pytest.raises(stripe.InvalidRequestError):
        await client.v1.refunds.create_async({"payment_intent": intent, "amount": 1001})
    await client.v1.refunds.create_async({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async({"payment_intent": intent})
    assert refused.value.code == "charge_already_refunded"
    events = await receiver.until(lambda came: came.count("charge.refunded") == 2)
    told = [event["data"]["object"]["refunded"] for event in events if event["type"] == "charge.refunded"]
    assert sorted(told) == [False, True]


async def test_a_dispute_is_made_and_settled(
    sandbox: RunningSandbox, client: stripe.StripeClient, receiver: Receiver
) -> None:
    prices, customer = await plans(client), await payer(client)
    await subscribe(client, customer, prices.pro)
    charge = (await client.v1.charges.list_async({"customer": customer.id})).data[0]
    made = await sandbox.client.request("POST", "/control/stripe/disputes", json={"charge": charge.id})
    assert (await client.v1.charges.retrieve_async(charge.id)).disputed
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await client.v1.refunds.create_async({"charge": charge.id})
    assert refused.value.code == "charge_disputed"
    await sandbox.client.request("POST", f"/control/stripe/disputes/{made['id']}/close", json={"status": "won"})
    assert (await client.v1.disputes.retrieve_async(made["id"])).status == "won"
    await receiver.got("charge.dispute.created", "charge.dispute.closed", "charge.dispute.funds_reinstated")


async def test_the_next_charge_fails_as_asked(sandbox: RunningSandbox, client: stripe.StripeClient) -> None:
    prices, customer = await plans(client), await payer(client)
    await sandbox.client.request("POST", "/control/stripe/decline", json={"reason": "insufficient_funds"})
    failed = await subscribe(client, customer, prices.pro)
    assert failed.status == "incomplete"
    charge = (await client.v1.charges.list_async({"customer": customer.id})).data[0]
    assert charge.outcome is not None
    assert charge.outcome.reason == "insufficient_funds"
    assert (await subscribe(client, customer, prices.pro)).status == "active"
