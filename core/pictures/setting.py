"""Setting a text of several lines: where lines may end in each script, how large it can be in a box, its direction.

Pure, but for the widths of letters (core/pictures/type.py). A text that has no room in letters of the least size isn't
set at all: nothing is cut.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Protocol

import regex

from core.pictures.type import Direction, Type, base_direction, drawable, runs

MEASURED_AT: Final = 100
"""Letters grow evenly: what a word takes is measured once, at this size."""
SLACK: Final = 0.995
HEIGHTS: Final = {"arabic": 1.55, "devanagari": 1.5, "thai": 1.55, "han": 1.42, "hangul": 1.42}
"""Of a line, in letters' sizes, by the face that needs most."""
HEIGHT: Final = 1.26
GAP: Final = 0.45
"""Between paragraphs, in heights of a line."""
NO_BOLD: Final = frozenset({"han", "hangul"})

_GRAPHEME = regex.compile(r"\X")
_LETTER = regex.compile(r"[\p{L}\p{N}]")
_PIECE = regex.compile(r"\S+\s*")
_UNSPACED = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}ー々〆、。，．！？：；「」『』（）【】《》〈〉・…—]+"
)
_PARTS = regex.compile(rf"{_UNSPACED.pattern}|(?:(?!{_UNSPACED.pattern}).)+", regex.DOTALL)
_NOT_FIRST = frozenset("、。，．！？：；」』）】》〉・…—ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ,.!?:;)]}%”’»")
_NOT_LAST = frozenset("「『（【《〈([{“‘«")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines at a size, the paragraphs parted by a gap. `rises`: each baseline below the first, in pixels."""

    lines: tuple[str, ...]
    rises: tuple[float, ...]
    size: int
    bold: bool
    base: Direction
    line_height: float

    @property
    def height(self) -> float:
        """From the top of the first line's letters to the foot of the last one's."""
        return self.rises[-1] + self.size


@dataclass(frozen=True, slots=True)
class _Piece:
    """What stays together on a line, with the space behind it. Widths are in sizes."""

    text: str
    width: float
    bare: float
    """Without that space."""


class Parser(Protocol):
    def parse(self, sentence: str) -> list[str]: ...


def block_in(text: str, width: float, height: float, type_: Type, sizes: Sequence[int]) -> Block | None:
    """The text in the largest of `sizes` (falling) in which all of it fits into the box; None when it fits in none."""
    paragraphs = [shown for line in text.splitlines() if (shown := " ".join(drawable(line).split()))]
    if not paragraphs:
        return None
    whole = " ".join(paragraphs)
    faces = {run.face for run in runs(whole)}
    bold = not faces & NO_BOLD
    rise = max([HEIGHT, *(HEIGHTS[face] for face in faces if face in HEIGHTS)])
    pieces = [_measured(paragraph, type_, bold) for paragraph in paragraphs]
    for size in sizes:
        room = width / size * SLACK
        broken = [_balanced(each, room) for each in pieces]
        if any(line is None for line in broken):
            continue
        rises = tuple(_rises([len(lines or ()) for lines in broken], size * rise))
        if rises[-1] + size <= height:
            lines = tuple(line for found in broken for line in found or ())
            return Block(lines, rises, size, bold, base_direction(whole), size * rise)
    return None


def _rises(counts: Sequence[int], line_height: float) -> Iterator[float]:
    at = 0.0
    for count in counts:
        for _ in range(count):
            yield at
            at += line_height
        at += line_height * GAP


def _measured(paragraph: str, type_: Type, bold: bool) -> list[_Piece]:
    @cache
    def taken(text: str) -> float:
        return type_.width(text, MEASURED_AT, bold=bold) / MEASURED_AT

    return [_Piece(piece, taken(piece), taken(piece.rstrip())) for piece in pieces_of(paragraph)]


def _balanced(pieces: Sequence[_Piece], room: float) -> list[str] | None:
    """In as few lines as it takes, as equally long as may be. None when a piece is wider than a line."""
    if max(piece.bare for piece in pieces) > room:
        return None
    fewest = len(_broken(pieces, room))
    narrow, wide = room / 3, room
    for _ in range(8):
        middle = (narrow + wide) / 2
        fits = max(piece.bare for piece in pieces) <= middle and len(_broken(pieces, middle)) <= fewest
        narrow, wide = (narrow, middle) if fits else (middle, wide)
    return _broken(pieces, wide)


def _broken(pieces: Sequence[_Piece], room: float) -> list[str]:
    lines, line, taken = list[str](), "", 0.0
    for piece in pieces:
        if line and taken + piece.bare > room:
            lines.append(line.rstrip())
            line, taken = "", 0.0
        line += piece.text
        taken += piece.width
    return [*lines, line.rstrip()]


def pieces_of(paragraph: str) -> list[str]:
    """What mustn't be parted: words with the space behind them; where no spaces part words, phrases as far as a model
    of that language tells them (Japanese, Chinese, Thai)."""
    return _joined(phrase for word in _PIECE.findall(paragraph) for phrase in _phrases(word))


def _phrases(word: str) -> Iterator[str]:
    for part in _PARTS.findall(word):
        if _UNSPACED.match(part):
            yield from (shorter for phrase in _parser_for(part).parse(part) for shorter in _short(phrase))
        else:
            yield part


LONGEST_PHRASE: Final = 8
"""Clusters: a longer one is parted between any two of them, so that it fits in large letters, too."""


def _short(phrase: str) -> list[str]:
    clusters = _GRAPHEME.findall(phrase)
    is_thai = regex.search(r"\p{Thai}", phrase)
    return [phrase] if is_thai or len(clusters) <= LONGEST_PHRASE else clusters


def _joined(pieces: Iterator[str]) -> list[str]:
    """No line begins with a closing mark, a dash or a lonely sign, or ends with an opening one.
    https://www.w3.org/TR/jlreq/#line_breaking"""
    joined = list[str]()
    for piece in pieces:
        if joined and (_clings(piece, joined[-1]) or joined[-1][-1] in _NOT_LAST or _is_spaced(joined[-1], piece)):
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def _clings(piece: str, before: str) -> bool:
    return piece[0] in _NOT_FIRST or (not _LETTER.search(piece) and bool(_LETTER.search(before)))


def _is_spaced(before: str, after: str) -> bool:
    """Letters of scripts with spaces, as in 3D: they aren't parted from what stands next to them without one."""
    return not before[-1:].isspace() and not (_UNSPACED.match(before[-1]) or _UNSPACED.match(after[0]))


def _parser_for(part: str) -> Parser:
    if regex.search(r"\p{Thai}", part):
        return _parser("th")
    return _parser("ja" if regex.search(r"[\p{Hiragana}\p{Katakana}]", part) else "zh")


@cache
def _parser(language: str) -> Parser:
    """Small models, loaded when the first such text comes."""
    import budoux

    match language:
        case "th":
            return budoux.load_default_thai_parser()
        case "ja":
            return budoux.load_default_japanese_parser()
        case _:
            return budoux.load_default_simplified_chinese_parser()


def left_out(text: str) -> str:
    """The visible signs of a text that no face has, each once: they wouldn't be drawn."""
    signs = (cluster for cluster in _GRAPHEME.findall(text) if not cluster.isspace() and not drawable(cluster))
    return "".join(dict.fromkeys(sign for sign in signs if regex.search(r"[^\p{C}\p{M}]", sign)))


def has_letters(text: str) -> bool:
    """Whether there is anything to read among what can be drawn: a letter or a digit."""
    return bool(_LETTER.search(drawable(text)))
