"""/admin user and /admin refund: what somebody has and paid, the trail of it, and giving Stars back."""

import structlog
from telegram.error import BadRequest

from bot.admin import payer_screens
from bot.billing.actions import RefundPayment, ShowPayer
from bot.billing.looking import open_rails
from bot.context import Context
from bot.screens import Screen
from core import ids
from core.accounts.models import User
from core.accounts.service import UserNotFound, user_by_telegram_id, user_of
from core.billing.events import note_event, trail_of
from core.billing.models import Payment, Rail
from core.billing.overview import overview_of
from core.billing.payments import payment_by_id, payment_of, payments_of, record_refund
from core.billing.policy import policy_of
from core.db import TelegramId
from core.errors import Conflict

log = structlog.get_logger()

ALREADY = "CHARGE_ALREADY_REFUNDED"
"""Telegram's word, of which the library changes the case."""


async def show_user(context: Context, who: str) -> None:
    """`who`: a Telegram id, as typed behind the command."""
    if not who.isdecimal():
        await context.send(payer_screens.how_to_ask(context.texts))
        return
    await context.send(await _payer(context, TelegramId(int(who))))


async def show_refund(context: Context, charge_id: str) -> None:
    """`charge_id`: as Telegram names the payment, typed behind the command. What went back isn't asked about."""
    if not charge_id:
        await context.send(payer_screens.how_to_refund(context.texts))
        return
    async with context.deps.read() as session:
        payment = await payment_of(session, rail=Rail.STARS, charge_id=charge_id)
    telegram_id = await _telegram_id(context, payment)
    if payment.refunded >= payment.amount:
        await context.send(await _payer(context, telegram_id))
        return
    await context.send(payer_screens.ask_refund(payment, telegram_id, context.texts))


async def on_show_payer(context: Context, press: ShowPayer) -> None:
    await context.show(await _payer(context, TelegramId(press.telegram_id)))


async def on_refund(context: Context, press: RefundPayment) -> None:
    """Telegram gives the Stars back first. Killed in between, its message about the refund says what is missing."""
    async with context.deps.read() as session:
        payment = await payment_by_id(session, press.payment_id)
    telegram_id = await _telegram_id(context, payment)
    if not press.sure:
        await context.show(payer_screens.ask_refund(payment, telegram_id, context.texts))
        return
    source = f"admin:{context.actor.telegram_id}"
    await _note_wish(context, payment, source)
    await _give_back(context, telegram_id, payment.charge_id)
    async with context.deps.tx() as tx:
        ended = await record_refund(
            tx,
            policy_of(context.deps.settings),
            rail=Rail.STARS,
            charge_id=payment.charge_id,
            refunded=payment.amount,
            source=source,
        )
    if ended is not None:
        await _end_renewal(context, telegram_id, ended.remote_id)
    await context.show(await _payer(context, telegram_id))


async def _payer(context: Context, telegram_id: TelegramId) -> Screen:
    """Raises UserNotFound."""
    now = context.deps.clock.now()
    async with context.deps.read() as session:
        user = await user_by_telegram_id(session, telegram_id)
        if user is None:
            raise UserNotFound(telegram_user_id=telegram_id)
        seen = await overview_of(session, owner_id=user.id, rails=open_rails(context.deps), now=now)
        payments = await payments_of(session, owner_id=user.id)
        trail = await trail_of(session, owner_id=user.id)
    return payer_screens.payer(user, seen, payments, trail, now=now, zone=context.actor.time_zone, t=context.texts)


async def _telegram_id(context: Context, payment: Payment) -> TelegramId:
    """Raises Conflict for what can't be refunded here, UserNotFound for a payer who is gone."""
    if payment.rail != Rail.STARS:
        raise Conflict("billing.refund_at_stripe")
    return (await _user(context, payment.owner_id)).telegram_user_id


async def _user(context: Context, owner_id: ids.UserId | None) -> User:
    if owner_id is None:
        raise UserNotFound()
    async with context.deps.read() as session:
        return await user_of(session, owner_id)


async def _note_wish(context: Context, payment: Payment, source: str) -> None:
    if payment.owner_id is None:
        return
    async with context.deps.tx() as tx:
        await note_event(
            tx,
            owner_id=payment.owner_id,
            kind="payment.refund_wanted",
            source=source,
            key=f"refund_wanted:{payment.id}",
            data={"charge_id": payment.charge_id, "amount": payment.amount, "currency": payment.currency},
        )


async def _give_back(context: Context, telegram_id: TelegramId, charge_id: str) -> None:
    """What went back already is as good."""
    try:
        await context.bot.refund_star_payment(telegram_id, charge_id)
    except BadRequest as refusal:
        if ALREADY not in refusal.message.upper():
            raise


async def _end_renewal(context: Context, telegram_id: TelegramId, charge_id: str) -> None:
    try:
        await context.bot.edit_user_star_subscription(telegram_id, charge_id, is_canceled=True)
    except BadRequest as refusal:
        log.warning("billing.renewal_not_ended", detail=refusal.message)
