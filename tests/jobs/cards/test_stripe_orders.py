"""Stripe's events in any order, several times, late or never: the end is what Stripe has.

The story is lived once in the sandbox's Stripe, and what could be read there after each step is kept. Each example
tells its events anew, at random moments of the story, to a house that reads what there was to read at that moment.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from core import ids
from core.billing.models import SubscriptionStatus
from core.billing.stripe_events import note_stripe_event
from core.clock import FixedClock
from core.deps import Deps
from core.providers.payments.account import StripeAccount
from core.providers.payments.contract import CheckoutOrder, SeenCustomer, SeenEvent, SeenPrice
from jobs.stripe import resync
from tests.factories import make_user
from tests.jobs.stripe_house import StripeHouse
from tests.recording_queue import RecordingQueue
from tests.stripe_sandbox import PLANS, StripeSandbox, stripe_sandbox

OWNER = "11111111-1111-7111-8111-111111111111"
EXAMPLES = 15


@dataclass(frozen=True, slots=True)
class Step:
    """What could be read after something had happened, and what was told of it."""

    name: str
    at: datetime
    customer: SeenCustomer
    events: Sequence[SeenEvent]


@dataclass(frozen=True, slots=True)
class Story:
    steps: Sequence[Step]
    prices: dict[str, SeenPrice]

    @property
    def customer_id(self) -> str:
        return self.steps[0].customer.id


class Remembered(StripeAccount):
    """Stripe as it was at a step of the story. What it is asked to do it only notes."""

    def __init__(self, deps: Deps, story: Story) -> None:
        super().__init__(deps.http, key=SecretStr("sk_test_remembered"))
        self.story = story
        self.step = 0
        self.ended: list[str] = []

    async def customer(self, customer_id: str) -> SeenCustomer:
        assert customer_id == self.story.customer_id
        await asyncio.sleep(0)
        return self.story.steps[self.step].customer

    async def customer_behind(self, payment_id: str) -> str | None:
        return self.story.customer_id

    async def price(self, price_id: str) -> SeenPrice:
        return self.story.prices[price_id]

    async def customers(self) -> AsyncIterator[str]:
        yield self.story.customer_id

    async def cancel_at_once(self, subscription_id: str) -> None:
        self.ended.append(subscription_id)


@pytest.fixture(scope="module")
async def story() -> Story:
    async with stripe_sandbox() as stripe:
        return await Living(stripe).whole()


@dataclass(slots=True)
class Living:
    """Somebody's life as a customer, step by step."""

    stripe: StripeSandbox
    steps: list[Step] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    customer_id: str = ""

    async def whole(self) -> Story:
        await self._pay()
        await self._renew("renewed")
        await self._use_card("pm_card_chargeCustomerFail")
        await self._renew("failed")
        await self._use_card("pm_card_visa")
        due = (await self.stripe.account.customer(self.customer_id)).invoices[-1]
        await self.stripe.call("POST", f"invoices/{due.id}/pay")
        await self._keep("recovered")
        await self._upgrade()
        (subscription,) = (await self.stripe.account.customer(self.customer_id)).subscriptions
        await self.stripe.account.cancel_at_period_end(subscription)
        await self._keep("cancelled")
        last = (await self.stripe.account.customer(self.customer_id)).invoices[-1]
        await self.stripe.account.refund(last.payment_ids[0], key="refund")
        await self._keep("refunded")
        prices = [await self.stripe.account.price_for(plan.plan_key) for plan in PLANS]
        return Story(self.steps, {price.id: price for price in prices if price})

    async def _pay(self) -> None:
        account = self.stripe.account
        self.customer_id = await account.customer_for(owner=OWNER, name="Ann")
        price = await account.price_for("starter")
        assert price is not None
        order = CheckoutOrder(self.customer_id, OWNER, "starter", price.id, "http://x.test/d", "http://x.test/l", "one")
        await self.stripe.pay((await account.open_checkout(order)).url)
        await self._keep("paid")

    async def _renew(self, name: str) -> None:
        await self.stripe.advance(timedelta(days=31, hours=3))
        await self._keep(name)

    async def _upgrade(self) -> None:
        (before,) = (await self.stripe.account.customer(self.customer_id)).subscriptions
        price = await self.stripe.account.price_for("pro")
        assert price is not None
        quote = await self.stripe.account.quote_change(before, price_id=price.id)
        await self.stripe.account.change_now(
            before, price_id=price.id, asked_at=self.stripe.now(), key=f"{quote.cents}"
        )
        await self._keep("upgraded")

    async def _use_card(self, card: str) -> None:
        method = await self.stripe.call("POST", f"payment_methods/{card}/attach", {"customer": self.customer_id})
        for subscription in (await self.stripe.account.customer(self.customer_id)).subscriptions:
            form = {"default_payment_method": method["id"]}
            await self.stripe.call("POST", f"subscriptions/{subscription.id}", form)

    async def _keep(self, name: str) -> None:
        since = self.stripe.now() - timedelta(days=365)
        told = [event async for event in self.stripe.account.events(since=since) if event.id not in self.known]
        self.known |= {event.id for event in told}
        customer = await self.stripe.account.customer(self.customer_id)
        self.steps.append(Step(name, self.stripe.now(), customer, told[::-1]))


