"""The options card, the search on its way, its results, and one video. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.keyboards import BAR_CELLS, bar, pager
from bot.screens import Button, Keyboard, Screen, clipped, lines, rows_of
from bot.scripts.actions import OpenVideoScript, ShowWay
from bot.texts import Texts
from bot.viral.actions import (
    AnalyzeCreator,
    ExplainNumbers,
    ExplainVideo,
    ListSaved,
    LookUpAgain,
    SaveVideo,
    ShowResults,
    ShowVideo,
    ShowViral,
    ShowWatch,
    StartVersion,
    StopLookup,
)
from bot.viral.labels import NETWORKS, age_label, asked_label, hook_label, percent, period_label, region_label
from bot.viral.sentences import network_problem
from core import ids
from core.providers.discovery import Network, Period
from core.telegram.content import Media, MediaKind
from core.viral.asking import Asked
from core.viral.pages import compact, times
from core.viral.patterns import BRIEF_WORDS, Pattern
from core.viral.queries import Seen
from core.viral.scores import OTHERS_LEAST

Data = Mapping[str, Any]
LINE_CHARACTERS = 44
TITLE_CHARACTERS = 220
NUMBERS_A_ROW = 5
OLD = timedelta(hours=1)
OUTSTANDING, ORDINARY = 3.0, 1.0


def asked_line(asked: Asked, t: Texts) -> Markup:
    return t(
        "{network} · {keyword} · {period} · {region}",
        network=NETWORKS[asked.network],
        keyword=asked_label(asked.keyword, t),
        period=period_label(asked.period, t),
        region=region_label(asked.region, t),
    )


def _sample_line(t: Texts) -> Markup:
    return t("🧪 <b>Sample data</b>: made up to try things out, from no network.")


def searching(data: Data, t: Texts) -> Screen:
    """A bar and the step, with a way to stop it."""
    percent_done = int(data["percent"])
    text = lines(
        [
            t("🔎 <b>Looking for what goes viral</b>"),
            asked_line(_asked(data), t),
            "",
            t("{bar} {percent} %", bar=bar(percent_done * BAR_CELLS // 100, BAR_CELLS), percent=percent_done),
            t("<i>{step} …</i>", step=_step(str(data["step"]), t)),
        ]
    )
    return Screen(text, [[Button(t("Cancel"), StopLookup(_lookup_id(data)))]])


def _step(step: str, t: Texts) -> Markup:
    return {
        "searching": t("Asking the network"),
        "comparing": t("Comparing with what their creators usually get"),
        "pictures": t("Fetching the pictures"),
    }.get(step, t("Waiting for a free place"))


def results(data: Data, t: Texts, now: datetime, *, picture: bytes | None = None) -> Screen:
    """One page: a picture with numbered tiles, the same as lines, and a button for each number."""
    if not data["items"]:
        return nothing(data, t)
    lookup_id, key = _lookup_id(data), data.get("picture_key")
    media = (Media(kind=MediaKind.PHOTO, storage_key=key),) if key is not None and picture is None else ()
    text = lines(
        [
            t("🔥 <b>{asked}</b>", asked=asked_line(_asked(data), t)),
            *_age_lines(data, t, now),
            "",
            *(_item_line(item, t) for item in data["items"]),
            "",
            t("<i>Views, and × what the creator usually gets. Press a number.</i>"),
        ]
    )
    numbers = [
        Button(str(item["number"]), ShowVideo(ids.VideoId(UUID(item["video_id"])), lookup_id)) for item in data["items"]
    ]
    keyboard = [
        *rows_of(numbers, columns=NUMBERS_A_ROW),
        pager(data["page"], data["pages"], lambda number: ShowResults(lookup_id, number)),
        [Button(t("🔎 New search"), ShowViral()), Button(t("💾 Saved"), ListSaved(1))],
    ]
    return Screen(text, keyboard, media=media, picture=picture)


def _item_line(item: Data, t: Texts) -> Markup:
    shown = clipped(str(item["title"]), LINE_CHARACTERS) or f"@{item['handle']}"
    facts = " · ".join([compact(item["views"]), *([times(item["score"])] if item["score"] is not None else [])])
    return t("{number}. {title} · <b>{facts}</b>", number=item["number"], title=shown, facts=facts)


def _age_lines(data: Data, t: Texts, now: datetime) -> list[Markup]:
    at = datetime.fromisoformat(data["results_at"])
    found = []
    if data["problem"] is not None:
        found.append(t("⚠️ {problem}", problem=network_problem(data["problem"], t)))
    if now - at >= OLD:
        found.append(t("These numbers are {age} old.", age=age_label(at, now, t)))
    if data["problem"] is not None:
        found.append(t("This search isn't counted."))
    return [*found, *([_sample_line(t)] if data["sample"] else [])]


def nothing(data: Data, t: Texts) -> Screen:
    """The network answered, and had nothing."""
    text = lines(
        [
            t("🤷 <b>Nothing found</b>"),
            asked_line(_asked(data), t),
            t("Try a shorter keyword or a longer time. This search isn't counted."),
            *([_sample_line(t)] if data["sample"] else []),
        ]
    )
    return Screen(text, [[Button(t("🔎 New search"), ShowViral())]])


def failed(data: Data, t: Texts) -> Screen:
    text = lines(
        [
            t("❌ <b>The search didn't work</b>"),
            asked_line(_asked(data), t),
            network_problem(data["error"], t),
            t("It isn't counted."),
        ]
    )
    return Screen(text, _again(data, t))


def cancelled(data: Data, t: Texts) -> Screen:
    text = lines([t("🚫 <b>The search is stopped</b>"), asked_line(_asked(data), t), t("It isn't counted.")])
    return Screen(text, _again(data, t))


def _again(data: Data, t: Texts) -> Keyboard:
    return [[Button(t("Try again"), LookUpAgain(_lookup_id(data))), Button(t("Change the search"), ShowViral())]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A video before its reader. `lookup_id` and `page`: the results to go back to."""

    seen: Seen
    lookup_id: ids.LookupId | None
    now: datetime
    saved: bool
    picture: bytes | None
    page: int = 1

    @property
    def video_id(self) -> ids.VideoId:
        return self.seen.video.id


