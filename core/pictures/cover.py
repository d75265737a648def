"""The cover of an episode: its title and who speaks, on a colour of its own. Data in, JPEG out."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from core.pictures.colors import CHATS
from core.pictures.shapes import Shapes, blended
from core.pictures.type import Color, Type, drawable

if TYPE_CHECKING:
    from PIL.Image import Image

SIZE = 1400
"""Pixels: the least that Apple takes. https://podcasters.apple.com/support/896"""
THUMBNAIL_SIZE = 320
"""https://core.telegram.org/bots/api#sendaudio"""
MARGIN = 120
TITLE_SIZES = (150, 124, 100, 82)
TITLE_LINES = 6
NAMES_SIZE, NAMES_BASELINE = 64, SIZE - 140
LINE_HEIGHT = 1.22
BARS = (0.35, 0.7, 1.0, 0.55, 0.85, 0.45, 0.75, 0.3)
BAR_WIDTH, BAR_GAP, BAR_HEIGHT, BARS_MIDDLE = 34, 22, 150, 250
INK: Color = (255, 255, 255)
BLACK: Color = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Cover:
    """JPEGs: for players and feeds, and the small one that Telegram shows beside the audio."""

    picture: bytes
    thumbnail: bytes


def draw_cover(title: str, names: str) -> Cover:
    """The same title has the same colour. Blocking; about a tenth of a second."""
    from PIL import Image, ImageDraw

    ground = _ground(title)
    image = Image.new("RGB", (SIZE, SIZE), ground)
    canvas, type_ = ImageDraw.Draw(image), Type()
    _draw_bars(Shapes(image), blended(INK, ground, 0.85))
    size, found = _set(title, type_)
    height = size * LINE_HEIGHT
    y = 460 + (NAMES_BASELINE - NAMES_SIZE - 460 - height * len(found)) / 2 + size
    for line in found:
        type_.draw(canvas, (MARGIN, y), line, size, INK, bold=True)
        y += height
    shown = type_.fitted(names, NAMES_SIZE, SIZE - 2 * MARGIN)
    type_.draw(canvas, (MARGIN, NAMES_BASELINE), shown, NAMES_SIZE, blended(INK, ground, 0.8))
    small = image.resize((THUMBNAIL_SIZE, THUMBNAIL_SIZE), Image.Resampling.LANCZOS)
    return Cover(_jpeg(image), _jpeg(small))


def _ground(title: str) -> Color:
    """Dark enough for white letters."""
    number = hashlib.sha256(title.encode()).digest()[0]
    return blended(CHATS[number % len(CHATS)], BLACK, 0.72)


def _draw_bars(shapes: Shapes, color: Color) -> None:
    """A voice, as players draw it."""
    x = MARGIN
    for share in BARS:
        half = max(BAR_WIDTH // 2, int(BAR_HEIGHT * share))
        shapes.rounded((x, BARS_MIDDLE - half, x + BAR_WIDTH, BARS_MIDDLE + half), BAR_WIDTH // 2, color)
        x += BAR_WIDTH + BAR_GAP


def _set(title: str, type_: Type) -> tuple[int, list[str]]:
    """The largest size at which all of the title has room, else the smallest with its beginning."""
    for size in TITLE_SIZES:
        found = _broken(title, size, type_)
        if len(found) <= TITLE_LINES and size * LINE_HEIGHT * len(found) <= SIZE - 900 + size:
            return size, found
    return size, found[:TITLE_LINES]


def _broken(title: str, size: int, type_: Type) -> list[str]:
    """In lines between words; a word that is longer than a line, and text without spaces, between characters."""
    found, rest = list[str](), drawable(title).split()
    while rest and len(found) <= TITLE_LINES:
        count = _fitting([f"{word} " for word in rest], size, type_)
        line = " ".join(rest[:count])
        rest = rest[count:]
        if count == 1 and (cut := _fitting(list(line), size, type_)) < len(line):
            line, rest = line[:cut], [line[cut:], *rest]
        found.append(line)
    return found


def _fitting(pieces: list[str], size: int, type_: Type) -> int:
    """How many of them fit on a line: at least one."""
    count = len(pieces)
    while count > 1 and type_.width("".join(pieces[:count]).strip(), size, bold=True) > SIZE - 2 * MARGIN:
        count -= 1
    return count


def _jpeg(image: "Image") -> bytes:
    file = BytesIO()
    image.save(file, "JPEG", quality=88)
    return file.getvalue()
