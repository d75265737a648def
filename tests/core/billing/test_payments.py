"""Payments are written down once; what goes back ends its plan, if that is the policy, and admins are told."""

from datetime import timedelta

import pytest

from core import ids
from core.billing.models import Rail, Subscription, SubscriptionStatus
from core.billing.payments import PaymentNotFound, payments_of, record_dispute, record_payment, record_refund
from core.billing.policy import Policy
from core.billing.subscriptions import take_in
from core.tx import Tx
from tests.core.billing.remote import later, paid, plan_key, row_of
from tests.core.billing.told import contents, told, trail
from tests.factories import make_user

ADMIN = 77_001
POLICY = Policy((ADMIN,))
LENIENT = Policy((ADMIN,), frozenset())


async def pay(tx: Tx, owner_id: ids.UserId, charge_id: str = "ch_1") -> bool:
    return await record_payment(
        tx,
        owner_id=owner_id,
        rail=Rail.STRIPE,
        charge_id=charge_id,
        amount=1_900,
        currency="usd",
        source="test",
        remote_id="sub_1",
        plan_key="pro",
    )


async def buy(tx: Tx) -> ids.UserId:
    """A user with a plan that is paid; there is an admin, too."""
    await make_user(tx, telegram_user_id=ADMIN)
    owner = await make_user(tx)
    await pay(tx, owner.id)
    await take_in(tx, seen=paid(tx, owner.id), source="test", key="1")
    return owner.id


async def refund(tx: Tx, policy: Policy, amount: int, charge_id: str = "ch_1") -> Subscription | None:
    return await record_refund(tx, policy, rail=Rail.STRIPE, charge_id=charge_id, refunded=amount, source="test")


async def test_a_payment_counts_once(tx: Tx) -> None:
    owner = await make_user(tx)
    assert [await pay(tx, owner.id) for _ in range(3)] == [True, False, False]
    (payment,) = await payments_of(tx.session, owner_id=owner.id)
    assert (payment.amount, payment.currency, payment.refunded) == (1_900, "USD", 0)


async def test_a_refund_ends_the_plan_and_is_told_to_both(tx: Tx) -> None:
    owner_id = await buy(tx)
    ended = await refund(tx, POLICY, 1_900)
    assert ended is not None
    assert ended.status == SubscriptionStatus.EXPIRED
    assert await plan_key(tx, owner_id) == "free"
    assert await refund(tx, POLICY, 1_900) is None
    assert await told(tx, owner_id) == ["started", "expired"]
    admin = await make_user(tx, telegram_user_id=ADMIN)
    (notice,) = await contents(tx, admin.id)
    assert notice["notice"] == "billing.refund"
    assert notice["data"]["ended"]
    assert (await trail(tx, owner_id))[-3:] == ["payment.refunded", "subscription.expired", "entitlement.changed"]


async def test_a_part_that_goes_back_ends_nothing(tx: Tx) -> None:
    owner_id = await buy(tx)
    assert await refund(tx, POLICY, 500) is None
    assert await plan_key(tx, owner_id) == "pro"
    assert await refund(tx, POLICY, 1_900) is not None
    assert await plan_key(tx, owner_id) == "free"


async def test_where_the_policy_says_so_the_plan_stays(tx: Tx) -> None:
    owner_id = await buy(tx)
    assert await refund(tx, LENIENT, 1_900) is None
    assert await record_dispute(tx, LENIENT, rail=Rail.STRIPE, charge_id="ch_1", source="test") is None
    assert await plan_key(tx, owner_id) == "pro"


async def test_an_old_payment_that_goes_back_leaves_what_was_paid_since(tx: Tx) -> None:
    owner_id = await buy(tx)
    await pay(later(tx, timedelta(days=30)), owner_id, "ch_2")
    assert await refund(later(tx, timedelta(days=31)), POLICY, 1_900) is None
    assert await plan_key(tx, owner_id) == "pro"


async def test_a_dispute_ends_the_plan_whatever_was_paid_since(tx: Tx) -> None:
    owner_id = await buy(tx)
    await pay(later(tx, timedelta(days=20)), owner_id, "ch_2")
    ended = await record_dispute(tx, POLICY, rail=Rail.STRIPE, charge_id="ch_1", source="test")
    assert ended is not None
    assert await plan_key(tx, owner_id) == "free"
    assert await record_dispute(tx, POLICY, rail=Rail.STRIPE, charge_id="ch_1", source="test") is None


async def test_what_is_paid_anew_counts_again(tx: Tx) -> None:
    owner_id = await buy(tx)
    await refund(tx, POLICY, 1_900)
    then = later(tx, timedelta(days=1))
    await take_in(then, seen=paid(tx, owner_id), source="test", key="2")
    assert await plan_key(then, owner_id) == "free"
    await pay(then, owner_id, "ch_2")
    await take_in(then, seen=paid(tx, owner_id), source="test", key="3")
    assert await plan_key(then, owner_id) == "pro"
    assert (await row_of(tx, owner_id)).revoked_at is None


async def test_what_was_never_paid_cannot_go_back(tx: Tx) -> None:
    with pytest.raises(PaymentNotFound):
        await refund(tx, POLICY, 1, "ch_unknown")
    with pytest.raises(PaymentNotFound):
        await record_dispute(tx, POLICY, rail=Rail.STRIPE, charge_id="ch_unknown", source="test")
