"""Subscriptions with Stars, month by month, as Telegram plays them."""

import asyncio
from datetime import timedelta

import pytest
from telegram import Bot, LabeledPrice, SuccessfulPayment
from telegram.error import BadRequest

from tests.sandbox_server import RunningSandbox
from web.sandbox.client import Person, SandboxRefusal

MONTH = timedelta(days=30)


async def invoice(bot: Bot) -> str:
    """The name of an invoice for a month of something."""
    link = await bot.create_invoice_link(
        "Pro", "A month", "plan:pro", "XTR", [LabeledPrice("Pro", 500)], subscription_period=MONTH
    )
    return link.removeprefix("https://t.me/$")


async def paid(bot: Bot, person: Person, sandbox: RunningSandbox) -> SuccessfulPayment:
    """The first payment of a subscription."""
    slug, before = await invoice(bot), (await bot.get_updates())[-1].update_id + 1
    body = {"user_id": person.id}
    paying = asyncio.ensure_future(sandbox.client.request("POST", f"/client/invoices/{slug}/pay", json=body))
    (asked,) = await bot.get_updates(offset=before, timeout=50)
    assert asked.pre_checkout_query
    await bot.answer_pre_checkout_query(asked.pre_checkout_query.id, ok=True)
    await paying
    return await newest(bot)


async def newest(bot: Bot) -> SuccessfulPayment:
    message = (await bot.get_updates(offset=-1))[0].message
    assert message
    assert message.successful_payment
    return message.successful_payment


async def renew(sandbox: RunningSandbox, charge_id: str) -> None:
    await sandbox.client.request("POST", f"/control/payments/{charge_id}/renew")


async def test_an_invoice_can_be_looked_at_before_it_is_paid(bot: Bot, sandbox: RunningSandbox) -> None:
    seen = await sandbox.client.request("GET", f"/client/invoices/{await invoice(bot)}")
    assert (seen["title"], seen["total_amount"], seen["subscription_period"]) == ("Pro", 500, 2_592_000)


async def test_a_renewal_begins_where_the_last_month_ends(bot: Bot, person: Person, sandbox: RunningSandbox) -> None:
    first = await paid(bot, person, sandbox)
    await renew(sandbox, first.telegram_payment_charge_id)
    second = await newest(bot)
    await renew(sandbox, second.telegram_payment_charge_id)
    third = await newest(bot)
    assert first.subscription_expiration_date
    assert third.subscription_expiration_date
    assert third.subscription_expiration_date - first.subscription_expiration_date == 2 * MONTH
    assert (first.is_first_recurring, third.is_recurring, third.is_first_recurring) == (True, True, None)
    assert len({each.telegram_payment_charge_id for each in (first, second, third)}) == 3


async def test_a_subscription_is_one_whichever_charge_names_it(
    bot: Bot, person: Person, sandbox: RunningSandbox
) -> None:
    first = (await paid(bot, person, sandbox)).telegram_payment_charge_id
    await renew(sandbox, first)
    second = (await newest(bot)).telegram_payment_charge_id
    await bot.edit_user_star_subscription(person.id, second, is_canceled=True)
    with pytest.raises(SandboxRefusal):
        await renew(sandbox, first)
    await bot.edit_user_star_subscription(person.id, first, is_canceled=False)
    await renew(sandbox, second)


async def test_what_has_run_out_is_not_renewed_again(bot: Bot, person: Person, sandbox: RunningSandbox) -> None:
    first = (await paid(bot, person, sandbox)).telegram_payment_charge_id
    await sandbox.client.request("POST", "/control/advance", json={"seconds": 31 * 86_400})
    with pytest.raises(BadRequest, match=r"(?i)SUBSCRIPTION_NOT_ACTIVE"):
        await bot.edit_user_star_subscription(person.id, first, is_canceled=False)
