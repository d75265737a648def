"""Whether a script can be spoken as it is, and what is put right without asking. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import regex

from core.errors import InvalidInput
from core.podcasts.pace import TOLERANCE, Pace
from core.podcasts.script import LINE_CHARACTERS, Line, Script, Section, Speaker
from core.podcasts.spoken import spoken
from core.posts.mending import cut
from core.sentences import split_sentences

_WORD = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]|[\p{L}\p{M}\p{N}]+")
_SHORT_WORDS = 4
"""Up to here a sentence may come again: "Go on." is no repetition."""
_NEAR = 0.8
"""Two sentences that share this much of their words say the same."""
_SOUNDING = regex.compile(r"[\p{L}\p{N}]")


class ProblemCode(StrEnum):
    ONE_SPEAKER = "script.one_speaker"
    """Params: missing, a Speaker."""
    LINE_TOO_LONG = "script.line_too_long"
    """Params: characters, most."""
    REPEATED = "script.repeated"
    """Params: sentence, and `first`, the line that says it before."""
    NOT_SPOKEN = "script.not_spoken"
    """A tag, a stage direction, markdown, an emoji or a link would be read aloud. Params: spoken."""
    EMPTY = "script.empty"
    TOO_SHORT = "script.too_short"
    TOO_LONG = "script.too_long"
    """Params: seconds, wanted."""


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` is its number, None for the whole script."""

    code: ProblemCode
    line: int | None = None
    params: dict[str, Any] = field(default_factory=dict)


def problems(script: Script, *, pace: Pace | None = None, wanted_s: float | None = None) -> list[Problem]:
    """All that is wrong, in the order of the lines; the length only when `pace` and `wanted_s` are given."""
    found = [problem for number, line in script.numbered() for problem in _of_line(script, number, line)]
    found += _repetitions(script)
    found.sort(key=lambda problem: problem.line or 0)
    speakers = {line.speaker for line in script.lines}
    found += [Problem(ProblemCode.ONE_SPEAKER, params={"missing": one}) for one in Speaker if one not in speakers]
    if pace is not None and wanted_s is not None:
        found += _length(script.seconds(pace), wanted_s)
    return found


def mended(script: Script) -> Script:
    """What is safe to put right is: unspoken things go, long lines are parted, a sentence said before goes.

    Mending twice is mending once. Raises InvalidInput "script.one_speaker" when fewer than two people are left.
    """
    said: list[frozenset[str]] = []
    sections = []
    for section in script.sections:
        lines = [part for line in section.lines for part in _mended(line, script.language, said)]
        if lines:
            sections.append(Section(section.title, tuple(lines)))
    whole = replace(script, sections=tuple(sections))
    for speaker in Speaker:
        if all(line.speaker is not speaker for line in whole.lines):
            raise InvalidInput(ProblemCode.ONE_SPEAKER, missing=str(speaker))
    return whole


def mended_section(section: Section, script: Script, *, instead_of: int | None = None) -> Section:
    """A section for `script`, in place of number `instead_of`: nothing in it that the others say already."""
    others = [one for number, one in enumerate(script.sections, start=1) if number != instead_of]
    said = [key for other in others for line in other.lines for _, key in _keys(line.text, script.language)]
    return replace(
        section, lines=tuple(part for line in section.lines for part in _mended(line, script.language, said))
    )


def repeated_trigrams(script: Script) -> float:
    """The share of runs of three words that were said before: 0 is all new."""
    runs = [run for line in script.lines for run in _trigrams(line.text)]
    return 1 - len(set(runs)) / len(runs) if runs else 0.0


def key_of(sentence: str) -> frozenset[str]:
    """The words by which a sentence is known again; empty for one short enough to come twice."""
    words = [word.casefold() for word in _WORD.findall(sentence)]
    return frozenset(words) if len(words) > _SHORT_WORDS else frozenset()


def is_said(key: frozenset[str], said: Iterable[frozenset[str]]) -> bool:
    return bool(key) and any(_alike(key, other) for other in said)


def _trigrams(text: str) -> list[tuple[str, ...]]:
    words = [word.casefold() for word in _WORD.findall(text)]
    return [tuple(words[at : at + 3]) for at in range(len(words) - 2)]


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    if not one or not other or min(len(one), len(other)) < _NEAR * max(len(one), len(other)):
        return False
    return len(one & other) >= _NEAR * len(one | other)


def _keys(text: str, language: str) -> Iterator[tuple[str, frozenset[str]]]:
    return ((sentence, key_of(sentence)) for sentence in split_sentences(text, language))


def _of_line(script: Script, number: int, line: Line) -> Iterator[Problem]:
    if not _SOUNDING.search(line.text):
        yield Problem(ProblemCode.EMPTY, number)
        return
    if len(line.text) > LINE_CHARACTERS:
        yield Problem(ProblemCode.LINE_TOO_LONG, number, {"characters": len(line.text), "most": LINE_CHARACTERS})
    plain = spoken(line.text, script.language)
    if plain != line.text:
        yield Problem(ProblemCode.NOT_SPOKEN, number, {"spoken": plain})


def _repetitions(script: Script) -> Iterator[Problem]:
    said: list[tuple[frozenset[str], int]] = []
    for number, line in script.numbered():
        for sentence, key in _keys(line.text, script.language):
            first = next((at for other, at in said if key and _alike(key, other)), None)
            if first is not None:
                yield Problem(ProblemCode.REPEATED, number, {"sentence": sentence, "first": first})
            said.append((key, number))


def _length(seconds: float, wanted_s: float) -> list[Problem]:
    params = {"seconds": round(seconds), "wanted": round(wanted_s)}
    if seconds < wanted_s * (1 - TOLERANCE):
        return [Problem(ProblemCode.TOO_SHORT, params=params)]
    return [Problem(ProblemCode.TOO_LONG, params=params)] if seconds > wanted_s * (1 + TOLERANCE) else []


def _mended(line: Line, language: str, said: list[frozenset[str]]) -> list[Line]:
    """The line, parted where it is too long; none of what was said before. Adds to `said`."""
    plain = spoken(line.text, language)
    sentences = list(_keys(plain, language))
    fresh = []
    for sentence, key in sentences:
        if not is_said(key, said):
            fresh.append(sentence)
            said.append(key)
    unchanged = len(fresh) == len(sentences) and len(plain) <= LINE_CHARACTERS
    texts = ([plain] if plain else []) if unchanged else _parted(fresh)
    return [replace(line, text=text, claims=_claims_in(line, text, language)) for text in texts]


def _claims_in(line: Line, text: str, language: str) -> tuple[Any, ...]:
    return tuple(claim for claim in line.claims if not claim.sentence or spoken(claim.sentence, language) in text)


def _parted(sentences: list[str]) -> list[str]:
    """Joined again to texts of at most LINE_CHARACTERS; a sentence that is longer alone breaks between words."""
    texts: list[str] = []
    for piece in (piece for sentence in sentences for piece in _pieces(sentence)):
        joined = f"{texts[-1]} {piece}" if texts else piece
        if texts and len(joined) <= LINE_CHARACTERS:
            texts[-1] = joined
        else:
            texts.append(piece)
    return [text for text in texts if _SOUNDING.search(text)]


def _pieces(sentence: str) -> list[str]:
    pieces, rest = [], sentence
    while len(rest) > LINE_CHARACTERS:
        end = len(cut(rest, lambda part: len(part) <= LINE_CHARACTERS).removesuffix("…"))
        pieces.append(rest[:end].strip())
        rest = rest[end:].strip()
    return [*pieces, rest]
