"""Cutting a phrase about time into tokens, each with all that it may mean in one language.

The words stand in words/<language>.toml, a phrase being one or several words, alternatives parted by `|`:
at (before an hour), in (before or after a stretch: in 2 hours), fill (says nothing), every, next, this, end, weekend,
half, oclock (after an hour), half_past (half past 9 is 9:30), half_to (halb 9 is 8:30), days from today, parts of the
day, units, numbers, stretches (number and unit in one word), names from Monday and January on. `next_is_nearest`:
"next Friday" is the first to come, not the one of next week. `h_is_clock`: "9h" is a time, not nine hours.
What recurs: until, range (between two weekdays), times (10 times), lasting (for 2 weeks), start (from Monday on), other
(every other week), date (before the day of a month: el día 15), cycles (daily; "2 week" is every two weeks), nth (the
last Friday), feasts (month and day), each (weekdays in the plural).
Slavic words stand in the cases that follow numbers and prepositions. Another language is another file.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

WORDS = Path(__file__).with_name("words")
LONGEST_PHRASE = 5

_MARKS = re.compile("[\u0300-\u036f\u064b-\u0655\u0640]")
_COMMAS = str.maketrans("،、", ",,")
_APOSTROPHES = re.compile("[’ʼʻ`´]")
_PIECE = re.compile(
    r"""
      (?P<iso>\d{4}-\d{1,2}-\d{1,2})t?(?!\d)
    | (?P<dated>\d{1,2}(?P<mark>[./-])\d{1,2}(?P=mark)(?:\d{4}|\d{2}))(?![\d:])\.?
    | (?P<half_day>\d{1,2}(?:[:.]\d{2})?\s?[ap]\.?\s?m\b)\.?
    | (?P<clock>\d{1,2}:\d{2}(?::\d{2})?)(?!\d)
    | (?P<pair>\d{1,2}[./-]\d{1,2})(?!\d)\.?
    | (?P<ordinal>\d{1,2})(?:st|nd|rd|th|er|ere|º|ª|-?го|-?е|\.(?=\s))(?!\w)
    | (?P<number>\d{1,4}(?:[.,]\d)?)(?!\d)
    | (?P<word>[^\s\d,;:!?()/"«»“”&]+)
    | (?P<nothing>[\s,;:!?()/"«»“”&]+)
    | (?P<other>.)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """`meanings` by kind: a word may be a unit here and a part of the day there. None known: it says something else."""

    text: str
    meanings: Mapping[str, Any] = field(default_factory=dict)

    def get(self, kind: str) -> Any:
        return self.meanings.get(kind)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The meanings of each phrase by kind, and two habits of the language."""

    meanings: Mapping[str, Mapping[str, Any]]
    next_is_nearest: bool
    h_is_clock: bool


def folded(text: str) -> str:
    """Lower case, digits of any script as 0-9, commas of any as ours, no accents on letters also written without."""
    text = unicodedata.normalize("NFKD", text.casefold()).translate(_COMMAS)
    text = "".join(str(unicodedata.decimal(letter, letter)) for letter in _MARKS.sub("", text))
    return " ".join(_APOSTROPHES.sub("'", text).split()).rstrip(" .,!?؟।")


def tokens(text: str, language: str) -> list[Token]:
    """The tokens of folded text. Words that belong together ("day after tomorrow") are one token."""
    lexicon = vocabulary(language).meanings
    pieces = list(_pieces(text))
    found: list[Token] = []
    at = 0
    while at < len(pieces):
        length, token = _longest(pieces[at : at + LONGEST_PHRASE], lexicon)
        found.append(token)
        at += length
    return found


def preload() -> None:
    """Read all vocabularies now (about 10 ms)."""
    for language in languages():
        vocabulary(language)


def _pieces(text: str) -> Iterator[Token]:
    for match in _PIECE.finditer(text):
        kind, found = str(match.lastgroup), match[0]
        if kind == "word":
            yield Token(found.rstrip(".") or found)
        elif kind == "other":
            yield Token(found)
        elif kind != "nothing":
            yield Token(found, {kind: match[kind]})


def _longest(pieces: list[Token], lexicon: Mapping[str, Mapping[str, Any]]) -> tuple[int, Token]:
    """The longest phrase that the pieces begin with, else the first piece as it is."""
    words = [piece.text for piece in pieces if not piece.meanings]
    spoken = next((at for at, piece in enumerate(pieces) if piece.meanings), len(pieces))
    for length in range(min(spoken, len(words)), 0, -1):
        phrase = " ".join(words[:length])
        if phrase in lexicon:
            return length, Token(phrase, lexicon[phrase])
    return 1, pieces[0]


@lru_cache(maxsize=16)
def vocabulary(language: str) -> Vocabulary:
    """The words of a language, from words/<language>.toml. Raises KeyError when there is no such file."""
    path = WORDS / f"{language}.toml"
    if language not in languages():
        raise KeyError(language)
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    meanings: dict[str, dict[str, Any]] = {}
    for phrases, kind, value in _entries(table):
        for phrase in filter(None, phrases.split("|")):
            meanings.setdefault(folded(phrase), {}).setdefault(kind, value)
    return Vocabulary(meanings, table["next_is_nearest"], table["h_is_clock"])


@lru_cache(maxsize=1)
def languages() -> frozenset[str]:
    return frozenset(path.stem for path in WORDS.glob("*.toml"))


def _entries(table: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for kind, phrases in table["words"].items():
        yield phrases, kind, True
    for offset, phrases in table["days"].items():
        yield phrases, "day", int(offset)
    for part, phrases in table["parts"].items():
        yield phrases, "part", part
    for unit, phrases in table["units"].items():
        yield phrases, "unit", unit
    for number, phrases in table["numbers"].items():
        yield phrases, "number", float(number)
    for stretch, phrases in table["stretches"].items():
        amount, unit = stretch.split()
        yield phrases, "stretch", (float(amount), unit)
    yield from _recurring_entries(table["recurring"])
    for kind, column in (("weekday", "weekdays"), ("month", "months")):
        for place, names in enumerate(table["names"][column]):
            yield names.replace(" ", "|"), kind, place


def _recurring_entries(table: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for kind in ("until", "range", "times", "lasting", "start", "other", "date"):
        yield table.get(kind, ""), kind, True
    for unit, phrases in table["cycles"].items():
        amount, _, name = unit.rpartition(" ")
        yield phrases, "cycle", (int(amount or 1), name)
    for place, phrases in table["nth"].items():
        yield phrases, "nth", int(place)
    for day, phrases in table.get("feasts", {}).items():
        yield phrases, "feast", tuple(map(int, day.split("-")))
    for weekday, phrases in enumerate(table.get("each", "").split("|")):
        yield phrases.replace(",", "|"), "each", weekday
