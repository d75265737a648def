"""Tells whether something on a screen is English that should have been translated."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from core.translations import catalogue
from tests.texts.extracting import messages

OTHER_SCRIPTS: Final = frozenset({"ar", "hi", "ru", "uk"})
"""Where every Latin word stands out."""
_PLACEHOLDER: Final = re.compile(r"\{\w*\}")
_TAG: Final = re.compile(r"</?[a-z][^>]*>")
_NO_WORDS: Final = re.compile(r"\{\w+\}|/\w+|https?://\S+|@\w+|[\w.]+@[\w.]+|\.\w+\b|[\u2068\u2069]")
_LATIN: Final = re.compile(r"[A-Za-z]{3,}")
KEPT: Final = frozenset(
    """
    Ann Apple Atom AVI Business CSV Calendar English Free GIF GMT Google Instagram JavaScript JPEG LinkedIn MOV MP3 MP4
    Postaify Pro RSS Shorts Starter Stars Stripe Telegram Threads TikTok UTC Word YouTube PDF fal espeak Markdown SRT
    VTT docx txt vtt srt csv API text when target media url queue
    """.split()  # noqa: SIM905  one name per line would be a page
)
"""Names, formats, and the columns of a table, which are the same in every language."""


def english_in(shown: Iterable[str], language: str) -> list[str]:
    """The lines that aren't in the language."""
    lines = {line.strip() for text in shown for line in text.splitlines() if line.strip()}
    whole = "\n".join(lines)
    suspects = [re.compile(said) for chunk, said in _english(language) if chunk in whole]
    english = {line for line in lines if any(suspect.fullmatch(line) for suspect in suspects)}
    if language in OTHER_SCRIPTS:
        english |= {line for line in lines if {*_LATIN.findall(_NO_WORDS.sub(" ", line))} - KEPT}
    return sorted(english)


@cache
def _english(language: str) -> tuple[tuple[str, str], ...]:
    """English lines that the language says otherwise, as patterns; each with its longest words in a row."""
    known = catalogue(language).messages
    texts = ((text, known.get(text.msgid, ("",))) for text in messages().values())
    said = (each for text, forms in texts for each in (text.msgid, text.plural) if each and each not in forms)
    lines = {line.strip() for each in said for line in _TAG.sub("", each).splitlines()}
    return tuple(
        (max(_PLACEHOLDER.split(line), key=len), ".+".join(map(re.escape, _PLACEHOLDER.split(line))))
        for line in lines
        if _tells(line)
    )


def _tells(line: str) -> bool:
    """Whether it has words enough of its own to be told from data."""
    return len(_LATIN.findall(_PLACEHOLDER.sub("", line))) >= 2
