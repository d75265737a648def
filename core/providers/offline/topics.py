"""What to call the topic of a few sentences so that a question can be asked about it. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import log

import regex

from core.providers.offline import cues
from core.providers.offline.material import Material, Unit

_TOKEN = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’‑-][\p{L}\p{M}\p{N}]+)*|[^\s\p{L}\p{M}\p{N}]")
_WORD = regex.compile(r"[\p{L}\p{M}]")
_FIGURE = regex.compile(r"\p{N}")
_LONGEST = 3
_LETTERS = 4
_IN_A_NAME = frozenset("./_`@#(=")
_LATER = 0.6
"""A topic counts for less in each later sentence: the answer should begin with it."""
_WITH_ARTICLES = frozenset({"en", "es", "pt", "de", "fr", "it"})
"""Where a noun is known by the article or preposition before it; elsewhere only what comes again is a topic."""
_ENGLISH_BARE = regex.compile(r"(?:s|ing|ion|ment|ness|ity|ism|ics|ure|ance|ence|logy|dom|ship)$")
_SLAVIC_VERB = regex.compile(
    r"(?:[аяу]ет|[аяу]ют|[аияе]ть|[её]тся|ится|ются|ятся|лся|лась|лось|лись|ала|ила|али|или|[ає]є|ує|[ау]ють|ити|ати)$"
)
_VERBS = {"ru": _SLAVIC_VERB, "uk": _SLAVIC_VERB, "id": regex.compile(r"^(?:me[mn]|ber|di)\p{L}{4}")}
"""What is no topic where no article tells a noun; a noun taken for a verb only means another topic."""

Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    surface: str
    stems: Stems
    weight: float
    is_name: bool = False

    @property
    def heading(self) -> str:
        name = self.surface.removeprefix("the ")
        return name[:1].upper() + name[1:]


@dataclass(slots=True)
class Topics:
    """Topics of one material; each is given once."""

    material: Material
    given: set[str] = field(default_factory=set)
    _counts: Counter[Stems] = field(default_factory=Counter)
    _articles: Counter[tuple[Stems, str]] = field(default_factory=Counter)
    _mid_case: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for sentence in self.material.ranked.reading.sentences:
            tokens = _TOKEN.findall(sentence.text)
            for start, end in self._spans(tokens):
                stems = self._stems(tokens[start:end])
                self._counts[stems] += 1
                self._articles[stems, tokens[start - 1].lower() if start else ""] += 1
            for token in tokens[1:]:
                self._mid_case.setdefault(token.casefold(), token)
                if token.islower():
                    self._mid_case[token.casefold()] = token

    def topic_of(self, units: Iterable[Unit], *, fresh: bool = True) -> Topic | None:
        """The best name for what the units are about, none of whose words was given before; None when there is none."""
        sentences = [sentence.text for unit in units for sentence in unit.sentences]
        ranked = ((at, topic) for at, text in enumerate(sentences) for topic in self._named(text))
        free = [(at, topic) for at, topic in ranked if not fresh or self.given.isdisjoint(topic.stems)]
        best = max(free, key=lambda one: (one[1].weight * _LATER ** min(one[0], 4), one[1].surface), default=None)
        if best is None:
            return None
        if fresh:
            self.given.update(best[1].stems)
        return best[1]

    def _named(self, text: str) -> Iterator[Topic]:
        tokens = _TOKEN.findall(text)
        for start, end in self._spans(tokens):
            words = tokens[start:end]
            stems = self._stems(words)
            is_name = all(word[:1].isupper() for word in words) and start > 0 and self.material.language != "de"
            if not self._is_noun(tokens, start, end, is_name=is_name):
                continue
            surface = self._surface(words, stems, start)
            if surface:
                yield Topic(surface, stems, self._weight(stems, surface, is_name=is_name), is_name)

    def _weight(self, stems: Stems, surface: str, *, is_name: bool) -> float:
        """What comes again, in several words, long ones; what stands in every sixth sentence is too general."""
        times = self._counts[stems]
        general = times * 6 > len(self.material.ranked.reading.sentences) and times > 3
        several = (1, 1.6, 1.7)[len(stems) - 1]
        long = min(max(len(surface) / 7, 0.7), 1.5)
        return (1 + log(times)) * several * long * (1.4 if is_name else 1.0) * (0.3 if general else 1.0)

    def _spans(self, tokens: list[str]) -> Iterator[tuple[int, int]]:
        meaning = [self._means(token) for token in tokens]
        for start in range(len(tokens)):
            for end in range(start + 1, min(start + _LONGEST, len(tokens)) + 1):
                if not meaning[end - 1]:
                    break
                yield start, end

    def _means(self, token: str) -> bool:
        return bool(_WORD.search(token)) and not _FIGURE.search(token) and not self.material.vocabulary.is_stop(token)

    def _stems(self, words: list[str]) -> Stems:
        return tuple(self.material.vocabulary.stem(word) for word in words)

    def _is_noun(self, tokens: list[str], start: int, end: int, *, is_name: bool) -> bool:
        words = tokens[start:end]
        if (
            any(cues.is_measure(word) or word.lower() in cues.word_list("amounts") for word in words)
            or max(map(len, words)) < _LETTERS
        ):
            return False
        if self.material.language == "de" and not words[-1][:1].isupper():
            return False
        left = tokens[start - 1].lower() if start else "."
        if (start and left in _IN_A_NAME) or (end < len(tokens) - 1 and tokens[end] in _IN_A_NAME):
            return False  # part of a file, an address, a command
        closed = end == len(tokens) or not self._means(tokens[end])
        opened = not self._means(left) if _WORD.search(left) else True
        repeated = self._counts[self._stems(words)] > 1
        after_article = left in cues.word_list("before")
        if self.material.language not in _WITH_ARTICLES:
            verb = _VERBS.get(self.material.language)
            return repeated and opened and closed and not (verb and any(verb.search(word.lower()) for word in words))
        if self.material.language == "en" and len(words) == 1 and not repeated and words[0].endswith("ing"):
            return False
        if len(words) > 1:
            return (repeated and (after_article or not _WORD.search(left))) or (is_name and opened and closed)
        return closed and (after_article or (repeated and not _WORD.search(left)) or (is_name and opened))

    def _surface(self, words: list[str], stems: Stems, start: int) -> str:
        first = self._mid_case.get(words[0].casefold(), words[0]) if start == 0 else words[0]
        surface = " ".join([first, *words[1:]])
        if self.material.language != "en" or surface[:1].isupper():
            return surface
        the = self._articles[stems, "the"]
        if the * 2 >= self._counts[stems]:
            return f"the {surface}"
        return surface if _ENGLISH_BARE.search(words[-1]) or not self._singular(stems) else ""

    def _singular(self, stems: Stems) -> bool:
        """Whether English puts an article before it here: then it can't stand bare."""
        return any(self._articles[stems, article] for article in ("a", "an", "the", "his", "her", "its", "my", "each"))


def _is_no_topic(word: str) -> bool:
    """Units, numbers, months, and words so general that a question about them says nothing."""
    return cues.is_measure(word) or word.lower() in cues.word_list("amounts")
