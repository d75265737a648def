"""Questions about payments, and their answers. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup

from bot.billing.actions import AnswerPayer, AskSupport, ShowBilling, ShowPayer
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core.billing.support import LONGEST


def help_with_payments(t: Texts) -> Screen:
    text = lines(
        [
            t("<b>Help with payments</b>"),
            "",
            t("What you pay, and how to end it, is in /billing; what was paid stands there, too."),
            t("Was something charged wrongly? Ask whoever runs this bot: the button below brings your words to them."),
            t("Payments with Stars are made to this bot: Telegram's own support can't give them back."),
        ]
    )
    return Screen(text, [[Button(t("✍️ Ask about a payment"), AskSupport())], [_billing(t)]])


def ask(t: Texts) -> Screen:
    """What the next message will be taken for."""
    text = t(
        "✍️ <b>What happened?</b> Send one message, of at most {n} characters: which payment, when, and what is wrong. "
        "It goes to whoever runs this bot, with your name and Telegram id. /cancel ends this.",
        n=LONGEST,
    )
    return Screen(text)


def asked(t: Texts) -> Screen:
    return Screen(t("✅ It is on its way to whoever runs this bot. The answer comes here."), [[_billing(t)]])


def question(data: Mapping[str, Any], t: Texts, now: datetime) -> Screen:
    """To admins."""
    telegram_id = data["telegram_id"]
    who = t("✋ <b>{name}</b> · <code>{id}</code> asks about a payment:", name=data["name"], id=str(telegram_id))
    ways = [Button(t("✍️ Answer"), AnswerPayer(telegram_id)), Button(t("The user"), ShowPayer(telegram_id))]
    return Screen(lines([who, t("<i>{text}</i>", text=data["text"])]), [ways])


def answer(data: Mapping[str, Any], t: Texts, now: datetime) -> Screen:
    """To who has asked."""
    text = lines([t("✉️ <b>From whoever runs this bot, about your payments:</b>"), t("{text}", text=data["text"])])
    return Screen(text, [[Button(t("✍️ Ask again"), AskSupport()), _billing(t)]])


def ask_answer(telegram_id: int, t: Texts) -> Screen:
    """What the admin's next message will be taken for."""
    who = str(telegram_id)
    return Screen(t("✍️ Your next message goes to <code>{id}</code>, as the bot's. /cancel ends this.", id=who))


def answered(telegram_id: int, t: Texts) -> Screen:
    return Screen(t("✅ It is on its way."), [[Button(t("The user"), ShowPayer(telegram_id))]])


def words(t: Texts, params: dict[str, Any]) -> Markup:
    if not params["length"]:
        return t("I can only pass on words. Please write it as a text, or /cancel.")
    return t("That has {length} characters; {limit} fit. Please send a shorter text.", **params)


def _billing(t: Texts) -> Button:
    return Button(t("🧾 Billing"), ShowBilling())
