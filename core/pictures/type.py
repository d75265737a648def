"""Words in pictures: the face for each script, runs in reading order, and text cut to a width.

Noto Sans in cuts by script and Noto Emoji, from core/pictures/fonts. What no face has (rare scripts, flags) is left out
rather than drawn as boxes. Pillow is loaded by whoever draws, not by whoever imports this.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from unicodedata import bidirectional

import regex

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

FONTS = Path(__file__).parent / "fonts"
COVERAGE = FONTS / "coverage.txt"
ELLIPSIS = "…"
LONGEST_LINE = 200
"""Characters of a text that are looked at: no picture has room for more on a line."""
MAIN = "sans"
"""Latin, Cyrillic and Greek, and the signs of all others."""
EMOJI = "emoji"
"""In one colour, like letters."""
KEYCAP = "\u20e3"

Direction = Literal["ltr", "rtl"]
Color = tuple[int, int, int]
_GRAPHEME = regex.compile(r"\X")
_SPACES = regex.compile(" +")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one face and one direction."""

    text: str
    face: str
    direction: Direction


@dataclass(slots=True)
class Type:
    """The fonts of one picture, each loaded when it is first used and freed with the picture."""

    _fonts: dict[tuple[str, int, bool], "FreeTypeFont"] = field(default_factory=dict)
    _lengths: dict[tuple[Run, int, bool], float] = field(default_factory=dict)

    def font(self, face: str, size: int, *, bold: bool = False) -> "FreeTypeFont":
        """East Asian faces and emoji have no bold one: they are drawn as they are."""
        from PIL import ImageFont

        key = (face, size, bold)
        if key not in self._fonts:
            heavy = FONTS / f"{face}-bold.woff2"
            path = heavy if bold and heavy.exists() else FONTS / f"{face}-regular.woff2"
            self._fonts[key] = ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.RAQM)
        return self._fonts[key]

    def width(self, text: str, size: int, *, bold: bool = False) -> float:
        """In pixels."""
        return sum(self._length(run, size, bold) for run in runs(text))

    def fitted(self, text: str, size: int, width: float, *, bold: bool = False, ellipsis: str = ELLIPSIS) -> str:
        """All of a text on one line, or as many characters of it as fit with an ellipsis; "" when none does."""
        clusters = _GRAPHEME.findall(_SPACES.sub(" ", drawable(text[:LONGEST_LINE])).strip())
        full = self.width("".join(clusters), size, bold=bold)
        if full <= width:
            return "".join(clusters)
        fits, low, high = "", 0, len(clusters)
        guess = int(high * width / full)
        while low < high:
            guess = min(max(guess, low + 1), high)
            cut = "".join(clusters[:guess]).rstrip() + ellipsis
            taken = self.width(cut, size, bold=bold)
            if taken <= width:
                fits, low = cut, guess
            else:
                high = guess - 1
            guess += int((width - taken) * guess / max(taken, 1.0)) or (1 if taken <= width else -1)
        return fits

    def draw(
        self,
        canvas: "ImageDraw",
        at: tuple[float, float],
        text: str,
        size: int,
        fill: Color,
        *,
        bold: bool = False,
        base: Direction | None = None,
    ) -> float:
        """Draw one line with its left end on the baseline point `at`. Gives its width. `base`: as of `runs`."""
        x, y = at
        for run in runs(text, base=base):
            font = self.font(run.face, size, bold=bold)
            canvas.text((x, y), run.text, fill=fill, font=font, anchor="ls", direction=run.direction)
            x += self._length(run, size, bold)
        return x - at[0]

    def _length(self, run: Run, size: int, bold: bool) -> float:
        """Shaping is slow, and a run is measured before it is drawn."""
        key = (run, size, bold)
        if key not in self._lengths:
            font = self.font(run.face, size, bold=bold)
            self._lengths[key] = font.getlength(run.text, direction=run.direction)
        return self._lengths[key]


def drawable(text: str) -> str:
    """One line of it, without what no face has: a cluster of characters stays or goes as a whole. Of an emoji with a
    skin, a colour or a family the first sign stays, of a key its digit."""
    clusters = (" " if cluster.isspace() else cluster for cluster in _GRAPHEME.findall(text))
    return "".join(map(_drawable_part, clusters))


def _drawable_part(cluster: str) -> str:
    if _has(EMOJI, cluster[0]) or cluster.endswith(KEYCAP):
        cluster = cluster[0]
    return cluster if all(map(_can_be_drawn, cluster)) else ""


def runs(text: str, *, base: Direction | None = None) -> list[Run]:
    """What to draw from left to right. `text` has only drawable characters.

    A small part of Unicode's bidirectional algorithm: stretches of one direction in the direction of the first strong
    character, or of the paragraph that the line is from (`base`); within a stretch the shaping library does the rest.
    """
    base = base or base_direction(text)
    stretches = []
    for direction, those in groupby(_directed(text, base), key=lambda each: each[1]):
        found = list(_faces("".join(character for character, _ in those), direction))
        stretches.append(found if direction == "ltr" else found[::-1])
    ordered = stretches if base == "ltr" else stretches[::-1]
    return [run for stretch in ordered for run in stretch]


def base_direction(text: str) -> Direction:
    """That of a paragraph's first strong character."""
    return next((found for character in text if (found := _direction(character))), "ltr")


def _direction(character: str) -> Direction | None:
    """None for signs and spaces, which take that of their neighbours. Digits are read from the left."""
    kind = bidirectional(character)
    if kind in _RIGHT_TO_LEFT:
        return "rtl"
    return "ltr" if kind in ("L", "EN", "AN") else None


def _directed(text: str, base: Direction) -> Iterator[tuple[str, Direction]]:
    """A sign between two stretches of one direction belongs to them, any other to the line."""
    own = [_direction(character) for character in text]
    before = _carried(own, base)
    after = _carried(own[::-1], base)[::-1]
    for character, left, right in zip(text, before, after, strict=True):
        yield character, left if left == right else base


def _carried(directions: list[Direction | None], first: Direction) -> list[Direction]:
    """Where there is none, the last one."""
    carried, last = [], first
    for each in directions:
        last = each or last
        carried.append(last)
    return carried


def _faces(text: str, direction: Direction) -> Iterator[Run]:
    """A character stays in the face of the one before as long as that has it."""
    face, start = "", 0
    for place, character in enumerate(text):
        if face and _has(face, character):
            continue
        if place > start:
            yield Run(text[start:place], face, direction)
        face, start = _face_of(character), place
    if text:
        yield Run(text[start:], face, direction)


def _face_of(character: str) -> str:
    return next((face for face in _coverage() if _has(face, character)), MAIN)


def _has(face: str, character: str) -> bool:
    return ord(character) in _coverage()[face]


def _can_be_drawn(character: str) -> bool:
    return any(_has(face, character) for face in _coverage())


@cache
def _coverage() -> dict[str, frozenset[int]]:
    """The characters of each face, the main one first."""
    found = {}
    for line in COVERAGE.read_text().splitlines():
        face, _, ranges = line.partition("\t")
        found[face] = frozenset(number for each in ranges.split() for number in _numbers(each))
    return found


def _numbers(ends: str) -> range:
    low, _, high = ends.partition("-")
    return range(int(low, 16), int(high or low, 16) + 1)
