"""Files of posts: how to send one, what was understood, what became of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.channels.labels import chat_label
from bot.deliveries.actions import ShowCalendar
from bot.deliveries.phrases import first_words
from bot.imports.actions import (
    CancelImported,
    ImportPosts,
    RestoreImported,
    SendTemplate,
    ShowPreview,
    StopLooking,
    UseAsText,
)
from bot.imports.sentences import problem_sentence, warning_sentence
from bot.keyboards import BAR_CELLS, bar, pager
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core import ids
from core.posts.exporting import Schedule
from core.posts.import_checks import WARNINGS
from core.posts.imported import Done
from core.posts.tables import ROWS_LIMIT
from core.when.formats import format_local

Data = Mapping[str, Any]
WARNINGS_SHOWN = 3
"""Of one row."""
WORDS_IN_ROW = 60


def how_to(t: Texts) -> Screen:
    text = lines(
        [
            t("📥 <b>Many posts at once</b>"),
            "",
            t("Send me a CSV file with the columns <b>text</b>, <b>when</b>, <b>target</b> and <b>media url</b>."),
            t("• <b>when</b>: 2026-12-24 18:00, or in words, or: queue"),
            t("• <b>target</b>: @name or title of a connected chat; empty: this chat"),
            t("• <b>media url</b>: a picture, video or file on the web; may be empty"),
            "",
            t("Up to {n} posts. I show you what I understood before anything counts.", n=ROWS_LIMIT),
        ]
    )
    return Screen(text, [[Button(t("📄 Template"), SendTemplate())], [_to_calendar(t)]])


def template(t: Texts) -> Screen:
    return Screen(t("Fill it in, keep the first line, and send it back to me."))


def looking(data: Data, t: Texts) -> Screen:
    """Before the preview: how many addresses of media were looked at."""
    done, total = int(data["done"]), int(data["total"])
    text = lines(
        [
            t("📥 <b>I have read your file</b>"),
            t.plural(
                "Now I look at its picture or file on the web.",
                "Now I look at its {n} pictures and files on the web.",
                total,
            ),
            "",
            t("{bar} {done} of {total}", bar=bar(done * BAR_CELLS // max(1, total), BAR_CELLS), done=done, total=total),
        ]
    )
    return Screen(text, [[Button(t("⏭ Go on without looking"), StopLooking(_import_id(data)))]])


def preview(data: Data, t: Texts, now: datetime) -> Screen:
    """What was understood of a file, or what is wrong with it. `data` is core.posts.import_pages.page_data."""
    import_id, total, doubtful = _import_id(data), int(data["total"]), int(data["doubtful"])
    turn = pager(data["page"], data["pages"], lambda other: ShowPreview(import_id, other))
    ignored = data["ignored"]
    columns = [t("Columns that I don't use: {names}.", names=", ".join(ignored))] if ignored else []
    if data["problems"]:
        said = [*_trouble(data["lines_wrong"], t), *columns, "", *(_problem(each, t) for each in data["problems"])]
        return Screen(lines(said), [turn, _ways_out(t)])
    heading = t.plural(
        "📥 <b>{n} post is ready to be imported</b>", "📥 <b>{n} posts are ready to be imported</b>", total
    )
    rows = (_row(row, data, t, now) for row in data["rows"])
    said = [heading, *_doubts(doubtful, t), *columns, "", *rows]
    if data["imported"]:
        return Screen(lines(said), [turn, [_to_calendar(t)]])
    confirm = t.plural("✅ Import {n} post", "✅ Import {n} posts", total)
    if doubtful:
        confirm = t.plural("✅ Import {n} post anyway", "✅ Import {n} posts anyway", total)
    return Screen(lines(said), [turn, [Button(confirm, ImportPosts(import_id))], _ways_out(t)[:1]])


def unreadable(problem: Markup, t: Texts) -> Screen:
    """It can't be understood as a list of posts; it may be none."""
    return Screen(problem, [_ways_out(t)])


