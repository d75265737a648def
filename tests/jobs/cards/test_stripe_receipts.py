"""Receipts of what is paid by card, for who has given an address."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.accounts.models import User
from core.emails.models import Email
from jobs.stripe import resync
from tests.core.emails.people import make_reader
from tests.jobs.stripe_house import StripeHouse
from tests.stripe_sandbox import DECLINED_CARD


@pytest.fixture
async def ann(house: StripeHouse) -> User:
    async with house.deps.tx() as tx:
        return await make_reader(tx)


async def receipts(house: StripeHouse, owner: User) -> Sequence[Email]:
    async with house.deps.read() as session:
        found = select(Email).where(Email.owner_id == owner.id, Email.kind == "receipt").order_by(Email.created_at)
        return (await session.scalars(found)).all()


async def test_each_payment_by_card_has_one_receipt_however_often_it_is_heard_of(house: StripeHouse, ann: User) -> None:
    await house.buy(ann)
    await house.settle()
    row = await house.row(ann)
    assert row is not None
    (receipt,) = await receipts(house, ann)
    (payment,) = await house.paid(ann)
    assert (receipt.data["plan"], receipt.data["amount"], receipt.data["currency"]) == ("pro", 1_900, "USD")
    assert receipt.data["reference"] == payment.charge_id
    assert datetime.fromisoformat(receipt.data["period_end"]) == row.period_end
    assert await resync(house.deps) == 1
    await house.work()
    assert len(await receipts(house, ann)) == 1


async def test_a_renewal_has_a_receipt_of_its_own_until_its_own_end(house: StripeHouse, ann: User) -> None:
    await house.buy(ann)
    await house.settle()
    await house.pass_time(timedelta(days=32))
    await house.settle()
    row = await house.row(ann)
    assert row is not None
    first, second = await receipts(house, ann)
    assert first.data["reference"] != second.data["reference"]
    assert datetime.fromisoformat(second.data["period_end"]) == row.period_end


async def test_what_is_paid_while_we_are_away_for_long_has_no_late_receipt(house: StripeHouse, ann: User) -> None:
    await house.buy(ann)
    await house.pass_time(timedelta(days=4))
    await house.settle()
    assert await house.plan(ann) == "pro"
    assert list(await receipts(house, ann)) == []


async def test_a_declined_card_has_no_receipt(house: StripeHouse, ann: User) -> None:
    await house.buy(ann, card=DECLINED_CARD)
    await house.settle()
    assert list(await receipts(house, ann)) == []
