"""A script in the chat: a section a page, its lines with numbers, and what can be done with them. Pure."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.keyboards import pager
from bot.podcasts.actions import (
    AskLine,
    AskLineWish,
    ChooseLine,
    ChooseVoice,
    DropLine,
    DropSection,
    GiveLine,
    MakeAudio,
    RedoSection,
    ShowLine,
    ShowPodcast,
    ShowScript,
    SwapVoices,
    WriteSectionAnew,
)
from bot.podcasts.quotes import quote_lines, ways_to_more
from bot.podcasts.sentences import podcast_problem, script_note
from bot.posts.labels import engine_label
from bot.screens import Button, Keyboard, Screen, lines, rows_of
from bot.texts import Texts
from core import ids
from core.podcasts.quotes import Quote
from core.podcasts.script import Line, Speaker

Data = Mapping[str, Any]


def script_card(data: Data, t: Texts) -> Screen:
    """One page of it, with the ways to change it and to make the audio."""
    notes = [script_note(note, t) for note in data["notes"]]
    text = lines(
        [
            t("📜 <b>{title}</b>", title=data["title"]),
            *_facts(data, t),
            *([t("⚠️ {problem}", problem=podcast_problem(data["problem"], t))] if data.get("problem") else []),
            *(t("ℹ️ {note}", note=note) for note in notes if note is not None),
            "",
            t("<b>{number}. {section}</b>", number=data["section"], section=data["section_title"]),
            Markup("<blockquote expandable>{}</blockquote>").format(lines(_lines(data))),
            t(
                "<i>To change a line, reply with its number and the new words: </i><code>{n} …</code>",
                n=data["lines"][0][0],
            ),
        ]
    )
    return Screen(text, _keyboard(data, t))


def _facts(data: Data, t: Texts) -> list[Markup]:
    """Who wrote it, and what its audio takes; of finished audio nothing while it says this very script."""
    minutes = max(1, round(int(data["seconds"]) / 60))
    by = t("written by: {engine}", engine=engine_label(str(data["engine"]), t))
    if data["has_audio"] and not data["outdated"]:
        return [
            t("about {n} min · {by}", n=minutes, by=by),
            t("The audio says this script. Change it, and make it again."),
        ]
    quote = Quote.from_json(data["quote"])
    return [*quote_lines(quote, t, about_min=minutes, zone=data.get("zone")), t("<i>{by}</i>", by=by)]


def _lines(data: Data) -> list[Markup]:
    return [Markup("<b>{} {}:</b> {}").format(number, name, text) for number, name, text in data["lines"]]


def _keyboard(data: Data, t: Texts) -> Keyboard:
    podcast_id, page, version = _id(data), int(data["page"]), int(data["version"])
    section = int(data["section"])
    return [
        pager(page, int(data["pages"]), lambda number: ShowScript(podcast_id, number)),
        [
            Button(t("✏️ Change a line"), ChooseLine(podcast_id, page, version)),
            Button(t("🔀 Swap voices"), SwapVoices(podcast_id, page, version)),
        ],
        [
            Button(t("♻️ This section anew"), RedoSection(podcast_id, section, version)),
            *(
                [Button(t("🗑 This section"), DropSection(podcast_id, section, version))]
                if int(data["sections"]) > 1
                else []
            ),
        ],
        _voices(data, t),
        _on_to_audio(data, t),
    ]


def _voices(data: Data, t: Texts) -> list[Button]:
    """Audio that is there has its voices; they can only be swapped."""
    if data["has_audio"]:
        return []
    podcast_id = _id(data)
    return [
        Button(t("Host: {name}", name=data["host"]), ChooseVoice(podcast_id, Speaker.HOST, 1)),
        Button(t("Guest: {name}", name=data["guest"]), ChooseVoice(podcast_id, Speaker.GUEST, 1)),
    ]


def _on_to_audio(data: Data, t: Texts) -> list[Button]:
    podcast_id, quote = _id(data), Quote.from_json(data["quote"])
    if data["has_audio"] and not data["outdated"]:
        return [Button(t("‹ Back to the episode"), ShowPodcast(podcast_id))]
    if not quote.fits:
        return ways_to_more(t)
    if data["has_audio"]:
        return [Button(t("🎙 Make the audio again"), MakeAudio(podcast_id))]
    return [Button(t("🎙 Make audio · {n} min", n=quote.minutes.takes), MakeAudio(podcast_id))]


def choose_line(data: Data, t: Texts) -> Screen:
    """The numbers of the page's lines as buttons."""
    podcast_id, version = _id(data), int(data["version"])
    text = lines(
        [
            t("✏️ <b>Which line?</b>"),
            Markup("<blockquote expandable>{}</blockquote>").format(lines(_lines(data))),
        ]
    )
    numbers = [Button(str(number), ShowLine(podcast_id, number, version)) for number, _, _ in data["lines"]]
    return Screen(
        text, [*rows_of(numbers, columns=6), [Button(t("‹ Back"), ShowScript(podcast_id, int(data["page"])))]]
    )


def one_line(
    podcast_id: ids.PodcastId, number: int, line: Line, *, name: str, other: str, page: int, version: int, t: Texts
) -> Screen:
    """What can be done with one line."""
    text = lines(
        [
            t("✏️ <b>Line {number}, {name}</b>", number=number, name=name),
            Markup("<blockquote>{}</blockquote>").format(line.text),
        ]
    )
    return Screen(
        text,
        [
            [
                Button(t("✏️ Other words"), AskLine(podcast_id, number, version)),
                Button(t("🪄 Tell me what to change"), AskLineWish(podcast_id, number, version)),
            ],
            [
                Button(t("🔀 {name} says it", name=other), GiveLine(podcast_id, number, version)),
                Button(t("🗑 Leave it out"), DropLine(podcast_id, number, version)),
            ],
            [Button(t("‹ Back"), ShowScript(podcast_id, page))],
        ],
    )


def ask_line(number: int, line: Line, t: Texts) -> Screen:
    return Screen(
        lines(
            [
                t("What should line {number} say? Send the words, or /cancel.", number=number),
                Markup("<blockquote><code>{}</code></blockquote>").format(line.text),
            ]
        )
    )


def ask_line_wish(number: int, line: Line, *, offline: bool, t: Texts) -> Screen:
    """What the offline writer can do is told before somebody asks for more."""
    hint = (
        t("The offline writer knows: shorter, remove “…”, replace “old” with “new”, add “…”.")
        if offline
        else t("For example: shorter, with an example, as a question.")
    )
    return Screen(
        lines(
            [
                t("What should be different about line {number}? Send it, or /cancel.", number=number),
                t("<i>{hint}</i>", hint=hint),
                Markup("<blockquote>{}</blockquote>").format(line.text),
            ]
        )
    )


def ask_section_wish(
    podcast_id: ids.PodcastId, section: int, title: str, *, page: int, version: int, t: Texts
) -> Screen:
    """In place of the script, until it is told or pressed."""
    text = lines(
        [
            t("♻️ <b>Section {number} anew: {title}</b>", number=section, title=title),
            t("Send me what should be different, for example: more figures, a funnier opening."),
        ]
    )
    return Screen(
        text,
        [
            [Button(t("♻️ Just write it anew"), WriteSectionAnew(podcast_id, section, version))],
            [Button(t("‹ Back"), ShowScript(podcast_id, page))],
        ],
    )


def line_kept(number: int, t: Texts) -> Screen:
    return Screen(t("✓ Line {number} says that now.", number=number))


def _id(data: Data) -> ids.PodcastId:
    return ids.PodcastId(UUID(data["podcast_id"]))
