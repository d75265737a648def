"""Figures of channels in words: formats, times of the week, changes."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names
from markupsafe import Markup

from bot.texts import Texts
from core.analyses.numbers import HOURS_A_SLOT
from core.providers.discovery import VideoFormat
from core.viral.pages import compact

FORMAT_SIGNS = {VideoFormat.SHORT: "📱", VideoFormat.LONG: "🎬", VideoFormat.PHOTOS: "🖼"}


def format_label(name: str, t: Texts) -> Markup:
    return {
        VideoFormat.SHORT: t("Short videos"),
        VideoFormat.LONG: t("Long videos"),
        VideoFormat.PHOTOS: t("Photos"),
    }[VideoFormat(name)]


def weekday_label(place: int, t: Texts, *, short: bool = False) -> str:
    """`place` counts from Monday."""
    return str(get_day_names("abbreviated" if short else "wide", context="stand-alone", locale=t.locale)[place])


def hours_label(place: int) -> str:
    """A place among the slots of the day, as 18:00–21:00."""
    first = place * HOURS_A_SLOT
    return f"{first:02}:00–{(first + HOURS_A_SLOT) % 24:02}:00"


def day_label(moment: str, zone: str, t: Texts) -> str:
    """The date of an ISO moment in a zone."""
    return str(
        format_date(datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)).date(), "d MMM y", locale=t.locale)
    )


def short_day_label(day: date, t: Texts) -> str:
    return str(format_date(day, "d MMM", locale=t.locale))


def who(creator: Mapping[str, Any]) -> str:
    """@handle, or the name of a channel without one."""
    return f"@{creator['handle']}" if creator["handle"] else str(creator["name"])


def change_label(share: float | None) -> str:
    """+4.2 %, −12 %; "" without one."""
    if share is None:
        return ""
    percent = 100 * share
    shown = f"{abs(percent):.1f}" if abs(percent) < 9.95 else f"{abs(percent):,.0f}"
    if shown == "0.0":
        return "±0 %"
    return f"{'+' if percent > 0 else '−'}{shown} %"


def times_label(times: float) -> str:
    """Beside the usual: 1.4×."""
    return f"{times:.1f}×" if times < 99.95 else f"{times:,.0f}×"


def passed_label(since: str, until: str, t: Texts) -> Markup:
    """How long between two ISO moments, in its largest unit."""
    passed = datetime.fromisoformat(until) - datetime.fromisoformat(since)
    if passed < timedelta(days=2):
        return t.plural("{n} hour", "{n} hours", max(1, round(passed / timedelta(hours=1))))
    return t.plural("{n} day", "{n} days", round(passed / timedelta(days=1)))


def rate_label(number: float) -> str:
    """Videos a week: 5.2, 34."""
    return f"{number:.1f}" if number < 9.95 else f"{number:.0f}"


def figure(name: str, value: float) -> str:
    """One of core.analyses.numbers.COMPARED as it is written."""
    if name == "engagement":
        return f"{100 * value:.1f} %"
    return rate_label(value) if name == "per_week" else compact(value)


def figure_name(name: str, t: Texts) -> Markup:
    return {
        "followers": t("Followers"),
        "median_views": t("Median views"),
        "mean_views": t("Average views"),
        "engagement": t("Engagement rate"),
        "per_week": t("Videos a week"),
    }[name]
