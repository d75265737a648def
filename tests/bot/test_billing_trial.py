"""The trial and the ways to pay, as people press them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.app import Application
from bot.billing import screens
from bot.billing.actions import StopTrial
from bot.texts import Texts
from core.billing.models import Rail
from core.billing.overview import Overview, overview_of
from core.billing.subscriptions import take_in
from core.billing.trials import start_trial
from core.clock import FixedClock
from core.tx import Tx
from jobs.billing import tend_plans
from tests.bot.chat import Chat
from tests.core.billing.remote import paid
from tests.factories import make_user

T = Texts("en")
BOTH = (Rail.STRIPE, Rail.STARS)


async def seen_by(tx: Tx, *, rails: tuple[Rail, ...] = BOTH, **subscription: object) -> Overview:
    """As somebody new sees it; with a subscription when anything is said of it."""
    owner = await make_user(tx)
    if subscription:
        await take_in(tx, seen=paid(tx, owner.id, **subscription), source="test", key=str(owner.id))
    return await overview_of(tx.session, owner_id=owner.id, rails=rails, now=tx.now)


def ways(seen: Overview, plan: str) -> list[str]:
    wanted = next(each for each in seen.plans if each.key == plan)
    return [button.text for button in screens.ways_to_pay(seen, wanted, T)]


async def test_the_trial_begins_with_one_press_and_counts_down(chat: Chat, application: Application) -> None:
    plan = await chat.say("/plan")
    await chat.press(plan, "Try Pro for 7 days")
    assert (await chat.person.refresh(plan)).text.startswith("✨ Pro is yours for 7 days")
    clock = application.deps.clock
    assert isinstance(clock, FixedClock)
    clock.advance(timedelta(days=2, hours=1))
    shown = await chat.say("/plan")
    assert shown.text.splitlines()[0] == "💳 Your plan: Pro · on trial"
    assert "in 4 days 23 hours" in shown.text
    assert "0 of 1,000" in shown.text
    clock.advance(timedelta(days=5))
    await tend_plans(application.deps)
    shown = await chat.say("/plan")
    assert shown.text.startswith("💳 Your plan: Free")
    assert not any("Try" in button.text for button in shown.buttons)


async def test_an_old_button_begins_no_second_trial(chat: Chat, application: Application) -> None:
    plan = await chat.say("/plan")
    async with application.deps.tx() as tx:
        await start_trial(replace(tx, now=tx.now - timedelta(days=8)), owner_id=(await chat.user()).id)
    answer = await chat.press(plan, "Try Pro for 7 days")
    assert answer is not None
    assert "there is one for each person" in answer.text


async def test_a_trial_is_given_up_after_a_question(chat: Chat) -> None:
    plan = await chat.say("/plan")
    await chat.press(plan, "Try Pro for 7 days")
    plan = await chat.say("/plan")
    await chat.press(plan, "End the trial")
    asked = await chat.person.refresh(plan)
    assert asked.text == "End the trial of Pro now? You are on Free then, and there is no second trial."
    await chat.press(asked, "Keep it")
    kept = await chat.person.refresh(plan)
    assert kept.text.startswith("💳 Your plan: Pro · on trial")
    await chat.press(kept, "End the trial")
    await chat.press(await chat.person.refresh(plan), "Yes, end it")
    shown = await chat.person.refresh(plan)
    assert shown.text.startswith("💳 Your plan: Free")
    assert not any("rial" in button.text or "Try" in button.text for button in shown.buttons)
    await chat.press_data(shown, StopTrial(sure=False).encode())
    assert (await chat.person.refresh(plan)).text == shown.text


async def test_somebody_new_may_try_and_pay_both_ways(tx: Tx) -> None:
    seen = await seen_by(tx)
    assert ways(seen, "pro") == [
        "✨ Try Pro for 7 days, free of charge",
        "💳 Pay $19 a month by card",
        "Pay ⭐ 1,000 for 30 days",
    ]
    assert ways(seen, "free") == []


@pytest.mark.parametrize(
    ("rail", "shown"), [(Rail.STRIPE, ["💳 Change to Business"]), (Rail.STARS, ["Pay ⭐ 5,000 for 30 days"])]
)
async def test_who_pays_one_way_is_not_offered_the_other(tx: Tx, rail: Rail, shown: list[str]) -> None:
    seen = await seen_by(tx, rail=rail)
    assert ways(seen, "business") == shown
    assert ways(seen, "pro") == []


async def test_with_stars_nothing_smaller_is_sold_beside_what_is_paid(tx: Tx) -> None:
    assert ways(await seen_by(tx, rail=Rail.STARS), "starter") == []


async def test_where_nothing_can_be_paid_no_button_leads_there(tx: Tx) -> None:
    seen = await seen_by(tx, rails=())
    assert ways(seen, "business") == ["✨ Try Pro for 7 days, free of charge"]
    shown = screens.plan(seen, [], now=tx.now, zone=None, t=T)
    assert "can't be bought here" in shown.text
    assert all("Upgrade" not in button.text for row in shown.keyboard for button in row)


async def test_a_due_payment_is_told_first_with_the_way_to_mend_it(tx: Tx) -> None:
    seen = await seen_by(tx, status="past_due", grace_from=tx.now)
    shown = screens.plan(seen, [], now=tx.now, zone="Europe/Berlin", t=T)
    assert "The last payment didn't go through" in shown.text
    assert shown.keyboard[0][0].text == "💳 Give another card"
