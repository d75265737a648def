"""Makes the fonts in core/pictures/fonts from Google's Noto Sans and Noto Emoji (SIL Open Font License 1.1). Run by
hand when they should be renewed:

    pip install fonttools brotli
    npm pack @expo-google-fonts/noto-sans ... (one per family below), each unpacked in a folder of its own in FOLDER
    python -m core.pictures.build_fonts FOLDER

A family is cut to the characters that posts are written in. coverage.txt says which are left; pictures ask there.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from core.pictures.type import COVERAGE, FONTS

WEIGHTS = {"regular": "400Regular", "bold": "700Bold"}
NAMES_KEPT = [0, 1, 2, 13, 14]
"""Copyright, family, style, licence and its address. https://learn.microsoft.com/typography/opentype/spec/name"""
PUNCTUATION = {0x20, 0xA0, 0x200C, 0x200D, 0x200E, 0x200F, 0x25CC}
SIGNS = chain(range(0x2000, 0x2070), range(0x20A0, 0x20D0), range(0x2190, 0x2194), (0x2116, 0x2122, 0x2212, 0x25CC))


@dataclass(frozen=True, slots=True)
class Cut:
    """What is kept of a family."""

    name: str
    family: str
    characters: set[int]
    weights: tuple[str, ...] = tuple(WEIGHTS)


def main(folder: Path) -> None:
    """Write the fonts, their coverage and their licence."""
    coverage = []
    for cut in _cuts():
        for weight in cut.weights:
            (source,) = folder.rglob(f"{cut.family}_{WEIGHTS[weight]}.ttf")
            kept = _cut(source, cut.characters, FONTS / f"{cut.name}-{weight}.woff2")
        coverage.append(f"{cut.name}\t{' '.join(_ranges(sorted(kept)))}")
    COVERAGE.write_text("\n".join(coverage) + "\n")
    (FONTS / "OFL.txt").write_text(_licence(folder))


def _licence(folder: Path) -> str:
    """Whose the fonts are, then the licence that all of them have."""
    parted = [each.read_text().partition("\n") for each in sorted(folder.rglob("LICENSE_FONT"))]
    return "\n".join(dict.fromkeys(owner for owner, _, _ in parted)) + "\n" + parted[0][2]


def _cut(source: Path, characters: set[int], target: Path) -> Iterable[int]:
    """Without hints, which only old screens need. Gives the characters that are left."""
    from fontTools import subset

    options = subset.Options(flavor="woff2", hinting=False, layout_features=["*"], name_IDs=NAMES_KEPT)
    font: Any = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=characters)
    cutter.subset(font)
    subset.save_font(font, str(target), options)
    return list(font.getBestCmap())


def _cuts() -> list[Cut]:
    """Latin, Cyrillic and Greek (with all its accents) together; of East Asian scripts, one weight."""
    latin = chain(range(0x20, 0x250), range(0x2B0, 0x530), range(0x1E00, 0x2000), SIGNS)
    return [
        Cut("sans", "NotoSans", set(latin)),
        Cut("arabic", "NotoSansArabic", {*range(0x600, 0x700), *range(0x750, 0x780), *PUNCTUATION}),
        Cut("hebrew", "NotoSansHebrew", {*range(0x590, 0x600), *PUNCTUATION}),
        Cut("devanagari", "NotoSansDevanagari", {*range(0x900, 0x980), *PUNCTUATION}),
        Cut("thai", "NotoSansThai", {*range(0xE00, 0xE80), *PUNCTUATION}),
        Cut("han", "NotoSansSC", _han(), ("regular",)),
        Cut("hangul", "NotoSansKR", {*_encoded("euc_kr", range(0xB0, 0xC9)), *PUNCTUATION}, ("regular",)),
        Cut("emoji", "NotoEmoji", _emoji(), ("regular",)),
    ]


def _emoji() -> set[int]:
    """Each sign by itself: neither what colours and joins them, nor the letters of flags."""
    parts = {*range(0x1F3FB, 0x1F400), *range(0x1F1E6, 0x1F200), 0x200D, 0xFE0F, 0x20E3}
    return {*range(0x2000, 0x3300), *range(0x1F000, 0x1FB00)} - parts


def _han() -> set[int]:
    """What is written most: the first levels of GB 2312, Big5 and JIS X 0208, with kana and full-width signs."""
    levels = chain(
        _encoded("gb2312", range(0xB0, 0xD8)),
        _encoded("big5", range(0xA4, 0xC7)),
        _encoded("euc_jp", range(0xB0, 0xD0)),
    )
    return {*levels, *range(0x3000, 0x3100), *range(0xFF01, 0xFF66), *PUNCTUATION}


def _encoded(charset: str, rows: Iterable[int]) -> Iterator[int]:
    """The characters in some rows of a two-byte character set."""
    for row in rows:
        for cell in range(0x40, 0xFF):
            found = bytes((row, cell)).decode(charset, errors="ignore")
            if len(found) == 1 and not found.isascii():
                yield ord(found)


def _ranges(numbers: Iterable[int]) -> Iterator[str]:
    """41-5a 61-7a"""
    start = last = -2
    for number in chain(numbers, (-2,)):
        if number != last + 1:
            if start >= 0:
                yield f"{start:x}-{last:x}" if last > start else f"{start:x}"
            start = number
        last = number


if __name__ == "__main__":
    main(Path(sys.argv[1]))
