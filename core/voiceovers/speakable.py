"""A text as a voice reads it well: cut into segments, with numbers and abbreviations as words. Pure.

Markup, links, hashtags and emojis are the same matter as in podcasts (core/podcasts/spoken.py).
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import regex

from core.languages import primary
from core.podcasts.spoken import spoken
from core.sentences import TERMINATED, split_sentences
from core.voiceovers.numbers import numbers_said

SEGMENT_CHARACTERS = 500
"""Long enough for a natural tone, short enough that a segment that fails costs little."""
_SEAM = regex.compile(r"(?<=[,;:،؛、，；])\s*|\s+")


def segments_of(text: str, language: str, *, most: int = SEGMENT_CHARACTERS) -> list[str]:
    """What is said, in pieces of at most `most` characters that end with a sentence where that is possible.

    Each line is a sentence at least. Empty when nothing can be said of the text.
    """
    segments: list[str] = []
    for sentence in _sentences(text, language, most):
        if segments and len(segments[-1]) + 1 + len(sentence) <= most:
            segments[-1] = f"{segments[-1]} {sentence}"
        else:
            segments.append(sentence)
    return segments


def speakable(line: str, language: str) -> str:
    """One line as it is said; empty when nothing can be said of it."""
    words = _words(primary(language))
    said = _unabbreviated(spoken(line, language), words.get("short", {}))
    return numbers_said(said, language, percent=words.get("percent", ""))


def _sentences(text: str, language: str, most: int) -> Iterator[str]:
    for line in text.splitlines():
        said = speakable(line, language)
        if not said:
            continue
        if not TERMINATED.search(said):
            said = f"{said.rstrip(' ,;:-–—')}."
        for sentence in split_sentences(said, primary(language)):
            yield from _pieces(sentence, most)


def _pieces(sentence: str, most: int) -> Iterator[str]:
    """Of what is too long for one go: cut at a comma or a space, else where it has to be."""
    while len(sentence) > most:
        seams = [match.start() for match in _SEAM.finditer(sentence, 1, most)]
        cut = seams[-1] if seams else most
        yield sentence[:cut].strip()
        sentence = sentence[cut:].strip()
    if any(character.isalnum() for character in sentence):
        yield sentence


def _unabbreviated(text: str, short: Mapping[str, str]) -> str:
    if not short:
        return text
    return _abbreviations(tuple(short)).sub(lambda match: _long(match, short), text)


def _long(match: regex.Match[str], short: Mapping[str, str]) -> str:
    """A dot that ends the text, too, stays."""
    ends = match[0].endswith(".") and match.end() == len(match.string)
    return short[match[0]] + ("." if ends else "")


@lru_cache(maxsize=32)
def _abbreviations(short: tuple[str, ...]) -> regex.Pattern[str]:
    found = "|".join(regex.escape(each) for each in sorted(short, key=len, reverse=True))
    return regex.compile(rf"(?<![\p{{L}}\p{{N}}]){'(?:' + found + ')'}(?![\p{{L}}\p{{N}}])")


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, Any]]:
    return tomllib.loads((Path(__file__).parent / "said.toml").read_text("utf-8"))


def _words(language: str) -> dict[str, Any]:
    return _tables().get(language, {})
