"""Videos side by side, numbered like the buttons below: data in, JPEG out. No texts of its own."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from core.pictures.colors import CHATS
from core.pictures.shapes import Box, Shapes, blended
from core.pictures.type import Color, Type, drawable

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

WIDTH = 1080
"""Pixels: what a phone shows across."""
COLUMNS = 3
MARGIN, GAP, RADIUS = 24, 14, 22
TILE_WIDTH = (WIDTH - 2 * MARGIN - (COLUMNS - 1) * GAP) // COLUMNS
TILE_HEIGHT = TILE_WIDTH * 4 // 3
"""Between the 9:16 of most and the 16:9 of some."""
LABEL, LABEL_SIZE = 62, 32
STRIP = 62
"""The height of what stands under each picture."""
DISC, NUMBER_SIZE = 30, 36
TITLE_SIZE, TITLE_LINE, TITLE_LINES, PAD = 32, 42, 6, 18
WHITE: Color = (255, 255, 255)
BLACK: Color = (0, 0, 0)
HOT: Color = (255, 176, 32)
LIGHT_PAGE: Color = (238, 242, 246)
DARK_PAGE: Color = (14, 22, 33)


@dataclass(frozen=True, slots=True)
class Tile:
    """`picture` None: the title is drawn instead. `mark` stands out at the right, and may be empty."""

    number: int
    title: str
    views: str
    mark: str = ""
    picture: bytes | None = None


def tiles_jpeg(tiles: Sequence[Tile], *, label: str = "", dark: bool = False) -> bytes:
    """All tiles, three in a row. `label` runs across the top. A tenth of a second: not for an event loop.

    A picture that can't be read is as one that is missing.
    """
    from PIL import Image, ImageDraw

    rows = max(1, -(-len(tiles) // COLUMNS))
    top = MARGIN + (LABEL if label else 0)
    height = top + rows * TILE_HEIGHT + (rows - 1) * GAP + MARGIN
    image = Image.new("RGB", (WIDTH, height), DARK_PAGE if dark else LIGHT_PAGE)
    sheet = _Sheet(image, ImageDraw.Draw(image), Shapes(image), Type())
    if label:
        sheet.label(label, dark=dark)
    for place, tile in enumerate(tiles):
        row, column = divmod(place, COLUMNS)
        sheet.tile(tile, MARGIN + column * (TILE_WIDTH + GAP), top + row * (TILE_HEIGHT + GAP))
    stored = BytesIO()
    image.save(stored, "JPEG", quality=86)
    return stored.getvalue()


@dataclass(frozen=True, slots=True)
class _Sheet:
    image: "Image"
    canvas: "ImageDraw"
    shapes: Shapes
    type: Type

    def label(self, words: str, *, dark: bool) -> None:
        fitted = self.type.fitted(words, LABEL_SIZE, WIDTH - 2 * MARGIN, bold=True)
        x = (WIDTH - self.type.width(fitted, LABEL_SIZE, bold=True)) / 2
        ink = WHITE if dark else BLACK
        self.type.draw(self.canvas, (x, MARGIN + LABEL - 26), fitted, LABEL_SIZE, ink, bold=True)

    def tile(self, tile: Tile, x: int, y: int) -> None:
        box = (x, y, x + TILE_WIDTH, y + TILE_HEIGHT)
        picture = _fitted(tile.picture) if tile.picture is not None else None
        if picture is None:
            self._plain(tile, box)
        else:
            self.image.paste(picture, (x, y), self.shapes.mask(TILE_WIDTH, TILE_HEIGHT, RADIUS))
        self._strip(tile, box)
        self._number(tile.number, x + PAD + DISC, y + PAD + DISC)

    def _plain(self, tile: Tile, box: Box) -> None:
        """A colour of its own, and its title."""
        digest = hashlib.sha256(tile.title.encode()).digest()[0]
        self.shapes.rounded(box, RADIUS, blended(CHATS[digest % len(CHATS)], BLACK, 0.7))
        y = box[1] + PAD + 2 * DISC + TITLE_LINE + 8
        for line in self._lines(tile.title):
            self.type.draw(self.canvas, (box[0] + PAD, y), line, TITLE_SIZE, WHITE)
            y += TITLE_LINE

    def _lines(self, title: str) -> list[str]:
        width, found = TILE_WIDTH - 2 * PAD, [""]
        for word in drawable(title).split():
            longer = f"{found[-1]} {word}".strip()
            if self.type.width(longer, TITLE_SIZE) <= width:
                found[-1] = longer
            elif len(found) == TITLE_LINES:
                found[-1] = self.type.fitted(f"{found[-1]} {word}", TITLE_SIZE, width)
                break
            else:
                found.append(self.type.fitted(word, TITLE_SIZE, width))
        return found

    def _strip(self, tile: Tile, box: Box) -> None:
        """How often it was seen, and what stands out, on dark ground."""
        left, _, right, bottom = box
        strip = (left, bottom - STRIP, right, bottom)
        shade = self.image.crop(strip).point(lambda value: round(value * 0.28))
        self.image.paste(shade, strip[:2], self.shapes.mask(TILE_WIDTH, TILE_HEIGHT, RADIUS).crop(_foot()))
        baseline = bottom - 20
        taken = self.type.draw(self.canvas, (left + PAD, baseline), tile.views, LABEL_SIZE, WHITE, bold=True)
        mark = self.type.fitted(tile.mark, LABEL_SIZE, TILE_WIDTH - 3 * PAD - taken, bold=True)
        x = right - PAD - self.type.width(mark, LABEL_SIZE, bold=True)
        self.type.draw(self.canvas, (x, baseline), mark, LABEL_SIZE, HOT, bold=True)

    def _number(self, number: int, x: int, y: int) -> None:
        self.shapes.disc((x, y), DISC + 3, WHITE)
        self.shapes.disc((x, y), DISC, (23, 33, 43))
        width = self.type.width(str(number), NUMBER_SIZE, bold=True)
        at = (x - width / 2, y + NUMBER_SIZE * 0.36)
        self.type.draw(self.canvas, at, str(number), NUMBER_SIZE, WHITE, bold=True)


def _foot() -> Box:
    return (0, TILE_HEIGHT - STRIP, TILE_WIDTH, TILE_HEIGHT)


def _fitted(picture: bytes) -> "Image | None":
    """Its middle, in a tile's size. Upper parts of tall pictures show more than lower ones."""
    from PIL import Image, ImageOps

    try:
        with Image.open(BytesIO(picture)) as opened:
            return ImageOps.fit(opened.convert("RGB"), (TILE_WIDTH, TILE_HEIGHT), centering=(0.5, 0.4))
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
