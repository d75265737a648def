"""What the two say around the sources' sentences: phrase lists by language, none used twice. Pure."""

import tomllib
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import regex

from core.podcasts.script import Format
from core.podcasts.script_checks import is_said, key_of
from core.sentences import split_sentences

_TIMES = 2
_IN_ORDER = frozenset({"pro", "con", "item"})
"""Lists whose first phrase is for the first time."""
_SECOND_STOP = regex.compile(r"(?<=[?!？！؟…])[.。।]")
_FOLDER = Path(__file__).parent / "lists" / "talk"


def is_known(language: str) -> bool:
    """Whether there are questions in it; elsewhere the host only names what comes."""
    return (_FOLDER / f"{language}.toml").exists()


def _filled(phrase: str, /, **slots: str) -> str:
    """A question or an exclamation in a slot ends the sentence itself."""
    return _SECOND_STOP.sub("", phrase.format_map(slots))


@dataclass(slots=True)
class Talk:
    """The phrases of one episode. `turn` sets where each list begins, so that two episodes don't sound alike."""

    language: str
    turn: int
    said: list[frozenset[str]] = field(default_factory=list)
    """Keys of what the episode says already; a phrase too like one of them isn't given."""
    _used: set[str] = field(default_factory=set)
    _times: Counter[str] = field(default_factory=Counter)

    @property
    def knows(self) -> bool:
        return is_known(self.language)

    def take(self, kind: str, **slots: str) -> str:
        """The next phrase of a list, filled in; "" when all have been said.

        A phrase with a slot comes again only after the others, and with another filling.
        """
        phrases = _table(self.language).get(kind, [])
        first = 0 if kind in _IN_ORDER else self.turn
        order = [phrases[(at + first) % len(phrases)] for at in range(len(phrases))]
        for phrase in sorted(order, key=lambda one: self._times[one]):
            filled = _filled(phrase, **slots)
            if self._times[phrase] < _TIMES and self._is_new(filled):
                self._times[phrase] += 1
                self._remember(filled)
                return filled
        return ""

    def opening(self, style: Format, title: str) -> str:
        phrases = _table(self.language).get("open", {}).get(str(style), [])
        if not phrases:
            return _filled("{title}.", title=title)
        filled = _filled(phrases[self.turn % len(phrases)], title=title)
        self._remember(filled)
        return filled

    def names(self, host: str, guest: str) -> str:
        template = _table(self.language).get("names", "")
        return str(template).format(host=host, guest=guest) if template and host and guest else ""

    def heard(self, text: str) -> None:
        """Something else was said: no phrase may repeat it."""
        self._remember(text)

    def _is_new(self, text: str) -> bool:
        sentences = split_sentences(text, self.language)
        return not any(one in self._used or is_said(key_of(one), self.said) for one in sentences)

    def _remember(self, text: str) -> None:
        for sentence in split_sentences(text, self.language):
            self._used.add(sentence)
            self.said.append(key_of(sentence))


@lru_cache(maxsize=4)
def _table(language: str) -> dict[str, Any]:
    if not is_known(language):
        return {}
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8"))
