"""Plans paid by card that change: up, down, cancelled, renewed, due."""

from datetime import timedelta

import pytest

from core.accounts.models import User
from core.billing.models import SubscriptionStatus
from core.billing.plan_changes import (
    SamePlan,
    cancel_subscription,
    change_plan,
    quote_change,
    resume_subscription,
    withdraw_change,
)
from tests.jobs.stripe_house import StripeHouse
from tests.stripe_sandbox import (
    GOOD_CARD,
)


async def test_an_upgrade_counts_at_once_and_costs_what_was_quoted(house: StripeHouse, ann: User) -> None:
    await house.buy(ann, "starter")
    await house.settle()
    quote = await quote_change(house.deps, owner_id=ann.id, plan_key="pro")
    assert quote.starts_at is None
    changed = await change_plan(house.deps, owner_id=ann.id, plan_key="pro", asked_at=quote.asked_at)
    assert changed.pay_url is None
    await house.work()
    assert await house.plan(ann) == "pro"
    assert [payment.amount for payment in await house.paid(ann)] == [900, quote.cents]
    with pytest.raises(SamePlan):
        await quote_change(house.deps, owner_id=ann.id, plan_key="pro")


async def test_a_downgrade_counts_from_the_next_period_and_can_be_withdrawn(house: StripeHouse, ann: User) -> None:
    await house.buy(ann, "pro")
    await house.settle()
    quote = await quote_change(house.deps, owner_id=ann.id, plan_key="starter")
    assert (quote.cents, quote.starts_at is None) == (0, False)
    await change_plan(house.deps, owner_id=ann.id, plan_key="starter", asked_at=quote.asked_at)
    await house.settle()
    row = await house.row(ann)
    assert row is not None
    assert (row.plan_key, row.pending_plan_key, row.pending_from) == ("pro", "starter", quote.starts_at)
    await withdraw_change(house.deps, owner_id=ann.id)
    await house.settle()
    row = await house.row(ann)
    assert row is not None
    assert (row.plan_key, row.pending_plan_key) == ("pro", None)


async def test_cancelling_keeps_the_plan_to_the_end_and_can_be_taken_back(house: StripeHouse, ann: User) -> None:
    await house.buy(ann)
    await house.settle()
    ends_at = await cancel_subscription(house.deps, owner_id=ann.id)
    await house.work()
    row = await house.row(ann)
    assert row is not None
    assert (row.status, row.cancel_at) == (SubscriptionStatus.CANCELLED, ends_at)
    await resume_subscription(house.deps, owner_id=ann.id)
    await house.work()
    row = await house.row(ann)
    assert row is not None
    assert (row.status, row.cancel_at) == (SubscriptionStatus.ACTIVE, None)
    await cancel_subscription(house.deps, owner_id=ann.id)
    await house.work()
    await house.pass_time(timedelta(days=32))
    await house.settle()
    assert await house.plan(ann) == "free"
    assert await house.told(ann.id) == [
        "billing.started",
        "billing.cancelled",
        "billing.resumed",
        "billing.cancelled",
        "billing.expired",
    ]


async def test_a_renewal_is_paid_and_moves_the_period(house: StripeHouse, ann: User) -> None:
    await house.buy(ann)
    await house.settle()
    before = await house.row(ann)
    assert before is not None
    ended_at = before.period_end
    await house.pass_time(timedelta(days=32))
    await house.settle()
    after = await house.row(ann)
    assert after is not None
    assert (after.status, after.period_start) == (SubscriptionStatus.ACTIVE, ended_at)
    assert [payment.amount for payment in await house.paid(ann)] == [1900, 1900]


async def test_a_renewal_that_fails_is_due_until_another_card_pays(house: StripeHouse, ann: User) -> None:
    await house.buy(ann, card=GOOD_CARD)
    await house.settle()
    row = await house.row(ann)
    assert row is not None
    await _use_card(house, str(row.customer_id), "pm_card_chargeCustomerFail")
    await house.pass_time(timedelta(days=32))
    await house.settle()
    row = await house.row(ann)
    assert row is not None
    assert row.status == SubscriptionStatus.PAST_DUE
    assert row.grace_until is not None
    assert await house.plan(ann) == "pro"
    assert (await house.told(ann.id))[-1] == "billing.past_due"
    await _use_card(house, str(row.customer_id), "pm_card_visa")
    due = (await house.payments.customer(str(row.customer_id))).invoices[-1]
    await house.stripe.call("POST", f"invoices/{due.id}/pay")
    await house.settle()
    row = await house.row(ann)
    assert row is not None
    assert (row.status, row.grace_until) == (SubscriptionStatus.ACTIVE, None)
    assert (await house.told(ann.id))[-1] == "billing.recovered"


async def _use_card(house: StripeHouse, customer_id: str, card: str) -> None:
    method = await house.stripe.call("POST", f"payment_methods/{card}/attach", {"customer": customer_id})
    form = {"invoice_settings[default_payment_method]": method["id"]}
    await house.stripe.call("POST", f"customers/{customer_id}", form)
    for subscription in (await house.payments.customer(customer_id)).subscriptions:
        form = {"default_payment_method": method["id"]}
        await house.stripe.call("POST", f"subscriptions/{subscription.id}", form)
