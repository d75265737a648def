"""What finding videos costs, as admins see it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from babel.dates import format_date
from markupsafe import Markup

from bot.admin.actions import ShowAdmin, ShowCredits
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core.viral.models import CreditUse


def out(data: Mapping[str, Any], t: Texts) -> Screen:
    """Told once, until there are some again."""
    return Screen(
        t(
            "💳 <b>{provider} has no credits left.</b>\nUsers get what was found before, with its age, or are told to "
            "come back later. Top the account up; I tell you when it works again.",
            provider=data["provider"],
        ),
        [[Button(t("Credits by day"), ShowCredits())]],
    )


def back(data: Mapping[str, Any], t: Texts) -> Screen:
    return Screen(
        t("💳 <b>{provider} has credits again.</b> Everything is found as before.", provider=data["provider"]),
        [[Button(t("Credits by day"), ShowCredits())]],
    )


def by_day(uses: Sequence[CreditUse], t: Texts) -> Screen:
    """The last days, the newest first."""
    found = [_line(use, t) for use in uses] or [t("Nothing was asked of a provider that counts credits.")]
    text = lines([t("💳 <b>Credits for finding videos</b>"), t("Days are those of UTC."), "", *found])
    return Screen(text, [[Button(t("‹ Admin"), ShowAdmin())]])


def _line(use: CreditUse, t: Texts) -> Markup:
    left = t(" · {n} left", n=use.remaining) if use.remaining is not None else ""
    calls = t.plural("{n} call", "{n} calls", use.calls)
    return t(
        "{day} · {provider}: <b>{credits}</b> for {calls}{left}",
        day=format_date(use.day, "d MMM", locale=t.locale),
        provider=use.provider,
        credits=use.credits,
        calls=calls,
        left=left,
    )
