"""What can be wrong with a file of posts, as sentences: what it is and how to mend it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from markupsafe import Markup

from bot.channels.labels import state_sentence
from bot.router import Router
from bot.texts import Texts
from core.posts import linked_media
from core.posts.checks import FindingCode
from core.posts.import_checks import NEAR_LINE, SAME_AS_LINE
from core.when.formats import format_local

Params = Mapping[str, Any]
Sentence = Callable[[Texts, Params], Markup]


def register(router: Router) -> None:
    for code, sentence in FILE_PROBLEMS.items():
        router.error(code, sentence)


def problem_sentence(problem: Mapping[str, Any], t: Texts) -> Markup:
    """One of `Import.problems`."""
    sentence = ROW_PROBLEMS.get(problem["code"])
    if sentence is None:
        return t("this row can't be read ({code}).", code=problem["code"])
    return sentence(t, problem["params"])


def warning_sentence(warning: Mapping[str, Any], line: int, zone: str, t: Texts, now: datetime) -> Markup:
    """One of a row's warnings: what isn't as it should be, and what comes of it."""
    params = warning["params"]
    what = WARNINGS_OF_ROWS[warning["code"]](t, {**params, "time": _time(params, zone, t, now)})
    return t("⚠️ Line {line}: {what}", line=line, what=what)


def _time(params: Params, zone: str, t: Texts, now: datetime) -> str:
    at = params.get("at")
    return format_local(datetime.fromisoformat(at), zone, t.language, now=now) if at else ""


def _too_long(t: Texts, params: Params) -> Markup:
    if params["media"]:
        return t(
            "{length} characters don't fit under a picture, {limit} do. It goes out as {n} messages.",
            length=params["length"],
            limit=params["limit"],
            n=params["messages"],
        )
    return t(
        "{length} characters don't fit into one message, {limit} do. It goes out as {n}.",
        length=params["length"],
        limit=params["limit"],
        n=params["messages"],
    )


def _too_formatted(t: Texts, params: Params) -> Markup:
    return t(
        "one message keeps {limit} pieces of formatting, and here are {pieces}. It goes out as {n}.",
        limit=params["limit"],
        pieces=params["pieces"],
        n=params["messages"],
    )


def _too_big(t: Texts, params: Params) -> Markup:
    return t(
        "That file is too big: I read up to {limit} MB at once. Please split it.",
        limit=int(params["limit_bytes"]) // (1024 * 1024),
    )


def _too_many_rows(t: Texts, params: Params) -> Markup:
    return t(
        "That file has {rows} posts, and I take up to {limit} at once. Please split it.",
        rows=params["rows"],
        limit=params["limit"],
    )


def _no_columns(t: Texts, params: Params) -> Markup:
    found = ", ".join(params["found"]) or t("none")
    return t(
        "The first line has to name the columns, and I don't find {missing}. I found: {found}. "
        "Take the template from /import, or name them text, when, target, media url.",
        missing=", ".join(params["missing"]),
        found=found,
    )


def _broken(t: Texts, params: Params) -> Markup:
    return t(
        "From line {line} on, the quotation marks don't match. Put a text with commas, line breaks or quotes into "
        '"…", and write a quote inside it twice: "".',
        line=params["line"],
    )


def _time_passed(t: Texts, params: Params) -> Markup:
    return t(
        "Nothing was imported: the time in line {line} has passed meanwhile. Please change it and send the file again.",
        line=params["line"],
    )


FILE_PROBLEMS: dict[str, Sentence] = {
    "import.too_big": _too_big,
    "import.empty": lambda t, _: t("There are no posts in that file. Take the template from /import and fill it in."),
    "import.binary": lambda t, _: t("That file isn't text, whatever its name says. Please save it as CSV."),
    "import.broken_quotes": _broken,
    "import.no_columns": _no_columns,
    "import.column_twice": lambda t, p: t("The column {name} is there twice. Please keep one.", name=p["column"]),
    "import.too_many_rows": _too_many_rows,
    "import.not_found": lambda t, _: t("That import isn't there any more. Please send the file again."),
    "import.has_problems": lambda t, _: t("Nothing is imported as long as there are problems in the file."),
    "import.time_passed": _time_passed,
    "import.no_slots": lambda t, _: t(
        "Nothing was imported: a queue hasn't enough free slots for all of them. Add slots or write times."
    ),
    "import.being_looked_at": lambda t, _: t("I am still looking at the pictures and files of that import."),
    "import.file_gone": lambda t, _: t("I don't find the file any more. Please send its text."),
}

WARNINGS_OF_ROWS: dict[str, Sentence] = {
    FindingCode.TOO_LONG: _too_long,
    FindingCode.TOO_FORMATTED: _too_formatted,
    FindingCode.DUPLICATE: lambda t, p: t("the same text is there or planned already: {time}.", time=p["time"]),
    FindingCode.CROWDED: lambda t, p: t("another post goes there within the hour: {time}.", time=p["time"]),
    FindingCode.QUIET: lambda t, _: t("these are quiet hours there."),
    SAME_AS_LINE: lambda t, p: t("it says the same as line {line}.", line=p["line"]),
    NEAR_LINE: lambda t, p: t("it goes out within an hour of line {line}.", line=p["line"]),
    linked_media.SILENT: lambda t, p: t(
        "“{value}” didn't answer just now. If that stays so, the post fails and you are told.", value=p["value"]
    ),
    linked_media.NOT_LOOKED: lambda t, p: t("I haven't looked at “{value}”.", value=p["value"]),
    linked_media.MISLABELLED: lambda t, p: t(
        "the site calls “{value}” {type}. Telegram may not take it.", value=p["value"], type=p["type"]
    ),
}

ROW_PROBLEMS: dict[str, Sentence] = {
    "post.empty": lambda t, _: t("there is no text. Write one, or leave the row out."),
    "post.too_long": lambda t, p: t(
        "the text is too long: {length} characters, and {limit} is the most.", length=p["length"], limit=p["limit"]
    ),
    "post.forbidden_characters": lambda t, _: t("there are characters in the text that can't be sent."),
    "import.when_missing": lambda t, _: t("there is no time. Write one like 2026-12-24 18:00, or: queue."),
    "when.not_understood": lambda t, p: t(
        "I don't understand “{value}” as a time. Write it like 2026-12-24 18:00.", value=p["value"]
    ),
    "when.in_past": lambda t, p: t("“{value}” has passed. Choose a later time.", value=p["value"]),
    "when.too_far": lambda t, p: t("“{value}” is over a year ahead. Choose an earlier time.", value=p["value"]),
    "when.recurring": lambda t, p: t("“{value}” would repeat, and a row is one post. Name one date.", value=p["value"]),
    "import.when_ambiguous": lambda t, p: t(
        "“{value}” could mean two times. Write it like 2026-12-24 18:00.", value=p["value"]
    ),
    "import.no_queue": lambda t, _: t("that chat has no queue with free slots. Write a time instead."),
    "import.target_unknown": lambda t, p: t(
        "“{value}” isn't one of your connected chats, see /channels. Write its @name or title, or: me.",
        value=p["value"],
    ),
    "import.target_twice": lambda t, p: t(
        "two of your chats are called “{value}”. Write the @name instead.", value=p["value"]
    ),
    "import.target_not_ready": lambda t, p: t(
        "I can't post to “{value}” now: {state}. See /channels.", value=p["value"], state=state_sentence(p["state"], t)
    ),
    "import.media_invalid": lambda t, p: t(
        "“{value}” isn't a web address. It has to begin with https://.", value=p["value"]
    ),
    "import.too_many_cells": lambda t, _: t(
        'there are more cells than columns. Put a text with commas into quotation marks: "…".'
    ),
    "import.and_more": lambda t, _: t("I stopped looking here: mend these first."),
    linked_media.PRIVATE: lambda t, p: t(
        "“{value}” isn't on the public internet, so Telegram can't fetch it.", value=p["value"]
    ),
    linked_media.BAD_ADDRESS: lambda t, p: t(
        "“{value}” can't be fetched by Telegram: there is a password or an unusual port in it.", value=p["value"]
    ),
    linked_media.GONE: lambda t, p: t(
        "there is nothing at “{value}” ({status}). Check the address.", value=p["value"], status=p.get("status", 404)
    ),
    linked_media.REFUSED: lambda t, p: t(
        "the site doesn't hand out “{value}”{status}. Use an address that opens without signing in.",
        value=p["value"],
        status=f" ({p['status']})" if "status" in p else "",
    ),
    linked_media.TOO_BIG: lambda t, p: t(
        "“{value}” is too big: Telegram fetches up to {limit} MB of that kind. Make it smaller.",
        value=p["value"],
        limit=p["limit_bytes"] // (1024 * 1024),
    ),
    linked_media.IS_PAGE: lambda t, p: t(
        "“{value}” leads to a web page. Use the address of the picture or file itself.", value=p["value"]
    ),
    linked_media.UNKNOWN_KIND: lambda t, p: t(
        "“{value}” ({type}) is nothing that Telegram fetches. It takes JPEG, PNG, WebP, GIF, MP4, MP3, M4A, PDF, ZIP.",
        value=p["value"],
        type=p["type"] or "?",
    ),
}
