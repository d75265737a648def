"""What stands behind a report: outliers, times, formats, history, a comparison, and how all is counted. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup, escape

from bot.analyses.actions import (
    AskChannel,
    ChooseOther,
    Compare,
    ListChannels,
    ShowOutliers,
    ShowOutlierVideo,
    ShowReport,
)
from bot.analyses.labels import (
    FORMAT_SIGNS,
    change_label,
    day_label,
    figure,
    figure_name,
    format_label,
    hours_label,
    times_label,
    weekday_label,
    who,
)
from bot.analyses.screens import analysis_id_of, best_line, channel_label, heading, sample_line
from bot.keyboards import pager
from bot.screens import Button, Keyboard, Screen, lines, rows_of
from bot.texts import Texts
from bot.viral import screens as viral_screens
from bot.viral.labels import NETWORKS, percent
from core import ids
from core.analyses.models import Analysis
from core.analyses.numbers import COMPARED, HOURS_A_SLOT, LEAST, OUTSTANDING, SLOT_LEAST, changes
from core.analyses.reading import VIDEOS_MOST
from core.db import Paged
from core.providers.discovery import Network, VideoFormat
from core.viral.models import Creator
from core.viral.pages import compact
from core.viral.queries import Seen

Data = Mapping[str, Any]
TITLE_CHARACTERS, NUMBERS_A_ROW = 44, 5
COLUMN = 12
HISTORY_SIGNS = {"followers": "👥", "median_views": "👁", "engagement": "💬", "per_week": "📅"}


def outliers(data: Data, seen: Sequence[Seen], t: Texts, *, picture: bytes | None) -> Screen:
    """Those far above the usual; without any, those seen most often. Each number leads to its video."""
    found = data["report"]
    scores = {each["id"]: each["score"] for each in [*found["top"], *found["outliers"]]}
    title = t("🚀 <b>Outliers</b>: {n}× the usual and more", n=int(OUTSTANDING))
    if not found["outliers"]:
        title = t("🚀 <b>No outliers</b>: nothing got {n}× the usual. The most viewed:", n=int(OUTSTANDING))
    rows = [_video_line(number, each, scores.get(str(each.video.id)), t) for number, each in enumerate(seen, start=1)]
    mine = analysis_id_of(data)
    hint = t("<i>Press a number to see why, or to make your own.</i>")
    text = lines([*heading(data, t), title, *rows, "", hint])
    numbers = [Button(str(number), ShowOutlierVideo(mine, each.video.id)) for number, each in enumerate(seen, start=1)]
    return Screen(text, [*rows_of(numbers, columns=NUMBERS_A_ROW), *_back(data, t)], picture=picture)


def _video_line(number: int, seen: Seen, score: float | None, t: Texts) -> Markup:
    title = " ".join(seen.video.title.split()) or f"@{seen.creator.handle}"
    shown = title if len(title) <= TITLE_CHARACTERS else f"{title[: TITLE_CHARACTERS - 1].rstrip()}…"
    facts = [compact(seen.video.views), *([times_label(score)] if score is not None else [])]
    return t("{number}. {title} · <b>{facts}</b>", number=number, title=shown, facts=" · ".join(facts))


def outlier_video(analysis_id: ids.AnalysisId, shown: viral_screens.Shown, t: Texts) -> Screen:
    """As anywhere, but the way back leads to the outliers."""
    screen = viral_screens.video(shown, t)
    *rows, (_, *others) = screen.keyboard
    back = Button(t("‹ Outliers"), ShowOutliers(analysis_id))
    return replace(screen, keyboard=[*rows, [back, *others]])


def times(data: Data, t: Texts, *, picture: bytes | None) -> Screen:
    """How the times of the week do beside the usual."""
    found = data["report"]
    days = _ranked_slots(found["weekdays"], lambda place: weekday_label(place, t))
    hours = _ranked_slots(found["hours"], hours_label)
    rows = [best_line(found, t)]
    if days:
        rows.append(t("Weekdays: {list}", list=", ".join(days)))
    if hours:
        rows.append(t("Hours: {list}", list=", ".join(hours)))
    rows.append(
        t(
            "<i>Views beside the median of the same format; times with fewer than {n} videos are left out, and so are "
            "videos of the last 24 hours.</i>",
            n=SLOT_LEAST,
        )
    )
    return Screen(lines([*heading(data, t), *rows]), _back(data, t), picture=picture)


def _ranked_slots(slots: Sequence[Data], label: Callable[[int], str]) -> list[str]:
    """Those that can be told, the best first."""
    known = [(slot["times"], place) for place, slot in enumerate(slots) if slot["times"] is not None]
    known.sort(key=lambda each: (-each[0], each[1]))
    return [f"{label(place)} {times_label(times)}" for times, place in known]


def formats(data: Data, t: Texts, *, picture: bytes | None) -> Screen:
    """What it publishes, and how each kind does."""
    rows = [_format_line(each, t) for each in data["report"]["formats"]]
    text = lines([*heading(data, t), t("🎞 <b>Formats</b>"), *rows])
    return Screen(text, _back(data, t), picture=picture)


def _format_line(found: Data, t: Texts) -> Markup:
    facts = [t.plural("{n} video", "{n} videos", found["videos"])]
    if found["median_views"] is None:
        facts.append(t("fewer than {n} with views: too few to compare", n=LEAST))
    else:
        facts.append(t("median {views}", views=compact(found["median_views"])))
    if found["engagement"] is not None:
        facts.append(t("engagement {rate}", rate=percent(found["engagement"])))
    sign = FORMAT_SIGNS[VideoFormat(found["format"])]
    name = format_label(found["format"], t)
    return t("{sign} <b>{name}</b>: {facts}", sign=sign, name=name, facts=Markup(" · ").join(facts))


def history(data: Data, entries: Sequence[Data], t: Texts, *, picture: bytes | None) -> Screen:
    """The analyses of this channel, the newest first, each with what changed since the one before."""
    rows: list[Markup] = []
    for place, entry in enumerate(entries):
        before = entries[place + 1]["report"] if place + 1 < len(entries) else None
        rows.append(_entry_line(entry, before, data["report"]["time_zone"], t))
    rows.append(t("<i>👥 followers · 👁 median views · 💬 engagement rate · 📅 videos a week</i>"))
    if len(entries) < 2:
        rows += [Markup(), t("Look again in some days, and the changes stand here.")]
    return Screen(lines([*heading(data, t), t("📈 <b>History</b>"), *rows]), _back(data, t), picture=picture)


def _entry_line(entry: Data, before: Data | None, zone: str, t: Texts) -> Markup:
    found, facts = entry["report"], []
    shares = changes(before, found) if before is not None else {}
    for name, sign in HISTORY_SIGNS.items():
        if found[name] is not None:
            change = f" ({change_label(shares[name])})" if name in shares else ""
            facts.append(f"{sign} {figure(name, found[name])}{change}")
    told = " · ".join(facts) if facts else t("too few videos to tell")
    return t("<b>{day}</b>: {facts}", day=day_label(entry["at"], zone, t), facts=told)


def choose_other(data: Data, found: Paged[Analysis], creators: Mapping[ids.CreatorId, Creator], t: Texts) -> Screen:
    """With whom to compare: one of those that were looked at, or another."""
    mine = analysis_id_of(data)
    rows = [
        [Button(channel_label(each, creators), Compare(mine, each.id))]
        for each in found.items
        if str(each.creator_id) != data["creator"]["creator_id"]
    ]
    text = lines(
        [
            t("⚖️ <b>Compare {channel} with …</b>", channel=who(data["creator"])),
            t("Choose a channel that you looked at, or another one, which takes an analysis."),
        ]
    )
    another = [Button(t("📊 Another channel"), AskChannel(mine))]
    pages = pager(found.number, found.pages, lambda number: ChooseOther(mine, number))
    return Screen(text, [*rows, pages, another, [Button(t("‹ Report"), ShowReport(mine))]])


def comparison(first: Data, second: Data, t: Texts, *, picture: bytes | None) -> Screen:
    """A table under a picture of the same."""
    names = [_column(first), _column(second)]
    rows = [_row(Markup(), *names)]
    for name in COMPARED:
        values = [each["report"][name] for each in (first, second)]
        if any(value is not None for value in values):
            shown = ["–" if value is None else figure(name, value) for value in values]
            rows.append(_row(figure_name(name, t), *shown))
    both = (first, second)
    days = (_best(each, "best_weekday", lambda place: weekday_label(place, t)) for each in both)
    rows.append(_row(t("Best day"), *days))
    rows.append(_row(t("Best hours"), *(_best(each, "best_hours", hours_label) for each in both)))
    text = lines(
        [
            t("⚖️ <b>{first}</b> and <b>{second}</b>", first=_full(first), second=_full(second)),
            *([sample_line(t)] if first["sample"] or second["sample"] else []),
            Markup("<pre>{}</pre>").format(Markup("\n").join(escape(row) for row in rows)),
        ]
    )
    keyboard = [
        [Button(_column(each), ShowReport(analysis_id_of(each))) for each in (first, second)],
        [Button(t("⚖️ Another pair"), ChooseOther(analysis_id_of(first), 1)), Button(t("‹ Channels"), ListChannels(1))],
    ]
    return Screen(text, keyboard, picture=picture)


def _row(label: Markup, first: str, second: str) -> str:
    """In characters of one width; escaped by whoever shows it."""
    return f"{label.unescape()[:15]:15} {first[:COLUMN]:>{COLUMN}} {second[:COLUMN]:>{COLUMN}}".rstrip()


def _best(data: Data, name: str, label: Callable[[int], str]) -> str:
    place = data["report"][name]
    return "–" if place is None else str(label(place))


def _column(data: Data) -> str:
    name = who(data["creator"])
    return name if len(name) <= COLUMN else f"{name[: COLUMN - 1]}…"


def _full(data: Data) -> str:
    return f"{who(data['creator'])} · {NETWORKS[Network(data['creator']['network'])]}"


def how_counted(data: Data, t: Texts) -> Screen:
    """The formulas."""
    text = lines(
        [
            t("❔ <b>How is this counted?</b>"),
            t("I read the newest videos of the channel, up to {n}, each once.", n=VIDEOS_MOST),
            t("<b>Median views</b>: half of them got more, half less. One hit hardly moves it; it moves the average."),
            t("<b>Engagement rate</b>: the median over videos of likes, comments, shares and saves, divided by views."),
            t(
                "<b>Videos a week</b>: over the last 30 days, or as far as my list reaches; up to 3 old ones may be "
                "pinned, and don't count for that."
            ),
            t(
                "<b>Best times</b>: by weekday and by {hours} hours of your time zone: the median of views beside what "
                "is usual for the format, with {n} videos or more.",
                hours=HOURS_A_SLOT,
                n=SLOT_LEAST,
            ),
            t(
                "<b>Outliers</b>: {score}× or more of the median of the channel's other videos of the same format.",
                score=int(OUTSTANDING),
            ),
            t("<b>By my own readings</b>: what came between my first and my last reading of each, in 30 days at most."),
            t("With fewer than {n} videos nothing is usual. What a network doesn't tell isn't counted.", n=LEAST),
        ]
    )
    return Screen(text, _back(data, t))


def _back(data: Data, t: Texts) -> Keyboard:
    return [[Button(t("‹ Report"), ShowReport(analysis_id_of(data)))]]
