"""Whether a text says something in another one's words: runs of words that stand in both. Pure.

Both fall into overlapping runs of a few words (shingles), as Broder's containment counts them ("On the resemblance and
containment of documents", 1997); runs that follow each other in both texts make one passage. Letters' case, marks,
hashtags and links don't count. Where nothing parts words, characters are counted instead, more of them.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import regex

RUN_WORDS, RUN_CHARACTERS = 5, 8
"""Shorter ones are everybody's: "at the end of", "what do you think"."""
LONG_WORDS, LONG_CHARACTERS = 8, 14
"""One passage as long as that is told, however much stands around it."""
SHARE = 0.2
"""So much of the text in shorter passages is told, too."""
BRIEF_TOKENS, BRIEF_RUN, BRIEF_SHARE = 14, 4, 0.6
"""Of a title, most of it is told: one with fewer than four words is nobody's."""
PASSAGES_MOST = 3

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー"
_TOKEN = regex.compile(rf"[{_UNSPACED}]\p{{M}}*|[^\W_{_UNSPACED}]+(?:['’][^\W_{_UNSPACED}]+)*", regex.V1)
_CHARACTER = regex.compile(rf"[{_UNSPACED}]")
_NO_WORDS = regex.compile(r"https?://\S+|www\.\S+|[#＃@][\w\u200c\u200d]+")


@dataclass(frozen=True, slots=True)
class Overlap:
    """`share`: of the text's words, those in passages of the other one. `passages`: the longest first."""

    share: float
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    word: str
    start: int
    end: int


def overlap_of(text: str, original: str) -> Overlap | None:
    """What is taken over from `original`; None when that is little or nothing."""
    mine, theirs = _tokens(text), _tokens(original)
    unspaced = _is_unspaced(theirs)
    brief = len(theirs) <= BRIEF_TOKENS
    size = BRIEF_RUN if brief else RUN_CHARACTERS if unspaced else RUN_WORDS
    if len(theirs) < size or len(mine) < size:
        return None
    runs = _shared_runs(mine, theirs, size)
    if not runs:
        return None
    share = sum(end - start for start, end in runs) / len(mine)
    longest = max(end - start for start, end in runs)
    if brief:
        told = longest >= BRIEF_SHARE * len(theirs)
    else:
        told = share >= SHARE or longest >= (LONG_CHARACTERS if unspaced else LONG_WORDS)
    if not told:
        return None
    longest_first = sorted(runs, key=lambda run: run[0] - run[1])[:PASSAGES_MOST]
    return Overlap(share, tuple(text[mine[start].start : mine[end - 1].end] for start, end in longest_first))


def _shared_runs(mine: Sequence[_Token], theirs: Sequence[_Token], size: int) -> list[tuple[int, int]]:
    """The places (from, up to) in `mine` that are covered by shingles of both, in order and apart from each other."""
    known = {_shingle(theirs, at, size) for at in range(len(theirs) - size + 1)}
    runs: list[tuple[int, int]] = []
    for at in range(len(mine) - size + 1):
        if _shingle(mine, at, size) in known:
            if runs and at <= runs[-1][1] - size + 1:
                runs[-1] = (runs[-1][0], at + size)
            else:
                start = max(at, runs[-1][1]) if runs else at
                runs.append((start, at + size))
    return runs


def _shingle(tokens: Sequence[_Token], at: int, size: int) -> tuple[str, ...]:
    return tuple(token.word for token in tokens[at : at + size])


def _tokens(text: str) -> list[_Token]:
    """With their places in `text` as it is given."""
    bare = _NO_WORDS.sub(lambda found: " " * len(found[0]), text)
    return [
        _Token(unicodedata.normalize("NFKC", found[0]).casefold().replace("’", "'"), found.start(), found.end())
        for found in _TOKEN.finditer(bare)
    ]


def _is_unspaced(tokens: Sequence[_Token]) -> bool:
    return sum(bool(_CHARACTER.match(token.word)) for token in tokens) * 2 > len(tokens)
