"""Accounts at Stripe as people leave them: customers deleted in the dashboard, and what `billing sync` makes."""

import io

import pytest
from rich.console import Console

from core.accounts.models import User
from core.billing.checkout import NothingPaid, open_portal, start_checkout
from core.billing.models import Rail
from core.billing.stripe_models import EventStatus
from core.billing.subscriptions import customer_id_of, link_customer
from jobs.stripe_chores import sync
from tests.jobs.stripe_house import StripeHouse
from tests.stripe_sandbox import checkout_id_in


async def linked(house: StripeHouse, owner: User) -> str | None:
    async with house.deps.read() as session:
        return await customer_id_of(session, owner_id=owner.id, rail=Rail.STRIPE)


async def deleted(house: StripeHouse, owner: User) -> str:
    customer_id = await linked(house, owner)
    assert customer_id is not None
    await house.stripe.call("DELETE", f"customers/{customer_id}")
    return customer_id


async def test_a_deleted_customer_loses_the_plan_and_the_link_and_can_pay_again(house: StripeHouse, ann: User) -> None:
    await house.buy(ann)
    await house.settle()
    gone = await deleted(house, ann)
    await house.settle()
    assert (await house.plan(ann), await linked(house, ann), await house.unfinished()) == ("free", None, 0)
    await house.buy(ann, "starter")
    await house.settle()
    row = await house.row(ann)
    assert row is not None
    assert row.customer_id not in {None, gone}
    assert (row.customer_id, await house.plan(ann)) == (await linked(house, ann), "starter")
    assert [payment.amount for payment in await house.paid(ann)] == [1900, 900]


async def test_paying_works_before_it_was_told_that_the_customer_is_deleted(house: StripeHouse, ann: User) -> None:
    """The page that was open is the deleted customer's, and so is the one that the idempotency key stands for."""
    left_open = await start_checkout(house.deps, owner_id=ann.id, plan_key="pro")
    gone = [await deleted(house, ann)]
    second = await start_checkout(house.deps, owner_id=ann.id, plan_key="pro")
    gone.append(await deleted(house, ann))
    third = await start_checkout(house.deps, owner_id=ann.id, plan_key="pro")
    assert len({checkout_id_in(url) for url in (left_open, second, third)}) == 3
    assert len({*gone, await linked(house, ann)}) == 3
    await house.stripe.pay(third)
    await house.settle()
    assert (await house.plan(ann), await house.unfinished()) == ("pro", 0)


async def test_the_portal_of_a_deleted_customer_has_nothing_to_manage(house: StripeHouse, ann: User) -> None:
    await house.buy(ann)
    await house.settle()
    await deleted(house, ann)
    with pytest.raises(NothingPaid):
        await open_portal(house.deps, owner_id=ann.id)
    assert await linked(house, ann) is None


async def test_a_customer_that_another_account_had_is_made_anew(house: StripeHouse, ann: User) -> None:
    """Such as after the key was changed."""
    async with house.deps.tx() as tx:
        await link_customer(tx, owner_id=ann.id, rail=Rail.STRIPE, customer_id="cus_elsewhere")
    await house.buy(ann)
    await house.settle()
    row = await house.row(ann)
    assert row is not None
    assert (row.customer_id, await house.plan(ann)) == (await linked(house, ann), "pro")


async def test_the_account_is_set_up_once_with_a_portal_for_our_plans(house: StripeHouse) -> None:
    said = io.StringIO()
    for _ in range(2):
        await sync(house.deps, Console(file=said, width=200))
    lines = [line.split()[:2] for line in said.getvalue().splitlines()]
    assert [did for what, did in (line for line in lines if len(line) == 2) if what == "portal"] == ["created", "kept"]
    found = (await house.stripe.call("GET", "billing_portal/configurations?is_default=false"))["data"]
    offered = [entry["product"] for entry in found[0]["features"]["subscription_update"]["products"]]
    assert (len(found), offered) == (1, ["postaify_business", "postaify_pro", "postaify_starter"])


async def test_the_deletion_of_somebody_who_isnt_ours_is_nothing_to_wait_for(house: StripeHouse) -> None:
    made = await house.stripe.call("POST", "customers", {"name": "Somebody else's"})
    await house.stripe.call("DELETE", f"customers/{made['id']}")
    await house.settle()
    assert {event.status for event in await house.events()} == {EventStatus.DONE}
