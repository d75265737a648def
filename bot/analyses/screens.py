"""Naming a channel, the look on its way, and its report. Pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.analyses.actions import (
    AnalyzeAgain,
    AnalyzeOn,
    AskChannel,
    ChooseOther,
    Compare,
    DeleteChannel,
    ExplainReport,
    ListChannels,
    RestoreChannel,
    ShowFormats,
    ShowHistory,
    ShowOutliers,
    ShowReport,
    ShowTimes,
    StopAnalysis,
)
from bot.analyses.labels import (
    change_label,
    day_label,
    hours_label,
    passed_label,
    rate_label,
    times_label,
    weekday_label,
    who,
)
from bot.analyses.sentences import channel_problem
from bot.keyboards import BAR_CELLS, bar, pager
from bot.screens import Button, Keyboard, Screen, lines, rows_of
from bot.scripts.actions import ShowWay
from bot.texts import Texts
from bot.viral.actions import ShowWatch, StartVersion
from bot.viral.labels import NETWORKS, age_label, percent
from core import ids
from core.analyses.models import Analysis
from core.billing.queries import Entitlement
from core.db import Paged
from core.providers.discovery import Network
from core.providers.discovery_links import is_channel_id
from core.telegram.content import Media, MediaKind
from core.viral.models import Creator
from core.viral.pages import compact

Data = Mapping[str, Any]
OLD = timedelta(hours=1)
NAME_CHARACTERS, LABEL_CHARACTERS = 60, 40


def ask(networks: Collection[Network], entitlement: Entitlement, t: Texts, *, listed: bool) -> Screen:
    """What may be sent, and what is left."""
    shelf = [[Button(t("🗂 Channels I looked at"), ListChannels(1))]] if listed else []
    if not networks:
        return Screen(t("No network can be read here: whoever runs this bot has to set it up."), shelf)
    example = t("<code>@handle</code> or <code>https://www.tiktok.com/@handle</code>")
    text = lines(
        [
            t("📊 <b>Which channel shall I look at?</b>"),
            t("Send its handle, or a link to it or to one of its videos, such as {example}.", example=example),
            t("I can read {networks}.", networks=", ".join(NETWORKS[network] for network in networks)),
            *_left(entitlement, t),
        ]
    )
    return Screen(text, shelf)


def _left(entitlement: Entitlement, t: Texts) -> list[Markup]:
    if entitlement.left is None or entitlement.limit is None:
        return []
    return [t("{left} of {limit} analyses are left this month.", left=entitlement.left, limit=entitlement.limit)]


def choose_network(analysis_id: ids.AnalysisId, named: str, networks: Sequence[Network], t: Texts) -> Screen:
    """A handle may belong to somebody else on each network."""
    text = t("📊 <b>@{named}</b>: on which network?", named=named)
    buttons = [Button(NETWORKS[network], AnalyzeOn(analysis_id, network)) for network in networks]
    return Screen(text, rows_of(buttons, columns=3))


def reading(data: Data, t: Texts) -> Screen:
    """On its way."""
    percent_done = int(data["percent"])
    text = lines(
        [
            t("📊 <b>Looking at {channel}</b>", channel=_meant(data, t)),
            t("{bar} {percent} %", bar=bar(percent_done * BAR_CELLS // 100, BAR_CELLS), percent=percent_done),
            t("<i>{step} …</i>", step=_step(str(data["step"]), t)),
        ]
    )
    return Screen(text, [[Button(t("Cancel"), StopAnalysis(analysis_id_of(data)))]])


def _step(step: str, t: Texts) -> Markup:
    return {
        "finding": t("Looking for the channel"),
        "reading": t("Reading its newest videos"),
        "drawing": t("Counting and drawing"),
    }.get(step, t("Waiting for a free place"))


def _meant(data: Data, t: Texts) -> Markup:
    network = NETWORKS[Network(data["network"])]
    if not data["named"]:
        return t("the channel of your video · {network}", network=network)
    if is_channel_id(data["named"]):
        return t("the channel · {network}", network=network)
    return t("@{named} · {network}", named=data["named"], network=network)


def failed(data: Data, t: Texts) -> Screen:
    text = lines(
        [
            t("❌ <b>I couldn't look at it</b>"),
            _meant(data, t),
            channel_problem(data["error"], t),
            t("It isn't counted."),
        ]
    )
    return Screen(text, _again(data, t))


def cancelled(data: Data, t: Texts) -> Screen:
    text = lines([t("🚫 <b>Stopped looking</b>"), _meant(data, t), t("It isn't counted.")])
    return Screen(text, _again(data, t))


def _again(data: Data, t: Texts) -> Keyboard:
    return [
        [Button(t("Try again"), AnalyzeAgain(analysis_id_of(data))), Button(t("Another channel"), AskChannel(None))]
    ]


def report(data: Data, t: Texts, now: datetime, *, picture: bytes | None = None) -> Screen:
    """The figures, with the picture above them and the ways on below."""
    found = data["report"]
    if data["deleted"]:
        return deleted(data, t)
    if not found["videos"]:
        return nothing(data, t)
    key = data.get("picture_key")
    media = (Media(kind=MediaKind.PHOTO, storage_key=key),) if key is not None and picture is None else ()
    text = lines([*heading(data, t), *_age_lines(data, t, now), "", *_figures(data, t), *_changes_line(data, t)])
    return Screen(text, _ways(data, t), media=media, picture=picture)


def heading(data: Data, t: Texts) -> list[Markup]:
    creator, found = data["creator"], data["report"]
    byline = [who(creator), NETWORKS[Network(creator["network"])]]
    if found["followers"] is not None:
        byline.append(t("{n} followers", n=compact(found["followers"])))
    name = " ".join(str(creator["name"]).split())[:NAME_CHARACTERS]
    parts = [t("📊 <b>{name}</b>", name=name), Markup(" · ").join(byline)]
    return [*parts, *([sample_line(t)] if data["sample"] else [])]


def sample_line(t: Texts) -> Markup:
    return t("🧪 <b>Sample data</b>: made up to try things out, from no network.")


def _age_lines(data: Data, t: Texts, now: datetime) -> list[Markup]:
    at, shown = datetime.fromisoformat(data["measured_at"]), []
    if data["problem"] is not None:
        shown.append(t("⚠️ {problem}", problem=channel_problem(data["problem"], t)))
        shown.append(t("This analysis isn't counted."))
    elif data["repeated"]:
        shown.append(t("Within the hour nothing is new: this look isn't counted."))
    if now - at >= OLD:
        shown.append(t("These numbers are {age} old.", age=age_label(at, now, t)))
    if data["report"]["broke_off"]:
        shown.append(t("⚠️ The network broke off: I have only the newest of its videos."))
    return shown


def _figures(data: Data, t: Texts) -> list[Markup]:
    found = data["report"]
    shown = [_scope(data, t)]
    if found["median_views"] is None:
        shown.append(
            t("👁 {views} views in all. Too few videos to say what is usual.", views=compact(found["total_views"]))
        )
    else:
        shown.append(
            t(
                "👁 Median <b>{median}</b> views · average {mean} · {total} in all",
                median=compact(found["median_views"]),
                mean=compact(found["mean_views"]),
                total=compact(found["total_views"]),
            )
        )
    if found["engagement"] is not None:
        shown.append(t("💬 Engagement rate <b>{rate}</b>", rate=percent(found["engagement"])))
    if found["per_week"] is not None:
        shown.append(t("📅 <b>{n}</b> videos a week", n=rate_label(found["per_week"])))
    shown.append(best_line(found, t))
    if found["outliers"]:
        best = found["outliers"][0]["score"]
        shown.append(
            t.plural(
                "🚀 {n} outlier: {best} the usual",
                "🚀 {n} outliers, up to {best} the usual",
                len(found["outliers"]),
                best=times_label(best),
            )
        )
    return [*shown, *_gained_line(found, t)]


def _scope(data: Data, t: Texts) -> Markup:
    found = data["report"]
    if found["since"] is None:
        return t.plural("{n} video", "{n} videos", found["videos"])
    since = day_label(found["since"], found["time_zone"], t)
    if found["complete"]:
        return t.plural(
            "All of its {n} video, since {since}", "All of its {n} videos, since {since}", found["videos"], since=since
        )
    return t.plural(
        "Its newest {n} video, since {since}", "Its newest {n} videos, since {since}", found["videos"], since=since
    )


def best_line(found: Data, t: Texts) -> Markup:
    """When it does best, or that it can't be told."""
    day, hours = found["best_weekday"], found["best_hours"]
    times = [
        *([weekday_label(day, t)] if day is not None else []),
        *([hours_label(hours)] if hours is not None else []),
    ]
    if not times:
        return t("🕐 Too few videos to tell the best times")
    best = Markup(" · ").join(t("<b>{time}</b>", time=each) for each in times)
    return t("🕐 Best: {best} ({zone})", best=best, zone=zone_label(found, t))


