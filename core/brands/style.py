"""A style card: how a brand sounds, in figures and examples that its people can read and change. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Self

LISTED_MOST: Final = 8
"""Entries of each list but the words to avoid."""
TABOO_MOST: Final = 50
ENTRY_CHARACTERS: Final = 200
TONE_CHARACTERS: Final = 400


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


def _frozen(value: Any) -> Any:
    return tuple(str(each) for each in value) if isinstance(value, list | tuple) else value
