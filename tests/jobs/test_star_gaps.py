"""Payments with Stars of which nobody told us: found in Telegram's list, taken in once, and only where they count."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from core import ids
from core.accounts.models import User
from core.billing.models import Payment, Subscription
from core.billing.queries import plan_of, subscription_of
from core.billing.stars import PERIOD, StarPayment, take_payment
from core.billing.subscriptions import take_in
from core.clock import FixedClock
from core.deliveries.models import Delivery
from core.deps import Deps
from core.settings import Settings
from core.telegram.stars import Stars, open_stars
from jobs.stars import take_in_missed
from tests.core.billing.remote import paid
from tests.factories import make_user
from tests.jobs.conftest import at_sandbox
from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person

LATER = timedelta(minutes=11)
"""By then Telegram would have told of it itself."""


@dataclass(slots=True)
class Payer:
    """Somebody who pays while our bot hears nothing of it."""

    deps: Deps
    clock: FixedClock
    sandbox: RunningSandbox
    person: Person
    stars: Stars
    owner_id: ids.UserId

    async def bot(self, method: str, **params: Any) -> Any:
        return (await self.sandbox.client.bot_call(self.sandbox.token, method, **params))["result"]

    async def pay(self, plan: str = "pro", stars: int = 1000) -> None:
        """Whatever updates there are go to nobody, but for the question before the payment."""
        price = json.dumps([{"label": plan, "amount": stars}])
        link = await self.bot(
            "createInvoiceLink",
            title=plan,
            description=plan,
            payload=f"plan:{plan}",
            currency="XTR",
            prices=price,
            subscription_period=2_592_000,
        )
        where = f"/client/invoices/{link.rpartition('$')[2]}/pay"
        paying = asyncio.ensure_future(self.sandbox.client.request("POST", where, json={"user_id": self.person.id}))
        while not paying.done():
            await self._let_go_by()
        assert (await paying)["status"] == "paid"
        await self._let_go_by()

    async def _let_go_by(self) -> None:
        for update in await self.bot("getUpdates", timeout=0):
            if "pre_checkout_query" in update:
                query_id = update["pre_checkout_query"]["id"]
                await self.bot("answerPreCheckoutQuery", pre_checkout_query_id=query_id, ok=True)
            await self.bot("getUpdates", offset=update["update_id"] + 1, timeout=0)
        await asyncio.sleep(0)

    async def renew(self, charge_id: str) -> None:
        await self.sandbox.client.request("POST", f"/control/payments/{charge_id}/renew")
        await self._let_go_by()

    async def look(self) -> int:
        self.clock.at = datetime.now(UTC) + LATER
        return await take_in_missed(self.deps, self.stars)

    async def row(self) -> Subscription | None:
        async with self.deps.read() as session:
            return await subscription_of(session, owner_id=self.owner_id)

    async def plan(self) -> str:
        async with self.deps.read() as session:
            return (await plan_of(session, owner_id=self.owner_id, now=self.clock.now())).key

    async def charges(self) -> Sequence[Payment]:
        async with self.deps.read() as session:
            found = select(Payment).where(Payment.owner_id == self.owner_id).order_by(Payment.paid_at, Payment.id)
            return (await session.scalars(found.execution_options(populate_existing=True))).all()

    async def told(self) -> list[str]:
        async with self.deps.read() as session:
            rows = await session.scalars(
                select(Delivery).where(Delivery.owner_id == self.owner_id).order_by(Delivery.id)
            )
            return [row.content["notice"] for row in rows]

    async def calls(self, method: str) -> list[str]:
        """For which charges Telegram was asked for it."""
        found = await self.sandbox.client.calls(method)
        params = [call["params"] for call in found if int(call["params"]["user_id"]) == self.person.id]
        return [each["telegram_payment_charge_id"] for each in params]


@pytest.fixture
async def payer(
    deps: Deps, clock: FixedClock, settings: Settings, sandbox: RunningSandbox, person: Person
) -> AsyncIterator[Payer]:
    clock.at = datetime.now(UTC)
    async with deps.tx() as tx:
        user = await make_user(tx, telegram_user_id=person.id)
    async with open_stars(at_sandbox(settings, sandbox)) as stars:
        yield Payer(deps, clock, sandbox, person, stars, user.id)


async def test_a_payment_that_nobody_told_us_of_is_found_once(payer: Payer) -> None:
    await payer.pay()
    assert await payer.look() == 1
    row, (charge,) = await payer.row(), await payer.charges()
    assert row is not None
    assert (row.plan_key, row.remote_id, charge.amount) == ("pro", charge.charge_id, 1000)
    assert row.period_end - charge.paid_at == PERIOD
    assert await payer.told() == ["billing.started"]
    assert await payer.look() == 0
    await payer.deps.redis.flushdb()
    assert await payer.look() == 0
    assert await payer.told() == ["billing.started"]


async def test_what_has_just_been_paid_is_left_to_the_update(payer: Payer) -> None:
    await payer.pay()
    assert await take_in_missed(payer.deps, payer.stars) == 0
    assert await payer.charges() == []
    assert await payer.look() == 1


async def test_a_renewal_that_nobody_told_us_of_goes_on_with_the_first_charge(payer: Payer) -> None:
    await payer.pay()
    await payer.look()
    (first,) = await payer.charges()
    await payer.renew(first.charge_id)
    assert await payer.look() == 1
    row = await payer.row()
    assert row is not None
    assert (row.remote_id, len(await payer.charges())) == (first.charge_id, 2)
    assert await payer.told() == ["billing.started"]


async def test_a_refund_that_nobody_told_us_of_ends_the_plan(payer: Payer) -> None:
    await payer.pay()
    await payer.look()
    (charge,) = await payer.charges()
    await payer.stars.give_back(payer.person.id, charge.charge_id)
    assert await payer.look() == 1
    assert ((await payer.charges())[0].refunded, await payer.plan()) == (1000, "free")
    assert await payer.calls("editUserStarSubscription") == [charge.charge_id]
    assert await payer.look() == 0


async def test_a_payment_found_behind_a_newer_one_changes_no_plan_and_is_renewed_no_more(payer: Payer) -> None:
    await payer.pay("starter", 500)
    paid_at = datetime.now(UTC) + timedelta(seconds=2)
    newer = StarPayment("stx_newer", "plan:pro", 1000, "XTR", paid_at, paid_at + PERIOD, is_renewal=False)
    async with payer.deps.tx() as tx:
        await take_payment(tx, owner_id=payer.owner_id, payment=newer)
    assert await payer.look() == 1
    older, _ = await payer.charges()
    assert (older.plan_key, await payer.plan()) == ("starter", "pro")
    assert await payer.calls("editUserStarSubscription") == [older.charge_id]


async def test_who_pays_by_card_gets_the_stars_back(payer: Payer) -> None:
    async with payer.deps.tx() as tx:
        await take_in(tx, seen=paid(tx, payer.owner_id, plan_key="starter"), source="test", key="card")
    await payer.pay()
    assert await payer.look() == 1
    (charge,) = await payer.charges()
    row = await payer.row()
    assert row is not None
    assert (row.rail, row.plan_key) == ("stripe", "starter")
    assert await payer.calls("refundStarPayment") == [charge.charge_id]
    assert await payer.told() == ["billing.started", "billing.second"]


async def test_what_follows_from_a_payment_is_named_again_when_it_is_told_again(payer: Payer) -> None:
    """So that whoever was killed before Telegram was told can make up for it."""
    now = payer.clock.now()
    starter = StarPayment("stx_starter", "plan:starter", 500, "XTR", now, now + PERIOD, is_renewal=False)
    pro = StarPayment("stx_pro", "plan:pro", 1000, "XTR", now + timedelta(hours=1), now + PERIOD, is_renewal=False)
    async with payer.deps.tx() as tx:
        first = await take_payment(tx, owner_id=payer.owner_id, payment=starter)
        assert (first.is_new, first.ended) == (True, None)
        for is_new in (True, False, False):
            bought = await take_payment(tx, owner_id=payer.owner_id, payment=pro)
            assert (bought.is_new, bought.ended, bought.is_second) == (is_new, "stx_starter", False)
        again = await take_payment(tx, owner_id=payer.owner_id, payment=starter)
        assert (again.is_new, again.ended) == (False, None)


async def test_stars_that_have_to_go_back_are_named_again(payer: Payer) -> None:
    now = payer.clock.now()
    payment = StarPayment("stx_back", "plan:pro", 1000, "XTR", now, now + PERIOD, is_renewal=False)
    async with payer.deps.tx() as tx:
        await take_in(tx, seen=paid(tx, payer.owner_id, plan_key="starter"), source="test", key="card")
        for is_new in (True, False):
            bought = await take_payment(tx, owner_id=payer.owner_id, payment=payment)
            assert (bought.is_new, bought.ended, bought.is_second) == (is_new, "stx_back", True)


async def test_what_ran_out_before_it_was_found_is_only_written_down(payer: Payer) -> None:
    old = datetime.now(UTC) - timedelta(days=31)
    payment = StarPayment("stx_old", "plan:pro", 1000, "XTR", old, old + PERIOD, is_renewal=None)
    async with payer.deps.tx() as tx:
        bought = await take_payment(tx, owner_id=payer.owner_id, payment=payment)
    assert (bought.is_new, bought.subscription, bought.ended) == (True, None, None)
    assert (len(await payer.charges()), await payer.plan(), await payer.told()) == (1, "free", [])


async def test_who_isnt_here_costs_nothing(payer: Payer) -> None:
    """Such as somebody who was deleted since."""
    await payer.pay()
    async with payer.deps.tx() as tx:
        await tx.session.delete(await tx.session.get_one(User, payer.owner_id))
    assert await payer.look() == 0