def zone_label(found: Data, t: Texts) -> str:
    return str(found["time_zone"]).replace("_", " ")


def _gained_line(found: Data, t: Texts) -> list[Markup]:
    gained = found["gained"]
    if gained is None:
        return []
    passed = passed_label(gained["since"], gained["until"], t)
    return [t("📈 +{views} views in {passed}, by my own readings", views=compact(gained["views"]), passed=passed)]


def _changes_line(data: Data, t: Texts) -> list[Markup]:
    previous = data["previous"]
    if previous is None:
        return []
    names = {
        "followers": t("followers"),
        "median_views": t("median"),
        "engagement": t("engagement"),
        "per_week": t("videos a week"),
    }
    told = [f"{names[name]} {change_label(previous['changes'][name])}" for name in names if name in previous["changes"]]
    when = day_label(previous["at"], data["report"]["time_zone"], t)
    return [t("🔁 Since {when}: {changes}", when=when, changes=", ".join(told))] if told else []


def _ways(data: Data, t: Texts) -> Keyboard:
    mine, found = analysis_id_of(data), data["report"]
    best = (found["outliers"] or found["top"] or [None])[0]
    version = [Button(t("✍️ My version of its best"), StartVersion(ids.VideoId(UUID(best["id"]))))] if best else []
    creator = data["creator"]
    creator_id = ids.CreatorId(UUID(creator["creator_id"]))
    open_it = [Button(t("▶️ Open"), url=creator["url"])] if str(creator["url"]).startswith("https://") else []
    beside = data.get("compare_with")
    return [
        *([[Button(t("⚖️ Put them side by side"), Compare(ids.AnalysisId(UUID(beside)), mine))]] if beside else []),
        [Button(t("🚀 Outliers"), ShowOutliers(mine)), Button(t("🕐 Best times"), ShowTimes(mine))],
        [Button(t("🎞 Formats"), ShowFormats(mine)), Button(t("📈 History"), ShowHistory(mine))],
        [Button(t("⚖️ Compare"), ChooseOther(mine, 1)), *version],
        [Button(t("👁 Watch"), ShowWatch(creator_id)), Button(t("🎬 Script like this channel"), ShowWay(creator_id))],
        [Button(t("🔄 Look again"), AnalyzeAgain(mine)), *open_it],
        [Button(t("❔ How is this counted?"), ExplainReport(mine))],
        [Button(t("‹ Channels"), ListChannels(1)), Button(t("🗑 Delete"), DeleteChannel(mine))],
    ]


