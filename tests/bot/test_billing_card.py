"""Another plan for who pays by card, as people press it, beside the sandbox's Stripe."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select
from telegram import Bot

from bot import notices
from bot.app import build_application
from bot.billing.actions import ResumeCard, StopCard
from core.clock import FixedClock
from core.deliveries.models import Delivery
from core.deps import Deps
from tests.bot.chat import Chat
from tests.jobs.stripe_house import StripeHouse, house_with
from tests.recording_queue import RecordingQueue
from tests.sandbox_server import RunningSandbox
from tests.stripe_sandbox import stripe_sandbox
from web.sandbox.client import SeenMessage


@dataclass(slots=True)
class Payer:
    """Somebody in the chat who pays by card."""

    chat: Chat
    house: StripeHouse

    async def press(self, shown: SeenMessage, *labels: str) -> SeenMessage:
        """One button after the other on a message; what it shows then."""
        for label in labels:
            shown = await self.chat.person.refresh(shown)
            answer = await self.chat.press(shown, label)
            assert answer is not None
            assert answer.text == "", label
        return await self.chat.person.refresh(shown)

    async def page(self, plan: str, way: str) -> SeenMessage:
        """The page of a plan, next to one's own."""
        shown = await self.press(await self.chat.say("/plan"), "Compare plans", way)
        assert shown.text.startswith(plan)
        return shown

    async def told(self) -> str:
        """What was said last without being asked, once everything is heard of."""
        await self.house.settle()
        owner = await self.chat.user()
        async with self.house.deps.read() as session:
            told = await session.scalars(
                select(Delivery).where(Delivery.owner_id == owner.id).order_by(Delivery.id.desc()).limit(1)
            )
            content = told.one().content
        return str(notices.render(content["notice"], content["data"], now=self.house.clock.now()).text)


@pytest.fixture
async def payer(
    deps: Deps, clock: FixedClock, queue: RecordingQueue, bot: Bot, sandbox: RunningSandbox
) -> AsyncIterator[Payer]:
    """On Pro, just paid."""
    async with stripe_sandbox() as stripe:
        house = house_with(deps, clock, queue, stripe)
        chat = Chat(build_application(house.deps, bot), sandbox, await sandbox.client.new_person("Ann"))
        await chat.say("/start")
        await house.buy(await chat.user(), "pro")
        await house.settle()
        yield Payer(chat, house)


async def test_a_bigger_plan_is_quoted_then_had_at_once(payer: Payer) -> None:
    shown = await payer.press(await payer.page("Business", "›"), "Change to Business")
    assert shown.text.startswith("💳 Change to Business for $99 a month")
    assert "It begins at once. $80 is charged now, for the rest of the period." in shown.text
    assert await payer.house.plan(await payer.chat.user()) == "pro"
    shown = await payer.press(shown, "Change to Business")
    assert "on its way" in shown.text
    assert "You have <b>Business</b> now." in await payer.told()
    assert "Your plan: Business" in (await payer.chat.say("/plan")).text
    assert "• $80 ·" in (await payer.press(shown, "‹ Billing")).text


async def test_an_old_quote_charges_nobody_twice(payer: Payer) -> None:
    quote = await payer.press(await payer.page("Business", "›"), "Change to Business")
    (button,) = (each for each in quote.buttons if each.text.startswith("Change to"))
    await payer.press(quote, "Change to Business")
    await payer.house.settle()
    answer = await payer.chat.press_data(quote, button.data or "")
    assert answer is not None
    assert "You have this plan already" in answer.text
    await payer.house.settle()
    assert [payment.amount for payment in await payer.house.paid(await payer.chat.user())] == [1_900, 8_000]


async def test_a_smaller_plan_begins_with_the_next_period_unless_one_keeps_what_one_has(payer: Payer) -> None:
    shown = await payer.press(await payer.page("Starter", "‹"), "Change to Starter")
    assert "until then you keep what you have." in shown.text
    assert "Nothing is charged now." in shown.text
    await payer.press(shown, "Change to Starter")
    assert "then it becomes <b>Starter</b>" in await payer.told()
    assert "It changes to Starter on" in (await payer.chat.say("/plan")).text
    billing = await payer.chat.say("/billing")
    assert "You keep your plan" in (await payer.press(billing, "Keep Pro after all")).text
    await payer.house.settle()
    assert "It changes" not in (await payer.press(billing, "‹ Billing")).text
    await payer.house.pass_time(timedelta(days=32))
    await payer.house.settle()
    assert await payer.house.plan(await payer.chat.user()) == "pro"


async def test_a_smaller_plan_is_there_when_the_period_has_ended(payer: Payer) -> None:
    await payer.press(await payer.page("Starter", "‹"), "Change to Starter", "Change to Starter")
    await payer.house.settle()
    await payer.house.pass_time(timedelta(days=32))
    assert "You have <b>Starter</b> now." in await payer.told()
    shown = await payer.chat.say("/billing")
    assert "Starter, paid by card." in shown.text
    assert "• $9 ·" in shown.text


async def test_ending_it_asks_first_and_can_be_taken_back_while_it_lasts(payer: Payer) -> None:
    shown = await payer.press(await payer.chat.say("/billing"), "End it")
    assert shown.text.startswith("Not to be renewed any more? You keep Pro until")
    await payer.house.settle()
    assert "It renews on" in (await payer.chat.say("/plan")).text
    await payer.press(shown, "Yes, end it")
    assert "<b>Pro isn't renewed.</b>" in await payer.told()
    shown = await payer.chat.say("/billing")
    assert "It isn't renewed: you have it until" in shown.text
    await payer.press(shown, "Renew it after all")
    assert "<b>Pro goes on:</b>" in await payer.told()
    assert "It renews on" in (await payer.chat.say("/plan")).text


async def test_what_was_ended_is_over_with_its_period(payer: Payer) -> None:
    await payer.press(await payer.chat.say("/billing"), "End it", "Yes, end it")
    await payer.house.settle()
    await payer.house.pass_time(timedelta(days=32))
    assert "<b>Pro has ended.</b>" in await payer.told()
    assert "Your plan: Free" in (await payer.chat.say("/plan")).text


async def test_ending_takes_a_planned_change_back(payer: Payer) -> None:
    await payer.press(await payer.page("Starter", "‹"), "Change to Starter", "Change to Starter")
    await payer.house.settle()
    await payer.press(await payer.chat.say("/billing"), "End it", "Yes, end it")
    await payer.house.settle()
    shown = await payer.chat.say("/billing")
    assert "It isn't renewed: you have it until" in shown.text
    assert "It changes to" not in shown.text


async def test_an_old_button_ends_nothing_that_is_not_there(payer: Payer) -> None:
    shown = await payer.press(await payer.chat.say("/billing"), "End it", "Yes, end it")
    await payer.house.settle()
    await payer.house.pass_time(timedelta(days=32))
    await payer.house.settle()
    for action in (StopCard(sure=False), StopCard(sure=True), ResumeCard()):
        answer = await payer.chat.press_data(shown, action.encode())
        assert answer is not None
        assert "there is nothing to manage" in answer.text
