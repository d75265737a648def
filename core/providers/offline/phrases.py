"""What a text is about: its key phrases, and hashtags made of them. Pure."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import regex

from core.providers.offline import cues
from core.providers.offline.reading import Reading
from core.providers.offline.words import Term, Vocabulary

_LONGEST_PHRASE = 3
_LENGTH_WEIGHT = (1.0, 1.6, 1.7)
"""One word, two, three: a repeated pair says more than its words."""
_CAPITAL_WEIGHT = 0.6
_TITLE_WEIGHT = 0.8
_HASHTAG_CHARACTERS = 28
_MOST_PHRASES = 40
_HASHTAG_SHARE = 0.2
"""A phrase this much lighter than the first is too faint to be a hashtag."""

_GAP = regex.compile(r"[ \u00a0\u200c-]{1,2}")
_TAGGABLE = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_CASED = regex.compile(r"[\p{Lu}\p{Ll}]")


@dataclass(frozen=True, slots=True)
class Phrase:
    """`stems` is what it is recognised by; `surface` its most frequent spelling."""

    surface: str
    stems: tuple[str, ...]
    weight: float


def key_phrases(reading: Reading, vocabulary: Vocabulary) -> list[Phrase]:
    """The weightiest first. Frequency, spread, an early place, capitals and the title all speak for a phrase."""
    lines = [vocabulary.terms(sentence.text) for sentence in reading.sentences]
    texts = [sentence.text for sentence in reading.sentences]
    words = _word_weights(lines, {term.stem for term in vocabulary.terms(reading.title)})
    found = _candidates([reading.title, *texts], [vocabulary.terms(reading.title), *lines])
    weighed = [_weighed(stems, surfaces, words) for stems, surfaces in found.items()]
    return _distinct(sorted(weighed, key=lambda phrase: (-phrase.weight, phrase.surface)))


def hashtags(phrases: Sequence[Phrase], count: int) -> list[str]:
    """Up to `count` hashtags, no two alike: CamelCase, or underscores in scripts without capitals."""
    tags: list[str] = []
    least = _HASHTAG_SHARE * phrases[0].weight if phrases else 0.0
    for phrase in (phrase for phrase in phrases if phrase.weight >= least):
        tag = _hashtag(phrase.surface)
        if tag and not cues.is_measure(phrase.surface) and not any(_alike(tag, other) for other in tags):
            tags.append(tag)
        if len(tags) == count:
            break
    return tags


def _word_weights(lines: list[list[Term]], title: set[str]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    capitals: Counter[str] = Counter()
    first: dict[str, int] = {}
    for number, terms in enumerate(lines):
        for term in terms:
            counts[term.stem] += 1
            capitals[term.stem] += term.start > 0 and term.surface[0].isupper()
            first.setdefault(term.stem, number)
    total = len(lines) or 1
    return {
        stem: (1 + log(count))
        * (1 + _CAPITAL_WEIGHT * capitals[stem] / count)
        * (1 + _TITLE_WEIGHT * (stem in title))
        * (1.3 - 0.6 * first[stem] / total)
        for stem, count in counts.items()
    }


def _candidates(texts: list[str], lines: list[list[Term]]) -> dict[tuple[str, ...], Counter[str]]:
    """Every run of up to three neighbouring words, with its spellings."""
    found: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for text, terms in zip(texts, lines, strict=True):
        for at in range(len(terms)):
            for end in range(at, min(at + _LONGEST_PHRASE, len(terms))):
                if end > at and not _are_neighbours(text, terms[end - 1], terms[end]):
                    break
                stems = tuple(term.stem for term in terms[at : end + 1])
                found[stems][text[terms[at].start : terms[end].end]] += 1
    return found


def _are_neighbours(text: str, one: Term, other: Term) -> bool:
    return other.start < one.end or bool(_GAP.fullmatch(text[one.end : other.start]))


def _weighed(stems: tuple[str, ...], surfaces: Counter[str], words: dict[str, float]) -> Phrase:
    surface, _ = max(surfaces.items(), key=lambda item: (item[1], item[0]))
    times = sum(surfaces.values())
    mean = sum(words.get(stem, 1.0) for stem in stems) / len(stems)
    repeated = times > 1 or _is_name(surface)
    length = _LENGTH_WEIGHT[len(stems) - 1] if repeated else 0.5
    return Phrase(surface, stems, mean * length * (1 + log(times)))


def _is_name(surface: str) -> bool:
    """Several words, each with a capital: most likely a name, however rarely it occurs."""
    words = surface.split()
    return len(words) > 1 and all(word[:1].isupper() for word in words)


def _distinct(phrases: list[Phrase]) -> list[Phrase]:
    """Leave out what a weightier phrase already says."""
    kept: list[Phrase] = []
    for phrase in phrases:
        stems = set(phrase.stems)
        if len(stems) < len(phrase.stems) or any(_overlap(stems, set(other.stems)) for other in kept):
            continue
        kept.append(phrase)
        if len(kept) == _MOST_PHRASES:
            break
    return kept


def _overlap(one: set[str], other: set[str]) -> bool:
    return one <= other or other <= one or len(one & other) > 1


def _hashtag(surface: str) -> str:
    words = _TAGGABLE.findall(surface)
    cased = _CASED.search(surface) is not None
    joined = "".join(word[:1].upper() + word[1:] for word in words) if cased else "_".join(words)
    return f"#{joined}" if 3 <= len(joined) <= _HASHTAG_CHARACTERS or (len(joined) == 2 and not cased) else ""


def _alike(tag: str, other: str) -> bool:
    one, two = tag[1:].casefold(), other[1:].casefold()
    return one in two or two in one