def video(shown: Shown, t: Texts) -> Screen:
    """One video: its numbers and the ways on."""
    row = shown.seen.video
    text = lines(
        [
            t("<b>{title}</b>", title=clipped(row.title, TITLE_CHARACTERS) or t("Without a title")),
            _byline(shown, t),
            "",
            *_figures(shown, t),
            *([_sample_line(t)] if row.sample else []),
        ]
    )
    save = Button(t("✓ Saved") if shown.saved else t("💾 Save"), SaveVideo(shown.video_id, shown.lookup_id))
    open_it = [Button(t("▶️ Open"), url=row.url)] if row.url.startswith("https://") else []
    return Screen(
        text,
        [
            [save, Button(t("💡 Why it works"), ExplainVideo(shown.video_id, shown.lookup_id))],
            [Button(t("✍️ Write my version"), StartVersion(shown.video_id)), *open_it],
            [
                Button(t("📜 Script"), OpenVideoScript(shown.video_id)),
                Button(t("🎬 Like this channel"), ShowWay(shown.seen.creator.id)),
            ],
            [
                Button(t("📊 Analyze channel"), AnalyzeCreator(shown.seen.creator.id)),
                Button(t("❔ How is this counted?"), ExplainNumbers(shown.video_id, shown.lookup_id)),
            ],
            [*_way_back(shown, t), Button(t("👁 Watch"), ShowWatch(shown.seen.creator.id))],
        ],
        picture=shown.picture,
    )


def _way_back(shown: Shown, t: Texts) -> list[Button]:
    if shown.lookup_id is None:
        return [Button(t("‹ Saved"), ListSaved(1))]
    return [Button(t("‹ Results"), ShowResults(shown.lookup_id, shown.page))]


def _byline(shown: Shown, t: Texts) -> Markup:
    row, creator = shown.seen.video, shown.seen.creator
    parts = [t("@{handle}", handle=creator.handle), Markup.escape(NETWORKS[Network(row.network)])]
    if creator.followers is not None:
        parts.append(t("{n} followers", n=compact(creator.followers)))
    if row.published_at is not None:
        parts.append(t("{age} old", age=age_label(row.published_at, shown.now, t)))
    return Markup(" · ").join(parts)


def _figures(shown: Shown, t: Texts) -> list[Markup]:
    row, seen = shown.seen.video, shown.seen
    counts = (("👁", row.views), ("❤️", row.likes), ("💬", row.comments), ("↪️", row.shares), ("🔖", row.saves))
    known = [f"{sign} {compact(number)}" for sign, number in counts if number is not None]
    found = [Markup.escape(" · ".join(known))] if known else [t("The network tells no numbers.")]
    found.append(_score_line(shown, t))
    if seen.engagement is not None:
        found.append(t("Engagement rate: <b>{rate}</b>", rate=percent(seen.engagement)))
    if seen.views_per_hour is not None:
        found.append(t("<b>{n}</b> views an hour since it was published", n=compact(seen.views_per_hour)))
    if seen.trend.views_per_hour is not None:
        growth = seen.trend.growth
        more = f" (+{percent(growth)})" if growth is not None else ""
        found.append(t("<b>{n}</b> views an hour of late{more}", n=compact(seen.trend.views_per_hour), more=more))
    return found


