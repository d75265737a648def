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
_COVERAGE, _WEIGHT, _REDUNDANCY, _USED = 1.0, 0.5, 0.6, 0.35

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


def style_bonus(text: str, style: Style) -> float:
    return sum(_STYLE_BONUS for shows in _LIKED[style] if shows(text))


def hooks(ranked: Ranked, style: Style, count: int, fits: Callable[[str], bool]) -> list[Sentence]:
    """Up to `count` different openings, each from its own angle; the best first."""
    open_to = _standing_alone(ranked, fits)
    chosen: list[Sentence] = []
    while open_to and len(chosen) < count:
        angle = ANGLES[len(chosen) % len(ANGLES)]

        def score(sentence: Sentence, angle: Signs = angle) -> float:
            alike = max((ranked.likeness(sentence, other) for other in chosen), default=0.0)
            return hook_score(ranked, sentence, style) + _ANGLE_BONUS * angle(sentence.text) - _REPEATED_HOOK * alike

        best = max(open_to, key=lambda sentence: (score(sentence), -sentence.index))
        chosen.append(best)
        open_to.remove(best)
    return chosen


def hook_score(ranked: Ranked, sentence: Sentence, style: Style) -> float:
    """How well it opens: weighty, short, striking, understandable alone."""
    brevity = min(1.0, _HOOK_WORDS / max(word_count(sentence.text), 1))
    striking = 0.1 * bool(cues.STRIKING.search(sentence.text)) + 0.1 * bool(cues.NUMBER.search(sentence.text))
    alone = -0.5 if sentence.leans else 0.0
    return ranked.weights[sentence.index] * brevity + striking + style_bonus(sentence.text, style) + alone


def choose(
    ranked: Ranked,
    hook: Sentence,
    *,
    style: Style,
    most: int,
    fits: Callable[[Choice], bool],
    used: Set[int] = frozenset(),
) -> Choice:
    """A body of up to `most` sentences for `hook`: the widest cover of key phrases, little said twice.

    Sentences in `used`, by index, stood in earlier variants and are avoided where others do as well.
    """
    choice = Choice(hook, ())
    answer = _next(ranked, hook)
    if answer and cues.QUESTION.search(hook.text) and fits(Choice(hook, (answer,))):
        choice = Choice(hook, (answer,))
    while len(choice.body) < most:
        grown = [longer for one in _candidates(ranked, choice) if fits(longer := _grown(choice, one))]
        if not grown:
            break
        choice = max(grown, key=lambda longer: _worth(ranked, choice, longer, style, used))
    return choice


def _standing_alone(ranked: Ranked, fits: Callable[[str], bool]) -> list[Sentence]:
    """What may open a post; when nothing is good enough, whatever there is."""
    every = [sentence for sentence in ranked.reading.sentences if fits(sentence.text)]
    alone = [
        sentence
        for sentence in every
        if not sentence.leans and (not cues.QUESTION.search(sentence.text) or _next(ranked, sentence))
    ]
    return alone or every or list(ranked.reading.sentences)


def _next(ranked: Ranked, sentence: Sentence) -> Sentence | None:
    following = ranked.reading.sentences[sentence.index + 1 : sentence.index + 2]
    return following[0] if following and following[0].follows else None


def _candidates(ranked: Ranked, choice: Choice) -> list[Sentence]:
    """A sentence that leans comes only after the one it leans on; questions stay for openings."""
    taken = {sentence.index for sentence in choice.sentences}
    return [
        sentence
        for sentence in ranked.reading.sentences
        if sentence.index not in taken
        and not cues.QUESTION.search(sentence.text)
        and (not sentence.leans or (sentence.follows and _stands_before(sentence, choice)))
    ]


def _stands_before(sentence: Sentence, choice: Choice) -> bool:
    """In the body, or as the opening when nothing would come between."""
    before = sentence.index - 1
    return any(one.index == before for one in choice.body) or (
        choice.hook.index == before and all(one.index > before for one in choice.body)
    )


def _grown(choice: Choice, sentence: Sentence) -> Choice:
    return Choice(choice.hook, tuple(sorted((*choice.body, sentence), key=lambda one: one.index)))


def _worth(ranked: Ranked, choice: Choice, longer: Choice, style: Style, used: Set[int]) -> float:
    (added,) = set(longer.body) - set(choice.body)
    total = sum(phrase.weight for phrase in ranked.phrases) or 1.0
    gain = (ranked.coverage(longer.sentences) - ranked.coverage(choice.sentences)) / total
    alike = max(ranked.likeness(added, one) for one in choice.sentences)
    return (
        _COVERAGE * gain * 4
        + _WEIGHT * ranked.weights[added.index]
        + style_bonus(added.text, style)
        - _REDUNDANCY * alike
        - _USED * (added.index in used)
    )


def shortened(ranked: Ranked, sentences: Sequence[Sentence], keep: int) -> list[Sentence]:
    """The `keep` weightiest of `sentences` in their order, none left leaning on what went."""
    best = sorted(sentences, key=lambda sentence: -ranked.weights[sentence.index])[:keep]
    kept = {sentence.index for sentence in best}
    return [one for one in sentences if one.index in kept and (not one.leans or one.index - 1 in kept)] or list(
        best[:1]
    )
