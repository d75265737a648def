"""The card of a source: what was understood, and what can be made of it."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from markupsafe import Markup

from bot.accounts.actions import ShowExample
from bot.accounts.phrases import accepted
from bot.deliveries.phrases import BEFORE_ELLIPSIS
from bot.keyboards import bar
from bot.podcasts.actions import NewPodcast
from bot.posts.actions import PostAsItIs, WritePosts
from bot.posts.labels import language_label
from bot.posts.makeup_labels import media_label
from bot.screens import Button, Keyboard, Screen, lines
from bot.sources.actions import (
    AskSourceTitle,
    DeleteSource,
    ListSources,
    OpenSourcePage,
    ReadWords,
    Shelf,
    StopReading,
    TypeWords,
)
from bot.sources.problems import source_problem
from bot.texts import Texts
from bot.videos.actions import TakeVideo
from bot.voiceovers.actions import VoiceSource
from core import ids
from core.languages import UNKNOWN
from core.providers.scripts import SOURCES_MIN_CHARACTERS
from core.providers.transcription import NOT_SET_UP
from core.sources.files import FILE_BYTES_LIMIT, accepted_extensions
from core.sources.models import Source, SourceStatus
from core.sources.reading import MAX_CHARACTERS, MIN_CHARACTERS, WORDS_PER_MINUTE, SourceKind, is_title
from core.sources.showing import source_data
from core.videos.uploads import LIMIT_BYTES
from core.voiceovers.service import CHARACTERS_MOST

Data = Mapping[str, Any]

ICONS = {
    SourceKind.TEXT: "📝",
    SourceKind.FORWARD: "↪️",
    SourceKind.FILE: "📄",
    SourceKind.LINK: "🔗",
    SourceKind.AUDIO: "🎧",
    SourceKind.VIDEO: "🎬",
    SourceKind.COMBINED: "🧩",
}
EXCERPT_CHARACTERS = 400
NAMES_CHARACTERS = 200
TELEGRAM_MEGABYTES = 20
"""https://core.telegram.org/bots/api#getfile"""
MEGABYTE = 1_000_000
FILE_TOO_BIG = "telegram.file_too_big"
NO_SECOND_TRY = frozenset({NOT_SET_UP, FILE_TOO_BIG, "telegram.file_gone"})
OURS = frozenset({"source.not_cut", "source.no_ffmpeg"})
"""Troubles of this machine."""


def source_card(source: Source, t: Texts, *, caption: str = "", same: bool = False) -> Screen:
    """What was understood, and the ways on that fit. `caption`: of a text file. `same`: it had been sent before."""
    return card({**source_data(source), "same": same}, t, caption=caption)


def card(data: Data, t: Texts, *, caption: str = "", from_list: bool = False) -> Screen:
    """The same from core.sources.showing.source_data, with how far its reading is."""
    text = lines(
        [
            *([t("♻️ <b>You have sent me that before.</b> I keep it once:")] if data.get("same") else []),
            *_heading(data, t),
            *([t("{names}", names=", ".join(data["files"])[:NAMES_CHARACTERS])] if data["files"] else []),
            *([_facts(data, t)] if data["characters"] and data["status"] == SourceStatus.READY else []),
            *([*_standing(data, t)]),
            *(
                ["", Markup("<blockquote expandable>{}</blockquote>").format(_excerpt(data))]
                if data["beginning"]
                else []
            ),
            *([_media_line(data, t)] if data["media"] and data["status"] == SourceStatus.READY else []),
            *([_caption_line(caption, t)] if caption else []),
        ]
    )
    return Screen(text, [*_ways(data, t), *(_from_list(data, t) if from_list else [])])


