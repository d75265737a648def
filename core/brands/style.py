"""A style card: how a brand sounds, in figures and examples that its people can read and change. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any, Final, Self

import regex

from core.errors import InvalidInput
from core.posts import counting

LISTED_MOST: Final = 8
"""Entries of each list but the words to avoid."""
TABOO_MOST: Final = 50
ENTRY_CHARACTERS: Final = 200
TONE_CHARACTERS: Final = 400
CHARACTERS_LEAST: Final = 40
CHARACTERS_MOST: Final = 5_000
PER_POST_MOST: Final = 30
_LIST_END = regex.compile(r"[,;،、，\n]")


class Trait(StrEnum):
    """What people change on a card."""

    TONE = "tone"
    LENGTH = "length"
    EMOJIS = "emojis"
    HASHTAGS = "hashtags"
    OPENINGS = "openings"
    CLOSINGS = "closings"
    SAMPLES = "samples"
    TABOO = "taboo"


@dataclass(frozen=True, slots=True)
class StyleCard:
    """Figures are of a typical post (medians), None where nothing is known. `tone` is in somebody's own words."""

    tone: str = ""
    characters: int | None = None
    sentence_words: int | None = None
    paragraphs: int | None = None
    emojis_per_post: int | None = None
    emojis: tuple[str, ...] = ()
    hashtags_per_post: int | None = None
    hashtags: tuple[str, ...] = ()
    """With their `#`, the most frequent first."""
    openings: tuple[str, ...] = ()
    """First lines, as examples."""
    closings: tuple[str, ...] = ()
    """Last lines, as examples."""
    samples: tuple[str, ...] = ()
    """Further lines that sound like the brand."""
    taboo: tuple[str, ...] = ()
    """Words that never stand in its posts."""
    posts: int = 0
    """How many posts it was learned from; 0: written by hand."""
    engine: str = ""
    """Who has put the tone into words: a model's name; empty when nobody has."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> Self:
        """What was stored, however old; what no longer exists is left out."""
        known = {each.name for each in fields(cls)}
        read = {name: _frozen(value) for name, value in (stored or {}).items() if name in known}
        return cls(**read)


def edited(card: StyleCard, trait: Trait, text: str) -> StyleCard:
    """The card with what somebody has written about it; empty takes it away.

    A length is a number of characters; of emojis and hashtags a number tells how many a post has, and the signs which;
    lists have an entry a line, words to avoid also commas between them. Raises InvalidInput ("brands.not_a_length":
    least, most; "brands.not_emojis"; "brands.not_hashtags"; "brands.entry_too_long": length, limit;
    "brands.too_many_entries": count, limit).
    """
    return _EDITS[trait](card, text.strip())


def _tone(card: StyleCard, text: str) -> StyleCard:
    if len(text) > TONE_CHARACTERS:
        raise InvalidInput("brands.entry_too_long", length=len(text), limit=TONE_CHARACTERS)
    return replace(card, tone=" ".join(text.split()), engine="")


def _length(card: StyleCard, text: str) -> StyleCard:
    if not text:
        return replace(card, characters=None)
    number = _number_in(text)
    if number is None or not CHARACTERS_LEAST <= number <= CHARACTERS_MOST:
        raise InvalidInput("brands.not_a_length", least=CHARACTERS_LEAST, most=CHARACTERS_MOST)
    return replace(card, characters=number)


def _emojis(card: StyleCard, text: str) -> StyleCard:
    signs = _distinct(counting.EMOJI.findall(text))
    count = _count_of(counting.EMOJI.sub(" ", text), signs, "brands.not_emojis")
    return replace(card, emojis_per_post=count, emojis=signs)


def _hashtags(card: StyleCard, text: str) -> StyleCard:
    signs = _distinct(counting.hashtags(text))
    count = _count_of(counting.HASHTAG.sub(" ", text), signs, "brands.not_hashtags")
    return replace(card, hashtags_per_post=count, hashtags=signs)


def _count_of(rest: str, signs: Sequence[str], code: str) -> int | None:
    """How many a post has: as said beside the signs, else as many as were named; None when nothing was said."""
    number = _number_in(rest)
    if number is None and not signs:
        if rest.strip():
            raise InvalidInput(code, most=PER_POST_MOST)
        return None
    if number is not None and number > PER_POST_MOST:
        raise InvalidInput(code, most=PER_POST_MOST)
    return number if number is not None else len(signs)


def _number_in(text: str) -> int | None:
    found = regex.search(r"\d{1,6}", text)
    return int(found[0]) if found else None


def _distinct(signs: Sequence[str]) -> tuple[str, ...]:
    return tuple({sign.casefold(): sign for sign in signs}.values())[:LISTED_MOST]


def _entries(text: str, *, most: int = LISTED_MOST) -> tuple[str, ...]:
    found = _distinct_lines(text.splitlines())
    if len(found) > most:
        raise InvalidInput("brands.too_many_entries", count=len(found), limit=most)
    return found


def _taboo(card: StyleCard, text: str) -> StyleCard:
    return replace(card, taboo=_entries(_LIST_END.sub("\n", text), most=TABOO_MOST))


def _distinct_lines(lines: Sequence[str]) -> tuple[str, ...]:
    found = {" ".join(line.split()): None for line in lines if line.strip()}
    longest = max(map(len, found), default=0)
    if longest > ENTRY_CHARACTERS:
        raise InvalidInput("brands.entry_too_long", length=longest, limit=ENTRY_CHARACTERS)
    return tuple(found)


_EDITS: Final[Mapping[Trait, Callable[[StyleCard, str], StyleCard]]] = {
    Trait.TONE: _tone,
    Trait.LENGTH: _length,
    Trait.EMOJIS: _emojis,
    Trait.HASHTAGS: _hashtags,
    Trait.OPENINGS: lambda card, text: replace(card, openings=_entries(text)),
    Trait.CLOSINGS: lambda card, text: replace(card, closings=_entries(text)),
    Trait.SAMPLES: lambda card, text: replace(card, samples=_entries(text)),
    Trait.TABOO: _taboo,
}


def _frozen(value: Any) -> Any:
    return tuple(str(each) for each in value) if isinstance(value, list | tuple) else value