def nothing(data: Data, t: Texts) -> Screen:
    """There is a channel, without videos."""
    text = lines([*heading(data, t), t("🤷 I found no videos on it. This analysis isn't counted.")])
    again = AnalyzeAgain(analysis_id_of(data))
    return Screen(text, [[Button(t("🔄 Look again"), again), Button(t("Another channel"), AskChannel(None))]])


def channels(found: Paged[Analysis], creators: Mapping[ids.CreatorId, Creator], t: Texts) -> Screen:
    """Those that were looked at, the latest first."""
    new = [Button(t("📊 Another channel"), AskChannel(None))]
    if not found.total:
        return Screen(t("🗂 <b>You haven't looked at any channel yet</b>"), [new])
    text = lines([t("🗂 <b>Channels that you looked at</b>"), t.plural("{n} channel", "{n} channels", found.total)])
    rows = [[Button(channel_label(each, creators), ShowReport(each.id))] for each in found.items]
    return Screen(text, [*rows, pager(found.number, found.pages, ListChannels), new])


def channel_label(analysis: Analysis, creators: Mapping[ids.CreatorId, Creator]) -> str:
    """Whose it is, and what is usual there."""
    creator = creators.get(analysis.creator_id) if analysis.creator_id is not None else None
    if creator is None:
        return analysis.named or NETWORKS[Network(analysis.network)]
    name = who({"handle": creator.handle, "name": creator.name})
    usual = (analysis.report or {}).get("median_views")
    shown = name if len(name) <= LABEL_CHARACTERS else f"{name[: LABEL_CHARACTERS - 1]}…"
    return " · ".join([shown, NETWORKS[Network(creator.network)], *([compact(usual)] if usual is not None else [])])


def deleted(data: Data, t: Texts) -> Screen:
    text = t(
        "🗑 <b>{channel}</b> and its history are deleted. You can take that back for a week.",
        channel=who(data["creator"]),
    )
    undo = Button(t("↩️ Undo"), RestoreChannel(analysis_id_of(data)))
    return Screen(text, [[undo], [Button(t("‹ Channels"), ListChannels(1))]])


def analysis_id_of(data: Data) -> ids.AnalysisId:
    return ids.AnalysisId(UUID(data["analysis_id"]))
