"""What the rail says becomes our row, whatever came before."""

from dataclasses import replace
from datetime import timedelta

from core import ids
from core.billing.models import Rail, SubscriptionStatus
from core.billing.queries import plan_of, subscription_of
from core.billing.remote import RemoteSubscription
from core.billing.subscriptions import take_in
from core.tx import Tx
from tests.factories import make_user

MONTH = timedelta(days=30)


def paid(
    tx: Tx, owner_id: ids.UserId | None, *, remote_id: str = "sub_1", plan: str | None = "pro"
) -> RemoteSubscription:
    return RemoteSubscription(
        rail=Rail.STRIPE,
        id=remote_id,
        customer_id="cus_1",
        owner_id=owner_id,
        status="active",
        plan_key=plan,
        period_start=tx.now,
        period_end=tx.now + MONTH,
    )


async def test_what_is_paid_is_in_force_at_once(tx: Tx) -> None:
    owner = await make_user(tx)
    row = await take_in(tx, seen=paid(tx, owner.id), source="test", key="1")
    assert row is not None
    assert (row.status, row.plan_key) == (SubscriptionStatus.ACTIVE, "pro")
    assert (await plan_of(tx.session, owner_id=owner.id, now=tx.now)).key == "pro"


async def test_a_subscription_is_known_by_its_customer(tx: Tx) -> None:
    owner = await make_user(tx)
    await take_in(tx, seen=paid(tx, owner.id), source="test", key="1")
    told = replace(paid(tx, None, remote_id="sub_2"), status="cancelled", ended_at=tx.now)
    row = await take_in(tx, seen=told, source="test", key="2")
    assert row is not None
    assert row.owner_id == owner.id


async def test_what_nobody_knows_is_left_alone(tx: Tx) -> None:
    assert await take_in(tx, seen=paid(tx, None, remote_id="sub_x"), source="test", key="1") is None


async def test_an_end_is_an_end_whatever_clock_the_rail_goes_by(tx: Tx) -> None:
    owner = await make_user(tx)
    await take_in(tx, seen=paid(tx, owner.id), source="test", key="1")
    ended = replace(paid(tx, owner.id), status="cancelled", ended_at=tx.now + MONTH)
    await take_in(tx, seen=ended, source="test", key="2")
    row = await subscription_of(tx.session, owner_id=owner.id)
    assert row is not None
    assert row.status == SubscriptionStatus.EXPIRED
    assert (await plan_of(tx.session, owner_id=owner.id, now=tx.now)).key == "free"
