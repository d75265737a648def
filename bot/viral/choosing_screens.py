"""What to look for: the options card, and what it asks. Pure."""

from collections.abc import Collection

from markupsafe import Markup

from bot.keyboards import ticked
from bot.screens import Button, Screen, lines, rows_of
from bot.texts import Texts
from bot.viral.actions import (
    AskKeyword,
    ChooseRegion,
    ClearKeyword,
    ListSaved,
    LookUp,
    SetNetwork,
    SetPeriod,
    SetRegion,
    ShowViral,
)
from bot.viral.labels import NETWORKS, period_label, region_label
from bot.viral.screens import asked_line
from core.billing.queries import Entitlement
from core.providers.discovery import Network
from core.viral.asking import KEYWORD_CHARACTERS, PERIODS, REGIONS, Asked


def card(asked: Asked, networks: Collection[Network], entitlement: Entitlement, t: Texts) -> Screen:
    """What will be looked for, and everything that can be chosen. `networks`: those that can be searched here."""
    if not networks:
        return Screen(
            t(
                "🔥 <b>What goes viral</b>\nNo network can be searched here yet. Whoever runs this bot has to give it "
                "access to one first."
            )
        )
    text = lines(
        [
            t("🔥 <b>What goes viral</b>"),
            asked_line(asked, t),
            "",
            t("Choose where to look, then press Search. A keyword finds what works in your niche."),
            *_quota(entitlement, t),
        ]
    )
    where = [
        Button(ticked(label, network is asked.network), SetNetwork(network))
        for network, label in NETWORKS.items()
        if network in networks
    ]
    when = [Button(ticked(period_label(each, t), each is asked.period), SetPeriod(each)) for each in PERIODS]
    keyword = [Button(t("🔑 Another keyword") if asked.keyword else t("🔑 Keyword"), AskKeyword())]
    if asked.keyword:
        keyword.append(Button(t("✕ No keyword"), ClearKeyword()))
    region = Button(t("🌍 {region}", region=region_label(asked.region, t)), ChooseRegion())
    return Screen(
        text, [where, when, keyword, [region], [Button(t("🔎 Search"), LookUp()), Button(t("💾 Saved"), ListSaved(1))]]
    )


def _quota(entitlement: Entitlement, t: Texts) -> list[Markup]:
    if entitlement.limit is None or entitlement.left is None:
        return []
    return [t("{left} of {limit} searches are left this month.", left=entitlement.left, limit=entitlement.limit)]


def choose_region(asked: Asked, t: Texts) -> Screen:
    named = sorted((region_label(code, t), code) for code in REGIONS)
    buttons = [Button(ticked(name, code == asked.region), SetRegion(code)) for name, code in named]
    return Screen(
        t("🌍 From where should I look?"),
        [
            [Button(ticked(str(t("Anywhere")), not asked.region), SetRegion(None))],
            *rows_of(buttons, columns=3),
            [Button(t("‹ Back"), ShowViral())],
        ],
    )


def ask_keyword(t: Texts) -> Screen:
    return Screen(
        t(
            "🔑 What is your niche? Send a keyword, like <code>sourdough</code>, or /cancel. Up to {n} characters.",
            n=KEYWORD_CHARACTERS,
        )
    )
