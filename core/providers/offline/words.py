"""Words, their stems, and which of them carry no meaning; for languages with and without spaces. Pure."""

from functools import lru_cache
from typing import NamedTuple

import regex
import snowballstemmer
import stopwordsiso

from core.providers.offline import cues

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’‑-][\p{L}\p{M}\p{N}]+)*")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー]+")
_UNSPACED_KEPT = regex.compile(r"[\p{Han}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー]{2,}")

_ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish",
}  # fmt: skip
_PREFIX = 6
"""Where there is no stemmer, words alike in their first letters are taken for one."""


class Term(NamedTuple):
    """One word where it stands: its surface, its stem (what it is compared by), and its place in the text."""

    surface: str
    stem: str
    start: int
    end: int


class Vocabulary:
    """How one language's texts fall into terms. Not safe to share between threads: stems are remembered."""

    def __init__(self, language: str) -> None:
        self._stops = _stop_words(language)
        self._stemmer = snowballstemmer.stemmer(_ALGORITHMS[language]) if language in _ALGORITHMS else None
        self._stems: dict[str, str] = {}

    def terms(self, text: str) -> list[Term]:
        """The words that carry meaning; in scripts without spaces, overlapping pairs of characters."""
        found: list[Term] = []
        for match in _WORD.finditer(text):
            if _UNSPACED.search(match[0]):
                found += self._pairs(match[0], match.start())
            elif not self.is_stop(match[0]):
                found.append(Term(match[0], self.stem(match[0]), match.start(), match.end()))
        return found

    def stem(self, word: str) -> str:
        lowered = word.lower()
        if lowered not in self._stems:
            self._stems[lowered] = str(self._stemmer.stemWord(lowered)) if self._stemmer else lowered[:_PREFIX]
        return self._stems[lowered]

    def is_stop(self, word: str) -> bool:
        """Function words with their contractions, single letters, and bare numbers."""
        lowered = word.lower().replace("’", "'")
        if lowered in self._stops or lowered.split("'")[0] in self._stops:
            return True
        return len(lowered) < 2 or not any(character.isalpha() for character in lowered)

    def _pairs(self, run: str, offset: int) -> list[Term]:
        return [
            Term(run[at : at + 2], run[at : at + 2], offset + at, offset + at + 2)
            for kept in _UNSPACED_KEPT.finditer(run)
            for at in range(kept.start(), kept.end() - 1)
            if run[at : at + 2] not in self._stops
        ]


def word_count(text: str) -> int:
    """Words as people count them; two characters of an unspaced script make one."""
    unspaced = sum(len(match[0]) for match in _UNSPACED.finditer(text))
    return len(_WORD.findall(_UNSPACED.sub(" ", text))) + (unspaced + 1) // 2


def is_unspaced(text: str) -> bool:
    """Whether most of the text is in a script that puts no spaces between words."""
    return sum(len(match[0]) for match in _UNSPACED.finditer(text)) * 2 > len(text)


@lru_cache(maxsize=16)
def _stop_words(language: str) -> frozenset[str]:
    if language == "en":  # the ready-made list also stops words like "computer" and "system"
        return cues.word_list("english")
    return frozenset(stopwordsiso.stopwords(language))
