"""What a question is about in scripts that put no spaces between words, or endings on them: the material is the
dictionary. Pure."""

from collections.abc import Iterator, Sequence
from enum import Enum, auto
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

import regex
import stopwordsiso

from core.providers.offline import cues

RUN = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Hangul}ー][\p{Han}\p{Hiragana}\p{Katakana}"
    r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Hangul}\p{M}ー]*"
)
_LETTERS = regex.compile(r"[\u0e40-\u0e44\u0ec0-\u0ec4]?\X")
"""A letter with its marks; Thai and Lao write some vowels before it."""
_LONG_WORDS = regex.compile(r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Katakana}ー]")
_INFLECTED = regex.compile(r"\p{Hangul}")
_GRAMMAR = regex.compile(r"\p{Hiragana}+")
_LEAST, _LEAST_LONG, _MOST = 2, 3, 24
"""Letters of a piece that the material has, too; fewer agree by chance."""


class _Kind(Enum):
    KNOWN = auto()
    """The material has it, too."""
    UNKNOWN = auto()
    IDLE = auto()


def pieces_of(question: str, material: str, language: str) -> frozenset[str]:
    """The longest pieces that `material` has, too, without the words with which people ask; and what it hasn't."""
    idle = _idle(language)
    return frozenset(piece for run in RUN.findall(question) for piece in _of_run(_LETTERS.findall(run), material, idle))


def _of_run(letters: Sequence[str], material: str, idle: frozenset[str]) -> Iterator[str]:
    inflected = bool(_INFLECTED.match(letters[0]))
    is_known = False
    for kind, parts in groupby(_parts(letters, material, idle, inflected=inflected), key=itemgetter(0)):
        if kind is _Kind.KNOWN:
            is_known = True
            yield from filter(None, (_trimmed(_LETTERS.findall(text), idle) for _, text in parts))
        elif kind is _Kind.UNKNOWN and not (inflected and is_known):
            yield "".join(text for _, text in parts)


def _parts(
    letters: Sequence[str], material: str, idle: frozenset[str], *, inflected: bool
) -> Iterator[tuple[_Kind, str]]:
    """The run from left to right, the longest first. `inflected`: only its beginning is a word, the rest its ending."""
    at = 0
    while at < len(letters):
        shared = 0 if at and inflected else _shared(letters, at, material, least=1 if inflected else _LEAST)
        idly = next((n for n in range(_MOST, 0, -1) if "".join(letters[at : at + n]) in idle), 0)
        if shared > idly:
            kind, length = _Kind.KNOWN, shared
        elif idly or _GRAMMAR.fullmatch(letters[at]):
            kind, length = _Kind.IDLE, max(idly, 1)
        else:
            kind, length = _Kind.UNKNOWN, 1
        yield kind, "".join(letters[at : at + length])
        at += length


def _shared(letters: Sequence[str], at: int, material: str, *, least: int) -> int:
    """How many letters from there on stand in the material in one piece; 0 when too few do."""
    least = _LEAST_LONG if _LONG_WORDS.match(letters[at]) else least
    longest = min(_MOST, len(letters) - at)
    return next((n for n in range(longest, least - 1, -1) if "".join(letters[at : at + n]) in material), 0)


def _trimmed(letters: list[str], idle: frozenset[str]) -> str:
    """Without idle words at either end; of two letters both stay unless both are idle."""
    for n in range(len(letters), 0, -1):
        if n == 1 and len(letters) == _LEAST and not idle.issuperset(letters):
            break
        if "".join(letters[:n]) in idle:
            return _trimmed(letters[n:], idle)
        if "".join(letters[-n:]) in idle:
            return _trimmed(letters[:-n], idle)
    piece = "".join(letters)
    return "" if _GRAMMAR.fullmatch(piece) else piece


@lru_cache(maxsize=8)
def _idle(language: str) -> frozenset[str]:
    """Words that carry no meaning, and those with which people ask."""
    return frozenset(stopwordsiso.stopwords(language)) | cues.word_list("asking")
