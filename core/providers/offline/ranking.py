"""Which sentences matter: a walk over their likeness (LexRank), the key phrases they hold, their place. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import log, sqrt

from core.providers.offline.phrases import Phrase, key_phrases
from core.providers.offline.reading import Reading, Sentence
from core.providers.offline.words import Vocabulary, word_count

_DAMPING = 0.85
_ROUNDS = 20
_WALK, _PHRASES, _PLACE, _TITLE = 0.35, 0.4, 0.15, 0.1
_GOOD_WORDS = (8, 28)

Vector = dict[str, float]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A source understood: what it says and how much each sentence says of it."""

    reading: Reading
    phrases: tuple[Phrase, ...]
    weights: tuple[float, ...]
    """0 to 1, one per sentence."""
    vectors: tuple[Vector, ...]
    held: tuple[frozenset[int], ...]
    """Which of `phrases`, by position, each sentence holds."""

    def likeness(self, one: Sentence, other: Sentence) -> float:
        """0 nothing in common, 1 the same words."""
        small, large = sorted((self.vectors[one.index], self.vectors[other.index]), key=len)
        return sum(weight * large.get(stem, 0.0) for stem, weight in small.items())

    def coverage(self, sentences: Iterable[Sentence]) -> float:
        """The summed weight of the key phrases that occur."""
        return sum(self.phrases[number].weight for number in self.phrases_in(sentences))

    def phrases_in(self, sentences: Iterable[Sentence]) -> set[int]:
        return set().union(*(self.held[sentence.index] for sentence in sentences))


def rank(reading: Reading, vocabulary: Vocabulary) -> Ranked:
    stems = [[term.stem for term in vocabulary.terms(sentence.text)] for sentence in reading.sentences]
    phrases = key_phrases(reading, vocabulary)
    vectors = _vectors(stems)
    held = [_phrases_of(line, phrases) for line in stems]
    title = {term.stem for term in vocabulary.terms(reading.title)}
    parts = (
        (_WALK, _scaled(_walk(vectors))),
        (_PHRASES, _scaled([_density(numbers, phrases, line) for numbers, line in zip(held, stems, strict=True)])),
        (_PLACE, [_place(sentence, reading) for sentence in reading.sentences]),
        (_TITLE, _scaled([len(title & set(line)) / (len(title) or 1) for line in stems])),
    )
    weights = [
        sum(share * values[at] for share, values in parts) * _readability(sentence)
        for at, sentence in enumerate(reading.sentences)
    ]
    return Ranked(reading, tuple(phrases), tuple(_scaled(weights)), tuple(vectors), tuple(held))


def _vectors(lines: list[list[str]]) -> list[Vector]:
    """Unit tf-idf vectors."""
    spread = Counter(stem for line in lines for stem in set(line))
    vectors = []
    for line in lines:
        raw = {stem: count * log(1 + len(lines) / spread[stem]) for stem, count in Counter(line).items()}
        norm = sqrt(sum(weight * weight for weight in raw.values())) or 1.0
        vectors.append({stem: weight / norm for stem, weight in raw.items()})
    return vectors


def _walk(vectors: list[Vector]) -> list[float]:
    """PageRank over cosine likeness. Going through the terms, a round costs the length of the text, not its square."""
    count = len(vectors)
    degrees = _spread_back(vectors, _gathered(vectors, [1.0] * count))
    scores = [1.0 / count] * count
    for _ in range(_ROUNDS):
        given = [score / degree if degree else 0.0 for score, degree in zip(scores, degrees, strict=True)]
        received = _spread_back(vectors, _gathered(vectors, given))
        scores = [(1 - _DAMPING) / count + _DAMPING * value for value in received]
    return scores


def _gathered(vectors: list[Vector], shares: list[float]) -> Vector:
    total: Vector = {}
    for vector, share in zip(vectors, shares, strict=True):
        for stem, weight in vector.items():
            total[stem] = total.get(stem, 0.0) + share * weight
    return total


def _spread_back(vectors: list[Vector], total: Vector) -> list[float]:
    return [sum(weight * total[stem] for stem, weight in vector.items()) for vector in vectors]


def _phrases_of(stems: list[str], phrases: list[Phrase]) -> frozenset[int]:
    grams = {tuple(stems[at : at + size]) for size in (1, 2, 3) for at in range(len(stems) - size + 1)}
    return frozenset(number for number, phrase in enumerate(phrases) if phrase.stems in grams)


def _density(numbers: frozenset[int], phrases: list[Phrase], stems: list[str]) -> float:
    """Key phrases for the length; the root keeps long sentences from winning by size alone."""
    return sum(phrases[number].weight for number in numbers) / sqrt(8 + len(stems))


def _place(sentence: Sentence, reading: Reading) -> float:
    """The opening says most, the close a little more than the middle."""
    last = max(len(reading.sentences) - 1, 1)
    closing = 0.35 if sentence.index == last and last > 3 else 0.0
    return max(1.0 / (1 + 0.45 * sentence.index), closing)


def _readability(sentence: Sentence) -> float:
    words = word_count(sentence.text)
    least, most = _GOOD_WORDS
    fit = min(1.0, words / least, most / words if words else 0.0)
    return (0.4 + 0.6 * fit) * (0.75 if sentence.leans else 1.0)


def _scaled(values: list[float]) -> list[float]:
    highest = max(values, default=0.0)
    return [value / highest if highest > 0 else 0.0 for value in values]