def imported(done: Done, t: Texts) -> Screen:
    text = t.plural(
        "✅ <b>{n} post is scheduled.</b> It stands in your calendar.",
        "✅ <b>{n} posts are scheduled.</b> They stand in your calendar.",
        done.posts,
    )
    undo = Button(t("🚫 Cancel all of them"), CancelImported(done.imported.id))
    return Screen(text, [[_to_calendar(t)], [undo]])


def cancelled(done: Done, t: Texts) -> Screen:
    text = lines(
        [
            t.plural("🚫 <b>{n} post is cancelled.</b>", "🚫 <b>{n} posts are cancelled.</b>", done.posts),
            t("What had gone out before stays where it is."),
        ]
    )
    undo = [Button(t("↩️ Undo"), RestoreImported(done.imported.id))] if done.posts else []
    return Screen(text, [undo, [_to_calendar(t)]])


def exported(schedule: Schedule, t: Texts) -> Screen:
    """Under the first file."""
    told = [
        t.plural(
            "📤 <b>{n} post is coming</b>: as a table, and below for your calendar.",
            "📤 <b>{n} posts are coming</b>: as a table, and below for your calendar.",
            schedule.total,
        ),
        t("You can change the table and send it back; cancel what you don't want twice."),
    ]
    if len(schedule.entries) < schedule.total:
        told.append(t("That is too much for one file: these are the first {n}.", n=len(schedule.entries)))
    if schedule.without_media:
        told.append(
            t.plural(
                "The media of {n} post are only at Telegram, so they aren't in the files.",
                "The media of {n} posts are only at Telegram, so they aren't in the files.",
                schedule.without_media,
            )
        )
    return Screen(lines(told))


def nothing_to_export(t: Texts) -> Screen:
    return Screen(t("📤 <b>Nothing is planned</b>, so there is nothing to export."), [[_to_calendar(t)]])


def _import_id(data: Data) -> ids.ImportId:
    return ids.ImportId(UUID(data["import_id"]))


def _trouble(lines_wrong: int, t: Texts) -> list[Markup]:
    return [
        t.plural(
            "⚠️ <b>{n} row has a problem.</b> Nothing is imported yet.",
            "⚠️ <b>{n} rows have problems.</b> Nothing is imported yet.",
            lines_wrong,
        ),
        t("Mend that in the file and send it again."),
    ]


def _doubts(rows: int, t: Texts) -> list[Markup]:
    if not rows:
        return []
    return [t.plural("⚠️ {n} of them has something to look at.", "⚠️ {n} of them have something to look at.", rows)]


def _problem(problem: Mapping[str, Any], t: Texts) -> Markup:
    return t("<b>Line {line}:</b> {what}", line=problem["line"], what=problem_sentence(problem, t))


def _row(row: Mapping[str, Any], data: Data, t: Texts, now: datetime) -> Markup:
    when, zone = row["when"], data["zone"]
    time = format_local(datetime.fromisoformat(when), zone, t.language, now=now) if when else t("next free slot")
    media = " 📎" if row["media"] else ""
    words = first_words("", row["text"], WORDS_IN_ROW)
    told = Markup("{} → {}{} · <i>{}</i>").format(time, _target(row["channel_id"], data, t), media, words)
    doubts = [warning_sentence(each, row["line"], zone, t, now) for each in row.get(WARNINGS, ())[:WARNINGS_SHOWN]]
    return lines([told, *doubts])


def _target(channel_id: str | None, data: Data, t: Texts) -> str:
    if channel_id is None:
        return t("this chat")
    chat = data["chats"].get(channel_id)
    return chat_label(chat["kind"], chat["title"]) if chat is not None else t("a chat")


def _ways_out(t: Texts) -> list[Button]:
    return [Button(t("📝 No, it is a text"), UseAsText()), Button(t("📄 Template"), SendTemplate())]


def _to_calendar(t: Texts) -> Button:
    return Button(t("📅 Calendar"), ShowCalendar(1))
