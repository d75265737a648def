"""Networks, times and figures in words."""

from datetime import datetime, timedelta

from markupsafe import Markup

from bot.texts import Texts
from core.providers.discovery import Network, Period
from core.viral.patterns import Hook

NETWORKS = {Network.TIKTOK: "TikTok", Network.INSTAGRAM: "Instagram", Network.YOUTUBE: "YouTube"}
"""Brand names are the same in every language."""


def period_label(period: Period, t: Texts) -> Markup:
    return {
        Period.DAY: t("Last 24 hours"),
        Period.WEEK: t("Last 7 days"),
        Period.MONTH: t("Last 30 days"),
    }[period]


def region_label(region: str, t: Texts) -> str:
    """A country's name in the reader's language."""
    return str(t.locale.territories.get(region, region)) if region else str(t("Anywhere"))


def asked_label(keyword: str, t: Texts) -> Markup:
    return t("“{keyword}”", keyword=keyword) if keyword else t("What trends")


def age_label(since: datetime, now: datetime, t: Texts) -> Markup:
    """How long ago, in its largest unit."""
    passed = max(timedelta(), now - since)
    if passed < timedelta(hours=1):
        return t.plural("{n} minute", "{n} minutes", max(1, passed // timedelta(minutes=1)))
    if passed < timedelta(days=2):
        return t.plural("{n} hour", "{n} hours", passed // timedelta(hours=1))
    return t.plural("{n} day", "{n} days", passed // timedelta(days=1))


def percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share < 0.9995 else f"{100 * share:,.0f} %"


def hook_label(hook: Hook, t: Texts) -> Markup:
    return {
        Hook.QUESTION: t("It opens with a question: people stay for the answer."),
        Hook.NUMBER: t("It opens with a number: something definite to expect."),
        Hook.HOW_TO: t("It promises a result and shows the steps."),
        Hook.WARNING: t("It opens with a mistake to avoid."),
        Hook.SECRET: t("It promises something that few people know."),
        Hook.YOU: t("It speaks to the viewer directly."),
        Hook.STORY: t("It is told as a personal story."),
        Hook.STATEMENT: t("Its first words are none of the hooks that I can tell without a language model."),
    }[hook]
