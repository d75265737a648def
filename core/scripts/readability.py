"""How easily a text is read or followed, by the formula that was made for its language. Pure.

Flesch's measure depends on how long a language's words are, so each language has its own constants; where there are
none, LIX counts long words instead of syllables. Scripts without spaces or without vowels in writing have no formula.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.scripts.syllables import syllables

_BY_SYLLABLES: dict[str, tuple[str, float, float, float]] = {
    "en": ("Flesch", 206.835, 1.015, 84.6),
    "de": ("Flesch-Amstad", 180, 1, 58.5),
    "es": ("Fernández Huerta", 206.84, 1.02, 60),
    "fr": ("Kandel-Moles", 207, 1.015, 73.6),
    "it": ("Flesch-Vacca", 217, 1.3, 60),
    "nl": ("Flesch-Douma", 206.84, 0.93, 77),
    "pt": ("Flesch-Martins", 248.835, 1.015, 84.6),
    "ru": ("Flesch-Oborneva", 206.835, 1.3, 60.1),
    "tr": ("Ateşman", 198.825, 2.61, 40.175),
}
"""Name, constant, weight of words per sentence, weight of syllables per word. Flesch 1948; Amstad 1978; Fernández
Huerta 1959; Kandel and Moles 1958; Franchina and Vacca 1972; Douma 1960; Martins and others 1996; Oborneva 2006;
Ateşman 1997."""
_BY_LENGTH = frozenset(
    """
    af bg bs ca cs cy da el eo et eu fi ga gl hr hu id is lt lv mk ms nb nn no pl ro sk sl so sq sr sv sw uk
    """.split()  # noqa: SIM905  one code per line would be a page
)
"""LIX (Björnsson 1968): words per sentence plus the percentage of words of more than six letters."""
_LONG_LETTERS = 6
_EASY_FLESCH, _HARD_FLESCH = 70, 50
"""Flesch's own words: 70 and more is fairly easy, below 50 difficult."""
_EASY_LIX, _HARD_LIX = 40, 50
"""Björnsson's: below 40 easy, 50 and more difficult."""
LIX = "LIX"


class Level(StrEnum):
    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


@dataclass(frozen=True, slots=True)
class Readability:
    """`formula` is a name, the same in every language. With LIX less is easier, with all others more."""

    formula: str
    score: float
    level: Level


def readability(words: Sequence[str], sentences: int, language: str) -> Readability | None:
    """None for a language without a formula, and for a text without words."""
    if not words or not sentences:
        return None
    length = len(words) / sentences
    if language in _BY_SYLLABLES:
        name, constant, by_length, by_syllables = _BY_SYLLABLES[language]
        each = sum(syllables(word, language) for word in words) / len(words)
        score = constant - by_length * length - by_syllables * each
        level = Level.EASY if score >= _EASY_FLESCH else Level.HARD if score < _HARD_FLESCH else Level.MEDIUM
        return Readability(name, score, level)
    if language in _BY_LENGTH:
        score = length + 100 * sum(len(word) > _LONG_LETTERS for word in words) / len(words)
        level = Level.EASY if score < _EASY_LIX else Level.HARD if score >= _HARD_LIX else Level.MEDIUM
        return Readability(LIX, score, level)
    return None
