"""Plans and what is left of them, in numbers that people can check."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from babel.numbers import format_decimal
from markupsafe import Markup

from bot.billing.actions import (
    ChangeByCard,
    FixCard,
    PayByCard,
    PayWithStars,
    ShowBigger,
    ShowBilling,
    ShowPlan,
    ShowPlans,
    ShowUsage,
    StartTrial,
    StopTrial,
)
from bot.billing.labels import STARS, feature_label, money_label, perk_labels, plan_label, price_label, time_label
from bot.deliveries.phrases import in_time
from bot.keyboards import bar, pager
from bot.screens import Button, Keyboard, Screen, lines
from bot.texts import Texts
from core.billing.models import Plan, Rail
from core.billing.overview import Overview
from core.billing.queries import STANDING, Entitlement, Feature

OPEN_FEATURES = (
    Feature.POSTS,
    Feature.PODCASTS,
    Feature.PODCAST_MINUTES,
    Feature.IMAGES,
    Feature.VOICEOVERS,
    Feature.VIRAL_QUERIES,
    Feature.CHANNEL_ANALYSES,
    Feature.SCRIPT_ANALYSES,
    Feature.PUBLICATIONS,
    Feature.BRANDS,
    Feature.TARGET_CHATS,
    Feature.DIGESTS,
    Feature.DIGEST_KEYWORDS,
    Feature.WATCHES,
)
"""What can be used today. The others are in the plans and open later; each adds itself here when it does."""


OPEN_PERKS = ("csv_export",)
CLOSED_PERKS = ("api", "analytics", "support")


def plan(seen: Overview, entitlements: Sequence[Entitlement], *, now: datetime, zone: str | None, t: Texts) -> Screen:
    """The user's plan, how it goes on, and how much of it is used."""
    name = plan_label(seen.plan.key, t)
    title = t("💳 <b>Your plan: {plan}</b> · {price}", plan=name, price=price_label(seen.plan, t))
    if seen.trial is not None:
        title = t("💳 <b>Your plan: {plan}</b> · on trial", plan=name)
    standing = list(standing_lines(seen, now=now, zone=zone, t=t))
    text = lines([title, *standing, "", *_usage_lines(entitlements, zone, t), *_closed_lines(seen, t)])
    return Screen(text, _plan_buttons(seen, t))


def standing_lines(seen: Overview, *, now: datetime, zone: str | None, t: Texts) -> Iterator[Markup]:
    """How the plan goes on: renewed, changed, or ending."""
    row, ends_at = seen.subscription, seen.ends_at
    if seen.trial is not None and ends_at is not None:
        when, left = time_label(ends_at, zone, t), in_time(ends_at - now, t)
        yield t("The trial ends {left}, on {when}. Then you are on Free; nothing is deleted.", left=left, when=when)
    elif row is None:
        return
    elif seen.is_due and ends_at is not None:
        yield t("⚠️ The last payment didn't go through. The plan stays until {when}.", when=time_label(ends_at, zone, t))
    elif ends_at is not None:
        yield t("It isn't renewed: you have it until {when}.", when=time_label(ends_at, zone, t))
    else:
        yield t("It renews on {when}.", when=time_label(row.period_end, zone, t))
    if row is not None and row.pending_plan_key is not None and row.pending_from is not None:
        when = time_label(row.pending_from, zone, t)
        yield t("It changes to {plan} on {when}.", plan=plan_label(row.pending_plan_key, t), when=when)


def usage(entitlements: Sequence[Entitlement], *, zone: str | None, t: Texts) -> Screen:
    """What was used in this period, feature by feature."""
    text = lines([t("📊 <b>Used this month</b>"), "", *_usage_lines(entitlements, zone, t)])
    return Screen(text, [[Button(t("‹ Your plan"), ShowPlan())]])


def compare(seen: Overview, *, page: int, t: Texts) -> Screen:
    """One plan a page, the cheapest first; page 0 is the user's own."""
    found, keys = seen.plans, [each.key for each in seen.plans]
    page = page if 1 <= page <= len(found) else keys.index(seen.plan.key) + 1
    shown = found[page - 1]
    title = t("<b>{plan}</b> · {price}", plan=plan_label(shown.key, t), price=price_label(shown, t))
    text = lines(
        [
            t("{title} · <i>your plan</i>", title=title) if shown.key == seen.plan.key else title,
            "",
            *(_limit_line(feature, shown.limits[feature], t) for feature in OPEN_FEATURES),
            *(t("• {perk}", perk=perk) for perk in perk_labels(shown.perks, t, wanted=OPEN_PERKS)),
            "",
            t("<b>Included once it opens</b>"),
            *(_limit_line(feature, shown.limits[feature], t) for feature in Feature if feature not in OPEN_FEATURES),
            *(t("• {perk}", perk=perk) for perk in perk_labels(shown.perks, t, wanted=CLOSED_PERKS)),
            *_closed_lines(seen, t),
        ]
    )
    buttons = [[button] for button in ways_to_pay(seen, shown, t)]
    return Screen(text, [*buttons, pager(page, len(found), ShowPlans), [Button(t("‹ Your plan"), ShowPlan())]])


