"""Who is deleted, in whatever way, goes on paying for nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import delete, select

from core.accounts.models import User
from core.billing.checkout import start_checkout
from core.billing.farewells import TOLD_AT, TRIED_AGAIN
from core.billing.models import Farewell, Rail
from core.billing.subscriptions import customer_id_of
from core.providers.payments.contract import PaymentErrorCode, payment_error
from jobs.farewells import say_farewells
from jobs.stripe import missed_events
from tests.jobs.stripe_house import StripeHouse


async def forget(house: StripeHouse, user: User) -> None:
    """As somebody does it by hand in the database. Its clock is ours from then on."""
    async with house.deps.tx() as tx:
        await tx.session.execute(delete(User).where(User.id == user.id))
    house.clock.at = house.stripe.now() + timedelta(seconds=1)


async def left(house: StripeHouse) -> Sequence[Farewell]:
    async with house.deps.read() as session:
        return (await session.scalars(select(Farewell).execution_options(populate_existing=True))).all()


async def customer_of(house: StripeHouse, user: User) -> str:
    async with house.deps.read() as session:
        customer_id = await customer_id_of(session, owner_id=user.id, rail=Rail.STRIPE)
    assert customer_id is not None
    return customer_id


async def test_who_is_deleted_is_charged_no_more(house: StripeHouse, ann: User) -> None:
    await house.buy(ann)
    await house.settle()
    customer_id = await customer_of(house, ann)
    await forget(house, ann)
    await say_farewells(house.deps)
    assert await left(house) == []
    seen = await house.payments.customer(customer_id)
    assert (seen.gone, [each.state for each in seen.subscriptions]) == (True, ["canceled"])
    await missed_events(house.deps, house.payments, since=house.began)
    await house.work()
    assert await house.unfinished() == 0


async def test_a_page_that_the_deleted_left_open_cant_be_paid(house: StripeHouse, ann: User) -> None:
    url = await start_checkout(house.deps, owner_id=ann.id, plan_key="pro")
    await forget(house, ann)
    await say_farewells(house.deps)
    assert (await house.stripe.pay(url)).status_code >= 400


async def test_while_stripe_is_away_it_is_tried_again_and_admins_hear_of_it(
    house: StripeHouse, ann: User, admin: User
) -> None:
    class Away:
        async def delete_customer(self, customer_id: str) -> None:
            raise payment_error(PaymentErrorCode.UNAVAILABLE)

    await house.buy(ann)
    await house.settle()
    customer_id = await customer_of(house, ann)
    await forget(house, ann)
    away = replace(house.deps, payments=Away())  # type: ignore[arg-type]
    for _ in range(TOLD_AT):
        await say_farewells(away)
        (farewell,) = await left(house)
        house.clock.at = farewell.next_at
    assert await house.told(admin.id) == ["billing.not_ended"]
    assert farewell.next_at - house.clock.at < TRIED_AGAIN
    await say_farewells(house.deps)
    assert await left(house) == []
    assert (await house.payments.customer(customer_id)).gone


async def test_who_never_paid_leaves_nothing(house: StripeHouse, ann: User) -> None:
    await forget(house, ann)
    assert await left(house) == []
