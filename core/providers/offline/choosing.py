"""Which sentences make a post: an opening that stops the reader, a body that covers the source. Pure."""

from collections.abc import Callable, Sequence, Set
from typing import NamedTuple

from core.providers.offline import cues
from core.providers.offline.ranking import Ranked
from core.providers.offline.reading import Sentence
from core.providers.offline.words import word_count
from core.providers.text import Style

_HOOK_WORDS = 22
_REPEATED_HOOK = 0.8
_ANGLE_BONUS = 0.45
_COVERAGE, _WEIGHT, _REDUNDANCY, _USED = 4.0, 0.5, 0.6, 0.35
_POOL = 120
"""A body is chosen from this many of the weightiest sentences: a post holds eight, and the rest would cost time."""

Signs = Callable[[str], bool]


def _has(*patterns: cues.Pattern) -> Signs:
    return lambda text: any(pattern.search(text) for pattern in patterns)


ANGLES: tuple[Signs, ...] = (
    lambda _: True,
    _has(cues.NUMBER),
    _has(cues.QUESTION, cues.QUOTED),
    _has(cues.CONTRAST),
    _has(cues.STRIKING),
)
"""What each further variant opens with: the main point, a figure, a question or quotation, a contrast, a record."""

_LIKED: dict[Style, tuple[Signs, ...]] = {
    Style.PROFESSIONAL: (_has(cues.NUMBER), lambda text: 10 <= word_count(text) <= 26),
    Style.CASUAL: (lambda text: word_count(text) <= 14, _has(cues.YOU)),
    Style.WITTY: (lambda text: word_count(text) <= 12, _has(cues.CONTRAST, cues.QUESTION, cues.QUOTED)),
}
"""A style can't reword, so it chooses: each sign that a sentence shows makes it likelier."""
_STYLE_BONUS = 0.12


class Choice(NamedTuple):
    """The sentences of one post in reading order; the first is its opening."""

    hook: Sentence
    body: tuple[Sentence, ...]

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return (self.hook, *self.body)


