"""What comes by itself, and one video of it: issues, alerts, and what is said when there is nothing. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.digests.actions import (
    ExplainChoice,
    ExplainItem,
    ExplainNumbers,
    ListDigests,
    SaveItem,
    ShowDigest,
    ShowIssue,
    ShowItem,
    StopAlerts,
    Unsubscribe,
    Unwatch,
    VoteOnItem,
)
from bot.digests.labels import format_label, networks_label, next_line
from bot.keyboards import pager
from bot.screens import Button, Screen, clipped, lines
from bot.texts import Texts
from bot.viral import screens as viral
from bot.viral.actions import ShowWatch, StartVersion
from bot.viral.labels import NETWORKS, age_label
from bot.viral.sentences import network_problem
from core import ids
from core.digests.models import IssueKind
from core.digests.ranking import CREATOR_MOST, Candidate, Taste
from core.providers.discovery import Network, VideoFormat
from core.viral.pages import compact, times
from core.viral.patterns import Pattern

Data = Mapping[str, Any]
LINE_CHARACTERS, HANDLE_CHARACTERS, KEYWORDS_CHARACTERS = 44, 24, 80
"""A page has to fit below a picture."""
OLD = timedelta(hours=7)
"""What is subscribed is asked for every six hours: this old, something is in the way."""


def issue(data: Data, t: Texts, now: datetime, *, picture: bytes | None = None) -> Screen:
    """A page: a line and a numbered button for each video, below a picture of them when there is one."""
    if data["kind"] == IssueKind.ALERT:
        return replace(alert(data, t, now), picture=picture)
    digest, issue_id = data["digest"], _issue_id(data)
    text = lines(
        [
            _title(data, t),
            t("{networks} · {n} new", networks=networks_label(digest["networks"]), n=data["total"]),
            *_troubles(data, t, now),
            "",
            *(_line(item, t) for item in data["items"]),
            "",
            t("<i>Views, and × what the creator usually gets. Press a number.</i>"),
        ]
    )
    numbers = [Button(str(item["number"]), ShowItem(issue_id, item["number"])) for item in data["items"]]
    return Screen(
        text,
        [
            numbers,
            pager(data["page"], data["pages"], lambda page: ShowIssue(issue_id, page)),
            [Button(t("🖼 With pictures"), ShowIssue(issue_id, data["page"]))] if picture is None else [],
            _digest_buttons(digest, t),
        ],
        picture=picture,
    )


def _title(data: Data, t: Texts) -> Markup:
    keywords = clipped(", ".join(data["digest"]["keywords"]), KEYWORDS_CHARACTERS)
    if data["kind"] == IssueKind.PREVIEW:
        return t("👁 <b>Preview: {keywords}</b>", keywords=keywords)
    return t("📬 <b>What goes viral: {keywords}</b>", keywords=keywords)


def _digest_buttons(digest: Data, t: Texts) -> list[Button]:
    digest_id = _digest_id(digest)
    return [Button(t("⚙️ Settings"), ShowDigest(digest_id)), Button(t("🔕 Unsubscribe"), Unsubscribe(digest_id))]


def _line(item: Data, t: Texts) -> Markup:
    shown = clipped(str(item["title"]), LINE_CHARACTERS) or f"@{item['handle']}"
    facts = " · ".join([compact(item["views"]), *([times(item["score"])] if item["score"] is not None else [])])
    return t(
        "{number}. {title}\n     @{handle} · {network} · <b>{facts}</b>",
        number=item["number"],
        title=shown,
        handle=clipped(item["handle"], HANDLE_CHARACTERS),
        network=NETWORKS[Network(item["network"])],
        facts=facts,
    )


def _troubles(data: Data, t: Texts, now: datetime) -> list[Markup]:
    """What its reader has to know about what it is made of."""
    found_at = datetime.fromisoformat(data["found_at"])
    found = []
    if data["problem"] is not None:
        found.append(t("⚠️ I couldn't ask for all of it again. {problem}", problem=network_problem(data["problem"], t)))
    if now - found_at >= OLD:
        found.append(t("These numbers are {age} old.", age=age_label(found_at, now, t)))
    return [*found, *([_sample(t)] if data["sample"] else [])]


def _sample(t: Texts) -> Markup:
    return t("🧪 <b>Sample data</b>: made up to try things out, from no network.")


def nothing_new(data: Data, t: Texts, now: datetime) -> Screen:
    """Short, and with the way to be told no more of it."""
    digest = data["digest"]
    text = lines(
        [
            t("📭 Nothing new today: {keywords}.", keywords=", ".join(digest["keywords"])),
            *next_line(digest, t, now),
        ]
    )
    return Screen(text, [_digest_buttons(digest, t)])


def no_data(data: Data, t: Texts, now: datetime) -> Screen:
    """The networks couldn't be asked, and there is nothing older to show."""
    digest = data["digest"]
    problem = network_problem(data["problem"] or {"code": "discovery.timeout"}, t)
    text = lines(
        [
            t("⚠️ <b>No digest today: {keywords}</b>", keywords=", ".join(digest["keywords"])),
            problem,
            *next_line(digest, t, now),
        ]
    )
    return Screen(text, [_digest_buttons(digest, t)])