def ways_to_pay(seen: Overview, wanted: Plan, t: Texts) -> Iterator[Button]:
    """How this user can come to a plan from where they are."""
    if seen.trial_offered and wanted.rank > seen.plan.rank:
        yield _trial(t)
    has_it = seen.subscription is not None and wanted.key == seen.plan.key
    if not wanted.for_sale or not wanted.price_cents or has_it:
        return
    name, row = plan_label(wanted.key, t), seen.subscription
    if Rail.STRIPE in seen.rails:
        price = money_label(wanted.price_cents, wanted.currency, t)
        if row is not None:
            yield Button(t("💳 Change to {plan}", plan=name), ChangeByCard(wanted.key))
        else:
            yield Button(t("💳 Pay {price} a month by card", price=price), PayByCard(wanted.key))
    if Rail.STARS in seen.rails and wanted.price_stars is not None and (row is None or wanted.rank > seen.plan.rank):
        stars = money_label(wanted.price_stars, STARS, t)
        yield Button(t("Pay {stars} for 30 days", stars=stars), PayWithStars(wanted.key))


def limit_reached_screen(t: Texts, params: Mapping[str, Any], *, zone: str | None = None) -> Screen:
    """Not an error: what was reached, how much of it, and when there is more. `params` as LimitReached has them."""
    feature, limit, used = Feature(params["feature"]), int(params["limit"]), int(params["used"])
    text = lines(
        [
            _reached_title(feature, limit=limit, used=used, t=t),
            *_reached_facts(params, limit=limit, used=used, zone=zone, t=t),
            "",
            t("Nothing was changed.") if feature in STANDING else t("Nothing was started, and nothing was counted."),
        ]
    )
    return Screen(text, [[Button(t("⬆️ Upgrade"), ShowBigger()), Button(t("Usage"), ShowUsage())]])


def _trial(t: Texts) -> Button:
    return Button(t("✨ Try Pro for 7 days, free of charge"), StartTrial())


def _plan_buttons(seen: Overview, t: Texts) -> Keyboard:
    rows = []
    if seen.is_due and Rail.STRIPE in seen.rails:
        rows.append([Button(t("💳 Give another card"), FixCard())])
    if seen.trial_offered:
        rows.append([_trial(t)])
    if seen.bigger is not None and seen.rails:
        rows.append([Button(t("⬆️ Upgrade"), ShowBigger())])
    rows.append([Button(t("Compare plans"), ShowPlans(0)), Button(t("Usage"), ShowUsage())])
    if seen.subscription is not None:
        rows.append([Button(t("🧾 Manage billing"), ShowBilling())])
    if seen.trial is not None:
        rows.append([Button(t("End the trial"), StopTrial(sure=False))])
    return rows


def _closed_lines(seen: Overview, t: Texts) -> list[Markup | str]:
    """Said where nothing can be bought."""
    return [] if seen.rails else ["", t("Plans can't be bought here at the moment.")]


def _usage_lines(entitlements: Sequence[Entitlement], zone: str | None, t: Texts) -> list[Markup]:
    shown = [_usage_line(each, t) for each in entitlements]
    resets = {each.resets_at for each in entitlements if each.feature not in STANDING}
    return shown + [_reset_line(at, zone, t) for at in sorted(resets)]


def _usage_line(entitlement: Entitlement, t: Texts) -> Markup:
    name, used = feature_label(entitlement.feature, t), entitlement.used
    if entitlement.limit is None:
        return t("{name}: {used}, as many as you like", name=name, used=_number(used, t))
    if entitlement.limit == 0:
        return t("{name}: not part of your plan", name=name)
    return t(
        "{bar} {used} of {limit} · {name}",
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
    """When it is counted from zero again."""
    return t("Resets on {when}.", when=time_label(at, zone, t))


def _number(value: int, t: Texts) -> str:
    return format_decimal(value, locale=t.locale)
