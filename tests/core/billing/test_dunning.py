"""A payment that failed: seven days of grace, told on days 0, 3 and 6, then Free; and what else time does."""

from dataclasses import replace
from datetime import timedelta

from core import ids
from core.billing.dunning import advance_subscription, due_subscriptions
from core.billing.models import SubscriptionStatus
from core.billing.remote import RemoteSubscription
from core.billing.subscriptions import take_in
from core.tx import Tx
from tests.core.billing.remote import MONTH, later, paid, plan_key, row_of
from tests.core.billing.told import contents, told, trail
from tests.factories import make_user

DAY = timedelta(days=1)


async def failed(tx: Tx, owner_id: ids.UserId) -> RemoteSubscription:
    """A subscription whose renewal has just failed."""
    active = paid(tx, owner_id, period_start=tx.now - MONTH, period_end=tx.now)
    await take_in(later(tx, -MONTH), seen=active, source="test", key="1")
    due = replace(active, status="past_due", period_start=tx.now, period_end=tx.now + MONTH, grace_from=tx.now)
    await take_in(tx, seen=due, source="test", key="2")
    return due


async def pass_time(tx: Tx, owner_id: ids.UserId, *, hours: int) -> list[int]:
    """Let the scheduler look every hour; gives the days on which something was done."""
    days = []
    for hour in range(hours):
        then = later(tx, timedelta(hours=hour))
        if owner_id in await due_subscriptions(tx.session, now=then.now, limit=10):
            assert await advance_subscription(then, owner_id=owner_id)
            assert not await advance_subscription(then, owner_id=owner_id)
            days.append(hour // 24)
    return days


async def test_a_due_payment_is_told_of_on_days_0_3_and_6_and_ends_on_day_7(tx: Tx) -> None:
    owner = await make_user(tx)
    await failed(tx, owner.id)
    assert await pass_time(tx, owner.id, hours=24 * 9) == [3, 6, 7]
    said = [(each["notice"], each["data"].get("day")) for each in await contents(tx, owner.id)]
    assert said == [
        ("billing.started", None),
        ("billing.past_due", 0),
        ("billing.past_due", 3),
        ("billing.past_due", 6),
        ("billing.expired", None),
    ]
    assert (await row_of(tx, owner.id)).status == SubscriptionStatus.EXPIRED
    assert (await trail(tx, owner.id))[-2:] == ["subscription.expired", "entitlement.changed"]


async def test_the_plan_stays_for_the_seven_days(tx: Tx) -> None:
    owner = await make_user(tx)
    await failed(tx, owner.id)
    assert await plan_key(later(tx, 7 * DAY - timedelta(seconds=1)), owner.id) == "pro"
    assert await plan_key(later(tx, 7 * DAY), owner.id) == "free"


async def test_further_failures_do_not_make_the_grace_longer(tx: Tx) -> None:
    owner = await make_user(tx)
    due = await failed(tx, owner.id)
    until = (await row_of(tx, owner.id)).grace_until
    await take_in(later(tx, 5 * DAY), seen=replace(due, grace_from=None), source="test", key="3")
    assert (await row_of(tx, owner.id)).grace_until == until


async def test_a_payment_in_time_ends_the_reminders(tx: Tx) -> None:
    owner = await make_user(tx)
    due = await failed(tx, owner.id)
    await take_in(later(tx, DAY), seen=replace(due, status="active", grace_from=None), source="test", key="3")
    assert await pass_time(tx, owner.id, hours=24 * 9) == []
    assert await told(tx, owner.id) == ["started", "past_due", "recovered"]


async def test_a_payment_after_the_end_brings_the_plan_back(tx: Tx) -> None:
    owner = await make_user(tx)
    due = await failed(tx, owner.id)
    await pass_time(tx, owner.id, hours=24 * 8)
    await take_in(later(tx, 9 * DAY), seen=replace(due, status="active", grace_from=None), source="test", key="3")
    assert await plan_key(later(tx, 9 * DAY), owner.id) == "pro"


async def test_after_an_outage_only_the_last_reminder_is_sent(tx: Tx) -> None:
    owner = await make_user(tx)
    await failed(tx, owner.id)
    await advance_subscription(later(tx, 6 * DAY + timedelta(hours=5)), owner_id=owner.id)
    assert [each["data"].get("day") for each in await contents(tx, owner.id)] == [None, 0, 6]


async def test_what_is_cancelled_ends_and_what_is_planned_begins(tx: Tx) -> None:
    ending, changing = await make_user(tx), await make_user(tx)
    stays = paid(tx, ending.id, cancel_at=tx.now + MONTH)
    await take_in(tx, seen=stays, source="test", key="1")
    changes = paid(tx, changing.id, id="sub_2", pending_plan_key="starter", pending_from=tx.now + MONTH)
    await take_in(tx, seen=changes, source="test", key="2")
    then = later(tx, MONTH)
    for owner_id in await due_subscriptions(tx.session, now=then.now, limit=10):
        await advance_subscription(then, owner_id=owner_id)
    assert (await row_of(tx, ending.id)).status == SubscriptionStatus.EXPIRED
    row = await row_of(tx, changing.id)
    assert (row.plan_key, row.pending_plan_key) == ("starter", None)
    assert await told(tx, ending.id) == ["started", "expired"]
    assert await told(tx, changing.id) == ["started", "plan_changed"]
