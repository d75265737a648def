"""Names of plans, features and perks, as people call them."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from bot.texts import Texts
from core.billing.queries import Feature


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


def perk_labels(perks: Mapping[str, Any], t: Texts) -> list[Markup]:
    """What comes with a plan beyond numbers."""
    offered = (
        (bool(perks.get("csv_export")), t("Export to CSV")),
        (bool(perks.get("api")), t("API")),
        (perks.get("analytics") == "advanced", t("Advanced analytics")),
        (perks.get("support") == "priority", t("Priority support")),
    )
    return [label for included, label in offered if included]