def _ways(data: Data, t: Texts) -> Keyboard:
    source_id, characters = _id(data), int(data["characters"])
    make = [
        *([Button(t("✍️ Write posts"), WritePosts(source_id))] if characters >= MIN_CHARACTERS else []),
        *([Button(t("📌 Use as it is"), PostAsItIs(source_id))] if characters or data["media"] else []),
    ]
    talk = [Button(t("🎙 Podcast"), NewPodcast(source_id))] if characters >= SOURCES_MIN_CHARACTERS else []
    if MIN_CHARACTERS <= characters <= CHARACTERS_MOST:
        talk.append(Button(t("🔊 Voiceover"), VoiceSource(source_id)))
    keep = [Button(t("🎬 TikTok, Instagram, YouTube"), TakeVideo(source_id))] if data["is_video"] else []
    return [*_ways_to_words(data, t), make, talk, keep]


def _ways_to_words(data: Data, t: Texts) -> Keyboard:
    """While its words aren't there."""
    source_id, code = _id(data), (data["error"] or {}).get("code", "")
    if data["status"] == SourceStatus.READING:
        return [[Button(t("Cancel"), StopReading(source_id))]]
    if data["status"] == SourceStatus.UNREAD:
        again = [Button(t("🔁 Try again"), ReadWords(source_id))] if _may_pass(code) else []
        page = [[Button(t("🌐 Send it by the browser"), OpenSourcePage(source_id))]] if code == FILE_TOO_BIG else []
        return [*page, [*again, Button(t("✏️ Type it instead"), TypeWords(source_id))]]
    if data["unread"] and not data["was_read"]:
        return [[Button(t("🎧 Get its words"), ReadWords(source_id))]]
    return []


def _may_pass(code: str) -> bool:
    """Whether another try may go better: what is wrong with the file itself stays wrong."""
    return code in OURS or (not code.startswith("source.") and code not in NO_SECOND_TRY)


def _from_list(data: Data, t: Texts) -> Keyboard:
    source_id = _id(data)
    change = [Button(t("✏️ Rename"), AskSourceTitle(source_id)), Button(t("🗑 Delete"), DeleteSource(source_id, False))]
    return [change, [Button(t("‹ Sources"), ListSources(1, Shelf.ALL, False, False))]]


def _heading(data: Data, t: Texts) -> list[Markup]:
    title = t("{icon} <b>{title}</b>", icon=ICONS[SourceKind(data["kind"])], title=data["title"])
    media = Markup("<b>{}</b>").format(media_label(data["media"], t))
    link = t("🎬 <b>{url}</b>", url=data["url"]) if not data["title"] and data["url"] else None
    recording = t("🎧 <b>A recording</b>") if not data["title"] and not data["media"] and link is None else None
    return [
        *([media] if data["media"] else []),
        *([title] if data["title"] else []),
        *(each for each in (link, recording) if each is not None),
    ]


def _standing(data: Data, t: Texts) -> Iterator[Markup]:
    """How its reading goes, or went."""
    match data["status"]:
        case SourceStatus.READING:
            steps = {
                "queued": t("Waiting for its turn …"),
                "fetching": t("Fetching it from Telegram …"),
                "reading": t("Reading it …"),
                "listening": t("Listening to it …"),
            }
            percent = int(data.get("percent", 0))
            yield steps[data.get("step", "queued")]
            yield Markup("{} {} %").format(bar(percent, 100), percent)
        case SourceStatus.UNREAD:
            yield Markup("⚠️ {}").format(source_problem(data["error"] or {"code": "", "params": {}}, t))
        case _:
            yield from _how_much(data, t)


def _how_much(data: Data, t: Texts) -> Iterator[Markup]:
    if data.get("sample"):
        yield t("🧪 Sample data: made up, from no network.")
    if data.get("pages_total", 0) > data.get("pages_read", 0):
        yield t(
            "I read {n} of its {total} pages: more is too much at once.",
            n=data["pages_read"],
            total=data["pages_total"],
        )
    if data.get("parts", 1) > 1:
        yield t.plural(
            "It is long, so I keep it in {n} part. The others are under /sources.",
            "It is long, so I keep it in {n} parts. The others are under /sources.",
            data["parts"],
        )


