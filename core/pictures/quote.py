"""Quote cards: words set in a colour, with a name and a logo. Data in, PNG out; nothing of it is made by a model.

Three layouts in three shapes. Letters can always be read on their ground (core/pictures/contrast.py), and all of the
words are there in letters of at least `LEAST`, or nothing is drawn.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING, Final

from core.errors import InvalidInput
from core.pictures.contrast import BLACK, DARK, READABLE, WHITE, contrast, ink_on, readable
from core.pictures.setting import Block, block_in, has_letters, left_out
from core.pictures.shapes import Shapes, blended
from core.pictures.type import Color, Type, base_direction, drawable

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

Size = tuple[int, int]
LARGEST: Final = 148
LEAST: Final = 34
"""Of a card 1,080 wide: as 12 points on a phone, as small as running text may be."""
STEP: Final = 0.94
LOGO_PIXELS_MOST: Final = 4_000_000
FADING: Final = (0.16, 0.08, 0.04, 0.0)
LOGO_SHOWN: Final = 3.0
"""The contrast to its ground that a logo needs; with less it stands on a plate.
https://www.w3.org/TR/WCAG22/#non-text-contrast"""
QUOTE_MARK: Final = "“"
PNG_EFFORT: Final = 4


class CardLayout(StrEnum):
    BOLD = "bold"
    """On a full colour."""
    PAPER = "paper"
    """Dark on light, with a bar of the colour."""
    FRAME = "frame"
    """In the middle of a dark ground, in a frame."""


COLORS: Final[dict[str, Color]] = {
    "blue": (37, 99, 235),
    "teal": (13, 128, 120),
    "green": (22, 128, 61),
    "amber": (245, 176, 20),
    "red": (205, 38, 38),
    "pink": (214, 40, 122),
    "violet": (109, 40, 217),
    "graphite": (51, 59, 72),
}
"""What can be chosen without a brand."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a card looks. `name` stands under the words; `logo` is a PNG or JPEG. `accent`: of bar and frame, when it is
    another colour."""

    layout: CardLayout = CardLayout.BOLD
    color: Color = COLORS["blue"]
    accent: Color | None = None
    name: str = ""
    logo: bytes | None = None


@dataclass(frozen=True, slots=True)
class QuoteCard:
    """A PNG. `left_out`: signs that no font of ours has, and that aren't on it."""

    png: bytes
    width: int
    height: int
    left_out: str


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What is drawn on: lengths are given for a card 1,080 wide, and the words' edges by their direction."""

    image: "Image"
    canvas: "ImageDraw"
    type: Type
    unit: float
    look: Look

    def px(self, length: float) -> int:
        return round(length * self.unit)

    @property
    def width(self) -> int:
        return self.image.width

    @property
    def height(self) -> int:
        return self.image.height


def draw_quote(words: str, look: Look, size: Size) -> QuoteCard:
    """All of the words on one card. Blocking; some hundredths of a second.

    Raises InvalidInput "card.too_long" or "card.nothing_to_set" (no letter that our fonts have).
    """
    from PIL import Image, ImageDraw

    if not has_letters(words):
        raise InvalidInput("card.nothing_to_set")
    image = Image.new("RGB", size)
    sheet = _Sheet(image, ImageDraw.Draw(image), Type(), min(size) / 1080, look)
    _LAYOUTS[look.layout](sheet, words)
    stored = BytesIO()
    image.save(stored, "PNG", compress_level=PNG_EFFORT)
    return QuoteCard(stored.getvalue(), *size, left_out=left_out(words + look.name))


def fits(words: str, look: Look, size: Size) -> bool:
    """Whether all of the words have room on such a card. Blocking."""
    unit = min(size) / 1080
    left, top, right, bottom = _text_box(look, size, unit)
    return block_in(words, right - left, bottom - top, Type(), sizes_of(unit)[-1:]) is not None


def sizes_of(unit: float) -> list[int]:
    """Falling."""
    found, size = [LARGEST * unit], LARGEST * unit
    while size * STEP > LEAST * unit:
        size *= STEP
        found.append(size)
    return [*dict.fromkeys(int(each) for each in found), round(LEAST * unit)]


