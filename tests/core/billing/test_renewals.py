"""Fourteen months of renewals: month ends, a leap day, changes of the clock; and no unit is counted twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from dateutil.relativedelta import relativedelta
from sqlalchemy import func, select

from core.billing.models import QuotaEntry, Rail
from core.billing.queries import Feature, entitlement_of
from core.billing.service import hold_quota, release_hold, settle_hold
from core.billing.standing import calendar_month
from core.billing.stars import PERIOD, StarPayment, take_payment
from core.billing.subscriptions import take_in
from core.tx import Tx
from tests.core.billing.remote import at, paid, plan_key, row_of
from tests.factories import make_user

MONTHS = 14


@pytest.mark.parametrize(
    "begins",
    [
        datetime(2027, 1, 31, 10, tzinfo=UTC),
        datetime(2028, 1, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2028, 2, 29, tzinfo=UTC),
        datetime(2027, 3, 28, 1, tzinfo=UTC),
        datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
    ],
    ids=["Jan 31", "before a leap day", "leap day", "spring forward", "fall back"],
)
async def test_fourteen_months_by_card_are_without_a_gap(tx: Tx, begins: datetime) -> None:
    owner = await make_user(tx, time_zone="Europe/Berlin")
    ends = [begins + relativedelta(months=month) for month in range(MONTHS + 1)]
    held = 0
    for month, (start, end) in enumerate(pairwise(ends)):
        told = at(tx, start + timedelta(hours=2 if month else 0))
        if month:
            assert await plan_key(at(tx, start), owner.id) == "pro"
        await take_in(
            told, seen=paid(told, owner.id, period_start=start, period_end=end), source="test", key=f"{month}"
        )
        for day in (1, 14, 27):
            then = at(tx, start + timedelta(days=day))
            hold_id = await hold_quota(then, owner_id=owner.id, feature=Feature.POSTS, amount=10, reason="test")
            await (settle_hold(then, hold_id, used=7) if day != 14 else release_hold(then, hold_id))
        held += 14
        last = end - timedelta(seconds=1)
        seen = await entitlement_of(tx.session, owner_id=owner.id, feature=Feature.POSTS, now=last)
        assert (seen.plan, seen.used, seen.period_start, seen.resets_at) == ("pro", 14, start, end)
    total = await tx.session.scalar(select(func.sum(QuotaEntry.amount)).where(QuotaEntry.owner_id == owner.id))
    assert total == held
    assert [(end - start).days for start, end in pairwise(ends)] != [30] * MONTHS


async def test_fourteen_months_with_stars_are_without_a_gap(tx: Tx) -> None:
    owner = await make_user(tx)
    begins = datetime(2027, 12, 31, 12, tzinfo=UTC)
    for month in range(MONTHS):
        start = begins + month * PERIOD
        told = at(tx, start + timedelta(minutes=5))
        assert month == 0 or await plan_key(at(tx, start), owner.id) == "starter"
        payment = StarPayment(
            charge_id=f"stx{month}",
            payload="plan:starter",
            amount=500,
            currency="XTR",
            paid_at=told.now,
            expires_at=start + PERIOD,
            is_renewal=month > 0,
        )
        for _ in range(2):
            bought = await take_payment(told, owner_id=owner.id, payment=payment)
            assert bought.ended is None
        seen = await entitlement_of(tx.session, owner_id=owner.id, feature=Feature.POSTS, now=told.now)
        assert (seen.plan, seen.used, seen.resets_at) == ("starter", 0, start + PERIOD)
        await hold_quota(told, owner_id=owner.id, feature=Feature.POSTS, amount=200, reason="test")
    row = await row_of(tx, owner.id)
    assert (row.rail, row.remote_id) == (Rail.STARS, "stx0")
    over = begins + MONTHS * PERIOD
    assert await plan_key(at(tx, over + timedelta(hours=5)), owner.id) == "starter"
    assert await plan_key(at(tx, over + timedelta(hours=6)), owner.id) == "free"


async def test_after_a_plan_the_free_months_follow_the_calendar(tx: Tx) -> None:
    owner = await make_user(tx)
    start = datetime(2028, 1, 31, 10, tzinfo=UTC)
    active = paid(at(tx, start), owner.id, period_end=start + relativedelta(months=1))
    await take_in(at(tx, start), seen=replace(active, cancel_at=active.period_end), source="test", key="1")
    await hold_quota(at(tx, start), owner_id=owner.id, feature=Feature.POSTS, amount=900, reason="test")
    after = datetime(2028, 2, 29, 10, tzinfo=UTC)
    seen = await entitlement_of(tx.session, owner_id=owner.id, feature=Feature.POSTS, now=after)
    assert (seen.plan, seen.used, (seen.period_start, seen.resets_at)) == ("free", 0, calendar_month(after))