class Chooser:
    """Chooses for one source and style; what is asked of every sentence is worked out once."""

    def __init__(self, ranked: Ranked, style: Style) -> None:
        self._ranked = ranked
        self._bonus = [style_bonus(sentence.text, style) for sentence in ranked.reading.sentences]
        self._all_weight = sum(phrase.weight for phrase in ranked.phrases) or 1.0
        by_worth = sorted(ranked.reading.sentences, key=lambda one: -self._base(one))
        self._pool = [one for one in by_worth[:_POOL] if not cues.QUESTION.search(one.text)]

    def hooks(self, count: int, fits: Callable[[str], bool]) -> list[Sentence]:
        """Up to `count` different openings, each from its own angle; the best first."""
        scores = {sentence.index: self._hook_score(sentence) for sentence in self._standing_alone(fits)}
        alike = dict.fromkeys(scores, 0.0)
        chosen: list[Sentence] = []
        while scores and len(chosen) < count:
            angle = ANGLES[len(chosen) % len(ANGLES)]
            found = [self._sentence(index) for index in scores if angle(self._sentence(index).text)]
            bonus = dict.fromkeys((sentence.index for sentence in found), _ANGLE_BONUS)
            worth = {at: score + bonus.get(at, 0.0) - _REPEATED_HOOK * alike[at] for at, score in scores.items()}
            best = self._sentence(max(worth, key=lambda at: (worth[at], -at)))
            chosen.append(best)
            del scores[best.index]
            for at in scores:
                alike[at] = max(alike[at], self._ranked.likeness(self._sentence(at), best))
        return chosen

    def choose(
        self, hook: Sentence, *, most: int, fits: Callable[[Choice], bool], used: Set[int] = frozenset()
    ) -> Choice:
        """A body of up to `most` sentences for `hook`: the widest cover of key phrases, little said twice.

        Sentences in `used`, by index, stood in earlier variants and are avoided where others do as well.
        """
        choice = Choice(hook, ())
        answer = self._next(hook)
        if answer and cues.QUESTION.search(hook.text) and fits(Choice(hook, (answer,))):
            choice = Choice(hook, (answer,))
        while len(choice.body) < most:
            covered = self._ranked.phrases_in(choice.sentences)
            worth = {one: self._worth(choice, covered, one, used) for one in self._candidates(choice)}
            best_first = sorted(worth, key=lambda one: (-worth[one], one.index))
            longer = next((longer for one in best_first if fits(longer := _grown(choice, one))), None)
            if longer is None:
                break
            choice = longer
        return choice

    def _base(self, sentence: Sentence) -> float:
        return self._ranked.weights[sentence.index] + self._bonus[sentence.index]

    def _sentence(self, index: int) -> Sentence:
        return self._ranked.reading.sentences[index]

    def _standing_alone(self, fits: Callable[[str], bool]) -> list[Sentence]:
        """What may open a post; when nothing is good enough, whatever there is."""
        every = [sentence for sentence in self._ranked.reading.sentences if fits(sentence.text)]
        alone = [one for one in every if not one.leans and (not cues.QUESTION.search(one.text) or self._next(one))]
        return alone or every or list(self._ranked.reading.sentences)

    def _hook_score(self, sentence: Sentence) -> float:
        """How well it opens: weighty, short, striking, understandable alone."""
        brevity = min(1.0, _HOOK_WORDS / max(word_count(sentence.text), 1))
        striking = 0.1 * bool(cues.STRIKING.search(sentence.text)) + 0.1 * bool(cues.NUMBER.search(sentence.text))
        alone = -0.5 if sentence.leans else 0.0
        return self._ranked.weights[sentence.index] * brevity + striking + self._bonus[sentence.index] + alone

    def _next(self, sentence: Sentence) -> Sentence | None:
        following = self._ranked.reading.sentences[sentence.index + 1 : sentence.index + 2]
        return following[0] if following and following[0].follows else None

    def _candidates(self, choice: Choice) -> list[Sentence]:
        """A sentence that leans comes only after the one it leans on; questions stay for openings."""
        taken = {sentence.index for sentence in choice.sentences}
        successors = [one for sentence in choice.sentences if (one := self._next(sentence)) and one.leans]
        return [
            sentence
            for sentence in {*self._pool, *successors}
            if sentence.index not in taken
            and not cues.QUESTION.search(sentence.text)
            and (not sentence.leans or (sentence.follows and _stands_before(sentence, choice)))
        ]

    def _worth(self, choice: Choice, covered: Set[int], added: Sentence, used: Set[int]) -> float:
        ranked = self._ranked
        gain = sum(ranked.phrases[number].weight for number in ranked.held[added.index] - covered) / self._all_weight
        alike = max(ranked.likeness(added, one) for one in choice.sentences)
        return (
            _COVERAGE * gain
            + _WEIGHT * ranked.weights[added.index]
            + self._bonus[added.index]
            - _REDUNDANCY * alike
            - _USED * (added.index in used)
        )


def style_bonus(text: str, style: Style) -> float:
    return sum(_STYLE_BONUS for shows in _LIKED[style] if shows(text))


def _stands_before(sentence: Sentence, choice: Choice) -> bool:
    """In the body, or as the opening when nothing would come between."""
    before = sentence.index - 1
    return any(one.index == before for one in choice.body) or (
        choice.hook.index == before and all(one.index > before for one in choice.body)
    )


def _grown(choice: Choice, sentence: Sentence) -> Choice:
    return Choice(choice.hook, tuple(sorted((*choice.body, sentence), key=lambda one: one.index)))


def shortened(ranked: Ranked, sentences: Sequence[Sentence], keep: int) -> list[Sentence]:
    """The `keep` weightiest of `sentences` in their order, none left leaning on what went."""
    best = sorted(sentences, key=lambda sentence: -ranked.weights[sentence.index])[:keep]
    kept = {sentence.index for sentence in best}
    return [one for one in sentences if one.index in kept and (not one.leans or one.index - 1 in kept)] or list(
        best[:1]
    )