def _score_line(shown: Shown, t: Texts) -> Markup:
    outlier = shown.seen.outlier
    if outlier.score is None:
        return t("Outlier score: not enough data yet (it takes {n} other videos of this creator)", n=OTHERS_LEAST)
    fresh = t(" · less than a day old, still moving") if shown.seen.fresh else ""
    return t("Outlier score: <b>{score}</b>{fresh}", score=times(outlier.score), fresh=fresh)


def how_counted(shown: Shown, t: Texts) -> Screen:
    """The formulas, with this video's own numbers."""
    row, outlier = shown.seen.video, shown.seen.outlier
    usual = compact(outlier.usual_views)
    mine = (
        t("Here: {views} / {usual}, from {n} others.", views=compact(row.views), usual=usual, n=outlier.others)
        if outlier.score is not None
        else t("Here {n} others are known, and it takes {least} with views.", n=outlier.others, least=OTHERS_LEAST)
    )
    text = lines(
        [
            t("❔ <b>How is this counted?</b>"),
            t("<b>Outlier score</b>: views, divided by the median of this creator's other videos of the same format."),
            mine,
            t("A video younger than 24 hours is still moving, so its score is a first impression."),
            t("<b>Engagement rate</b>: likes, comments, shares and saves together, divided by views."),
            t("<b>Views an hour</b>: views, divided by the hours since it was published, at least one."),
            t("<b>Of late</b>: from our own readings of the last 24 hours."),
            t("The results stand in the order of views an hour. What a network doesn't tell isn't counted."),
            t("Read {age} ago.", age=age_label(row.measured_at, shown.now, t)),
            *([_sample_line(t)] if row.sample else []),
        ]
    )
    return Screen(text, _back_to_video(shown, t))


def why(shown: Shown, pattern: Pattern, t: Texts) -> Screen:
    """What can be told without a model, and what can't."""
    text = lines(
        [
            t("💡 <b>Why it works</b>"),
            t("• {fact}", fact=hook_label(pattern.hook, t)),
            *(t("• {fact}", fact=fact) for fact in _facts(shown, pattern, t)),
            "",
            t("<i>Told from its title and numbers. What is said and shown in it takes a language model to judge.</i>"),
            *([_sample_line(t)] if shown.seen.video.sample else []),
        ]
    )
    mine = [Button(t("✍️ Write my version"), StartVersion(shown.video_id))]
    return Screen(text, [mine, *_back_to_video(shown, t)])


def _facts(shown: Shown, pattern: Pattern, t: Texts) -> Sequence[Markup]:
    found, seen = [], shown.seen
    if 0 < pattern.words <= BRIEF_WORDS:
        found.append(
            t.plural(
                "Its title is read at a glance: {n} word.", "Its title is read at a glance: {n} words.", pattern.words
            )
        )
    if pattern.duration_s is not None:
        found.append(t("It takes {n} seconds.", n=round(pattern.duration_s)))
    score = seen.outlier.score
    if score is not None and score >= OUTSTANDING:
        found.append(
            t(
                "It gets {score} what this creator usually gets: the idea carries it, not only the audience.",
                score=times(score),
            )
        )
    elif score is not None and score < ORDINARY:
        found.append(t("It gets less than this creator usually does: the audience carries it."))
    if seen.engagement is not None:
        found.append(t("{rate} of its views lead to a reaction.", rate=percent(seen.engagement)))
    if seen.creator.followers and seen.video.views and seen.video.views > seen.creator.followers:
        found.append(t("It was seen more often than the creator has followers: the network spreads it."))
    return found


def _back_to_video(shown: Shown, t: Texts) -> Keyboard:
    return [[Button(t("‹ Back"), ShowVideo(shown.video_id, shown.lookup_id))]]


def _asked(data: Data) -> Asked:
    asked = data["asked"]
    return Asked(Network(asked["network"]), asked["keyword"], Period(asked["period"]), asked["region"])


def _lookup_id(data: Data) -> ids.LookupId:
    return ids.LookupId(UUID(data["lookup_id"]))
