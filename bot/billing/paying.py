"""Paying, and what was paid: by card on Stripe's pages, and with Stars in Telegram."""

from datetime import UTC, datetime

from telegram import LabeledPrice

from bot.billing import paying_screens
from bot.billing.actions import (
    ChangeByCard,
    ConfirmChange,
    FixCard,
    KeepPlan,
    ManageCard,
    PayByCard,
    PayWithStars,
    ResumeCard,
    ResumeStars,
    ShowBilling,
    StopCard,
    StopStars,
)
from bot.billing.labels import plan_label
from bot.billing.looking import look, open_rails
from bot.context import Context
from core.billing.checkout import open_portal, start_checkout
from core.billing.models import Plan
from core.billing.payments import payments_of
from core.billing.plan_changes import (
    cancel_subscription,
    card_subscription,
    change_plan,
    quote_change,
    resume_subscription,
    withdraw_change,
)
from core.billing.standing import lasts_until
from core.billing.stars import PERIOD, STARS, note_renewal, offered_plan, payload_of, stars_subscription
from core.providers.payments.contract import PortalFlow


async def show_billing(context: Context) -> None:
    seen = await look(context)
    async with context.deps.read() as session:
        payments = await payments_of(session, owner_id=context.actor.id)
    zone, now = context.actor.time_zone, context.deps.clock.now()
    await context.show(paying_screens.billing(seen, payments, now=now, zone=zone, t=context.texts))


async def on_show_billing(context: Context, press: ShowBilling) -> None:
    await show_billing(context)


async def on_pay_by_card(context: Context, press: PayByCard) -> None:
    seen = await look(context)
    wanted = next((plan for plan in seen.plans if plan.key == press.plan_key), seen.plan)
    url = await start_checkout(context.deps, owner_id=context.actor.id, plan_key=press.plan_key)
    await context.show(paying_screens.by_card(wanted, url, context.texts))


async def on_change_by_card(context: Context, press: ChangeByCard) -> None:
    """Nothing changes yet: this is the price of it."""
    quote = await quote_change(context.deps, owner_id=context.actor.id, plan_key=press.plan_key)
    seen = await look(context)
    wanted = next(plan for plan in seen.plans if plan.key == press.plan_key)
    await context.show(paying_screens.change(wanted, quote, zone=context.actor.time_zone, t=context.texts))


async def on_confirm_change(context: Context, press: ConfirmChange) -> None:
    changed = await change_plan(
        context.deps,
        owner_id=context.actor.id,
        plan_key=press.plan_key,
        asked_at=datetime.fromtimestamp(press.asked_at, UTC),
    )
    await context.show(paying_screens.changing(press.plan_key, changed.pay_url, context.texts))


async def on_keep_plan(context: Context, press: KeepPlan) -> None:
    await withdraw_change(context.deps, owner_id=context.actor.id)
    await context.show(paying_screens.kept(context.texts))


async def on_fix_card(context: Context, press: FixCard) -> None:
    await _show_portal(context, "payment_method_update")


async def on_manage_card(context: Context, press: ManageCard) -> None:
    await _show_portal(context, None)


async def on_stop_card(context: Context, press: StopCard) -> None:
    """What comes of it is told once it stands in the database."""
    owner_id, zone = context.actor.id, context.actor.time_zone
    if press.sure:
        until = await cancel_subscription(context.deps, owner_id=owner_id)
        await context.show(paying_screens.stopped(until, zone=zone, t=context.texts))
        return
    async with context.deps.read() as session:
        row = await card_subscription(session, owner_id=owner_id, now=context.deps.clock.now())
    asked = paying_screens.ask_stop_card(row.plan_key, row.period_end, zone=zone, t=context.texts)
    await context.show(asked)


async def on_resume_card(context: Context, press: ResumeCard) -> None:
    await resume_subscription(context.deps, owner_id=context.actor.id)
    await context.show(paying_screens.kept(context.texts))


async def on_pay_with_stars(context: Context, press: PayWithStars) -> None:
    async with context.deps.read() as session:
        wanted = await offered_plan(
            session,
            owner_id=context.actor.id,
            plan_key=press.plan_key,
            rails=open_rails(context.deps),
            now=context.deps.clock.now(),
        )
    seen = await look(context)
    replaces = seen.plan.key if seen.subscription is not None else None
    url = await _invoice(context, wanted)
    await context.show(paying_screens.with_stars(wanted, url, replaces=replaces, t=context.texts))


async def on_stop_stars(context: Context, press: StopStars) -> None:
    """Telegram is told first: what it renews is what counts."""
    now, owner_id = context.deps.clock.now(), context.actor.id
    async with context.deps.read() as session:
        row = await stars_subscription(session, owner_id=owner_id, now=now)
    if not press.sure:
        zone = context.actor.time_zone
        await context.show(paying_screens.ask_stop(row.plan_key, row.period_end, zone=zone, t=context.texts))
        return
    await context.bot.edit_user_star_subscription(context.actor.telegram_id, row.remote_id, is_canceled=True)
    async with context.deps.tx() as tx:
        await note_renewal(tx, owner_id=owner_id, renews=False)
    await show_billing(context)


async def on_resume_stars(context: Context, press: ResumeStars) -> None:
    now, owner_id = context.deps.clock.now(), context.actor.id
    async with context.deps.read() as session:
        row = await stars_subscription(session, owner_id=owner_id, now=now)
    if now < lasts_until(row):
        await context.bot.edit_user_star_subscription(context.actor.telegram_id, row.remote_id, is_canceled=False)
        async with context.deps.tx() as tx:
            await note_renewal(tx, owner_id=owner_id, renews=True)
    await show_billing(context)


async def _show_portal(context: Context, flow: PortalFlow | None) -> None:
    url = await open_portal(context.deps, owner_id=context.actor.id, flow=flow)
    await context.show(paying_screens.portal(url, context.texts))


async def _invoice(context: Context, wanted: Plan) -> str:
    """A link that opens Telegram's own payment. https://core.telegram.org/bots/api#createinvoicelink"""
    t, name = context.texts, plan_label(wanted.key, context.texts)
    return await context.bot.create_invoice_link(
        title=t("Postaify {plan}", plan=name).unescape(),
        description=t("{plan} for {n} days, renewed until you end it.", plan=name, n=PERIOD.days).unescape(),
        payload=payload_of(wanted),
        currency=STARS,
        prices=[LabeledPrice(str(name), wanted.price_stars or 0)],
        subscription_period=PERIOD,
    )
