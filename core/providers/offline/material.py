"""What a conversation can be made of: the sources' sentences in units that make sense alone, the best first. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush

import regex

from core.podcasts.pace import Pace
from core.podcasts.script import Claim
from core.podcasts.script_checks import is_said, key_of
from core.podcasts.spoken import spoken
from core.providers.offline import cues
from core.providers.offline.ranking import Ranked, rank
from core.providers.offline.reading import Reading, Sentence, read
from core.providers.offline.words import Vocabulary, word_count
from core.providers.scripts import ScriptSource
from core.sentences import TERMINATED

UNIT_CHARACTERS = 420
_UNIT_SENTENCES = 4
_LEAST_WORDS = 3
_ROW = regex.compile(r"\|.*\||\t.*\t")
_SAME = 0.62
"""Two units whose words agree this much say the same thing."""
_FOCUS = 2.5
"""More than any weight: what somebody asks for comes first."""
_PARAGRAPH_UNITS = 8
_SPARE = 1.6
"""So much more than wanted is put in order; the rest of a long source isn't looked at twice."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Sentences in their order that are understood together; `number` is the place among all units.

    `leans_on`: it continues that unit, and is said right after it or not at all.
    """

    number: int
    source: int
    block: int
    sentences: tuple[Sentence, ...]
    texts: tuple[str, ...]
    leans_on: int | None = None
    after: int | None = None
    """The unit before it in the same paragraph: without that, this one would begin in the middle of a thought."""

    @property
    def asks(self) -> bool:
        """It begins with the source's own question."""
        return bool(cues.QUESTION.search(self.texts[0]))

    @property
    def text(self) -> str:
        return " ".join(self.texts)

    @property
    def claims(self) -> tuple[Claim, ...]:
        return tuple(Claim(self.source, sentence.text) for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class Material:
    """`units` in reading order; `by_worth` the same without what says a thing twice, the weightiest first."""

    title: str
    language: str
    ranked: Ranked
    vocabulary: Vocabulary
    units: tuple[Unit, ...]
    by_worth: tuple[Unit, ...]

    def speaks_of(self, focus: str) -> bool:
        """Whether any unit has a word of it."""
        wanted = {term.stem for term in self.vocabulary.terms(focus)}
        return any(wanted & {term.stem for term in self.vocabulary.terms(unit.text)} for unit in self.units)

    def chosen(self, seconds: float, pace: Pace) -> list[Unit]:
        """The best units that fit, in reading order."""
        kept: dict[int, Unit] = {}
        offered = {unit.number for unit in self.by_worth}
        room = seconds
        for unit in self.by_worth:
            needed = pace.seconds(unit.text)
            stands = all(one in kept for one in (unit.leans_on, unit.after) if one in offered)
            if needed <= room and stands:
                kept[unit.number] = unit
                room -= needed
        return [kept[number] for number in sorted(kept)]


def gather(
    sources: Sequence[ScriptSource],
    language: str,
    *,
    seconds: float,
    pace: Pace,
    focus: str = "",
    said: Iterable[frozenset[str]] = (),
) -> Material:
    """Everything sayable in the sources but what is `said` already (keys of `script_checks.key_of`)."""
    vocabulary = Vocabulary(language)
    reading, origins = _joined(sources, language)
    ranked = rank(reading, vocabulary)
    units = tuple(_in_paragraphs(list(_units(reading, origins, language, list(said)))))
    values = _values(units, ranked, {term.stem for term in vocabulary.terms(focus)}, vocabulary)
    by_worth = tuple(_by_worth(units, values, ranked, seconds=seconds * _SPARE, pace=pace))
    return Material(reading.title, language, ranked, vocabulary, units, by_worth)


def _joined(sources: Sequence[ScriptSource], language: str) -> tuple[Reading, list[int]]:
    """All sources as one reading, and which source each of its sentences is from."""
    sentences: list[Sentence] = []
    origins: list[int] = []
    seen: set[str] = set()
    title = ""
    for number, source in enumerate(sources):
        if not source.text.strip():
            continue
        reading = read(source.text, language, source.title)
        title = title or reading.title or source.title
        block = sentences[-1].block + 1 if sentences else 0
        offset = len(sentences)
        fresh = [sentence for sentence in reading.sentences if sentence.text.casefold() not in seen]
        for at, sentence in enumerate(fresh):
            follows = sentence.follows and at > 0 and fresh[at - 1].index == sentence.index - 1
            sentences.append(replace(sentence, index=offset + at, block=sentence.block + block, follows=follows))
        seen.update(sentence.text.casefold() for sentence in fresh)
        origins += [number] * len(fresh)
    return Reading(title, tuple(sentences)), origins


def _units(reading: Reading, origins: list[int], language: str, said: list[frozenset[str]]) -> Iterator[Unit]:
    number = 0
    open_unit: Unit | None = None
    previous = -2
    for sentence in reading.sentences:
        text = _sayable(sentence.text, language)
        key = key_of(text)
        if not text or is_said(key, said):
            continue
        source = origins[sentence.index]
        joins = sentence.index == previous + 1 and open_unit is not None and open_unit.source == source
        begins = sentence.index == 0 or origins[sentence.index - 1] != source
        leans = sentence.leans and not begins  # what a source begins with points at nothing before it
        if leans and not joins:
            continue
        said.append(key)
        previous = sentence.index
        if leans and open_unit and _has_room(open_unit, text):
            open_unit = replace(open_unit, sentences=(*open_unit.sentences, sentence), texts=(*open_unit.texts, text))
            continue
        leans_on = open_unit.number if leans and open_unit else None
        if open_unit and _answers(open_unit):
            yield open_unit
        number += 1
        open_unit = Unit(number, source, sentence.block, (sentence,), (text,), leans_on)
    if open_unit and _answers(open_unit):
        yield open_unit


def _has_room(unit: Unit, text: str) -> bool:
    """A question begins a unit of its own: the host asks it."""
    if cues.QUESTION.search(text):
        return False
    return len(unit.sentences) < _UNIT_SENTENCES and len(unit.text) + len(text) < UNIT_CHARACTERS


def _answers(unit: Unit) -> bool:
    return not unit.asks or len(unit.texts) > 1


def _sayable(text: str, language: str) -> str:
    """What is read aloud of a sentence, closed by a full stop; nothing for scraps."""
    plain = spoken(text, language).removesuffix("…").rstrip(" ,;:-–—")
    least = _LEAST_WORDS if not plain[:1].islower() else 2 * _LEAST_WORDS
    if word_count(plain) < least or len(plain) > UNIT_CHARACTERS or _ROW.search(text):
        return ""
    return plain if TERMINATED.search(plain) else f"{plain}."


def _in_paragraphs(units: list[Unit]) -> Iterator[Unit]:
    """Each unit with the one before it, in paragraphs of a usual size; one of a hundred sentences is picked freely."""
    sizes = Counter((unit.source, unit.block) for unit in units)
    before: Unit | None = None
    for unit in units:
        place = (unit.source, unit.block)
        joined = before is not None and (before.source, before.block) == place and sizes[place] <= _PARAGRAPH_UNITS
        yield replace(unit, after=before.number) if joined and before else unit
        before = unit


def _values(units: Sequence[Unit], ranked: Ranked, focus: set[str], vocabulary: Vocabulary) -> dict[int, float]:
    """What a unit is worth, half of it for the best that follows in its paragraph."""
    own = {}
    for unit in units:
        weights = [ranked.weights[sentence.index] for sentence in unit.sentences]
        wanted = 0.0
        if focus:
            stems = {term.stem for term in vocabulary.terms(unit.text)}
            wanted = _FOCUS * len(focus & stems) / len(focus)
        own[unit.number] = max(weights) + wanted
    best: dict[int, float] = {}
    for unit in reversed(units):
        best[unit.number] = max(own[unit.number], best.get(unit.number, 0.0))
        if unit.after is not None:
            best[unit.after] = max(best.get(unit.after, 0.0), best[unit.number])
    return {number: (value + best[number]) / 2 for number, value in own.items()}


def _by_worth(
    units: Sequence[Unit], values: dict[int, float], ranked: Ranked, *, seconds: float, pace: Pace
) -> Iterator[Unit]:
    """The weightiest first, a continuation after what it leans on; nothing that an earlier one says too."""
    known = {unit.number for unit in units}
    waiting: dict[int, list[Unit]] = {}
    heap: list[tuple[float, int, Unit]] = []
    for unit in units:
        needed = unit.leans_on if unit.leans_on is not None else unit.after
        if needed is None or (needed not in known and unit.leans_on is None):
            heap.append((-values[unit.number], unit.number, unit))
        else:
            waiting.setdefault(needed, []).append(unit)
    heapify(heap)
    taken: list[Unit] = []
    while heap and seconds > 0:
        _, _, unit = heappop(heap)
        is_new = not any(_same(ranked, unit, other) for other in taken)
        if is_new:
            taken.append(unit)
            seconds -= pace.seconds(unit.text)
            yield unit
        for following in waiting.get(unit.number, []):
            if is_new or following.leans_on is None:
                heappush(heap, (-values[following.number], following.number, following))


def _same(ranked: Ranked, one: Unit, other: Unit) -> bool:
    return any(ranked.likeness(a, b) > _SAME for a in one.sentences for b in other.sentences)
