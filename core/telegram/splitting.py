"""Cutting a text into messages, where a reader would: between paragraphs, lines, sentences, words."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import regex

from core.telegram.content import TEXT_LIMIT, Entity
from core.telegram.markup import VERBATIM, WHOLE, Rich, from_entities, parse_html, to_entities, to_html, utf16_length

ENTITY_LIMIT: Final = 100
"""Telegram ignores the formatting beyond it. `telegram.constants.MessageLimit.MESSAGE_ENTITIES`"""
SEAMS: Final = tuple(
    regex.compile(pattern)
    for pattern in (r"(?=\n[^\S\n]*\n)", r"(?=\n)", r"""[.!?…]+["'»”’)\]]*(?=\s)|[。！？]+""", r"(?=\s)")
)
"""Ends of paragraphs, lines, sentences and words, the best first. The seam is where the match ends."""
WORD: Final = SEAMS[-1]
GRAPHEME: Final = regex.compile(r"\X")
LONGEST_GRAPHEME: Final = 64
"""How far past the limit to look for the end of a character; longer ones aren't real."""


def fits(text: str, entities: int, *, limit: int = TEXT_LIMIT) -> bool:
    """Whether one message takes a text of at most `limit` UTF-16 units, with so many pieces of formatting."""
    return utf16_length(text) <= limit and entities <= ENTITY_LIMIT


def split_html(source: str, *, limit: int = TEXT_LIMIT, first_limit: int | None = None) -> list[str]:
    """Pieces of at most `limit` UTF-16 units after parsing, the first of at most `first_limit`; tags are reopened.

    Only white space at the seams is lost. What fits comes back untouched. Raises MarkupInvalid.
    """
    if fits(source, source.count("</"), limit=first_limit or limit):
        return [source]
    return [to_html(piece) for piece in split(parse_html(source), limit=limit, first_limit=first_limit)]


def split_entities(
    text: str, entities: Iterable[Entity] = (), *, limit: int = TEXT_LIMIT, first_limit: int | None = None
) -> list[tuple[str, tuple[Entity, ...]]]:
    """Likewise for plain text with entities; each piece has its own, counted from its start."""
    pieces = split(from_entities(text, entities), limit=limit, first_limit=first_limit)
    return [(piece.text, to_entities(piece)) for piece in pieces]


def split(rich: Rich, *, limit: int = TEXT_LIMIT, first_limit: int | None = None) -> list[Rich]:
    """The cut itself; `split_html` and `split_entities` speak of it. Pieces of nothing but white space are left out."""
    pieces: list[Rich] = []
    start = _next_start(rich, 0) if rich.length > (first_limit or limit) else 0
    while start < len(rich.text):
        allowed = first_limit if first_limit is not None and not pieces else limit
        end = _best_end(rich, start, allowed)
        piece = rich.slice(start, start + len(rich.text[start:end].rstrip()) if end < len(rich.text) else end)
        if piece.text.strip():
            pieces.append(piece)
        start = _next_start(rich, end)
    return pieces


def _next_start(rich: Rich, at: int) -> int:
    """Past the white space of a seam; within code only past its line breaks."""
    verbatim = any(span.kind in VERBATIM and span.start < at < span.end for span in rich.spans)
    skipped = "\r\n" if verbatim else None
    return len(rich.text) - len(rich.text[at:].lstrip(skipped))


def _best_end(rich: Rich, start: int, limit: int) -> int:
    last = _last_end(rich, start, limit)
    if last == len(rich.text):
        return last
    half = start + (last - start) // 2
    whole = [(span.start, span.end) for span in rich.spans if span.kind in WHOLE]
    for respected in (whole, []):
        for seam in SEAMS:
            earliest = start + 1 if seam is WORD else half
            for end in reversed(list(_ends(rich.text, seam, earliest, last))):
                if not _is_inside(end, respected):
                    return end
    return _grapheme_end(rich.text, start, last, whole)


def _last_end(rich: Rich, start: int, limit: int) -> int:
    """The furthest end that Telegram would take, for length and for number of entities."""
    end = bisect_right(rich.units, rich.units[start] + limit) - 1
    here = [span for span in rich.spans if span.end > start and span.start < end]
    if len(here) > ENTITY_LIMIT and here[ENTITY_LIMIT].start > start:
        end = here[ENTITY_LIMIT].start
    return end


def _ends(text: str, seam: "regex.Pattern[str]", earliest: int, last: int) -> Iterator[int]:
    for match in seam.finditer(text, earliest, min(last + 2, len(text))):
        if earliest <= match.end() <= last:
            yield match.end()


def _grapheme_end(text: str, start: int, last: int, whole: Sequence[tuple[int, int]]) -> int:
    """For a word longer than a message: between two characters as a reader sees them."""
    window_end = min(last + LONGEST_GRAPHEME, len(text))
    ends = [match.start() for match in GRAPHEME.finditer(text, start, window_end) if start < match.start() <= last]
    outside = [end for end in ends if not _is_inside(end, whole)]
    return (outside or ends or [last])[-1]


def _is_inside(position: int, stretches: Sequence[tuple[int, int]]) -> bool:
    return any(start < position < end for start, end in stretches)
