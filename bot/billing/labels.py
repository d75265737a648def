"""Names of plans, features and perks, as people call them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from babel.numbers import format_currency, format_decimal
from markupsafe import Markup

from bot.texts import Texts
from core.billing.models import Plan
from core.billing.queries import Feature
from core.when.formats import format_local

STARS = "XTR"


def plan_label(key: str, t: Texts) -> Markup:
    known = {"free": t("Free"), "starter": t("Starter"), "pro": t("Pro"), "business": t("Business")}
    return known.get(key, Markup.escape(key.capitalize()))


def feature_label(feature: Feature, t: Texts) -> Markup:
    return {
        Feature.POSTS: t("Posts"),
        Feature.PODCASTS: t("Podcasts"),
        Feature.PODCAST_MINUTES: t("Minutes of podcast"),
        Feature.IMAGES: t("Images"),
        Feature.VOICEOVERS: t("Voiceovers"),
        Feature.VIRAL_QUERIES: t("Searches for viral videos"),
        Feature.CHANNEL_ANALYSES: t("Channel analyses"),
        Feature.SCRIPT_ANALYSES: t("Script analyses"),
        Feature.PUBLICATIONS: t("Publications to TikTok, Instagram, YouTube"),
        Feature.CAMPAIGNS: t("Campaigns at a time"),
        Feature.CREATORS: t("Creators found"),
        Feature.BRANDS: t("Brands"),
        Feature.TARGET_CHATS: t("Channels and groups"),
        Feature.DIGESTS: t("Digests of what goes viral"),
        Feature.DIGEST_KEYWORDS: t("Keywords in digests"),
        Feature.WATCHES: t("Watched creators"),
    }[feature]


def perk_labels(perks: Mapping[str, Any], t: Texts, *, wanted: Collection[str]) -> list[Markup]:
    """What comes with a plan beyond numbers, of what is `wanted`."""
    offered = {
        "csv_export": (bool(perks.get("csv_export")), t("Export to CSV")),
        "api": (bool(perks.get("api")), t("API")),
        "analytics": (perks.get("analytics") == "advanced", t("Advanced analytics")),
        "support": (perks.get("support") == "priority", t("Priority support")),
    }
    return [label for perk, (included, label) in offered.items() if included and perk in wanted]


def price_label(plan: Plan, t: Texts) -> Markup:
    """What a plan costs a month."""
    if plan.price_cents == 0:
        return t("free of charge")
    return t("{price} a month", price=money_label(plan.price_cents, plan.currency, t))


def money_label(amount: int, currency: str, t: Texts) -> str:
    """An amount in the currency's smallest unit; Stars are whole. Without cents when there are none."""
    if currency == STARS:
        return f"⭐ {format_decimal(amount, locale=t.locale)}"
    pattern = t.locale.currency_formats["standard"].pattern
    if amount % 100 == 0:
        pattern = pattern.replace(".00", "")
    value = Decimal(amount) / 100
    return format_currency(value, currency, format=pattern, locale=t.locale, currency_digits=False)


def time_label(at: datetime, zone: str | None, t: Texts) -> Markup:
    """A moment by the user's clock; by UTC for somebody who hasn't told theirs."""
    if zone is None:
        return t("{when} (UTC)", when=format_local(at, "UTC", t.language))
    return t("{when} (your time)", when=format_local(at, zone, t.language))
