"""The card of a source: what was understood, and what can be made of it."""

from bot.posts.actions import PostAsItIs, WritePosts
from bot.posts.labels import language_label
from bot.screens import Button, Screen, lines
from bot.texts import Texts
from core.posts.counting import utf16_length
from core.sources.models import Source
from core.sources.reading import WORDS_PER_MINUTE, SourceKind
from core.telegram.content import TEXT_LIMIT

ICONS = {SourceKind.TEXT: "📝", SourceKind.FORWARD: "↪️", SourceKind.FILE: "📄", SourceKind.LINK: "🔗"}
EXCERPT_CHARACTERS = 400


def source_card(source: Source, t: Texts, *, words_only: bool = False) -> Screen:
    """What was understood, and the ways on that fit. `words_only`: there was a picture, too."""
    minutes = max(1, -(-source.words // WORDS_PER_MINUTE))
    facts = " · ".join(
        [
            language_label(source.language, t),
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
        ]
    )
    row = [Button(t("✍️ Write posts"), WritePosts(source.id))]
    if utf16_length(source.text) <= TEXT_LIMIT:
        row.append(Button(t("📌 Use as it is"), PostAsItIs(source.id)))
    return Screen(text, [row])


def reading_link(url: str, t: Texts) -> Screen:
    """While the page behind a link is fetched."""
    return Screen(t("🔗 Reading {url} …", url=url if len(url) <= 80 else url[:79] + "…"))


def _excerpt(source: Source) -> str:
    """The beginning, without a first line that is the title."""
    first_line, _, rest = source.text.partition("\n")
    text = rest.strip() if rest.strip() and first_line == source.title else source.text
    if len(text) <= EXCERPT_CHARACTERS:
        return text
    return (text[:EXCERPT_CHARACTERS].rpartition(" ")[0] or text[:EXCERPT_CHARACTERS]) + " …"
