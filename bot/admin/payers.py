"""/admin user and /admin refund: what somebody has and paid, the trail of it, and giving Stars back."""

from bot.admin import payer_screens
from bot.admin.access import is_admin
from bot.billing import support_screens
from bot.billing.actions import AnswerPayer, RefundPayment, ShowPayer, ShowTrail
from bot.billing.looking import open_rails
from bot.context import Context
from bot.prompts import Prompt
from bot.screens import Screen
from core import ids
from core.accounts.models import User
from core.accounts.service import UserNotFound, user_by_telegram_id, user_of
from core.billing.events import note_event, trail_of
from core.billing.models import Payment, Rail
from core.billing.overview import overview_of
from core.billing.payments import payment_by_id, payment_of, payments_of, record_refund
from core.billing.policy import policy_of
from core.billing.support import answer_support
from core.db import Page, TelegramId
from core.errors import Conflict, InvalidInput
from core.telegram.stars import Stars

PROMPT = "admin.answer"
LONGEST_ID = 18
"""Digits: what no Telegram id has fits into no column, either."""


async def show_user(context: Context, who: str) -> None:
    """`who`: a Telegram id, as typed behind the command."""
    if not who.isdecimal() or len(who) > LONGEST_ID:
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


async def on_show_trail(context: Context, press: ShowTrail) -> None:
    await context.show(await _payer(context, TelegramId(press.telegram_id), page=press.page))


async def on_answer(context: Context, press: AnswerPayer) -> None:
    await context.ask(PROMPT, telegram_id=press.telegram_id)
    await context.send(support_screens.ask_answer(press.telegram_id, context.texts))


async def on_words(context: Context, prompt: Prompt) -> bool | None:
    """An admin's answer to a user's question."""
    if not await is_admin(context):
        return False
    telegram_id = TelegramId(int(prompt.data["telegram_id"]))
    try:
        async with context.deps.tx() as tx:
            await answer_support(tx, telegram_id=telegram_id, text=context.text)
    except InvalidInput:
        await context.ask(prompt.name, **prompt.data)
        raise
    await context.send(support_screens.answered(telegram_id, context.texts))
    return None


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
    await Stars(context.bot).give_back(telegram_id, payment.charge_id)
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
        await Stars(context.bot).end_renewal(telegram_id, ended.remote_id)
    await context.show(await _payer(context, telegram_id))


async def _payer(context: Context, telegram_id: TelegramId, *, page: int = 1) -> Screen:
    """Raises UserNotFound."""
    now = context.deps.clock.now()
    async with context.deps.read() as session:
        user = await user_by_telegram_id(session, telegram_id)
        if user is None:
            raise UserNotFound(telegram_user_id=telegram_id)
        seen = await overview_of(session, owner_id=user.id, rails=open_rails(context.deps), now=now)
        payments = await payments_of(session, owner_id=user.id)
        trail = await trail_of(session, owner_id=user.id, page=Page(page, payer_screens.SHOWN_EVENTS))
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
