"""What is said about plans and money without being asked: each notice is named like its function. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup

from bot.billing.actions import FixCard, ShowBigger, ShowBilling, ShowPayer, ShowPlan
from bot.billing.labels import STARS, money_label, plan_label, time_label
from bot.billing.support_screens import answer, question
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core.billing.models import Rail

Data = Mapping[str, Any]


def started(data: Data, t: Texts, now: datetime) -> Screen:
    plan = plan_label(data["plan"], t)
    text = t("🎉 <b>You have {plan} now.</b> Thank you! What it has room for is in /plan.", plan=plan)
    return Screen(text, [_own_plan(t)])


def plan_changed(data: Data, t: Texts, now: datetime) -> Screen:
    return Screen(t("You have <b>{plan}</b> now.", plan=plan_label(data["now_on"], t)), [_own_plan(t)])


def change_planned(data: Data, t: Texts, now: datetime) -> Screen:
    old, new = plan_label(data["plan"], t), plan_label(data["next_plan"] or data["plan"], t)
    text = t("You keep {old} until {when}; then it becomes <b>{new}</b>.", old=old, new=new, when=_until(data, t))
    return Screen(text, [_own_plan(t)])


def cancelled(data: Data, t: Texts, now: datetime) -> Screen:
    text = t(
        "<b>{plan} isn't renewed.</b> You keep it until {when}; then you are on Free. Nothing is deleted.",
        plan=plan_label(data["plan"], t),
        when=_until(data, t),
    )
    return Screen(text, [_own_plan(t)])


def resumed(data: Data, t: Texts, now: datetime) -> Screen:
    return Screen(t("<b>{plan} goes on:</b> it is renewed again.", plan=plan_label(data["plan"], t)), [_own_plan(t)])


def past_due(data: Data, t: Texts, now: datetime) -> Screen:
    """On day 0, 3 and 6."""
    plan, when = plan_label(data["plan"], t), _until(data, t)
    first = t("⚠️ <b>The payment for {plan} didn't go through.</b>", plan=plan)
    if data["day"] >= LAST_DAY:
        first = t("⚠️ <b>Last reminder: the payment for {plan} is still due.</b>", plan=plan)
    elif data["day"]:
        first = t("⚠️ <b>The payment for {plan} is still due.</b>", plan=plan)
    text = lines(
        [first, "", t("You keep {plan} until {when}. Without a payment you are on Free then.", plan=plan, when=when)]
    )
    fix = [[Button(t("💳 Give another card"), FixCard())]] if data["rail"] == Rail.STRIPE else []
    return Screen(text, [*fix, _own_plan(t)])


def recovered(data: Data, t: Texts, now: datetime) -> Screen:
    text = t("✅ The payment went through: <b>{plan} goes on</b>.", plan=plan_label(data["plan"], t))
    return Screen(text, [_own_plan(t)])


def expired(data: Data, t: Texts, now: datetime) -> Screen:
    plan, now_on = plan_label(data["plan"], t), plan_label(data["now_on"], t)
    first = {
        "refund": t("<b>The payment for {plan} was refunded</b>, and the plan has ended.", plan=plan),
        "dispute": t("<b>The payment for {plan} was taken back by the bank</b>, and the plan has ended.", plan=plan),
    }.get(data.get("why") or "", t("<b>{plan} has ended.</b>", plan=plan))
    text = lines([first, t("You are on {plan} now. All you have made stays.", plan=now_on)])
    return Screen(text, [[Button(t("⬆️ Upgrade"), ShowBigger())], _own_plan(t)])


def trial_reminder(data: Data, t: Texts, now: datetime) -> Screen:
    ends_at = datetime.fromisoformat(data["ends_at"])
    days = max(1, round((ends_at - now).total_seconds() / 86_400))
    first = t.plural("⏳ <b>{n} day of your trial is left</b>", "⏳ <b>{n} days of your trial are left</b>", days)
    end = t("It ends on {when}; then you are on Free. Nothing is deleted.", when=time_label(ends_at, data["zone"], t))
    keep = Button(t("⬆️ Keep {plan}", plan=plan_label(data["plan"], t)), ShowBigger())
    return Screen(lines([first, end]), [[keep], _own_plan(t)])


def trial_over(data: Data, t: Texts, now: datetime) -> Screen:
    text = lines(
        [
            t("<b>Your trial of {plan} is over.</b> You are on Free now.", plan=plan_label(data["plan"], t)),
            t("All you have made stays. What is more than Free has room for can be read, but there's no room for new."),
        ]
    )
    return Screen(text, [[Button(t("⬆️ Upgrade"), ShowBigger())], _own_plan(t)])


def refund(data: Data, t: Texts, now: datetime) -> Screen:
    """To admins."""
    return _loss(t("↩️ <b>A payment was refunded</b>"), data, t)


def dispute(data: Data, t: Texts, now: datetime) -> Screen:
    """To admins."""
    return _loss(t("⚠️ <b>A payment is disputed</b>"), data, t)


def second(data: Data, t: Texts, now: datetime) -> Screen:
    """Somebody has paid on two pages, or by card and with Stars."""
    amount, plan = money_label(data["amount"], data["currency"], t), plan_label(data["plan"], t)
    how = [
        t("<b>You have paid twice.</b> The second payment of {amount} goes back to your card.", amount=amount),
        t("Banks take 5 to 10 days for that. You keep {plan}, and it costs you once.", plan=plan),
    ]
    if data["currency"] == STARS:
        how = [
            t("<b>You have paid twice.</b> The second payment of {amount} goes back to you.", amount=amount),
            t("You keep {plan}, and it costs you once.", plan=plan),
        ]
    text = lines(how)
    return Screen(text, [_own_plan(t)])


def unknown_price(data: Data, t: Texts, now: datetime) -> Screen:
    """To admins."""
    text = lines(
        [
            t("⚠️ <b>Somebody pays a price that isn't one of our plans'.</b> They have no plan by it."),
            t("{amount} · <code>{price}</code>", amount=_amount(data, t), price=data["price_id"]),
            t("Subscription <code>{id}</code>. Look at it in Stripe's dashboard.", id=data["remote_id"]),
        ]
    )
    return Screen(text)


def given_up(data: Data, t: Texts, now: datetime) -> Screen:
    """To admins."""
    text = lines(
        [
            t("⚠️ <b>What Stripe told of <code>{id}</code> was given up after three days.</b>", id=data["subject"]),
            t("Each attempt to take it in failed: <code>{code}</code>", code=data["code"])
            if data["known"]
            else t("It is nobody's whom this bot knows."),
            t("Look at it in Stripe's dashboard. <code>postaify billing resync</code> tries again."),
        ]
    )
    return Screen(text)


def _amount(data: Data, t: Texts) -> str:
    return money_label(data["amount"], data["currency"], t) if data["amount"] is not None else data["currency"]


def _loss(title: Markup, data: Data, t: Texts) -> Screen:
    amount, plan = money_label(data["amount"], data["currency"], t), plan_label(data["plan"] or "–", t)
    ended = t("The plan has ended.") if data["ended"] else t("The plan wasn't ended by this.")
    what = t("{amount} · {plan} · {rail}", amount=amount, plan=plan, rail=data["rail"])
    text = lines([title, what, t("<code>{charge}</code>", charge=data["charge_id"]), ended])
    payer = data.get("telegram_id")
    return Screen(text, [[Button(t("The user"), ShowPayer(payer))]] if payer else [])


def _own_plan(t: Texts) -> list[Button]:
    return [Button(t("Your plan"), ShowPlan()), Button(t("🧾 Billing"), ShowBilling())]


def _until(data: Data, t: Texts) -> Markup:
    return time_label(datetime.fromisoformat(data["until"]), data["zone"], t) if data["until"] else t("its end")


def not_ended(data: Data, t: Texts, now: datetime) -> Screen:
    """To admins: somebody who was deleted may still be charged."""
    where = t("Stripe's dashboard") if data["rail"] == Rail.STRIPE else t("Telegram")
    text = lines(
        [
            t("⚠️ <b>What a deleted user pays for couldn't be ended yet.</b> They may be charged again."),
            t(
                "{rail} · <code>{id}</code> · <code>{code}</code>",
                rail=data["rail"],
                id=data["remote_id"],
                code=data["code"],
            ),
            t("I go on trying. If you can, end it in {where} by hand.", where=where),
        ]
    )
    return Screen(text)


LAST_DAY: Final = 6
RENDERERS: Final[Mapping[str, Callable[[Data, Texts, datetime], Screen]]] = {
    f"billing.{render.__name__}": render
    for render in (
        started,
        plan_changed,
        change_planned,
        cancelled,
        resumed,
        past_due,
        recovered,
        expired,
        trial_reminder,
        trial_over,
        refund,
        second,
        unknown_price,
        given_up,
        dispute,
        not_ended,
    )
} | {"billing.asked": question, "billing.answered": answer}
