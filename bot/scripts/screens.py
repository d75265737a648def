"""Scripts: the first screen, one of them in each of its states, the list, a creator's way. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.keyboards import BAR_CELLS, bar, pager, ticked
from bot.posts.labels import language_label
from bot.screens import Button, Keyboard, Screen, clipped, lines
from bot.scripts.actions import (
    AnalyseScript,
    AskTopic,
    DeleteScript,
    KeepRewrite,
    ListScripts,
    OpenVideoScript,
    PostsFromScript,
    RestoreScript,
    SearchScripts,
    SendScriptText,
    ShowRewrite,
    ShowScript,
    ShowWay,
    StartScript,
    StopScript,
)
from bot.scripts.analysis_screens import clock, critique_lines, measured_lines
from bot.scripts.sentences import script_problem
from bot.texts import Texts
from bot.viral.labels import hook_label
from core import ids
from core.billing.queries import Entitlement
from core.db import Paged
from core.languages import UNKNOWN
from core.scripts.measures import Measures
from core.scripts.models import Script, ScriptKind, ScriptStatus
from core.scripts.service import TOPIC_MOST
from core.scripts.ways import HOOKS_NAMED, Way

Data = Mapping[str, Any]
LABEL_CHARACTERS = 44
BEGINNING_CHARACTERS = 300
MESSAGE_CHARACTERS = 3_500
ICONS = {ScriptKind.MINE: "📜", ScriptKind.VIDEO: "🎬", ScriptKind.WRITTEN: "✍️"}


def start(entitlement: Entitlement, saved: Sequence[tuple[ids.VideoId, str]], t: Texts) -> Screen:
    """What can be sent. `saved`: some saved videos by title."""
    text = lines(
        [
            t("📜 <b>Analyse a script</b>"),
            t("Send me a script now: as text, or as a .txt or .md file. /cancel ends this."),
            "",
            t("I look at its hook, structure, pace, call to action, and how easily it is followed."),
            *([t("Or choose a saved video: I fetch what is said in it.")] if saved else []),
            *_quota(entitlement, t),
        ]
    )
    videos = [
        [Button(f"🎬 {clipped(title, LABEL_CHARACTERS)}", OpenVideoScript(video_id))] for video_id, title in saved
    ]
    return Screen(text, [*videos, [Button(t("📚 My scripts"), ListScripts(1, None, False))]])


def _quota(entitlement: Entitlement, t: Texts) -> list[Markup]:
    if entitlement.left is None:
        return []
    return [t.plural("{n} analysis left this month", "{n} analyses left this month", entitlement.left)]


def not_a_script(t: Texts) -> Screen:
    return Screen(t("Please send the script as text, or as a .txt or .md file. /cancel ends this."))


def script(data: Data, t: Texts) -> Screen:
    """One of them, with what can be done with it. `data` is core.scripts.service.script_data."""
    script_id = ids.ScriptId(UUID(data["id"]))
    status = ScriptStatus(data["status"])
    text = lines([*_head(data, t), *_body(data, status, t)])
    if status is ScriptStatus.WORKING:
        return Screen(text, [[Button(t("Cancel"), StopScript(script_id))], [_all(t)]])
    return Screen(text, [*_ways(script_id, data, t), [_all(t), Button(t("🗑 Delete"), DeleteScript(script_id))]])


def _head(data: Data, t: Texts) -> Iterator[Markup]:
    yield t("{icon} <b>{title}</b>", icon=ICONS[ScriptKind(data["kind"])], title=data["title"])
    if data["language"] not in ("", UNKNOWN):
        yield t("{kind} · {language}", kind=kind_label(ScriptKind(data["kind"]), t), language=_language(data, t))
    else:
        yield kind_label(ScriptKind(data["kind"]), t)
    if data["sample"]:
        yield t("🧪 Sample data: made up, from no network.")


def _body(data: Data, status: ScriptStatus, t: Texts) -> Iterator[Markup]:
    if status is ScriptStatus.WORKING:
        yield t("⏳ I am at it.")
        return
    if status is ScriptStatus.FAILED and data["problem"]:
        yield Markup("⚠️ {}").format(script_problem(data["problem"], t))
    if data["measures"]:
        yield Markup()
        yield from measured_lines(Measures.from_json(data["measures"]), t)
    if data["critique"]:
        yield Markup()
        yield from critique_lines(data["critique"], t, language=data["language"])
        yield t("<i>Judged by {engine}</i>", engine=data["engine"]) if data["critique"]["rewrite"] else Markup()
        return
    yield Markup()
    if data["characters"]:
        yield t("<blockquote>{beginning}</blockquote>", beginning=clipped(data["beginning"], BEGINNING_CHARACTERS))
        yield from _figures(data["figures"], t)
    elif data["kind"] == ScriptKind.VIDEO:
        yield t("I fetch what is said in it first. That and the analysis count as one analysis.")


def _ways(script_id: ids.ScriptId, data: Data, t: Texts) -> Keyboard:
    rows: list[list[Button]] = []
    if not data["characters"]:
        if data["kind"] == ScriptKind.VIDEO:
            rows.append([Button(t("🔍 Fetch and analyse"), AnalyseScript(script_id))])
        return [*rows, *_like(data, t)]
    if data["critique"]:
        again = [Button(t("🔁 Analyse again"), AnalyseScript(script_id))]
        rewrite = [Button(t("✍️ The rewrite"), ShowRewrite(script_id))] if data["critique"]["rewrite"] else []
        rows.append([*rewrite, *again])
    else:
        rows.append([Button(t("🔍 Analyse"), AnalyseScript(script_id))])
    rows.append([Button(t("📄 Full text"), SendScriptText(script_id)), _posts(script_id, t)])
    return [*rows, *_like(data, t)]


def _like(data: Data, t: Texts) -> Keyboard:
    if data["creator_id"] is None:
        return []
    return [[Button(t("🎬 A script like this channel"), ShowWay(ids.CreatorId(UUID(data["creator_id"]))))]]


def _posts(script_id: ids.ScriptId, t: Texts) -> Button:
    return Button(t("📝 Posts from it"), PostsFromScript(script_id))


def _all(t: Texts) -> Button:
    return Button(t("📚 My scripts"), ListScripts(1, None, False))


def _language(data: Data, t: Texts) -> str:
    return language_label(data["language"], t)


def _figures(figures: Sequence[str], t: Texts) -> list[Markup]:
    if not figures:
        return []
    return [t("⚠️ Please check these figures, nobody gave them: {figures}", figures=", ".join(figures))]


def kind_label(kind: ScriptKind, t: Texts) -> Markup:
    return {
        ScriptKind.MINE: t("My own"),
        ScriptKind.VIDEO: t("From a video"),
        ScriptKind.WRITTEN: t("Written for me"),
    }[kind]


def analysing(data: Data, t: Texts) -> Screen:
    """How far it is; `data` as the notice has it."""
    steps = {
        "queued": t("Waiting for its turn…"),
        "transcript": t("Fetching what is said…"),
        "judging": t("Reading it…"),
        "writing": t("Writing…"),
    }
    text = lines(
        [
            t("🔍 <b>{title}</b>", title=data["title"]),
            t("{bar} {step}", bar=bar(data["percent"] * BAR_CELLS // 100, BAR_CELLS), step=steps[data["step"]]),
        ]
    )
    return Screen(text, [[Button(t("Cancel"), StopScript(_id(data)))]])


def failed(data: Data, t: Texts) -> Screen:
    text = lines(
        [
            t("⚠️ <b>{title}</b>", title=data["title"]),
            script_problem(data["error"], t),
            t("It isn't counted, and the script is still there."),
        ]
    )
    return Screen(text, [[Button(t("Show it"), ShowScript(_id(data))), _all(t)]])


def cancelled(data: Data, t: Texts) -> Screen:
    text = t("✖️ <b>{title}</b>\nStopped. It isn't counted.", title=data["title"])
    return Screen(text, [[Button(t("Show it"), ShowScript(_id(data))), _all(t)]])


def _id(data: Data) -> ids.ScriptId:
    return ids.ScriptId(UUID(data["script_id"]))


def rewrite(script_id: ids.ScriptId, critique: Data, t: Texts) -> Screen:
    """The new version; a long one is sent as a file instead."""
    return Screen(
        lines(
            [
                t("✍️ <b>A new beginning</b>") if critique["opening_only"] else t("✍️ <b>The rewrite</b>"),
                "",
                Markup.escape(critique["rewrite"]),
                *(["", *_figures(critique["figures"], t)] if critique["figures"] else []),
            ]
        ),
        rewrite_ways(script_id, t),
    )


def rewrite_ways(script_id: ids.ScriptId, t: Texts) -> Keyboard:
    return [
        [Button(t("💾 Keep it as a script"), KeepRewrite(script_id))],
        [Button(t("‹ Back"), ShowScript(script_id))],
    ]


def listed(
    found: Paged[Script],
    counts: Mapping[ScriptKind, int],
    t: Texts,
    *,
    kind: ScriptKind | None,
    search: str,
) -> Screen:
    """A page of them, each as a button."""
    if not counts:
        return Screen(
            t("📚 <b>No scripts yet</b>\nSend me one, and I keep it here."),
            [[Button(t("📜 Analyse a script"), StartScript())]],
        )
    text = lines(
        [
            t("📚 <b>Your scripts</b>"),
            *([t("With “{words}”", words=search)] if search else []),
            t.plural("{n} script", "{n} scripts", found.total) if found.total else t("None of these."),
        ]
    )
    kinds = [
        Button(ticked(f"{ICONS[each]} {counts[each]}", each is kind), ListScripts(1, each, bool(search)))
        for each in ScriptKind
        if each in counts
    ]
    every = Button(ticked(str(t("All")), kind is None), ListScripts(1, None, bool(search)))
    clear = [Button(t("✕ All words"), ListScripts(1, kind, False))] if search else []
    return Screen(
        text,
        [
            *([Button(_label(each), ShowScript(each.id))] for each in found.items),
            pager(found.number, found.pages, lambda number: ListScripts(number, kind, bool(search))),
            [every, *kinds] if len(kinds) > 1 else [],
            [Button(t("🔎 Search"), SearchScripts()), *clear, Button(t("➕ New"), StartScript())],
        ],
    )


def _label(row: Script) -> str:
    critique = row.critique or {}
    scores = [each["score"] for each in critique.get("judged", ()) if each["score"] is not None]
    score = f" · {round(10 * sum(scores) / len(scores))}" if scores else ""
    return f"{ICONS[ScriptKind(row.kind)]} {clipped(row.title, LABEL_CHARACTERS)}{score}"


def ask_words(t: Texts) -> Screen:
    return Screen(t("Which words should be in the script? Send them, or /cancel."))


def deleted(script_id: ids.ScriptId, title: str, t: Texts) -> Screen:
    return Screen(
        t("🗑 <b>“{title}” is deleted</b>\nIt can come back for a week.", title=title),
        [[Button(t("↩️ Undo"), RestoreScript(script_id)), _all(t)]],
    )


def way(shown: Way, creator_id: ids.CreatorId, handle: str, t: Texts, *, offline: bool, sample: bool) -> Screen:
    """How a creator's videos are made, and what can be written from that."""
    text = lines(
        [
            t("🎬 <b>Like @{handle}</b>", handle=handle),
            t.plural("From {n} video that I know:", "From {n} videos that I know:", shown.videos),
            *(t("• {fact} ({n})", fact=hook_label(hook, t), n=count) for hook, count in shown.hooks[:HOOKS_NAMED]),
            *_said(shown, t),
            "",
            t("A script like that has about {n} words.", n=shown.words),
            t("<i>Writing it takes a language model, which this bot doesn't have.</i>")
            if offline
            else t("I take the way, never the words. It counts as one analysis."),
            *([t("🧪 Sample data: made up, from no network.")] if sample else []),
        ]
    )
    write = [] if offline else [Button(t("✍️ Write one"), AskTopic(creator_id))]
    return Screen(text, [write, [_all(t)]])


def _said(shown: Way, t: Texts) -> Iterator[Markup]:
    if shown.length_s is not None:
        yield t("• A video takes {length}.", length=clock(shown.length_s))
    if shown.words_per_minute is not None:
        yield t("• {n} words a minute are said.", n=round(shown.words_per_minute))
    if shown.sentence_words is not None:
        yield t("• Sentences have {n} words.", n=round(shown.sentence_words))
    if not shown.said:
        yield t("• What is said in them isn't known yet: analyse the script of one or two of them first.")


def ask_topic(handle: str, t: Texts) -> Screen:
    return Screen(
        t(
            "What is your script about? Send me the topic with the facts that belong in it, up to {most} characters. "
            "I write it like @{handle}. /cancel ends this.",
            most=TOPIC_MOST,
            handle=handle,
        )
    )


def begun(title: str, t: Texts) -> Screen:
    """Until the job tells how far it is."""
    return Screen(t("🔍 <b>{title}</b>", title=clipped(title, LABEL_CHARACTERS)))


def full_text(row: Script, t: Texts) -> Screen:
    return Screen(t("📄 {title}", title=row.title), [[Button(t("‹ Back"), ShowScript(row.id))]])
