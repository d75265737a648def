"""What the rail says becomes the user's row, whatever came before."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.billing.models import Rail, SubscriptionStatus
from core.billing.queries import Feature, entitlement_of
from core.billing.service import hold_quota
from core.billing.subscriptions import link_customer, revoke, take_in
from core.tx import Tx
from tests.core.billing.remote import MONTH, later, paid, plan_key, row_of
from tests.core.billing.told import told, trail
from tests.factories import make_user

DAY = timedelta(days=1)


async def test_what_is_paid_is_in_force_at_once_and_told_once(tx: Tx) -> None:
    owner = await make_user(tx)
    for key in ("1", "1", "2"):
        row = await take_in(tx, seen=paid(tx, owner.id), source="test", key=key)
        assert row is not None
        assert (row.status, row.plan_key, row.version) == (SubscriptionStatus.ACTIVE, "pro", 1)
    assert await plan_key(tx, owner.id) == "pro"
    assert await told(tx, owner.id) == ["started"]
    assert await trail(tx, owner.id) == ["subscription.started", "entitlement.changed"]


async def test_a_subscription_is_known_by_its_customer(tx: Tx) -> None:
    owner = await make_user(tx)
    await link_customer(tx, owner_id=owner.id, rail=Rail.STRIPE, customer_id="cus_9")
    row = await take_in(tx, seen=paid(tx, None, customer_id="cus_9"), source="test", key="1")
    assert row is not None
    assert row.owner_id == owner.id


async def test_what_nobody_knows_is_left_alone(tx: Tx) -> None:
    assert await take_in(tx, seen=paid(tx, None), source="test", key="1") is None


@pytest.mark.parametrize("status", ["incomplete", "expired"])
async def test_what_was_never_paid_is_no_plan(tx: Tx, status: str) -> None:
    owner = await make_user(tx)
    assert await take_in(tx, seen=paid(tx, owner.id, status=status), source="test", key="1") is None
    assert await plan_key(tx, owner.id) == "free"


async def test_a_price_that_is_not_ours_gives_nothing_and_takes_nothing(tx: Tx) -> None:
    owner = await make_user(tx)
    assert await take_in(tx, seen=paid(tx, owner.id, plan_key=None), source="test", key="1") is None
    assert await trail(tx, owner.id) == ["subscription.unknown_price"]
    await take_in(tx, seen=paid(tx, owner.id), source="test", key="2")
    await take_in(tx, seen=paid(tx, owner.id, plan_key=None), source="test", key="3")
    assert await plan_key(tx, owner.id) == "pro"


async def test_an_end_is_an_end_whatever_clock_the_rail_goes_by(tx: Tx) -> None:
    owner = await make_user(tx)
    await take_in(tx, seen=paid(tx, owner.id), source="test", key="1")
    await take_in(tx, seen=paid(tx, owner.id, status="cancelled", ended_at=tx.now + MONTH), source="test", key="2")
    assert (await row_of(tx, owner.id)).status == SubscriptionStatus.EXPIRED
    assert await plan_key(tx, owner.id) == "free"
    assert await told(tx, owner.id) == ["started", "expired"]


async def test_what_is_cancelled_stays_until_its_end_and_can_be_resumed(tx: Tx) -> None:
    owner = await make_user(tx)
    active = paid(tx, owner.id)
    await take_in(tx, seen=active, source="test", key="1")
    await take_in(tx, seen=replace(active, cancel_at=active.period_end), source="test", key="2")
    assert (await row_of(tx, owner.id)).status == SubscriptionStatus.CANCELLED
    assert await plan_key(later(tx, MONTH - DAY), owner.id) == "pro"
    assert await plan_key(later(tx, MONTH), owner.id) == "free"
    await take_in(tx, seen=active, source="test", key="3")
    assert await told(tx, owner.id) == ["started", "cancelled", "resumed"]


async def test_what_was_heard_earlier_changes_nothing(tx: Tx) -> None:
    owner = await make_user(tx)
    active = paid(tx, owner.id, seen_at=tx.now)
    cancelled = replace(active, cancel_at=active.period_end, seen_at=tx.now + DAY)
    await take_in(tx, seen=cancelled, source="test", key="2")
    await take_in(tx, seen=active, source="test", key="1")
    assert (await row_of(tx, owner.id)).status == SubscriptionStatus.CANCELLED


async def test_of_two_that_are_paid_the_first_counts(tx: Tx) -> None:
    owner = await make_user(tx)
    await take_in(tx, seen=paid(tx, owner.id), source="test", key="1")
    row = await take_in(tx, seen=paid(tx, owner.id, id="sub_2", plan_key="business"), source="test", key="2")
    assert row is not None
    assert (row.remote_id, row.plan_key) == ("sub_1", "pro")
    assert "subscription.second" in await trail(tx, owner.id)


async def test_the_second_counts_once_the_first_is_over(tx: Tx) -> None:
    owner = await make_user(tx)
    first, second = paid(tx, owner.id), paid(tx, owner.id, id="sub_2", plan_key="starter")
    for key, seen in enumerate((first, second, replace(first, status="cancelled", ended_at=tx.now), second)):
        await take_in(tx, seen=seen, source="test", key=str(key))
    assert await plan_key(tx, owner.id) == "starter"


async def test_news_of_an_old_one_does_not_end_the_present_one(tx: Tx) -> None:
    owner = await make_user(tx)
    old = paid(tx, owner.id, id="sub_0", status="cancelled", ended_at=tx.now - DAY)
    await take_in(tx, seen=old, source="test", key="1")
    await take_in(tx, seen=paid(tx, owner.id), source="test", key="2")
    await take_in(tx, seen=old, source="test", key="3")
    assert await plan_key(tx, owner.id) == "pro"


async def test_a_smaller_plan_begins_when_it_was_planned(tx: Tx) -> None:
    owner = await make_user(tx)
    active = paid(tx, owner.id)
    planned = replace(active, pending_plan_key="starter", pending_from=active.period_end)
    await take_in(tx, seen=active, source="test", key="1")
    await take_in(tx, seen=planned, source="test", key="2")
    assert await plan_key(later(tx, MONTH - DAY), owner.id) == "pro"
    assert await plan_key(later(tx, MONTH), owner.id) == "starter"
    assert await told(tx, owner.id) == ["started", "change_planned"]


async def test_what_we_ended_ourselves_stays_ended(tx: Tx) -> None:
    owner = await make_user(tx)
    row = await take_in(tx, seen=paid(tx, owner.id), source="test", key="1")
    assert row is not None
    await revoke(tx, row, source="test", key="2", why="refund")
    await take_in(tx, seen=paid(tx, owner.id), source="test", key="3")
    assert await plan_key(tx, owner.id) == "free"


async def test_a_change_in_the_middle_of_a_period_keeps_what_was_used(tx: Tx) -> None:
    owner = await make_user(tx)
    starter = paid(tx, owner.id, plan_key="starter")
    await take_in(tx, seen=starter, source="test", key="1")
    await hold_quota(tx, owner_id=owner.id, feature=Feature.POSTS, amount=150, reason="test")
    await take_in(tx, seen=replace(starter, plan_key="pro"), source="test", key="2")
    now = await entitlement_of(tx.session, owner_id=owner.id, feature=Feature.POSTS, now=tx.now)
    assert (now.plan, now.limit, now.used) == ("pro", 1_000, 150)
    assert now.resets_at == starter.period_end


async def test_a_renewal_that_is_heard_of_late_takes_nothing_away(tx: Tx) -> None:
    owner = await make_user(tx)
    first = paid(tx, owner.id, period_end=tx.now + MONTH)
    await take_in(tx, seen=first, source="test", key="1")
    unheard = later(tx, MONTH + timedelta(hours=2))
    await hold_quota(unheard, owner_id=owner.id, feature=Feature.POSTS, amount=7, reason="test")
    renewed = replace(first, period_start=first.period_end, period_end=first.period_end + MONTH)
    await take_in(unheard, seen=renewed, source="test", key="2")
    now = await entitlement_of(tx.session, owner_id=owner.id, feature=Feature.POSTS, now=unheard.now)
    assert (now.plan, now.used, now.period_start) == ("pro", 7, first.period_end)
    assert await plan_key(later(tx, MONTH + MONTH + timedelta(days=4)), owner.id) == "free"
