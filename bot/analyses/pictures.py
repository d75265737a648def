"""What the charts of a report show, in the reader's words. Pure; drawing is for a thread."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.analyses.labels import (
    figure,
    figure_name,
    format_label,
    short_day_label,
    times_label,
    weekday_label,
    who,
)
from bot.texts import Texts
from bot.viral.labels import NETWORKS, percent
from core.analyses.numbers import HOURS_A_SLOT
from core.pictures.charts import HOT, Bar, Bars, Charts, Dot, Panel, Rows, Scatter, charts_png
from core.pictures.type import Color
from core.providers.discovery import Network, VideoFormat
from core.viral.pages import SAMPLE_LABEL, compact

Data = Mapping[str, Any]
FORMAT_COLORS: dict[str, Color] = {
    VideoFormat.SHORT: (36, 129, 204),
    VideoFormat.LONG: (124, 92, 214),
    VideoFormat.PHOTOS: (46, 160, 84),
}
FIRST, SECOND = (36, 129, 204), (124, 92, 214)
TICKS = 4
USUAL = 1.0
HISTORY_BARS = 8
SIDE_BY_SIDE = ("followers", "median_views", "engagement", "per_week")
"""The table below has more: Telegram makes a taller picture smaller."""


def report(data: Data, t: Texts) -> bytes:
    """Views over time, weekdays, hours. Formats have a picture of their own: Telegram makes taller ones smaller."""
    return _drawn(data, [_over_time(data, t), *_times(data["report"], t)])


def times(data: Data, t: Texts) -> bytes:
    return _drawn(data, _times(data["report"], t))


def formats(data: Data, t: Texts) -> bytes:
    found = data["report"]["formats"]
    rates = [
        Bar(
            str(format_label(each["format"], t)),
            each["engagement"],
            "–" if each["engagement"] is None else percent(each["engagement"]),
            FORMAT_COLORS[each["format"]],
        )
        for each in found
    ]
    counts = [
        Bar(str(format_label(each["format"], t)), each["videos"], str(each["videos"]), FORMAT_COLORS[each["format"]])
        for each in found
    ]
    shown = [*_formats(data["report"], t), Rows(str(t("Engagement rate")), rates), Rows(str(t("Videos")), counts)]
    return _drawn(data, shown)


def history(data: Data, entries: Sequence[Data], t: Texts) -> bytes:
    """`entries` with the oldest first: at, report."""
    shown = entries[-HISTORY_BARS:]
    panels: list[Panel] = []
    for name in ("median_views", "followers"):
        bars = [Bar(_day(entry, t), entry["report"][name], _figure(name, entry["report"][name])) for entry in shown]
        if any(bar.value is not None for bar in bars):
            panels.append(Bars(str(figure_name(name, t)), bars))
    return _drawn(data, panels)


def comparison(first: Data, second: Data, t: Texts, *, dark: bool) -> bytes:
    """Two channels, a pair of bars for each figure that one of them has."""
    panels = []
    for name in SIDE_BY_SIDE:
        pair = [
            Bar(_full_name(each), each["report"][name], _figure(name, each["report"][name]), color)
            for each, color in ((first, FIRST), (second, SECOND))
        ]
        if any(bar.value is not None for bar in pair):
            panels.append(Rows(str(figure_name(name, t)), pair))
    sample = first["sample"] or second["sample"]
    title = f"{first['creator']['name']} · {second['creator']['name']}"
    subtitle = str(t("Side by side"))
    return charts_png(Charts(title, subtitle, panels, label=SAMPLE_LABEL if sample else "", dark=dark))


def _drawn(data: Data, panels: Sequence[Panel]) -> bytes:
    creator = data["creator"]
    subtitle = f"{who(creator)} · {NETWORKS[Network(creator['network'])]}"
    label = SAMPLE_LABEL if data["sample"] else ""
    return charts_png(Charts(creator["name"], subtitle, panels, label=label, dark=data["dark"]))


def _over_time(data: Data, t: Texts) -> Scatter:
    points, found = data["points"], data["report"]
    first, last = min(each["at"] for each in points), max(each["at"] for each in points)
    span = max(last - first, 1.0)
    dots = [
        Dot((each["at"] - first) / span, each["views"], FORMAT_COLORS[each["format"]], hot=each["outlier"])
        for each in points
    ]
    names = [each["format"] for each in found["formats"]]
    legend = [(str(format_label(name, t)), FORMAT_COLORS[name]) for name in names]
    if any(each["outlier"] for each in points):
        legend.append((str(t("Outliers")), HOT))
    return Scatter(
        str(t("Views by day of publication; dashes: the median")) if found["median_views"] else str(t("Views by day")),
        dots,
        _ticks(first, last, found["time_zone"], t),
        compact,
        line=found["median_views"],
        legend=legend,
    )


def _ticks(first: float, last: float, zone: str, t: Texts) -> list[tuple[float, str]]:
    """Days at equal distances; one when all is of one day."""
    days: dict[str, float] = {}
    for number in range(TICKS):
        share = number / (TICKS - 1)
        at = datetime.fromtimestamp(first + share * (last - first), UTC).astimezone(ZoneInfo(zone))
        days.setdefault(short_day_label(at.date(), t), share)
    return [(share, day) for day, share in days.items()]


def _times(found: Data, t: Texts) -> list[Panel]:
    """Beside the usual; the best one stands out."""
    return [
        Bars(
            str(t("By weekday, beside the usual views (1×)")),
            [
                _slot(slot, weekday_label(place, t, short=True), best=place == found["best_weekday"])
                for place, slot in enumerate(found["weekdays"])
            ],
            base=USUAL,
        ),
        Bars(
            str(t("By hour ({zone})", zone=found["time_zone"].replace("_", " "))),
            [
                _slot(slot, f"{place * HOURS_A_SLOT}–{(place + 1) * HOURS_A_SLOT}", best=place == found["best_hours"])
                for place, slot in enumerate(found["hours"])
            ],
            base=USUAL,
        ),
    ]


def _slot(slot: Data, label: str, *, best: bool) -> Bar:
    times = slot["times"]
    return Bar(label, times, "–" if times is None else times_label(times), HOT if best else None)


def _formats(found: Data, t: Texts) -> list[Panel]:
    rows = [
        Bar(
            f"{format_label(each['format'], t)} · {each['videos']}",
            each["median_views"],
            _figure("median_views", each["median_views"]),
            FORMAT_COLORS[each["format"]],
        )
        for each in found["formats"]
    ]
    return [Rows(str(t("Median views by format")), rows)] if rows else []


def _figure(name: str, value: float | None) -> str:
    return "–" if value is None else figure(name, value)


def _day(entry: Data, t: Texts) -> str:
    return short_day_label(datetime.fromisoformat(entry["at"]).date(), t)


def _full_name(data: Data) -> str:
    return f"{who(data['creator'])} · {NETWORKS[Network(data['creator']['network'])]}"
