"""A user as those who run the bot see them: plan, payments, and the trail. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup

from bot.admin.actions import ShowAdmin
from bot.billing.actions import AnswerPayer, RefundPayment, ShowPayer, ShowTrail
from bot.billing.labels import money_label, plan_label, time_label
from bot.billing.paying_screens import payment_line
from bot.billing.screens import standing_lines
from bot.keyboards import pager
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core.accounts.models import User
from core.billing.models import BillingEvent, Payment, Rail
from core.billing.overview import Overview
from core.db import Paged

SHOWN_EVENTS = 6
"""A page of the trail: ids stand there whole."""


def how_to_ask(t: Texts) -> Screen:
    return Screen(t("Name the user by their Telegram id: <code>/admin user 123456789</code>"))


def how_to_refund(t: Texts) -> Screen:
    return Screen(
        t("Name the payment as Telegram does: <code>/admin refund</code> and its id. Or use <code>/admin user</code>.")
    )


def payer(
    user: User,
    seen: Overview,
    payments: Sequence[Payment],
    trail: Paged[BillingEvent],
    *,
    now: datetime,
    zone: str | None,
    t: Texts,
) -> Screen:
    """Everything about what they pay, the newest of the trail first."""
    text: list[Markup | str] = [
        t("👤 <b>{name}</b> · <code>{id}</code>", name=user.first_name, id=str(user.telegram_user_id)),
        t("Plan: {plan}", plan=plan_label(seen.plan.key, t)),
        *standing_lines(seen, now=now, zone=zone, t=t),
    ]
    if seen.subscription is not None:
        paid_with = t("Card") if seen.subscription.rail == Rail.STRIPE else t("Stars")
        text.append(t("{paid_with} · <code>{id}</code>", paid_with=paid_with, id=seen.subscription.remote_id))
    if payments:
        text += ["", t("<b>Payments</b>"), *(payment_line(each, zone, t) for each in payments)]
    text += ["", t("<b>Trail</b>"), *(_event_line(each, zone, t) for each in trail.items)]
    if not trail.total:
        text.append(t("Nothing yet."))
    rows = [[_refund_button(each, t)] for each in payments if _can_go_back(each)]
    telegram_id = user.telegram_user_id
    pages = pager(trail.number, trail.pages, lambda page: ShowTrail(telegram_id, page))
    last = [Button(t("✍️ Write to them"), AnswerPayer(telegram_id)), Button(t("‹ Admin"), ShowAdmin())]
    return Screen(lines(text), [*rows, pages, last])


def ask_refund(payment: Payment, telegram_id: int, t: Texts) -> Screen:
    """The second look before Stars go back."""
    amount = money_label(payment.amount, payment.currency, t)
    text = t("Give {amount} back to <code>{id}</code>? This can't be undone.", amount=amount, id=str(telegram_id))
    yes = Button(t("Yes, refund {amount}", amount=amount), RefundPayment(payment.id, sure=True))
    return Screen(text, [[yes], [Button(t("No"), ShowPayer(telegram_id))]])


def not_refundable(t: Texts, params: dict[str, Any]) -> Markup:
    return t("Telegram doesn't give this payment back: {detail}. Nothing has changed.", detail=params["detail"])


def _event_line(event: BillingEvent, zone: str | None, t: Texts) -> Markup:
    told = " ".join(f"{name}={value}" for name, value in event.data.items() if value is not None)
    values = {"when": time_label(event.at, zone, t), "kind": event.kind, "source": event.source, "told": told}
    return t("• <b>{kind}</b> · {when} · {source}\n<i>{told}</i>", **values)


def _can_go_back(payment: Payment) -> bool:
    return payment.rail == Rail.STARS and payment.refunded < payment.amount


def _refund_button(payment: Payment, t: Texts) -> Button:
    return Button(
        t("↩️ Refund {amount}", amount=money_label(payment.amount, payment.currency, t)),
        RefundPayment(payment.id, sure=False),
    )
