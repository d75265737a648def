"""Paying with Telegram Stars, from the button to the end of it."""

import asyncio
from datetime import timedelta

import pytest

from bot.app import Application
from core.billing.models import Plan, Rail, Subscription, SubscriptionStatus
from core.billing.queries import plan_of, subscription_of
from core.billing.remote import RemoteSubscription
from core.billing.subscriptions import take_in
from core.clock import FixedClock
from jobs.billing import tend_plans
from tests.bot.chat import Chat
from web.sandbox.client import SeenMessage

LINK = "https://t.me/$"


async def invoice(chat: Chat, plan: str = "Pro") -> str:
    """Go to a plan's invoice; gives its name."""
    shown = await chat.say("/plan")
    await chat.press(shown, "Compare plans")
    for _ in range(4):
        shown = await chat.person.refresh(shown)
        if shown.text.startswith(plan):
            break
        await chat.press(shown, "›")
    await chat.press(shown, "for 30 days")
    button = (await chat.person.refresh(shown)).button("Pay")
    url = str(button.values["url"])
    assert url.startswith(LINK)
    return url.removeprefix(LINK)


async def pay(chat: Chat, slug: str) -> dict[str, str]:
    """Pay it, while the bot answers what Telegram asks."""
    body = {"user_id": chat.person.id}
    paying = asyncio.ensure_future(chat.sandbox.client.request("POST", f"/client/invoices/{slug}/pay", json=body))
    await chat.handle_updates(wait_s=10)
    paid: dict[str, str] = await paying
    await chat.handle_updates()
    return paid


async def subscription(chat: Chat) -> Subscription | None:
    user = await chat.user()
    async with chat.application.deps.read() as session:
        return await subscription_of(session, owner_id=user.id)


async def own_plan(chat: Chat) -> str:
    user = await chat.user()
    async with chat.application.deps.read() as session:
        return (await plan_of(session, owner_id=user.id, now=chat.application.deps.clock.now())).key


async def renew(chat: Chat, charge_id: str) -> None:
    await chat.sandbox.client.request("POST", f"/control/payments/{charge_id}/renew")
    await chat.handle_updates()


async def test_stars_buy_a_plan_for_thirty_days(chat: Chat) -> None:
    assert await pay(chat, await invoice(chat)) == {"status": "paid"}
    row = await subscription(chat)
    assert row is not None
    assert (row.rail, row.plan_key, row.status) == (Rail.STARS, "pro", SubscriptionStatus.ACTIVE)
    assert row.period_end - row.period_start == timedelta(days=30)
    plan = await chat.say("/plan")
    assert plan.text.startswith("💳 Your plan: Pro · $19 a month\nIt renews on")
    billing = await chat.say("/billing")
    assert "paid with Telegram Stars" in billing.text
    assert "⭐ 1,000" in billing.text


async def test_a_renewal_moves_the_end_on(chat: Chat) -> None:
    await pay(chat, await invoice(chat))
    first = await subscription(chat)
    assert first is not None
    end, remote_id = first.period_end, first.remote_id
    await renew(chat, remote_id)
    after = await subscription(chat)
    assert after is not None
    assert after.remote_id == remote_id
    assert after.period_end - end == timedelta(days=30)


async def test_what_is_ended_stays_until_its_date_and_can_go_on(chat: Chat, application: Application) -> None:
    await pay(chat, await invoice(chat))
    billing = await chat.say("/billing")
    await chat.press(billing, "End it")
    await chat.press(await chat.person.refresh(billing), "Yes, end it")
    shown = await chat.person.refresh(billing)
    assert "It isn't renewed: you have it until" in shown.text
    assert await own_plan(chat) == "pro"
    await chat.press(shown, "Renew it after all")
    row = await subscription(chat)
    assert row is not None
    assert row.status == SubscriptionStatus.ACTIVE


async def test_what_is_not_renewed_ends_by_its_date(chat: Chat, application: Application) -> None:
    await pay(chat, await invoice(chat))
    clock = application.deps.clock
    assert isinstance(clock, FixedClock)
    row = await subscription(chat)
    assert row is not None
    clock.at = row.period_end + timedelta(hours=7)
    await tend_plans(application.deps)
    assert await own_plan(chat) == "free"
    over = await subscription(chat)
    assert over is not None
    assert over.status == SubscriptionStatus.EXPIRED


