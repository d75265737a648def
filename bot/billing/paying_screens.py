"""How a plan is paid: the ways to a payment, what was paid, and how to stop. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from markupsafe import Markup

from bot.billing.actions import (
    ConfirmChange,
    FixCard,
    KeepPlan,
    ManageCard,
    ResumeCard,
    ResumeStars,
    ShowBilling,
    ShowPlan,
    ShowPlans,
    StopCard,
    StopStars,
    StopTrial,
)
from bot.billing.labels import STARS, money_label, plan_label, time_label
from bot.billing.screens import standing_lines
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core.billing.models import Payment, Plan, Rail, SubscriptionStatus
from core.billing.overview import Overview
from core.billing.plan_changes import Quote
from core.billing.trials import TRIAL


def by_card(wanted: Plan, url: str, t: Texts) -> Screen:
    """The way to the payment page. What came of it is told in the chat."""
    price = money_label(wanted.price_cents, wanted.currency, t)
    text = lines(
        [
            t("💳 <b>{plan} for {price} a month</b>", plan=plan_label(wanted.key, t), price=price),
            "",
            t("You pay on a page of Stripe, in your browser. As soon as the payment is through, I tell you here."),
            t("It is renewed each month until you end it, at any time with /billing."),
        ]
    )
    return Screen(text, [[Button(t("Open the payment page"), url=url)], [Button(t("‹ Plans"), ShowPlans(0))]])


def change(wanted: Plan, quote: Quote, *, zone: str | None, t: Texts) -> Screen:
    """What changing to a plan costs, before anything changes."""
    plan, price = plan_label(wanted.key, t), money_label(wanted.price_cents, wanted.currency, t)
    text = [t("💳 <b>Change to {plan} for {price} a month</b>", plan=plan, price=price), ""]
    if quote.starts_at is not None:
        text.append(
            t("It begins on {when}; until then you keep what you have.", when=time_label(quote.starts_at, zone, t))
        )
        text.append(t("Nothing is charged now."))
    elif quote.cents >= 0:
        now = money_label(quote.cents, quote.currency, t)
        text.append(t("It begins at once. {now} is charged now, for the rest of the period.", now=now))
    else:
        credit = money_label(-quote.cents, quote.currency, t)
        text.append(t("It begins at once. {credit} is left over and counts for the next payment.", credit=credit))
    yes = Button(t("Change to {plan}", plan=plan), ConfirmChange(wanted.key, int(quote.asked_at.timestamp())))
    return Screen(lines(text), [[yes], [Button(t("‹ Plans"), ShowPlans(0))]])


def changing(plan_key: str, pay_url: str | None, t: Texts) -> Screen:
    """After the word to Stripe: what is in force is told by a message of its own."""
    plan, back = plan_label(plan_key, t), [Button(t("‹ Billing"), ShowBilling())]
    if pay_url is not None:
        text = t("Your bank wants to hear from you first. {plan} begins as soon as that is done.", plan=plan)
        return Screen(text, [[Button(t("Confirm the payment"), url=pay_url)], back])
    return Screen(t("The change to {plan} is on its way; I tell you here as soon as it is there.", plan=plan), [back])


def kept(t: Texts) -> Screen:
    return Screen(t("You keep your plan. It is renewed as before."), [[Button(t("‹ Billing"), ShowBilling())]])


def with_stars(wanted: Plan, url: str, *, replaces: str | None, t: Texts) -> Screen:
    """The way to the invoice. `replaces`: the plan paid with Stars that it takes the place of."""
    stars = money_label(wanted.price_stars or 0, STARS, t)
    text = [
        t("<b>{plan} for {stars} every 30 days</b>", plan=plan_label(wanted.key, t), stars=stars),
        "",
        t("Telegram takes the Stars now and every 30 days, until you end it with /billing or in Telegram's settings."),
    ]
    if replaces is not None:
        old = plan_label(replaces, t)
        text.append(
            t("It begins at once. {plan} is not renewed then, and what is left of it isn't carried over.", plan=old)
        )
    return Screen(lines(text), [[Button(t("Pay {stars}", stars=stars), url=url)], [Button(t("‹ Plans"), ShowPlans(0))]])


def billing(seen: Overview, payments: Sequence[Payment], *, now: datetime, zone: str | None, t: Texts) -> Screen:
    """What is paid, how it goes on, and the last payments."""
    text: list[Markup | str] = [t("🧾 <b>Billing</b>"), "", *_paid_lines(seen, now=now, zone=zone, t=t)]
    if payments:
        text += ["", t("<b>Payments</b>"), *(payment_line(each, zone, t) for each in payments)]
    rows = [[button] for button in _billing_buttons(seen, t)]
    return Screen(lines(text), [*rows, [Button(t("‹ Your plan"), ShowPlan())]])


def payment_line(payment: Payment, zone: str | None, t: Texts) -> Markup:
    """One payment: when, how much, and whether it went back."""
    amount = money_label(payment.amount, payment.currency, t)
    values = {"when": time_label(payment.paid_at, zone, t), "amount": amount}
    if payment.disputed_at is not None:
        return t("• {amount} · {when} · disputed", **values)
    if payment.refunded >= payment.amount:
        return t("• {amount} · {when} · refunded", **values)
    if payment.refunded:
        back = money_label(payment.refunded, payment.currency, t)
        return t("• {amount} · {when} · {back} refunded", **values, back=back)
    return t("• {amount} · {when}", **values)


def portal(url: str, t: Texts) -> Screen:
    """The way to the page of whoever takes the card."""
    text = t("Your card, your invoices, another plan, the end of it: all on one page, in your browser.")
    return Screen(text, [[Button(t("Open the page"), url=url)], [Button(t("‹ Billing"), ShowBilling())]])


def ask_stop(plan_key: str, until: datetime, *, zone: str | None, t: Texts) -> Screen:
    """The second look before a subscription with Stars ends."""
    text = t(
        "Not to be renewed any more? You keep {plan} until {when}, and no more Stars are taken.",
        plan=plan_label(plan_key, t),
        when=time_label(until, zone, t),
    )
    return Screen(text, [[Button(t("Yes, end it"), StopStars(sure=True)), Button(t("Keep it"), ShowBilling())]])


def ask_stop_card(plan_key: str, until: datetime, *, zone: str | None, t: Texts) -> Screen:
    """The same before a subscription by card ends."""
    text = t(
        "Not to be renewed any more? You keep {plan} until {when}, and nothing more is charged.",
        plan=plan_label(plan_key, t),
        when=time_label(until, zone, t),
    )
    return Screen(text, [[Button(t("Yes, end it"), StopCard(sure=True)), Button(t("Keep it"), ShowBilling())]])


def stopped(until: datetime, *, zone: str | None, t: Texts) -> Screen:
    text = t("It isn't renewed: you have it until {when}.", when=time_label(until, zone, t))
    return Screen(text, [[Button(t("‹ Billing"), ShowBilling())]])


def ask_stop_trial(plan_key: str, t: Texts) -> Screen:
    """The second look before a trial is given up."""
    plan = plan_label(plan_key, t)
    text = t("End the trial of {plan} now? You are on Free then, and there is no second trial.", plan=plan)
    return Screen(text, [[Button(t("Yes, end it"), StopTrial(sure=True)), Button(t("Keep it"), ShowPlan())]])


def trial_started(ends_at: datetime, *, zone: str | None, t: Texts) -> Screen:
    """What has begun, and how it ends."""
    text = lines(
        [
            t("✨ <b>Pro is yours for {n} days</b>", n=TRIAL.days),
            "",
            t("Until {when}, free of charge, without a card.", when=time_label(ends_at, zone, t)),
            t("Then you are on Free again, by itself. Nothing is deleted: what Free has no room for stays readable."),
        ]
    )
    return Screen(text, [[Button(t("‹ Your plan"), ShowPlan())]])


def _paid_lines(seen: Overview, *, now: datetime, zone: str | None, t: Texts) -> Iterator[Markup]:
    row = seen.subscription
    if row is None and seen.trial is None:
        yield t("You are on Free: nothing is charged.")
        return
    plan = plan_label(seen.plan.key, t)
    if row is None:
        yield t("You are trying {plan}: nothing is charged.", plan=plan)
    elif row.rail == Rail.STARS:
        yield t("{plan}, paid with Telegram Stars.", plan=plan)
    else:
        yield t("{plan}, paid by card.", plan=plan)
    yield from standing_lines(seen, now=now, zone=zone, t=t)


def _billing_buttons(seen: Overview, t: Texts) -> Iterator[Button]:
    row = seen.subscription
    if row is None:
        if seen.rails:
            yield Button(t("Compare plans"), ShowPlans(0))
    elif row.rail == Rail.STARS:
        if row.status == SubscriptionStatus.CANCELLED:
            yield Button(t("Renew it after all"), ResumeStars())
        else:
            yield Button(t("End it"), StopStars(sure=False))
    elif Rail.STRIPE in seen.rails:
        if seen.is_due:
            yield Button(t("💳 Give another card"), FixCard())
        if row.pending_plan_key is not None:
            yield Button(t("Keep {plan} after all", plan=plan_label(row.plan_key, t)), KeepPlan())
        if row.status == SubscriptionStatus.CANCELLED:
            yield Button(t("Renew it after all"), ResumeCard())
        elif not seen.is_due:
            yield Button(t("End it"), StopCard(sure=False))
        yield Button(t("Card, invoices, change or end it"), ManageCard())
