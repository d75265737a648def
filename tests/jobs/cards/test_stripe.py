"""What becomes of what Stripe tells: plans, payments, messages; and of what it doesn't tell."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr

from core.accounts.models import User
from core.billing.checkout import (
    AlreadySubscribed,
    CardsNotTaken,
    CheckoutNotFound,
    NothingPaid,
    Outcome,
    PlanNotSold,
    checkout_state,
    open_portal,
    start_checkout,
)
from core.billing.models import SubscriptionStatus
from core.billing.stripe_events import claim_events, note_stripe_event, push_due_events
from core.billing.stripe_models import EventStatus
from core.billing.trials import start_trial
from core.clock import FixedClock
from core.deps import Deps
from core.providers.payments.account import StripeAccount
from core.providers.payments.contract import CheckoutOrder, SeenEvent
from jobs.stripe import look_into, missed_events, resync
from tests.factories import make_user
from tests.jobs.stripe_house import StripeHouse, house_with
from tests.recording_queue import RecordingQueue
from tests.stripe_sandbox import (
    DECLINED_CARD,
    FAILS_LATER_CARD,
    StripeSandbox,
    checkout_id_in,
)


async def test_who_has_paid_has_the_plan_and_is_told_once(house: StripeHouse, ann: User) -> None:
    await house.buy(ann)
    assert await house.plan(ann) == "free"
    await house.settle()
    row, (payment,) = await house.row(ann), await house.paid(ann)
    assert row is not None
    assert (row.status, row.plan_key, row.rail) == (SubscriptionStatus.ACTIVE, "pro", "stripe")
    assert (payment.amount, payment.currency, payment.plan_key, payment.remote_id) == (
        1900,
        "USD",
        "pro",
        row.remote_id,
    )
    assert await house.plan(ann) == "pro"
    assert await house.told(ann.id) == ["billing.started"]
    assert await house.unfinished() == 0
    await resync(house.deps)
    await house.work()
    assert await house.told(ann.id) == ["billing.started"]
    assert len(await house.paid(ann)) == 1


async def test_a_payment_converts_the_trial(house: StripeHouse, ann: User) -> None:
    async with house.deps.tx() as tx:
        await start_trial(tx, owner_id=ann.id)
    await house.buy(ann, "starter")
    await house.settle()
    assert await house.plan(ann) == "starter"


async def test_a_declined_card_changes_nothing(house: StripeHouse, ann: User) -> None:
    await house.buy(ann, card=DECLINED_CARD)
    await house.settle()
    assert (await house.plan(ann), await house.paid(ann), await house.told(ann.id)) == ("free", [], [])


async def test_asking_to_pay_again_leads_to_the_page_that_is_open(house: StripeHouse, ann: User) -> None:
    first = await start_checkout(house.deps, owner_id=ann.id, plan_key="pro")
    assert await start_checkout(house.deps, owner_id=ann.id, plan_key="pro") == first
    other = await start_checkout(house.deps, owner_id=ann.id, plan_key="starter")
    assert other != first
    await house.settle()
    assert (await house.stripe.pay(first)).status_code == 410
    await house.stripe.pay(other)
    await house.settle()
    assert await house.plan(ann) == "starter"


async def test_who_has_paid_cant_pay_on_a_page_that_was_left_open(house: StripeHouse, ann: User) -> None:
    left_open = await start_checkout(house.deps, owner_id=ann.id, plan_key="pro")
    wanted = await order(house, str(ann.id))
    await house.stripe.pay((await house.payments.open_checkout(wanted)).url)
    await house.settle()
    assert (await house.stripe.pay(left_open)).status_code == 410


async def test_who_has_a_plan_changes_it_and_doesnt_buy_another(house: StripeHouse, ann: User) -> None:
    await house.buy(ann)
    await house.settle()
    with pytest.raises(AlreadySubscribed):
        await start_checkout(house.deps, owner_id=ann.id, plan_key="business")


@pytest.mark.parametrize("plan_key", ["free", "nothing"])
async def test_what_isnt_sold_cant_be_bought(house: StripeHouse, ann: User, plan_key: str) -> None:
    with pytest.raises(PlanNotSold):
        await start_checkout(house.deps, owner_id=ann.id, plan_key=plan_key)


async def test_where_nobody_takes_cards_that_is_said(house: StripeHouse, ann: User) -> None:
    with pytest.raises(CardsNotTaken):
        await start_checkout(replace(house.deps, payments=None), owner_id=ann.id, plan_key="pro")
    with pytest.raises(NothingPaid):
        await open_portal(house.deps, owner_id=ann.id)


async def test_a_crash_after_the_customer_was_made_leaves_no_second_one(house: StripeHouse, ann: User) -> None:
    made = await house.payments.customer_for(owner=str(ann.id), name="Ann")
    await house.buy(ann)
    await house.settle()
    row = await house.row(ann)
    assert row is not None
    assert row.customer_id == made


async def order(house: StripeHouse, owner: str, *, price_id: str = "") -> CheckoutOrder:
    price = await house.payments.price_for("pro")
    assert price is not None
    return CheckoutOrder(
        customer_id=await house.payments.customer_for(owner=owner, name="Ann"),
        owner=owner,
        plan_key="pro",
        price_id=price_id or price.id,
        success_url="http://127.0.0.1:1/done",
        cancel_url="http://127.0.0.1:1/left",
        key=f"test:{owner}:{price_id}:{house.clock.now().isoformat()}",
    )


async def test_of_two_that_were_paid_the_second_ends_and_its_money_goes_back(house: StripeHouse, ann: User) -> None:
    wanted = await order(house, str(ann.id))
    pages = [await house.payments.open_checkout(replace(wanted, key=f"{wanted.key}:{n}")) for n in range(2)]
    for page in pages:
        await house.stripe.pay(page.url)
    await house.settle()
    await house.settle()
    seen = await house.payments.customer(wanted.customer_id)
    assert [subscription.state for subscription in seen.subscriptions] == ["active", "canceled"]
    assert [refund.cents for refund in seen.refunds] == [1900]
    row, paid = await house.row(ann), await house.paid(ann)
    assert row is not None
    assert (row.remote_id, row.status) == (seen.subscriptions[0].id, SubscriptionStatus.ACTIVE)
    assert {payment.remote_id: payment.refunded for payment in paid} == {
        seen.subscriptions[0].id: 0,
        seen.subscriptions[1].id: 1900,
    }
    assert sorted(await house.told(ann.id)) == ["billing.second", "billing.started"]


async def test_what_nobody_here_has_bought_waits_and_is_taken_in_when_it_is_known_whose_it_is(
    house: StripeHouse, ann: User
) -> None:
    wanted = await order(house, "somebody-elses-shop")
    page = await house.payments.open_checkout(wanted)
    await house.stripe.pay(page.url)
    await house.settle()
    assert {event.status for event in await house.events() if event.next_at} == {EventStatus.PARKED}
    assert await house.plan(ann) == "free"
    form = {"metadata[owner_id]": str(ann.id)}
    await house.stripe.call("POST", f"customers/{wanted.customer_id}", form)
    house.clock.advance(timedelta(hours=1))
    async with house.deps.tx() as tx:
        assert await push_due_events(tx) > 0
    await house.work()
    assert await house.plan(ann) == "pro"
    assert await house.unfinished() == 0


async def test_what_nobody_ever_claims_is_given_up_after_three_days_and_admins_are_told(
    house: StripeHouse, admin: User
) -> None:
    wanted = await order(house, "nobodys")
    await house.stripe.pay((await house.payments.open_checkout(wanted)).url)
    await house.settle()
    for wait in (timedelta(days=1), timedelta(days=2, seconds=1)):
        assert await house.told(admin.id) == []
        house.clock.advance(wait)
        async with house.deps.tx() as tx:
            await push_due_events(tx)
        await house.work()
    assert await house.unfinished() == 0
    assert await house.told(admin.id) == ["billing.given_up"]
    assert EventStatus.GIVEN_UP in {event.status for event in await house.events()}


@pytest.mark.parametrize(
    "price",
    [
        {"currency": "usd", "unit_amount": "700", "metadata[plan]": ""},
        {"currency": "eur", "unit_amount": "1900", "metadata[plan]": "pro"},
        {"currency": "usd", "unit_amount": "700", "metadata[plan]": "platinum"},
    ],
    ids=["unknown", "another currency", "a plan that isn't there"],
)
async def test_a_price_that_isnt_ours_gives_no_plan_and_admins_are_told(
    house: StripeHouse, ann: User, admin: User, price: dict[str, str]
) -> None:
    form = {"product": "postaify_pro", "recurring[interval]": "month", **price}
    made = await house.stripe.call("POST", "prices", form)
    wanted = await order(house, str(ann.id), price_id=made["id"])
    await house.stripe.pay((await house.payments.open_checkout(wanted)).url)
    await house.settle()
    await house.settle()
    assert await house.plan(ann) == "free"
    assert [payment.amount for payment in await house.paid(ann)] == [int(price["unit_amount"])]
    assert await house.told(admin.id) == ["billing.unknown_price"]
    assert await house.unfinished() == 0


async def test_a_refund_in_the_dashboard_ends_the_plan_here_and_there(
    house: StripeHouse, ann: User, admin: User
) -> None:
    await house.buy(ann)
    await house.settle()
    (payment,), row = await house.paid(ann), await house.row(ann)
    assert row is not None
    await house.stripe.call("POST", "refunds", {"payment_intent": payment.charge_id})
    await house.settle()
    await house.settle()
    assert await house.plan(ann) == "free"
    (subscription,) = (await house.payments.customer(str(row.customer_id))).subscriptions
    assert subscription.state == "canceled"
    assert await house.told(admin.id) == ["billing.refund"]
    assert (await house.told(ann.id))[-1] == "billing.expired"


async def test_a_dispute_ends_the_plan_although_its_event_names_no_customer(
    house: StripeHouse, ann: User, admin: User
) -> None:
    await house.buy(ann, card="4000 0000 0000 0259")
    await house.settle()
    await house.settle()
    assert await house.plan(ann) == "free"
    assert await house.told(admin.id) == ["billing.dispute"]


async def test_while_stripe_is_away_events_wait(house: StripeHouse, ann: User) -> None:
    await house.buy(ann)
    await missed_events(house.deps, house.payments, since=house.began)
    there = house.deps
    dead = StripeAccount(there.http, key=SecretStr("sk_test_nothing"), base_url="http://127.0.0.1:9")
    house.deps = replace(there, payments=dead)
    await house.work()
    waiting = [event for event in await house.events() if event.next_at]
    assert {event.status for event in waiting} == {EventStatus.WAITING}
    assert all(event.problem and event.problem["code"] == "payments.unavailable" for event in waiting)
    assert {event.attempts for event in waiting} == {1}
    house.deps = there
    house.clock.advance(timedelta(minutes=1))
    async with there.tx() as tx:
        await push_due_events(tx)
    await house.work()
    assert await house.plan(ann) == "pro"


async def test_several_workers_on_the_same_events_do_it_once(
    concurrent_deps: Deps, clock: FixedClock, queue: RecordingQueue, stripe_there: StripeSandbox
) -> None:
    house = house_with(concurrent_deps, clock, queue, stripe_there)
    async with house.deps.tx() as tx:
        ann = await make_user(tx)
    await house.buy(ann)
    await missed_events(house.deps, house.payments, since=house.began)
    row = (await house.events())[-1]
    await asyncio.gather(*(look_into(house.deps, str(row.subject)) for _ in range(6)))
    assert await house.plan(ann) == "pro"
    assert len(await house.paid(ann)) == 1
    assert await house.told(ann.id) == ["billing.started"]


async def test_what_a_dead_worker_held_is_taken_up_again(house: StripeHouse, ann: User) -> None:
    await house.buy(ann)
    await missed_events(house.deps, house.payments, since=house.began)
    customer_id = str((await house.events())[-1].subject)
    async with house.deps.tx() as tx:
        assert await claim_events(tx, customer_id) is not None
    await house.work()
    assert await house.plan(ann) == "free"
    house.clock.advance(timedelta(minutes=5))
    async with house.deps.tx() as tx:
        assert await push_due_events(tx) > 0
    await house.work()
    assert await house.plan(ann) == "pro"


async def test_an_event_that_comes_while_its_customer_is_looked_into_has_its_own_look(
    house: StripeHouse, ann: User
) -> None:
    async with house.deps.tx() as tx:
        early = SeenEvent("evt_early", "invoice.paid", False, house.clock.now(), "cus_1")
        await note_stripe_event(tx, early, source="webhook")
        claimed = await claim_events(tx, "cus_1")
        late = SeenEvent("evt_late", "invoice.paid", False, house.clock.now(), "cus_1")
        await note_stripe_event(tx, late, source="webhook")
        assert await claim_events(tx, "cus_1") is None
    assert claimed is not None
    assert claimed.event_ids == ["evt_early"]


async def test_the_page_after_paying_says_how_far_it_is(house: StripeHouse, ann: User) -> None:
    url = await start_checkout(house.deps, owner_id=ann.id, plan_key="pro")
    checkout_id = checkout_id_in(url)
    opened = await checkout_state(house.deps, checkout_id)
    assert (opened.outcome, opened.url) == (Outcome.OPEN, url)
    await house.stripe.pay(url)
    assert (await checkout_state(house.deps, checkout_id)).outcome is Outcome.CONFIRMING
    await house.settle()
    assert (await checkout_state(house.deps, checkout_id)).outcome is Outcome.PAID
    with pytest.raises(CheckoutNotFound):
        await checkout_state(house.deps, "cs_somebody_elses")


async def test_a_card_that_fails_later_fails_the_first_payment_too(house: StripeHouse, ann: User) -> None:
    await house.buy(ann, card=FAILS_LATER_CARD)
    await house.settle()
    assert await house.plan(ann) == "free"
