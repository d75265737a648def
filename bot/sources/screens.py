"""The card of a source: what was understood, and what can be made of it."""

from markupsafe import Markup

from bot.accounts.actions import ShowExample
from bot.deliveries.phrases import BEFORE_ELLIPSIS
from bot.posts.actions import PostAsItIs, WritePosts
from bot.posts.labels import language_label
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core.languages import UNKNOWN
from core.posts.counting import utf16_length
from core.sources.files import FILE_BYTES_LIMIT, accepted_extensions
from core.sources.models import Source
from core.sources.reading import MAX_CHARACTERS, MIN_CHARACTERS, WORDS_PER_MINUTE, SourceKind, is_title
from core.telegram.content import TEXT_LIMIT

ICONS = {SourceKind.TEXT: "📝", SourceKind.FORWARD: "↪️", SourceKind.FILE: "📄", SourceKind.LINK: "🔗"}
EXCERPT_CHARACTERS = 400


def source_card(source: Source, t: Texts, *, words_only: bool = False, caption: str = "") -> Screen:
    """What was understood, and the ways on that fit. `words_only`: there was a picture, too. `caption`: of a file."""
    minutes = max(1, -(-source.words // WORDS_PER_MINUTE))
    facts = " · ".join(
        [
            *([language_label(source.language, t)] if source.language != UNKNOWN else []),
            t.plural("{n} word", "{n} words", source.words),
            t.plural("{n} min to read", "{n} min to read", minutes),
        ]
    )
    text = lines(
        [
            t("{icon} <b>{title}</b>", icon=ICONS[SourceKind(source.kind)], title=source.title),
            t("{facts}", facts=facts),
            "",
            t("<blockquote expandable>{excerpt}</blockquote>", excerpt=_excerpt(source)),
            *([t("<i>I took the words: pictures and videos I can't use yet.</i>")] if words_only else []),
            *([_caption_line(caption, t)] if caption else []),
        ]
    )
    row = [Button(t("✍️ Write posts"), WritePosts(source.id))]
    if utf16_length(source.text) <= TEXT_LIMIT:
        row.append(Button(t("📌 Use as it is"), PostAsItIs(source.id)))
    return Screen(text, [row])


def reading_link(url: str, t: Texts) -> Screen:
    """While the page behind a link is fetched."""
    return Screen(t("🔗 Reading {url} …", url=url if len(url) <= 80 else url[:79] + "…"))


def _caption_line(caption: str, t: Texts) -> Markup:
    if is_title(caption):
        return t("<i>What you wrote under the file is its title.</i>")
    return t("<i>What you wrote under the file stands before its text.</i>")


def _excerpt(source: Source) -> str:
    """The beginning, without a first line that is the title."""
    first_line, _, rest = source.text.partition("\n")
    text = rest.strip() if rest.strip() and first_line == source.title else source.text
    if len(text) <= EXCERPT_CHARACTERS:
        return text
    cut = text[:EXCERPT_CHARACTERS].rpartition(" ")[0] or text[:EXCERPT_CHARACTERS]
    return cut.rstrip(BEFORE_ELLIPSIS) + "…"


def what_to_send(t: Texts) -> Screen:
    """The way into the story, with what is accepted, and what isn't yet."""
    text = lines(
        [
            t("✍️ <b>Send me anything to write from:</b>"),
            t("• a text of {least} to {most} characters", least=MIN_CHARACTERS, most=MAX_CHARACTERS),
            t("• a link to an article"),
            t("• a forwarded post"),
            t("• a {kinds} file of up to {limit} MB", kinds=_kinds(t), limit=FILE_BYTES_LIMIT // (1024 * 1024)),
            t("• a picture or video with words under it: I take the words"),
            "",
            t("Not yet: voice messages and audio, PDF and Word files, and what pictures and videos show."),
        ]
    )
    return Screen(text, [[Button(t("✨ Show me"), ShowExample())]])


def _kinds(t: Texts) -> Markup:
    *first, last = accepted_extensions()
    return t("{kinds} or {last}", kinds=", ".join(first), last=last)
