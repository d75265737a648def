"""Hashtags at the end of a caption, and how YouTube counts its tags. Pure."""

from collections.abc import Iterable
from typing import Final

import regex

TAGS_CHARACTERS: Final = 500
"""Of all of YouTube's tags together. https://developers.google.com/youtube/v3/docs/videos#snippet.tags[]"""

_CLOSING: Final = regex.compile(r"(?:\A|\s+)(?:[#＃][\p{L}\p{M}\p{N}_]+\s*)+\Z")
_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}_]+")


def with_hashtags(caption: str, typed: str) -> str:
    """The caption with these hashtags at its end, each once, in place of those that stand there. "–" takes them away.

    With or without #, with commas or spaces between: `coffee, #latte art` gives `#coffee #latte #art`.
    """
    words = caption[: found.start()].rstrip() if (found := _CLOSING.search(caption)) else caption.rstrip()
    seen: dict[str, str] = {}
    for tag in _WORD.findall(typed):
        seen.setdefault(tag.casefold(), f"#{tag}")
    line = " ".join(seen.values())
    return "\n\n".join(part for part in (words, line) if part)


def tags_characters(tags: Iterable[str]) -> int:
    """As YouTube counts them: a tag with spaces has quotation marks, and commas stand between tags."""
    counted = [len(tag) + 2 * (" " in tag) for tag in tags]
    return sum(counted) + max(0, len(counted) - 1)