def _media_line(data: Data, t: Texts) -> Markup:
    if data["was_read"]:
        return t("<i>I write from its words; as it is, the file itself goes out.</i>")
    if data["characters"]:
        return t("<i>I write from the words; as it is, it goes out with the media.</i>")
    if data["unread"]:
        return t("<i>I can write from its words when you want them, or post it as it is.</i>")
    return t("<i>What it shows or says I can't read. I can post it as it is.</i>")


def _facts(data: Data, t: Texts) -> Markup:
    minutes = max(1, -(-data["words"] // WORDS_PER_MINUTE))
    language = data["text_language"]
    return Markup(" · ").join(
        [
            *([Markup.escape(language_label(language, t))] if language != UNKNOWN else []),
            t.plural("{n} word", "{n} words", data["words"]),
            t.plural("{n} min to read", "{n} min to read", minutes),
        ]
    )


def reading_link(url: str, t: Texts) -> Screen:
    """While the page behind a link is fetched."""
    return Screen(t("🔗 Reading {url} …", url=url if len(url) <= 80 else url[:79] + "…"))


def link_not_read(t: Texts) -> Screen:
    """The message has words of its own: they follow as a card."""
    return Screen(t("I couldn't read the page behind that link, so I take your message as it is."))


def _caption_line(caption: str, t: Texts) -> Markup:
    if is_title(caption):
        return t("<i>What you wrote under the file is its title.</i>")
    return t("<i>What you wrote under the file stands before its text.</i>")


def _excerpt(data: Data) -> str:
    """The beginning, without a first line that is the title."""
    beginning = str(data["beginning"])
    first_line, _, rest = beginning.partition("\n")
    text = rest.strip() if rest.strip() and first_line == data["title"] else beginning
    if len(text) <= EXCERPT_CHARACTERS and len(beginning) == data["characters"]:
        return text
    cut = text[:EXCERPT_CHARACTERS].rpartition(" ")[0] or text[:EXCERPT_CHARACTERS]
    return cut.rstrip(BEFORE_ELLIPSIS) + "…"


def what_to_send(t: Texts, *, hears: bool) -> Screen:
    """The way into the story, with what is accepted. `hears`: whether somebody writes down what is said here."""
    said = (
        t("• a voice message, audio or a video: I write down what is said in it")
        if hears
        else t("• a voice message, audio or a video: here I can't listen, so I ask you to type what is said")
    )
    text = lines(
        [
            t("✍️ <b>Send me anything to write from:</b>"),
            t("• a text of {least} to {most} characters", least=MIN_CHARACTERS, most=MAX_CHARACTERS),
            t("• a link to an article, or to a video on YouTube"),
            t("• a forwarded post"),
            t("• a PDF or a Word file (.docx)"),
            t("• a {kinds} file of up to {limit} MB", kinds=_kinds(t), limit=FILE_BYTES_LIMIT // (1024 * 1024)),
            said,
            t("• pictures, videos, audio or any file, also as an album: to post them as they are, or their words"),
            "",
            t(
                "Telegram gives me files of up to {size} MB; for larger ones, up to {most} MB, there is a page in the "
                "browser. All that you have sent is under /sources.",
                size=TELEGRAM_MEGABYTES,
                most=LIMIT_BYTES // MEGABYTE,
            ),
        ]
    )
    page = Button(t("🌐 A large file"), OpenSourcePage(None))
    return Screen(text, [[Button(t("✨ Show me"), ShowExample()), page]])


def _kinds(t: Texts) -> Markup:
    *first, last = accepted_extensions()
    return t("{kinds} or {last}", kinds=", ".join(first), last=last)


def not_accepted(what: Markup, t: Texts) -> Screen:
    """For what has no words: what it was, and what is taken."""
    text = lines([what, accepted(t)])
    return Screen(text, [[Button(t("✨ Show me"), ShowExample())]])


def ask_words(t: Texts) -> Screen:
    """What the next message will be taken for."""
    return Screen(
        t(
            "Send me what is said in it, or what it is about: I keep the words together with it. /cancel leaves it as "
            "it is."
        )
    )


def _id(data: Data) -> ids.SourceId:
    return ids.SourceId(UUID(data["source_id"]))
