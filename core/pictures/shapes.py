"""Smooth rounded boxes: Pillow's own have steps at their edges."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.pictures.type import Color

if TYPE_CHECKING:
    from PIL.Image import Image

FINER = 4
Box = tuple[int, int, int, int]
"""Left, top, right, bottom; the last two lie outside."""


@dataclass(slots=True)
class Shapes:
    """Draws on one picture. Masks are kept: a calendar has many boxes of few sizes."""

    image: "Image"
    _masks: dict[tuple[int, int, int], "Image"] = field(default_factory=dict)

    def rounded(self, box: Box, radius: int, fill: Color) -> None:
        left, top, right, bottom = box
        self.image.paste(fill, box, self.mask(right - left, bottom - top, radius))

    def disc(self, center: tuple[int, int], radius: int, fill: Color) -> None:
        x, y = center
        self.rounded((x - radius, y - radius, x + radius, y + radius), radius, fill)

    def mask(self, width: int, height: int, radius: int) -> "Image":
        """A box with round corners, to paste through; kept."""
        from PIL import Image, ImageDraw

        key = (width, height, radius)
        if key not in self._masks:
            large = Image.new("L", (2 * radius * FINER, 2 * radius * FINER), 0)
            ImageDraw.Draw(large).ellipse((0, 0, large.width - 1, large.height - 1), fill=255)
            disc = large.resize((2 * radius, 2 * radius), Image.Resampling.BOX)
            self._masks[key] = _cornered(disc, width, height, radius)
        return self._masks[key]


def _cornered(disc: "Image", width: int, height: int, radius: int) -> "Image":
    """A full box with the quarters of a disc in its corners."""
    from PIL import Image

    mask = Image.new("L", (width, height), 255)
    for x in (0, 1):
        for y in (0, 1):
            quarter = disc.crop((x * radius, y * radius, (x + 1) * radius, (y + 1) * radius))
            mask.paste(quarter, (x * (width - radius), y * (height - radius)))
    return mask


def blended(color: Color, ground: Color, share: float) -> Color:
    """`share` of a colour laid over a ground."""
    red, green, blue = (round(c * share + g * (1 - share)) for c, g in zip(color, ground, strict=True))
    return red, green, blue