def _text_box(look: Look, size: Size, unit: float) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of where words may be. The foot is kept for the name and the logo."""
    width, height = size
    margin = 110 * unit
    foot = 210 * unit if look.name or look.logo else 120 * unit
    match look.layout:
        case CardLayout.BOLD:
            return margin, 250 * unit, width - margin, height - foot
        case CardLayout.PAPER:
            return margin + 30 * unit, 120 * unit, width - margin - 30 * unit, height - foot
        case CardLayout.FRAME:
            return 130 * unit, 190 * unit, width - 130 * unit, height - max(foot, 190 * unit)


def _block(sheet: _Sheet, words: str) -> tuple[Block, tuple[float, float, float, float]]:
    box = _text_box(sheet.look, (sheet.width, sheet.height), sheet.unit)
    left, top, right, bottom = box
    block = block_in(words, right - left, bottom - top, sheet.type, sizes_of(sheet.unit))
    if block is None:
        raise InvalidInput("card.too_long", characters=len(words))
    return block, box


def _bold(sheet: _Sheet, words: str) -> None:
    color = sheet.look.color
    deep, ink = shade_of(color)
    _gradient(sheet, color, deep)
    block, (left, top, right, bottom) = _block(sheet, words)
    _mark(sheet, block, (left, right), sheet.px(262), blended(ink, color, 0.42))
    _words(sheet, block, (left, top, right, bottom), ink)
    _foot(sheet, block, (left, right), readable(blended(ink, deep, 0.82), deep), deep)


def _paper(sheet: _Sheet, words: str) -> None:
    color, ground = sheet.look.color, blended(sheet.look.color, (253, 252, 249), 0.05)
    sheet.image.paste(ground, (0, 0, sheet.width, sheet.height))
    block, (left, top, right, bottom) = _block(sheet, words)
    first = _words(sheet, block, (left, top, right, bottom), DARK)
    bar = sheet.px(14)
    x = left - sheet.px(56) if block.base == "ltr" else right + sheet.px(56) - bar
    y = round(first - block.size * 0.86)
    end = round(first + block.rises[-1] + block.size * 0.28)
    accent = sheet.look.accent or color
    Shapes(sheet.image).rounded((round(x), y, round(x) + bar, max(end, y + bar)), bar // 2, accent)
    _foot(sheet, block, (left, right), readable(accent, ground), ground)


def _frame(sheet: _Sheet, words: str) -> None:
    ground = blended(sheet.look.color, (13, 15, 19), 0.2)
    accent = readable(sheet.look.accent or sheet.look.color, ground)
    sheet.image.paste(ground, (0, 0, sheet.width, sheet.height))
    inset, line = sheet.px(64), max(2, sheet.px(4))
    shapes, box = Shapes(sheet.image), (inset, inset, sheet.width - inset, sheet.height - inset)
    shapes.rounded(box, sheet.px(28), accent)
    inner = (box[0] + line, box[1] + line, box[2] - line, box[3] - line)
    shapes.rounded(inner, sheet.px(28) - line, ground)
    block, area = _block(sheet, words)
    _break_with_mark(sheet, inset, accent, ground)
    _words(sheet, block, area, ink_on(ground), centered=True)
    _centered_foot(sheet, inset, accent, ground)


def shade_of(color: Color) -> tuple[Color, Color]:
    """What a full colour fades into, and the ink that can be read on both: of some greys, they can't fade."""
    shades = (blended(BLACK, color, share) for share in FADING)
    found = ((shade, ink_on(color, shade)) for shade in shades)
    return next((deep, ink) for deep, ink in found if min(contrast(ink, color), contrast(ink, deep)) >= READABLE)


def _gradient(sheet: _Sheet, above: Color, below: Color) -> None:
    from PIL import Image

    ramp = Image.linear_gradient("L").resize((1, sheet.height)).resize((sheet.width, sheet.height))
    sheet.image.paste(above, (0, 0, sheet.width, sheet.height))
    sheet.image.paste(below, (0, 0, sheet.width, sheet.height), ramp)


def _mark(sheet: _Sheet, block: Block, sides: tuple[float, float], baseline: int, fill: Color) -> None:
    """The opening mark, over the words' beginning."""
    size = sheet.px(260)
    sign = QUOTE_MARK if block.base == "ltr" else "”"
    width = sheet.type.width(sign, size, bold=True)
    x = sides[0] - sheet.px(8) if block.base == "ltr" else sides[1] + sheet.px(8) - width
    sheet.type.draw(sheet.canvas, (x, baseline), sign, size, fill, bold=True)


def _words(
    sheet: _Sheet, block: Block, box: tuple[float, float, float, float], ink: Color, *, centered: bool = False
) -> float:
    """In the middle of the box's height. Gives the first baseline."""
    left, top, right, bottom = box
    first = top + (bottom - top - block.height) / 2 + block.size * 0.84
    for line, rise in zip(block.lines, block.rises, strict=True):
        width = sheet.type.width(line, block.size, bold=block.bold)
        x = left if block.base == "ltr" else right - width
        x = (left + right - width) / 2 if centered else x
        at = (x, first + rise)
        sheet.type.draw(sheet.canvas, at, line, block.size, ink, bold=block.bold, base=block.base)
    return first


