"""Hashtags at the end of a caption. Pure."""

from typing import Final

import regex

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
