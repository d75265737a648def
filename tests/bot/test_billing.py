"""Plans in the chat, and the screen for a limit that was reached."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import notices
from bot.accounts.actions import ShowExample
from bot.app import Application
from bot.billing import labels, screens
from bot.context import Context
from bot.keyboards import BAR_CELLS, bar
from bot.texts import Texts
from core import ids
from core.accounts.service import choose_time_zone
from core.billing.models import Rail
from core.billing.overview import Overview
from core.billing.queries import Feature, plans
from core.billing.service import hold_quota
from core.tx import Tx
from tests.bot.chat import Chat

T = Texts("en")
REACHED: dict[str, Any] = {
    "feature": "posts",
    "limit": 20,
    "used": 20,
    "asked": 3,
    "plan": "free",
    "resets_at": "2026-12-01T00:00:00+00:00",
}


async def use_posts(chat: Chat, amount: int) -> ids.UserId:
    """Let the person have used so many."""
    user = await chat.user()
    async with chat.application.deps.tx() as tx:
        await hold_quota(tx, owner_id=user.id, feature=Feature.POSTS, amount=amount, reason="test")
    return user.id


async def test_plan_shows_what_is_used_and_when_it_is_counted_anew(chat: Chat) -> None:
    await chat.say("/start")
    await use_posts(chat, 7)
    assert (await chat.say("/plan")).text.splitlines() == [
        "💳 Your plan: Free · free of charge",
        "",
        "▰▰▰▱▱▱▱▱▱▱ 7 of 20 · Posts",
        "▱▱▱▱▱▱▱▱▱▱ 0 of 5 · Podcasts",
        "▱▱▱▱▱▱▱▱▱▱ 0 of 25 · Minutes of podcast",
        "▱▱▱▱▱▱▱▱▱▱ 0 of 10 · Images",
        "▱▱▱▱▱▱▱▱▱▱ 0 of 10 · Voiceovers",
        "▱▱▱▱▱▱▱▱▱▱ 0 of 20 · Searches for viral videos",
        "▱▱▱▱▱▱▱▱▱▱ 0 of 5 · Channel analyses",
        "▱▱▱▱▱▱▱▱▱▱ 0 of 3 · Script analyses",
        "Publications to TikTok, Instagram, YouTube: not part of your plan",
        "▱▱▱▱▱▱▱▱▱▱ 0 of 1 · Brands",
        "▱▱▱▱▱▱▱▱▱▱ 0 of 1 · Channels and groups",
        "▱▱▱▱▱▱▱▱▱▱ 0 of 1 · Digests of what goes viral",
        "▱▱▱▱▱▱▱▱▱▱ 0 of 3 · Keywords in digests",
        "▱▱▱▱▱▱▱▱▱▱ 0 of 3 · Watched creators",
        "Resets on Tue 1 Dec, 00:00 (UTC).",
    ]


async def test_usage_speaks_of_the_users_own_clock(chat: Chat) -> None:
    await chat.say("/start")
    async with chat.application.deps.tx() as tx:
        await choose_time_zone(tx, user_id=(await chat.user()).id, time_zone="Europe/Berlin")
    chat.application.actors.forget(chat.person.id)
    assert "01:00 (your time)." in (await chat.say("/usage")).text


async def test_plans_are_compared_one_a_page_beginning_with_ones_own(chat: Chat) -> None:
    plan = await chat.say("/plan")
    await chat.press(plan, "Compare plans")
    shown = await chat.person.refresh(plan)
    assert shown.text.startswith("Free · free of charge · your plan")
    assert shown.button("1/4")
    await chat.press(shown, "›")
    assert (await chat.person.refresh(plan)).text.startswith("Starter · $9 a month")
    await chat.press(await chat.person.refresh(plan), "Your plan")
    assert "Your plan: Free" in (await chat.person.refresh(plan)).text


async def test_no_button_about_plans_leads_nowhere(chat: Chat) -> None:
    plan = await chat.say("/plan")
    for label in ("Compare plans", "›", "›", "›", "›", "‹ Your plan", "Usage", "‹ Your plan"):
        answer = await chat.press(await chat.person.refresh(plan), label)
        assert answer is not None
        assert answer.text == "", label


async def seen_by(tx: Tx, *, own: str = "free", rails: tuple[Rail, ...] = ()) -> Overview:
    """As somebody sees it whose plan is `own`."""
    found = await plans(tx.session)
    mine = next(plan for plan in found if plan.key == own)
    return Overview(plan=mine, subscription=None, trial=None, trial_offered=False, plans=found, rails=rails)


async def test_every_feature_of_every_plan_is_told(tx: Tx) -> None:
    seen = await seen_by(tx)
    for page, plan in enumerate(seen.plans, 1):
        text = screens.compare(seen, page=page, t=T).text
        assert all(labels.feature_label(feature, T) in text for feature in Feature)
        assert str(labels.plan_label(plan.key, T)) in text
        assert len(text) < 1_000


async def test_a_page_that_is_no_more_shows_ones_own_plan(tx: Tx) -> None:
    assert "Pro" in screens.compare(await seen_by(tx, own="pro"), page=9, t=T).text.splitlines()[0]


@pytest.mark.parametrize(
    ("amount", "currency", "shown"), [(1_250, "USD", "$12.50"), (1_900, "USD", "$19"), (1_000, "XTR", "⭐ 1,000")]
)
def test_prices_are_written_as_short_as_they_are(amount: int, currency: str, shown: str) -> None:
    assert labels.money_label(amount, currency, T) == shown


@pytest.mark.parametrize(
    ("known", "why"), [(True, "failed: <code>payments.key_refused</code>"), (False, "nobody's whom this bot knows")]
)
def test_admins_read_why_what_stripe_told_was_given_up(known: bool, why: str) -> None:
    data = {"subject": "cus_1", "events": 2, "code": "payments.key_refused", "known": known, "language": "en"}
    shown = str(notices.render("billing.given_up", data, now=datetime.now(UTC)).text)
    assert "<code>cus_1</code>" in shown
    assert why in shown


def test_a_limit_that_is_used_up_says_what_when_and_where_to_go_on() -> None:
    shown = screens.limit_reached_screen(T, REACHED, zone="Europe/Berlin")
    assert shown.text.splitlines()[0] == "<b>Posts: this month's limit is reached</b>"
    assert "20 of 20 on the Free plan" in shown.text
    assert "01:00 (your time)." in shown.text
    assert "Nothing was started, and nothing was counted." in shown.text
    assert [str(button.label) for row in shown.keyboard for button in row] == ["⬆️ Upgrade", "Usage"]


def test_a_request_too_big_for_what_is_left_says_how_much_it_would_take() -> None:
    shown = screens.limit_reached_screen(T, REACHED | {"used": 18})
    assert "not enough left this month" in shown.text
    assert "18 of 20" in shown.text
    assert "This would take 3." in shown.text


def test_what_a_plan_does_not_have_is_not_promised_for_next_month() -> None:
    shown = screens.limit_reached_screen(T, REACHED | {"feature": "publications", "limit": 0, "used": 0})
    assert "Publications to TikTok, Instagram, YouTube: not part of your plan" in shown.text
    assert "Resets" not in shown.text


@given(used=st.integers(0, 200_000), limit=st.integers(0, 100_000))
def test_a_bar_is_empty_only_at_zero_and_full_only_at_the_limit(used: int, limit: int) -> None:
    drawn = bar(used, limit)
    assert len(drawn) == BAR_CELLS
    assert ("▰" in drawn) == (used > 0 and limit > 0)
    assert ("▱" not in drawn) == (0 < limit <= used)


async def test_a_press_above_the_limit_gets_the_upgrade_screen_and_the_card_stays(
    chat: Chat, application: Application
) -> None:
    async def generate(context: Context, press: ShowExample) -> None:
        async with context.deps.tx() as tx:
            await hold_quota(tx, owner_id=context.actor.id, feature=Feature.POSTS, amount=3, reason="test")

    hello = await chat.say("/start")
    await use_posts(chat, 20)
    application.router.press(ShowExample, generate)
    answer = await chat.press(hello, "Show me")
    assert answer is not None
    assert answer.text == ""
    assert "this month's limit is reached" in (await chat.last()).text
    assert (await chat.person.refresh(hello)).text == hello.text
