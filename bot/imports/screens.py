"""Files of posts: how to send one, what was understood, what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.deliveries.actions import ShowCalendar
from bot.deliveries.calendar_screens import Names
from bot.deliveries.phrases import first_words
from bot.imports.actions import (
    CancelImported,
    ImportPosts,
    RestoreImported,
    SendTemplate,
    ShowPreview,
    UseAsText,
)
from bot.imports.sentences import problem_sentence, warning_sentence
from bot.keyboards import pager
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core import ids
from core.posts.exporting import Schedule
from core.posts.import_checks import WARNINGS
from core.posts.imported import Done
from core.posts.models import Import
from core.posts.tables import ROWS_LIMIT
from core.when.formats import format_local

PAGE_SIZE = 10
DOUBTFUL_PAGE_SIZE = 6
"""Of rows with warnings below them: a page is one message."""
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


def preview(
    kept: Import, page: int, *, ignored: Sequence[str], names: Names, zone: str, t: Texts, now: datetime
) -> Screen:
    """What was understood of a file, or what is wrong with it."""
    shown = kept.problems or kept.rows
    doubtful = sum(bool(row.get(WARNINGS)) for row in kept.rows)
    size = DOUBTFUL_PAGE_SIZE if doubtful else PAGE_SIZE
    pages = max(1, -(-len(shown) // size))
    number = min(max(1, page), pages)
    part = shown[(number - 1) * size : number * size]
    turn = pager(number, pages, lambda other: ShowPreview(kept.id, other))
    columns = [t("Columns that I don't use: {names}.", names=", ".join(ignored))] if ignored else []
    if kept.problems:
        said = [*_trouble(kept, t), *columns, "", *(_problem(each, t) for each in part)]
        return Screen(lines(said), [turn, _ways_out(t)])
    heading = t.plural(
        "📥 <b>{n} post is ready to be imported</b>", "📥 <b>{n} posts are ready to be imported</b>", len(shown)
    )
    said = [heading, *_doubts(doubtful, t), *columns, "", *(_row(row, names, zone, t, now) for row in part)]
    if kept.imported_at is not None:
        return Screen(lines(said), [turn, [_to_calendar(t)]])
    confirm = t.plural("✅ Import {n} post", "✅ Import {n} posts", len(shown))
    if doubtful:
        confirm = t.plural("✅ Import {n} post anyway", "✅ Import {n} posts anyway", len(shown))
    return Screen(lines(said), [turn, [Button(confirm, ImportPosts(kept.id))], _ways_out(t)[:1]])


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


def _trouble(kept: Import, t: Texts) -> list[Markup]:
    lines_wrong = len({problem["line"] for problem in kept.problems})
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


def _row(row: Mapping[str, Any], names: Names, zone: str, t: Texts, now: datetime) -> Markup:
    when = row["when"]
    time = format_local(datetime.fromisoformat(when), zone, t.language, now=now) if when else t("next free slot")
    channel_id = row["channel_id"]
    target = names.get(ids.ChannelId(UUID(channel_id)), t("a chat")) if channel_id else t("this chat")
    media = " 📎" if row["media"] else ""
    told = Markup("{} → {}{} · <i>{}</i>").format(time, target, media, first_words("", row["text"], WORDS_IN_ROW))
    doubts = [warning_sentence(each, row["line"], zone, t, now) for each in row.get(WARNINGS, ())[:WARNINGS_SHOWN]]
    return lines([told, *doubts])


def _ways_out(t: Texts) -> list[Button]:
    return [Button(t("📝 No, it is a text"), UseAsText()), Button(t("📄 Template"), SendTemplate())]


def _to_calendar(t: Texts) -> Button:
    return Button(t("📅 Calendar"), ShowCalendar(1))
