"""Where sentences begin and end, in any language. Pure."""

import regex
import sentencex

_LINE = regex.compile(r"[^\r\n\u2028\u2029]+")
_ENDS_SHORT = regex.compile(
    r"(?:^|[\s(])(?:M|[MD]r|Mrs|Ms|Mme|Mlle|Dr|St|Sr|Sra|Srta|Prof|Nr|No|vs|Jr|p|pp|Abb|Art|Bd|Str|ca|cf|e\.g|i\.e|т\.е|т\.д|им|ул)\.\s*$"
)
_AFTER_FULL_WIDTH = regex.compile(r"(?<=[。！？])(?=[^\p{Pe}\p{Pf}\s。！？…])", regex.V1)
_ENDS_NUMBER = regex.compile(r"\p{Nd}[.,]\s?$")
_STARTS_NUMBER = regex.compile(r"\s*\p{Nd}")
_ENDS_QUOTED = regex.compile(r"[”」』]$")
_STARTS_SAID = regex.compile(r"と|って|\p{Han}{1,4}(?:说|說|问|問|道)")
TERMINATED = regex.compile(r"[.!?…。！？．｡।॥؟۔።՞։။៕༎꓿‼⁇⁈⁉][\"'»“”’)\]」』）】\p{So}\ufe0f\s]*$")
"""Whether a text ends as a sentence does, closing quotes and emojis allowed."""


def sentence_spans(text: str, language: str = "en") -> list[tuple[int, int]]:
    """Sentences as (start, end) in code points, without the white space around them; a line break always ends one.

    `language` is an ISO 639-1 code: it decides which abbreviations don't end a sentence.
    """
    return [span for line in _LINE.finditer(text) for span in _spans_of_line(line[0], line.start(), language)]


def split_sentences(text: str, language: str = "en") -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, language)]


def _spans_of_line(line: str, offset: int, language: str) -> list[tuple[int, int]]:
    spans, position = [], 0
    pieces = [part for piece in sentencex.segment(language, line) for part in _AFTER_FULL_WIDTH.split(piece)]
    for piece in _joined(pieces):
        start = position + len(piece) - len(piece.lstrip())
        end = position + len(piece.rstrip())
        if start < end:
            spans.append((offset + start, offset + end))
        position += len(piece)
    return spans


def _joined(pieces: list[str]) -> list[str]:
    """Put together what an abbreviation, a decimal number or a quotation in mid-sentence split."""
    joined: list[str] = []
    for piece in pieces:
        if joined and _belongs(joined[-1], piece):
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def _belongs(before: str, after: str) -> bool:
    if not after.strip():
        return True
    if _ENDS_NUMBER.search(before) and _STARTS_NUMBER.match(after):
        return not before[-1:].isspace()
    if _ENDS_QUOTED.search(before):
        return bool(_STARTS_SAID.match(after))
    return bool(_ENDS_SHORT.search(before))
