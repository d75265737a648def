"""The offline engine behind EpisodeAnswerer: the passages that hold the question's words, quoted as they are."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from math import log

import regex

from core.podcasts.script_checks import is_said, key_of
from core.podcasts.spoken import spoken
from core.providers.answering import Asked, EpisodeAnswer, Quoted, TooVague
from core.providers.offline import cues
from core.providers.offline.dialogue import ENGINE
from core.providers.offline.reading import read
from core.providers.offline.unspaced import RUN, pieces_of
from core.providers.offline.words import Vocabulary
from core.providers.text import Usage
from core.sentences import split_sentences

_MOST = 3
_LEAST_SHARE = 0.5
"""Of the weight of the question's words: below this, a passage is about something else."""
_NEAR_BEST = 0.75
_LEAST_NEW = 2
"""Words that the question doesn't hold itself: "Let me ask about the sponge city" tells nothing of it."""
_CARRIED = 0.5
"""So much of what a question of the host holds counts for the answer that follows."""
_QUOTE_CHARACTERS = 320
_ASKS = regex.compile(r"[?？؟][\"'»”’)」』]*\s*$")
_NUMBER = regex.compile(r"\p{Nd}+")


class OfflineAnswerer:
    """Finds and quotes, invents nothing. It looks for words, so the question has to be in the episode's language."""

    engine = ENGINE
    offline = True

    async def answer(self, asked: Asked) -> tuple[EpisodeAnswer, Usage]:
        found = await asyncio.to_thread(_answer, asked)
        return found, Usage(model=ENGINE, cost_usd=0.0)


@dataclass(frozen=True, slots=True)
class _Passage:
    quoted: Quoted
    stems: frozenset[str]
    asks: bool = False
    carried: frozenset[str] = frozenset()
    """Of the host's question right before it."""


@dataclass(frozen=True, slots=True)
class _Search:
    """What is looked for, and how texts are compared with it. `pieces`: where words don't stand apart."""

    vocabulary: Vocabulary
    pieces: frozenset[str]
    wanted: frozenset[str]

    def stems(self, text: str) -> frozenset[str]:
        found = frozenset(piece for piece in self.pieces if piece in text)
        for piece in found:
            text = text.replace(piece, " ")
        return found | _stems(text, self.vocabulary)


def _answer(asked: Asked) -> EpisodeAnswer:
    search = _search(asked)
    wanted = search.wanted
    if not wanted:
        raise TooVague
    passages = [*_said(asked, search), *_unsaid(asked, search)]
    weights = _weights(wanted, passages)
    telling = [at for at, one in enumerate(passages) if not one.asks and len(one.stems - wanted) >= _LEAST_NEW]
    scored = [(_share(passages[at], weights), -at) for at in telling]
    best = sorted((pair for pair in scored if pair[0] >= _LEAST_SHARE), reverse=True)[:_MOST]
    kept = sorted(-at for share, at in best if share >= _NEAR_BEST * best[0][0])
    return EpisodeAnswer(quoted=tuple(_cut(passages[at].quoted, search, asked.language) for at in kept))


def _search(asked: Asked) -> _Search:
    """What it is about: without the words with which people ask ("what happened to …"), unless there are no others."""
    vocabulary = Vocabulary(asked.language)
    material = "\n".join([*(one.text for one in asked.spoken), *(source.text for source in asked.sources)])
    pieces = pieces_of(asked.question, material, asked.language)
    asking = frozenset(vocabulary.stem(word) for word in cues.word_list("asking"))
    stems = _stems(RUN.sub(" ", asked.question), vocabulary)
    return _Search(vocabulary, pieces, pieces | (stems - asking) or stems)


def _said(asked: Asked, search: _Search) -> Iterator[_Passage]:
    carried: frozenset[str] = frozenset()
    for one in asked.spoken:
        stems = search.stems(one.text)
        asks = bool(_ASKS.search(one.text))
        yield _Passage(Quoted(one.text, one), stems, asks, carried)
        carried = stems if asks else frozenset()


def _unsaid(asked: Asked, search: _Search) -> Iterator[_Passage]:
    """What the sources say and the episode has left out; a sentence with the one that goes on from it."""
    said = [key_of(sentence) for one in asked.spoken for sentence in split_sentences(one.text, asked.language)]
    for number, source in enumerate(asked.sources):
        sentences = read(source.text, asked.language, source.title).sentences
        for sentence, following in zip_longest(sentences, sentences[1:]):
            text = spoken(sentence.text, asked.language)
            if text and not is_said(key_of(text), said):
                goes_on = following is not None and following.follows
                quoted = f"{sentence.text} {following.text}" if goes_on else sentence.text
                yield _Passage(Quoted(quoted, source=number), search.stems(quoted))


def _weights(wanted: frozenset[str], passages: Sequence[_Passage]) -> dict[str, float]:
    """The rarer a word, the more it tells. One that is nowhere weighs most: what isn't there can't be answered."""
    spread = Counter(stem for passage in passages for stem in passage.stems & wanted)
    return {stem: log(1 + (len(passages) + 1) / (spread[stem] + 0.5)) for stem in wanted}


def _share(passage: _Passage, weights: dict[str, float]) -> float:
    own = sum(weight for stem, weight in weights.items() if stem in passage.stems)
    carried = sum(weight for stem, weight in weights.items() if stem in passage.carried - passage.stems)
    return (own + _CARRIED * carried) / sum(weights.values())


def _cut(quoted: Quoted, search: _Search, language: str) -> Quoted:
    """Of a long line the sentences from the first that holds a word of the question on, up to a few."""
    if len(quoted.text) <= _QUOTE_CHARACTERS:
        return quoted
    sentences = split_sentences(quoted.text, language)
    first = next((at for at, one in enumerate(sentences) if search.stems(one) & search.wanted), 0)
    kept = sentences[first]
    for sentence in sentences[first + 1 :]:
        if len(kept) + len(sentence) >= _QUOTE_CHARACTERS:
            break
        kept = f"{kept} {sentence}"
    return Quoted(kept, quoted.spoken, quoted.source)


def _stems(text: str, vocabulary: Vocabulary) -> frozenset[str]:
    """What the words are compared by; English ones also where no stemmer sees it ("rose" is "rise")."""
    words = (_irregular().get(term.surface.lower(), term.surface) for term in vocabulary.terms(text))
    return frozenset(vocabulary.stem(word) for word in words) | frozenset(_NUMBER.findall(text))


@lru_cache(maxsize=1)
def _irregular() -> dict[str, str]:
    """Form -> word. Few forms mean anything in other languages, so they are looked up in all."""
    pairs = (entry.partition(":") for entry in cues.word_list("irregular"))
    return {form: word for word, _, forms in pairs for form in forms.split(",")}