def test_the_story_is_what_it_should_be(story: Story) -> None:
    states = [(step.name, step.customer.subscriptions[0].state) for step in story.steps]
    assert states == [
        ("paid", "active"),
        ("renewed", "active"),
        ("failed", "past_due"),
        ("recovered", "active"),
        ("upgraded", "active"),
        ("cancelled", "active"),
        ("refunded", "active"),
    ]
    assert [step.customer.subscriptions[0].price.plan_key for step in story.steps][-3:] == ["pro"] * 3
    assert story.steps[-2].customer.subscriptions[0].cancel_at is not None
    assert all(step.events for step in story.steps)


ENDS = [
    SubscriptionStatus.ACTIVE,
    SubscriptionStatus.ACTIVE,
    SubscriptionStatus.PAST_DUE,
    SubscriptionStatus.ACTIVE,
    SubscriptionStatus.ACTIVE,
    SubscriptionStatus.CANCELLED,
    SubscriptionStatus.EXPIRED,
]
"""What the last thing heard of comes to, step by step."""


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_in_whatever_order_and_number_events_come_the_end_is_what_stripe_has(
    deps: Deps, clock: FixedClock, queue: RecordingQueue, story: Story, data: st.DataObject
) -> None:
    last = data.draw(st.integers(0, len(story.steps) - 1), label="breaks off at")
    heard: list[list[SeenEvent]] = [[] for _ in range(last + 1)]
    for number, step in enumerate(story.steps[: last + 1]):
        for event in step.events:
            for when in data.draw(st.lists(st.integers(number, last), max_size=3), label=event.type):
                heard[when].append(event)
    for events in heard:
        data.draw(st.randoms(use_true_random=False)).shuffle(events)
    everything = await Hearing(deps, clock, queue, story).end_of(heard)
    only_the_last = await Hearing(deps, clock, queue, story).end_of([[] for _ in heard])
    assert everything == only_the_last
    assert everything["status"] == ENDS[last]
    whole = story.steps[last].customer
    assert everything["paid"] == sorted(bill.paid_cents for bill in whole.invoices if bill.payment_ids)
    assert everything["refunded"] == sum(refund.cents for refund in whole.refunds)


COMPARED = ("status", "plan_key", "period_start", "period_end", "cancel_at", "grace_until", "pending_plan_key")


class Hearing:
    """Somebody new who lives the same story; their house hears only some of it, and asks Stripe in the end."""

    def __init__(self, deps: Deps, clock: FixedClock, queue: RecordingQueue, story: Story) -> None:
        self.deps, self.clock, self.queue, self.story = deps, clock, queue, story
        self.suffix = ids.new().hex

    async def end_of(self, heard: Sequence[Sequence[SeenEvent]]) -> dict[str, Any]:
        self.queue.clear()
        self.clock.at = self.story.steps[0].at - timedelta(days=1)
        async with self.deps.tx() as tx:
            owner = await make_user(tx)
        steps = [replace(step, customer=self._mine(step.customer, str(owner.id))) for step in self.story.steps]
        remembered = Remembered(self.deps, replace(self.story, steps=steps))
        house = StripeHouse(replace(self.deps, payments=remembered), self.clock, self.queue, began=self.clock.at)
        for number, events in enumerate(heard):
            self.clock.at, remembered.step = self.story.steps[number].at, number
            async with self.deps.tx() as tx:
                for event in events:
                    mine = replace(event, id=self._own(event.id), subject=remembered.story.customer_id)
                    await note_stripe_event(tx, mine, source="webhook")
            await house.work()
        await resync(house.deps)
        await house.work()
        row, paid = await house.row(owner), await house.paid(owner)
        assert row is not None
        assert await house.unfinished() == 0
        return {name: getattr(row, name) for name in COMPARED} | {
            "paid": sorted(payment.amount for payment in paid),
            "refunded": sum(payment.refunded for payment in paid),
            "plan": await house.plan(owner),
            "started": (await house.told(owner.id)).count("billing.started"),
            "ended_at_stripe": bool(remembered.ended),
        }

    def _mine(self, customer: SeenCustomer, owner: str) -> SeenCustomer:
        """Under names of their own."""
        return replace(
            customer,
            id=self._own(customer.id),
            owner=owner,
            subscriptions=[
                replace(each, id=self._own(each.id), customer_id=self._own(each.customer_id), owner=owner)
                for each in customer.subscriptions
            ],
            invoices=[
                replace(
                    bill,
                    id=self._own(bill.id),
                    subscription_id=self._own(bill.subscription_id or ""),
                    payment_ids=tuple(map(self._own, bill.payment_ids)),
                )
                for bill in customer.invoices
            ],
            refunds=[
                replace(refund, id=self._own(refund.id), payment_id=self._own(refund.payment_id))
                for refund in customer.refunds
            ],
        )

    def _own(self, name: str) -> str:
        return f"{name}{self.suffix}"
