"""Turning what a user sent into clean text with a title. Nothing is stored here; files and links stand beside."""

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from core.errors import InvalidInput
from core.sources.unread import UnreadFile
from core.telegram.content import Entity, Media
from core.telegram.markup import from_entities, utf16_length

MIN_CHARACTERS = 10
MAX_CHARACTERS = 50_000
TITLE_LIMIT = 80
WORDS_PER_MINUTE = 200

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028]")
# Invisible characters that carry nothing a reader sees: zero-width spaces, soft hyphens, direction overrides,
# surrogates (PostgreSQL takes none), and tags, which hide text from people but not from models (flags keep theirs).
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+"
)
# Joiners hold emoji and Persian or Hindi letters together; alone or in heaps they are noise.
_STRAY_JOINERS = re.compile("(?<![^\\s])[\u200c\u200d]+|[\u200c\u200d]+(?=\\s|$)|(?<=[\u200c\u200d])[\u200c\u200d]+")
_TRAILING_SPACE = re.compile(r"[^\S\n]+$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])")
_LINE_MARKS = re.compile(r"^(?:#{1,6}\s+|[-*•–]\s+|>\s*)+")
_MARK = "x"
"""Stands for the words that follow: the space before them isn't the end of a text."""
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class SourceKind(StrEnum):
    TEXT = "text"
    FORWARD = "forward"
    FILE = "file"
    LINK = "link"
    AUDIO = "audio"
    VIDEO = "video"
    COMBINED = "combined"
    """Made of several others."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood of what a user sent. `language` is a code of core/languages, `url` where a link ended."""

    kind: SourceKind
    title: str
    text: str
    language: str
    url: str | None = None
    entities: tuple[Entity, ...] = ()
    """The formatting of `text`."""
    media: tuple[Media, ...] = ()
    recording: UnreadFile | None = None
    """A file whose words are to be read, and that can't be posted."""

    @property
    def words(self) -> int:
        return word_count(self.text)

    @property
    def minutes(self) -> int:
        """Minutes to read it aloud or in silence at an easy pace, at least 1."""
        return max(1, math.ceil(self.words / WORDS_PER_MINUTE))


def read_text(
    text: str,
    *,
    kind: SourceKind = SourceKind.TEXT,
    title: str | None = None,
    url: str | None = None,
    expected_language: str = "",
    entities: tuple[Entity, ...] = (),
    media: tuple[Media, ...] = (),
    recording: UnreadFile | None = None,
) -> Reading:
    """Clean a text and describe it; without a title its first line or sentence is taken.

    `expected_language` is its sender's: of a few words nobody can tell. With media, or a recording, a text may be
    short, or empty.

    Raises InvalidInput source.too_short or source.too_long (length, limit, in characters after cleaning).
    """
    from core.languages import detect  # its model is loaded only when something is read

    clean = clean_text(text) if len(text) <= 10 * MAX_CHARACTERS else text  # cleaning megabytes would take a second
    if len(clean) < MIN_CHARACTERS and not media and recording is None:
        raise InvalidInput("source.too_short", length=len(clean), limit=MIN_CHARACTERS)
    if len(clean) > MAX_CHARACTERS:
        raise InvalidInput("source.too_long", length=len(clean), limit=MAX_CHARACTERS)
    language = detect(clean, expected=expected_language).code
    called = title_of((title and clean_text(title)) or clean)
    formatting = formatting_in(text, clean, entities)
    return Reading(kind, called, clean, language, url, entities=formatting, media=media, recording=recording)


def with_caption(reading: Reading, caption: str) -> Reading:
    """What was written under a file is kept: one short line as its title, anything longer before its text.

    Raises InvalidInput source.too_long as `read_text` does.
    """
    caption = clean_text(caption)
    if not caption:
        return reading
    if is_title(caption):
        return replace(reading, title=caption)
    return read_text(f"{caption}\n\n{reading.text}", kind=reading.kind, title=reading.title, url=reading.url)


def is_title(caption: str) -> bool:
    """Whether a caption names what it stands under, and isn't a part of it."""
    return len(caption) <= TITLE_LIMIT and "\n" not in caption


def clean_text(text: str) -> str:
    """NFC with newlines as \\n, at most one blank line in a row, no trailing space and nothing invisible."""
    text = _LINE_ENDS.sub("\n", text).replace("\u2029", "\n\n").replace("\t", " ")
    text = _STRAY_JOINERS.sub("", _INVISIBLE.sub("", text))
    text = _TRAILING_SPACE.sub("", unicodedata.normalize("NFC", text))
    return _BLANK_LINES.sub("\n\n", text).strip()


def formatting_in(text: str, clean: str, entities: Iterable[Entity]) -> tuple[Entity, ...]:
    """The formatting of a text, moved to where its words are once it is clean; that of nothing but space is dropped."""
    moved = []
    for span in from_entities(text, entities).spans:
        words = text[span.start : span.end]
        start = span.start + len(words) - len(words.lstrip())
        end = span.end - (len(words) - len(words.rstrip()))
        before, through = text[:start], text[:end]
        if clean != text:
            before, through = clean_text(before + _MARK).removesuffix(_MARK), clean_text(through)
        offset = utf16_length(before)
        length = utf16_length(through) - offset
        if span.entity is not None and start < end and length > 0:
            moved.append(span.entity.model_copy(update={"offset": offset, "length": length}))
    return tuple(moved)


def title_of(text: str) -> str:
    """The first line when it is short, else its first sentence, else its first words and an ellipsis."""
    first = next((stripped for line in text.splitlines() if (stripped := _LINE_MARKS.sub("", line.strip()))), "")
    line = " ".join(first.split())
    if len(line) <= TITLE_LIMIT:
        return line
    sentence = _SENTENCE_END.split(line, maxsplit=1)[0]
    return sentence if len(sentence) <= TITLE_LIMIT else _shortened(line)


def word_count(text: str) -> int:
    """Words as a reader counts them. Where no spaces part them (Chinese, Japanese), two characters make one."""
    unspaced = len(_UNSPACED.findall(text))
    spaced = sum(any(map(str.isalnum, word)) for word in _UNSPACED.sub(" ", text).split())
    return spaced + (unspaced + 1) // 2


def _shortened(line: str) -> str:
    cut = line[: TITLE_LIMIT - 1]
    at_word = line[:TITLE_LIMIT].rpartition(" ")[0]
    kept = at_word if len(at_word) > TITLE_LIMIT // 2 else cut
    return kept.rstrip(" ,;:.-–—\u200d") + "…"
