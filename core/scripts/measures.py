"""What can be counted in a script, whoever judges it: length, pace, sentences, readability. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import regex

from core.db import Json
from core.providers.discovery import TranscriptLine
from core.scripts.readability import Level, Readability, readability
from core.sentences import split_sentences

SPOKEN_WPM = 150
"""What conversation in English takes; audiobooks are read at 150 to 160 words a minute."""
PARTS = 4
SENTENCE_WORDS_MOST = 60
"""Longer on average: nobody has put marks, as in most automatic captions. Sentences can't be counted then."""

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’‑-][\p{L}\p{M}\p{N}]+)*")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー]")


@dataclass(frozen=True, slots=True)
class Measures:
    """`spoken_s` is known (`timed`) or what `SPOKEN_WPM` would take. Two characters of an unspaced script are a word.

    Without marks, what is told of sentences is None. `pace`: words a minute in each quarter of the time, where the
    captions are timed; `starts_s`: when the first word is said.
    """

    words: int
    spoken_s: float
    timed: bool
    words_per_minute: float
    sentences: int | None = None
    sentence_words: float | None = None
    longest_words: int | None = None
    opening_words: int | None = None
    readability: Readability | None = None
    unspaced: bool = False
    pace: tuple[float, ...] = ()
    starts_s: float | None = None

    def to_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        told = stored.get("readability")
        read = Readability(told["formula"], told["score"], Level(told["level"])) if told else None
        return cls(**{**stored, "readability": read, "pace": tuple(stored.get("pace", ()))})


def measured(
    text: str, language: str, *, duration_s: float | None = None, lines: Sequence[TranscriptLine] = ()
) -> Measures:
    """Count. `duration_s` is the video's; without it, the time that saying it takes is estimated."""
    words, unspaced = _WORD.findall(_UNSPACED.sub(" ", text)), len(_UNSPACED.findall(text))
    count = len(words) + (unspaced + 1) // 2
    timed = duration_s is not None and duration_s > 0 and count > 0
    spoken_s = duration_s if timed and duration_s is not None else 60 * count / SPOKEN_WPM
    return Measures(
        words=count,
        spoken_s=spoken_s,
        timed=timed,
        words_per_minute=60 * count / spoken_s if spoken_s else 0.0,
        unspaced=unspaced > len(words),
        pace=_pace(lines, spoken_s) if timed else (),
        starts_s=lines[0].starts_s if lines else None,
        **_of_sentences(text, language, words, spaced=unspaced <= len(words)),
    )


def words_in(text: str) -> int:
    """As `Measures` counts them."""
    return len(_WORD.findall(_UNSPACED.sub(" ", text))) + (len(_UNSPACED.findall(text)) + 1) // 2


def marked_sentences(text: str, language: str) -> list[str]:
    """The sentences with words in them; none when nobody has marked where they end."""
    sentences = [each for each in split_sentences(text, language) if _WORD.search(each)]
    if not sentences or words_in(text) / len(sentences) > SENTENCE_WORDS_MOST:
        return []
    return sentences


def _of_sentences(text: str, language: str, words: Sequence[str], *, spaced: bool) -> dict[str, Any]:
    sentences = marked_sentences(text, language)
    if not sentences:
        return {}
    lengths = [words_in(each) for each in sentences]
    return {
        "sentences": len(sentences),
        "sentence_words": sum(lengths) / len(lengths),
        "longest_words": max(lengths),
        "opening_words": lengths[0],
        "readability": readability(words, len(sentences), language) if spaced else None,
    }


def _pace(lines: Sequence[TranscriptLine], duration_s: float) -> tuple[float, ...]:
    """A line's words are spread evenly over its time. Captions may overlap, and end after the video."""
    said, quarter = [0.0] * PARTS, duration_s / PARTS
    for line in lines:
        ends = max(line.ends_s, line.starts_s + 0.1)
        for number in range(PARTS):
            start, end = number * quarter, (number + 1) * quarter
            share = max(0.0, min(ends, end) - max(line.starts_s, start)) / (ends - line.starts_s)
            said[number] += share * words_in(line.text)
    return tuple(60 * each / quarter for each in said) if any(said) else ()