def alert(data: Data, t: Texts, now: datetime) -> Screen:
    """One video that stands out, and why it is told."""
    item, digest, issue_id = data["items"][0], data["digest"], _issue_id(data)
    creator_id = ids.CreatorId(UUID(item["creator_id"]))
    because = (
        t("Found by your digest’s keyword “{keyword}”.", keyword=item["keyword"])
        if digest is not None
        else t("You watch @{handle}.", handle=item["handle"])
    )
    stop = (
        Button(t("🔕 No alerts of this digest"), StopAlerts(_digest_id(digest)))
        if digest is not None
        else Button(t("🔕 Unwatch @{handle}", handle=item["handle"][:30]), Unwatch(creator_id))
    )
    text = lines(
        [
            t("🔔 <b>{score} what @{handle} usually gets</b>", score=times(item["score"]), handle=item["handle"]),
            t("{title}", title=" ".join(str(item["title"]).split())),
            t("{network} · {views} views", network=NETWORKS[Network(item["network"])], views=compact(item["views"])),
            because,
            *([_sample(t)] if data["sample"] else []),
        ]
    )
    open_it = [Button(t("▶️ Open"), url=item["url"])] if item["url"].startswith("https://") else []
    return Screen(text, [[Button(t("👀 Look closer"), ShowItem(issue_id, 1)), *open_it], [stop]])


@dataclass(frozen=True, slots=True)
class Item:
    """One video of an issue before its reader. `total`: how many the issue has."""

    issue_id: ids.IssueId
    number: int
    total: int
    page: int
    keyword: str
    shown: viral.Shown
    liked: bool | None


def item(it: Item, t: Texts) -> Screen:
    """Its card, with thumbs and the way to its neighbours."""
    row, creator = it.shown.seen.video, it.shown.seen.creator
    save = Button(t("✓ Saved") if it.shown.saved else t("💾 Save"), SaveItem(it.issue_id, it.number))
    open_it = [Button(t("▶️ Open"), url=row.url)] if row.url.startswith("https://") else []
    keyboard = [
        [save, Button(t("💡 Why it works"), ExplainItem(it.issue_id, it.number))],
        [Button(t("✍️ Write my version"), StartVersion(row.id)), *open_it],
        [
            Button(t("✓ 👍") if it.liked is True else t("👍"), VoteOnItem(it.issue_id, it.number, True)),
            Button(t("✓ 👎") if it.liked is False else t("👎"), VoteOnItem(it.issue_id, it.number, False)),
            Button(t("👁 @{handle}", handle=creator.handle[:20]), ShowWatch(creator.id)),
        ],
        [
            Button(t("❔ Why did I get this?"), ExplainChoice(it.issue_id, it.number)),
            Button(t("❔ Numbers"), ExplainNumbers(it.issue_id, it.number)),
        ],
        pager(it.number, it.total, lambda number: ShowItem(it.issue_id, number)),
        [Button(t("‹ Back"), ShowIssue(it.issue_id, it.page))],
    ]
    return replace(viral.video(it.shown, t), keyboard=keyboard)


def why(it: Item, pattern: Pattern, t: Texts) -> Screen:
    mine = [Button(t("✍️ Write my version"), StartVersion(it.shown.video_id))]
    return replace(viral.why(it.shown, pattern, t), keyboard=[mine, _back_to_item(it, t)])


def how_counted(it: Item, t: Texts) -> Screen:
    return replace(viral.how_counted(it.shown, t), keyboard=[_back_to_item(it, t)])


def why_chosen(it: Item, video: Candidate, taste: Taste, t: Texts) -> Screen:
    """What has brought it here: its keyword, its numbers, and its reader's thumbs."""
    creator, keyword, kind = taste.votes_for(video)
    found_by = (
        t("Found by your keyword “{keyword}”.", keyword=it.keyword) if it.keyword else t("You watch its creator.")
    )
    score = (
        t("It gets {score} what its creator usually gets.", score=times(video.score))
        if video.score is not None
        else t("What its creator usually gets isn't known yet, so it counts as the usual.")
    )
    text = lines(
        [
            t("❔ <b>Why did I get this?</b>"),
            found_by,
            score,
            t("It gets {n} views an hour.", n=compact(video.views_per_hour)),
            "",
            t("Your thumbs, up less down:"),
            t("• @{handle}: {votes} (counts twice)", handle=video.handle, votes=_signed(creator)),
            *([t("• “{keyword}”: {votes}", keyword=it.keyword, votes=_signed(keyword))] if it.keyword else []),
            t("• {kind}: {votes}", kind=format_label(VideoFormat(video.format), t), votes=_signed(kind)),
            "",
            t(
                "The order: how far above the creator's usual, times how fast it is seen; each thumb makes it a "
                "quarter more or less. At most {n} of one creator, and nothing that you were shown before.",
                n=CREATOR_MOST,
            ),
        ]
    )
    return Screen(text, [_back_to_item(it, t)])


def _signed(votes: int) -> str:
    return f"{votes:+d}" if votes else "0"


def _back_to_item(it: Item, t: Texts) -> list[Button]:
    return [Button(t("‹ Back"), ShowItem(it.issue_id, it.number))]


def still_looking(t: Texts, digest_id: ids.DigestId) -> Screen:
    """Nothing has come yet for a preview."""
    return Screen(
        t("⏳ I have just begun to look. Press Preview again in half a minute."),
        [[Button(t("‹ Back"), ShowDigest(digest_id)), Button(t("📬 Digests"), ListDigests())]],
    )


def nothing_to_preview(problem: Data | None, t: Texts, digest_id: ids.DigestId) -> Screen:
    """There is nothing that wasn't shown before, or nothing could be asked."""
    said = network_problem(problem, t) if problem is not None else t("You have been shown all that I have found.")
    return Screen(lines([t("📭 <b>Nothing new right now</b>"), said]), [[Button(t("‹ Back"), ShowDigest(digest_id))]])


def _issue_id(data: Data) -> ids.IssueId:
    return ids.IssueId(UUID(data["issue_id"]))


def _digest_id(digest: Data) -> ids.DigestId:
    return ids.DigestId(UUID(digest["digest_id"]))