def _foot(sheet: _Sheet, block: Block, sides: tuple[float, float], ink: Color, ground: Color) -> None:
    """The name on the side where lines begin, the logo on the other."""
    left, right = sides
    baseline, size = sheet.height - sheet.px(96), sheet.px(42)
    taken = _logo(sheet, (right if block.base == "ltr" else left), baseline, ground, at_right=block.base == "ltr")
    name = sheet.type.fitted(sheet.look.name, size, right - left - taken - sheet.px(40))
    if name:
        x = left if block.base == "ltr" else right - sheet.type.width(name, size)
        sheet.type.draw(sheet.canvas, (x, baseline), name, size, ink, base=base_direction(name))


def _break_with_mark(sheet: _Sheet, inset: int, fill: Color, ground: Color) -> None:
    """The mark stands in a gap of the frame."""
    size = sheet.px(190)
    width = sheet.type.width(QUOTE_MARK, size, bold=True)
    middle, half = sheet.width / 2, width / 2 + sheet.px(26)
    sheet.image.paste(ground, (round(middle - half), inset - 2, round(middle + half), inset + sheet.px(8)))
    at = (middle - width / 2, inset + sheet.px(114))
    sheet.type.draw(sheet.canvas, at, QUOTE_MARK, size, fill, bold=True)


def _centered_foot(sheet: _Sheet, inset: int, ink: Color, ground: Color) -> None:
    look, size = sheet.look, sheet.px(40)
    bottom = sheet.height - inset
    name = sheet.type.fitted(look.name, size, sheet.width - 2 * inset - sheet.px(160))
    if name:
        half = sheet.type.width(name, size) / 2 + sheet.px(26)
        middle = sheet.width / 2
        sheet.image.paste(ground, (round(middle - half), bottom - sheet.px(8), round(middle + half), bottom + 2))
        at = (middle - half + sheet.px(26), bottom + size * 0.32)
        sheet.type.draw(sheet.canvas, at, name, size, ink, base=base_direction(name))
    if look.logo is not None:
        _logo(sheet, sheet.width / 2, bottom - sheet.px(46), ground, at_right=None)


def _logo(sheet: _Sheet, x: float, baseline: float, ground: Color, *, at_right: bool | None) -> float:
    """With its foot on the baseline; `x` is its right or left edge, or (None) its middle. Gives the room that it
    takes."""
    if sheet.look.logo is None:
        return 0.0
    logo = opened_logo(sheet.look.logo)
    high, wide = sheet.px(88), sheet.px(330)
    scale = min(high / logo.height, wide / logo.width)
    logo = logo.resize((max(1, round(logo.width * scale)), max(1, round(logo.height * scale))))
    left = round(x - logo.width if at_right else x if at_right is False else x - logo.width / 2)
    top = round(baseline + sheet.px(14) - logo.height)
    plate = _plate_for(logo, ground)
    if plate is not None:
        edge = sheet.px(14)
        box = (left - edge, top - edge, left + logo.width + edge, top + logo.height + edge)
        Shapes(sheet.image).rounded(box, sheet.px(14), plate)
    sheet.image.paste(logo, (left, top), logo)
    return float(logo.width)


def opened_logo(content: bytes) -> "Image":
    """With its transparency. Raises InvalidInput "picture.unreadable"."""
    from PIL import Image

    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as opened:
            if opened.width * opened.height > LOGO_PIXELS_MOST:
                raise InvalidInput("picture.unreadable")
            return opened.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as exc:
        raise InvalidInput("picture.unreadable") from exc


def _plate_for(logo: "Image", ground: Color) -> Color | None:
    """What a logo stands on that would hardly be seen on the ground."""
    from PIL.ImageStat import Stat

    red, green, blue = map(round, Stat(logo.convert("RGB"), logo.getchannel("A").point(lambda a: 255 * (a > 40))).mean)
    color: Color = (red, green, blue)
    if contrast(color, ground) >= LOGO_SHOWN:
        return None
    return WHITE if contrast(color, WHITE) >= contrast(color, DARK) else DARK


_LAYOUTS: Final[dict[CardLayout, Callable[[_Sheet, str], None]]] = {
    CardLayout.BOLD: _bold,
    CardLayout.PAPER: _paper,
    CardLayout.FRAME: _frame,
}
NAME_CHARACTERS: Final = 60


def shown_name(name: str) -> str:
    """As a card has room for it."""
    return drawable(name)[:NAME_CHARACTERS].strip()
