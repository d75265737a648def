"""What was got out of a file as sources that fit: one, or several where it is longer than one may be. Pure."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from core.errors import InvalidInput
from core.sources.papers import Words
from core.sources.reading import MAX_CHARACTERS, Reading, SourceKind, clean_text, is_title, read_text

PARTS_MOST: Final = 10
"""Half a million characters: a long novel."""
SPOKEN: Final = (SourceKind.AUDIO, SourceKind.VIDEO)
OPENING_CHARACTERS: Final = 60
_ENDS = (re.compile(r"\n\n"), re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])"), re.compile(r"\s+"))
"""Where a text may be parted, the best first."""


def readings_of(
    words: Words, *, kind: SourceKind, name: str = "", caption: str = "", url: str | None = None, language: str = ""
) -> list[Reading]:
    """The first has the caption before its words, unless that is a title; further ones say which part they are.

    `name` is the file's, and its title when nothing else tells one; `language` its sender's. Raises InvalidInput
    source.nothing_said, and what `read_text` raises.
    """
    text, caption = clean_text(words.text), clean_text(caption)
    if not text:
        raise InvalidInput("source.nothing_said" if kind in SPOKEN else "source.no_words")
    titled = caption if caption and is_title(caption) else ""
    if caption and not titled:
        text = f"{caption}\n\n{text}"
    title = titled or words.title or _stem(name) or (_opening(words.text) if kind in SPOKEN else "")
    parts = list(_parts(text))[:PARTS_MOST]
    first = read_text(parts[0], kind=kind, title=title or None, url=url, expected_language=language)
    return [first, *(_further(part, number, first) for number, part in enumerate(parts[1:], start=2))]


def combined(readings: list[tuple[str, str]], *, language: str = "") -> Reading:
    """One text of several, each under its title: pairs of title and text. Raises what `read_text` raises."""
    text = "\n\n".join(text if text.startswith(title) else f"{title}\n\n{text}" for title, text in readings)
    title = " + ".join(title for title, _ in readings if title)
    return read_text(text, kind=SourceKind.COMBINED, title=title, expected_language=language)


def _further(part: str, number: int, first: Reading) -> Reading:
    reading = read_text(part, kind=first.kind, title=first.title, expected_language=first.language)
    return replace(reading, title=f"{first.title} ({number})")


def _parts(text: str) -> Iterator[str]:
    while len(text) > MAX_CHARACTERS:
        at = _place(text)
        yield text[:at].strip()
        text = text[at:].strip()
    yield text


def _place(text: str) -> int:
    """Where to part it: at the last good place in the second half of what fits."""
    for end in _ENDS:
        places = [found.end() for found in end.finditer(text, MAX_CHARACTERS // 2, MAX_CHARACTERS)]
        if places:
            return places[-1]
    return MAX_CHARACTERS


def _opening(text: str) -> str:
    """How people begin to speak tells little in its first sentence: so many characters of it, in whole words."""
    plain = " ".join(text.split())
    if len(plain) <= OPENING_CHARACTERS:
        return plain
    return f"{plain[:OPENING_CHARACTERS].rpartition(' ')[0] or plain[:OPENING_CHARACTERS]}…"


def _stem(name: str) -> str:
    stem = name.rpartition(".")[0] if "." in name else name
    return " ".join(stem.replace("_", " ").split())