async def test_a_price_that_has_changed_is_refused_before_anything_is_taken(
    chat: Chat, application: Application
) -> None:
    slug = await invoice(chat)
    async with application.deps.tx() as tx:
        plan = await tx.session.get_one(Plan, "pro")
        plan.price_stars = 1_100
    answer = await pay(chat, slug)
    assert answer == {"status": "refused", "error": "The price has changed. Open /plan for a new invoice."}
    assert await subscription(chat) is None


async def test_who_pays_by_card_meanwhile_is_not_charged_twice(chat: Chat, application: Application) -> None:
    slug, user = await invoice(chat), await chat.user()
    async with application.deps.tx() as tx:
        seen = RemoteSubscription(
            rail=Rail.STRIPE,
            id="sub_card",
            customer_id="cus_card",
            owner_id=user.id,
            status="active",
            plan_key="starter",
            period_start=tx.now,
            period_end=tx.now + timedelta(days=30),
        )
        await take_in(tx, seen=seen, source="test", key="card")
    assert (await pay(chat, slug))["error"] == "You pay by card already. End that first, with /billing."


async def test_an_upgrade_takes_the_place_of_what_was_paid_before(chat: Chat) -> None:
    await pay(chat, await invoice(chat, "Starter"))
    old = await subscription(chat)
    assert old is not None
    old_id = old.remote_id
    await pay(chat, await invoice(chat, "Pro"))
    row = await subscription(chat)
    assert row is not None
    assert (row.plan_key, row.status) == ("pro", SubscriptionStatus.ACTIVE)
    assert row.remote_id != old_id
    calls = await chat.sandbox.client.calls("editUserStarSubscription")
    assert [call["params"]["telegram_payment_charge_id"] for call in calls][-1] == old_id


@pytest.fixture
def admin(chat: Chat, application: Application) -> Chat:
    """The person, as one who runs the bot."""
    application.deps.settings.admin_ids.append(chat.person.id)
    return chat


async def test_an_admin_sees_the_trail_and_gives_stars_back(admin: Chat) -> None:
    await pay(admin, await invoice(admin))
    shown = await admin.say(f"/admin user {admin.person.id}")
    assert "subscription.started" in shown.text
    assert "payment.received" in shown.text
    await admin.press(shown, "Refund")
    await admin.press(await admin.person.refresh(shown), "Yes, refund")
    await admin.handle_updates()
    assert "payment.refunded" in (await admin.person.refresh(shown)).text
    assert await own_plan(admin) == "free"


async def test_what_went_back_already_is_noted_all_the_same(admin: Chat) -> None:
    await pay(admin, await invoice(admin))
    row = await subscription(admin)
    assert row is not None
    shown = await admin.say(f"/admin refund {row.remote_id}")
    await admin.application.bot.refund_star_payment(admin.person.id, row.remote_id)
    await admin.press(shown, "Yes, refund")
    assert await own_plan(admin) == "free"


async def test_an_admin_is_told_what_can_be_asked_and_what_went_back_is_not_asked_about(admin: Chat) -> None:
    await pay(admin, await invoice(admin))
    row = await subscription(admin)
    assert row is not None
    shown = await admin.say(f"/admin user {admin.person.id}")
    assert f"Stars · {row.remote_id}" in shown.text
    assert "• payment.received · " in shown.text
    assert (await admin.say("/admin user 5")).text == "Nobody here has this Telegram id."
    assert "Name the payment" in (await admin.say("/admin refund")).text
    shown = await admin.say(f"/admin refund {row.remote_id}")
    await admin.press(shown, "Yes, refund")
    again = await admin.say(f"/admin refund {row.remote_id}")
    assert "· refunded" in again.text
    assert not any("Refund" in button.text for button in again.buttons)
    assert row.remote_id in again.text
    await admin.press(again, "›")
    assert "payment.received" in (await admin.person.refresh(again)).text
    first = await admin.say("/admin")
    assert "/admin user 123456789" in first.text
    assert "/admin refund" in first.text


async def test_for_anybody_else_there_is_no_such_command(chat: Chat) -> None:
    await chat.say("/start")
    answer: SeenMessage = await chat.say(f"/admin user {chat.person.id}")
    assert "Trail" not in answer.text
