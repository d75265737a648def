"""Plans and what is left of them, in numbers that people can check."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from babel.numbers import format_currency, format_decimal
from markupsafe import Markup

from bot.billing.actions import ShowPlan, ShowPlans, ShowUsage
from bot.billing.labels import feature_label, perk_labels, plan_label
from bot.keyboards import bar, pager
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core.billing.models import Plan
from core.billing.queries import STANDING, Entitlement, Feature
from core.when.formats import format_local

OPEN_FEATURES = (
    Feature.POSTS,
    Feature.PODCASTS,
    Feature.PODCAST_MINUTES,
    Feature.VIRAL_QUERIES,
    Feature.SCRIPT_ANALYSES,
    Feature.TARGET_CHATS,
    Feature.DIGESTS,
    Feature.DIGEST_KEYWORDS,
    Feature.WATCHES,
)
"""What can be used today. The others are in the plans and open later; each adds itself here when it does."""


def plan(own: Plan, entitlements: Sequence[Entitlement], *, zone: str | None, t: Texts) -> Screen:
    """The user's plan and how much of it is used."""
    text = lines(
        [
            t("💳 <b>Your plan: {plan}</b> · {price}", plan=plan_label(own.key, t), price=_price(own, t)),
            "",
            *_usage_lines(entitlements, zone, t),
            "",
            _not_for_sale(t),
        ]
    )
    return Screen(text, [[Button(t("Compare plans"), ShowPlans(0)), Button(t("Usage"), ShowUsage())]])


def usage(entitlements: Sequence[Entitlement], *, zone: str | None, t: Texts) -> Screen:
    """What was used in this period, feature by feature."""
    text = lines([t("📊 <b>Used this month</b>"), "", *_usage_lines(entitlements, zone, t)])
    return Screen(text, [[Button(t("‹ Your plan"), ShowPlan())]])


def compare(found: Sequence[Plan], *, own: str, page: int, t: Texts) -> Screen:
    """One plan a page, the cheapest first; page 0 is the user's own."""
    keys = [each.key for each in found]
    page = page if 1 <= page <= len(found) else keys.index(own) + 1
    shown = found[page - 1]
    title = t("<b>{plan}</b> · {price}", plan=plan_label(shown.key, t), price=_price(shown, t))
    text = lines(
        [
            t("{title} · <i>your plan</i>", title=title) if shown.key == own else title,
            "",
            *(_limit_line(feature, shown.limits[feature], t) for feature in OPEN_FEATURES),
            "",
            t("<b>Included once it opens</b>"),
            *(_limit_line(feature, shown.limits[feature], t) for feature in Feature if feature not in OPEN_FEATURES),
            *(t("• {perk}", perk=perk) for perk in perk_labels(shown.perks, t)),
            "",
            _not_for_sale(t),
        ]
    )
    return Screen(text, [pager(page, len(found), ShowPlans), [Button(t("‹ Your plan"), ShowPlan())]])


def limit_reached_screen(t: Texts, params: Mapping[str, Any], *, zone: str | None = None) -> Screen:
    """Not an error: what was reached, how much of it, and when there is more. `params` as LimitReached has them."""
    feature, limit, used = Feature(params["feature"]), int(params["limit"]), int(params["used"])
    text = lines(
        [
            _reached_title(feature, limit=limit, used=used, t=t),
            *_reached_facts(params, limit=limit, used=used, zone=zone, t=t),
            "",
            t("Nothing was changed.") if feature in STANDING else t("Nothing was started, and nothing was counted."),
            _not_for_sale(t),
        ]
    )
    return Screen(text, [[Button(t("Compare plans"), ShowPlans(0)), Button(t("Usage"), ShowUsage())]])


def _usage_lines(entitlements: Sequence[Entitlement], zone: str | None, t: Texts) -> list[Markup]:
    shown = [_usage_line(each, t) for each in entitlements]
    resets = {each.resets_at for each in entitlements if each.feature not in STANDING}
    return shown + [_reset_line(at, zone, t) for at in sorted(resets)]


def _usage_line(entitlement: Entitlement, t: Texts) -> Markup:
    name, used = feature_label(entitlement.feature, t), entitlement.used
    if entitlement.limit is None:
        return t("{name}: {used}, as many as you like", name=name, used=_number(used, t))
    return t(
        "{name}: {bar} {used} of {limit}",
        name=name,
        bar=bar(used, entitlement.limit),
        used=_number(used, t),
        limit=_number(entitlement.limit, t),
    )


def _limit_line(feature: Feature, limit: int | None, t: Texts) -> Markup:
    name = feature_label(feature, t)
    if limit is None:
        return t("• {name}: as many as you like", name=name)
    if limit == 0:
        return t("• {name}: –", name=name)
    if feature in STANDING:
        return t("• {name}: {limit}", name=name, limit=_number(limit, t))
    return t("• {name}: {limit} a month", name=name, limit=_number(limit, t))


def _reached_title(feature: Feature, *, limit: int, used: int, t: Texts) -> Markup:
    name = feature_label(feature, t)
    if limit == 0:
        return t("<b>{name}: not part of your plan</b>", name=name)
    if feature in STANDING:
        return t("<b>{name}: as many as your plan has room for</b>", name=name)
    if used >= limit:
        return t("<b>{name}: this month's limit is reached</b>", name=name)
    return t("<b>{name}: not enough left this month</b>", name=name)


def _reached_facts(params: Mapping[str, Any], *, limit: int, used: int, zone: str | None, t: Texts) -> Iterator[Markup]:
    plan = plan_label(str(params["plan"]), t)
    if limit == 0:
        yield t("You are on the {plan} plan.", plan=plan)
        return
    values = {"bar": bar(used, limit), "used": _number(used, t), "limit": _number(limit, t), "plan": plan}
    yield t("{bar} {used} of {limit} on the {plan} plan", **values)
    if Feature(params["feature"]) in STANDING:
        return
    if used < limit:
        yield t("This would take {asked}.", asked=_number(int(params["asked"]), t))
    yield _reset_line(datetime.fromisoformat(str(params["resets_at"])), zone, t)


def _reset_line(at: datetime, zone: str | None, t: Texts) -> Markup:
    """When it is counted from zero again, by the user's clock; by UTC for somebody who hasn't told theirs."""
    if zone is None:
        return t("Resets on {when} (UTC).", when=format_local(at, "UTC", t.language))
    return t("Resets on {when} (your time).", when=format_local(at, zone, t.language))


def _not_for_sale(t: Texts) -> Markup:
    return t("Bigger plans can't be bought yet; that opens soon.")


def _price(plan: Plan, t: Texts) -> Markup:
    if plan.price_cents == 0:
        return t("free of charge")
    pattern = t.locale.currency_formats["standard"].pattern
    if plan.price_cents % 100 == 0:
        pattern = pattern.replace(".00", "")
    amount = Decimal(plan.price_cents) / 100
    price = format_currency(amount, plan.currency, format=pattern, locale=t.locale, currency_digits=False)
    return t("{price} a month", price=price)


def _number(value: int, t: Texts) -> str:
    return format_decimal(value, locale=t.locale)
