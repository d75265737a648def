"""What is said when something about plans and payments can't be done."""

from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup

from bot.billing.labels import plan_label
from bot.billing.stars import refusal_sentence
from bot.billing.support_screens import words
from bot.router import Sentence
from bot.texts import Texts


def no_trial(t: Texts, params: dict[str, Any]) -> Markup:
    if "plan" in params:
        return t("You have {plan} already.", plan=plan_label(str(params["plan"]), t))
    return t("You have had the trial: there is one for each person. See /plan for what it costs to go on.")


SENTENCES: Final[Mapping[str, Sentence]] = {
    "billing.no_trial": no_trial,
    "billing.stars_refused": refusal_sentence,
    "billing.unknown_invoice": lambda t, _: t("I don't know this invoice. Open /plan for a new one."),
    "billing.no_stars_subscription": lambda t, _: t("Nothing is paid with Stars at the moment: see /billing."),
    "billing.cards_not_taken": lambda t, _: t("Cards can't be taken here at the moment. See /plan for other ways."),
    "billing.plan_not_sold": lambda t, _: t("This plan isn't sold at the moment. See /plan for the others."),
    "billing.same_plan": lambda t, _: t("You have this plan already: see /billing."),
    "billing.payment_due": lambda t, _: t("A payment is due first. Give another card with /billing."),
    "billing.already_subscribed": lambda t, _: t("You have a plan that is paid for. Change it with /billing."),
    "billing.no_customer": lambda t, _: t("Nothing was paid by card yet, so there is nothing to manage."),
    "billing.words": words,
    "billing.nobody_to_ask": lambda t, _: t("Nobody who runs this bot can be reached here. Please try again tomorrow."),
    "billing.payment_not_found": lambda t, _: t("There is no such payment."),
}
