"""What Telegram tells of Stars: the question before a payment, payments, refunds. Nobody wrote these messages."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog
from markupsafe import Markup
from telegram import Message, SuccessfulPayment

from bot.billing.looking import open_rails
from bot.context import Context
from bot.texts import Texts
from core.billing.models import Rail, Subscription
from core.billing.payments import PaymentNotFound, record_refund
from core.billing.policy import policy_of
from core.billing.stars import SOURCE, Bought, StarPayment, check_payment, take_payment
from core.db import DATABASE_TROUBLE, may_pass
from core.errors import AppError
from core.telegram.stars import Stars

log = structlog.get_logger()

Result = TypeVar("Result")

TRIES: Final = 60
WAIT_S: Final = 2.0
"""A payment isn't told twice: while the database is away, it waits. What a new process finds unfinished, it repeats."""


async def before_payment(context: Context) -> None:
    """Answer Telegram's question; it waits for 10 s, and takes nothing without an answer.
    https://core.telegram.org/bots/api#answerprecheckoutquery"""
    query = context.update.pre_checkout_query
    if query is None:
        return
    try:
        async with context.deps.read() as session:
            await check_payment(
                session,
                owner_id=context.actor.id,
                payload=query.invoice_payload,
                amount=query.total_amount,
                currency=query.currency,
                rails=open_rails(context.deps),
                now=context.deps.clock.now(),
            )
    except AppError as refusal:
        log.info("billing.stars_refused", code=refusal.error_code, why=refusal.params.get("why"))
        said = refusal_sentence(context.texts, refusal.params).unescape()
        await context.bot.answer_pre_checkout_query(query.id, ok=False, error_message=said)
        return
    await context.bot.answer_pre_checkout_query(query.id, ok=True)


async def on_paid(context: Context) -> None:
    """Take a payment in. What was bought is told by the service itself, once it stands in the database."""
    message = context.message
    if message is None or message.successful_payment is None:
        return
    payment = _payment(message, message.successful_payment)

    async def take() -> Bought:
        async with context.deps.tx() as tx:
            return await take_payment(tx, owner_id=context.actor.id, payment=payment)

    bought = await _insist(take)
    await Stars(context.bot).settle(
        context.actor.telegram_id, payment.charge_id, ended=bought.ended, is_second=bought.is_second
    )


async def on_refunded(context: Context) -> None:
    """Telegram tells of a refund that one of our admins, or Telegram itself, has made."""
    told = context.message.refunded_payment if context.message is not None else None
    if told is None:
        return

    async def note() -> Subscription | None:
        async with context.deps.tx() as tx:
            return await record_refund(
                tx,
                policy_of(context.deps.settings),
                rail=Rail.STARS,
                charge_id=told.telegram_payment_charge_id,
                refunded=told.total_amount,
                source=SOURCE,
            )

    try:
        ended = await _insist(note)
    except PaymentNotFound:
        log.warning("billing.refund_of_unknown_payment", charge_id=told.telegram_payment_charge_id)
        return
    if ended is not None:
        await Stars(context.bot).end_renewal(context.actor.telegram_id, ended.remote_id)


def refusal_sentence(t: Texts, params: dict[str, str]) -> Markup:
    """Why a plan can't be paid with Stars now."""
    return {
        "closed": t("Plans can't be paid with Stars here at the moment."),
        "other_rail": t("You pay by card already. End that first, with /billing."),
        "have_it": t("You have this plan already: see /billing."),
        "smaller": t("You have a bigger plan until its end. End it with /billing, then choose this one."),
        "price": t("The price has changed. Open /plan for a new invoice."),
    }.get(params.get("why", ""), t("This plan isn't sold any more. See /plan for the others."))


def _payment(message: Message, told: SuccessfulPayment) -> StarPayment:
    return StarPayment(
        charge_id=told.telegram_payment_charge_id,
        payload=told.invoice_payload,
        amount=told.total_amount,
        currency=told.currency,
        paid_at=message.date,
        expires_at=told.subscription_expiration_date,
        is_renewal=bool(told.is_recurring) and not told.is_first_recurring,
    )


async def _insist(do: Callable[[], Awaitable[Result]]) -> Result:
    for _ in range(TRIES):
        try:
            return await do()
        except DATABASE_TROUBLE as trouble:
            if not may_pass(trouble):
                raise
            log.warning("billing.payment_waits", error=type(trouble).__name__)
            await asyncio.sleep(WAIT_S)
    return await do()
