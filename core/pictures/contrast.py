"""Whether letters can be read on their ground: WCAG 2.2's contrast ratio. Pure."""

from typing import Final

from core.pictures.shapes import blended
from core.pictures.type import Color

READABLE: Final = 4.5
"""https://www.w3.org/TR/WCAG22/#contrast-minimum"""
WHITE: Final[Color] = (255, 255, 255)
DARK: Final[Color] = (18, 20, 24)
BLACK: Final[Color] = (0, 0, 0)
STEPS: Final = 20


def luminance(color: Color) -> float:
    """0 black to 1 white. https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    red, green, blue = (_linear(channel / 255) for channel in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def contrast(one: Color, other: Color) -> float:
    """1 to 21. https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink_on(*grounds: Color) -> Color:
    """White, nearly black, or black: the first that can be read on all of them, else the one that can best. On one
    ground black or white always can."""
    inks = (WHITE, DARK, BLACK)
    worst = {ink: min(contrast(ink, ground) for ground in grounds) for ink in inks}
    return next((ink for ink in inks if worst[ink] >= READABLE), max(worst, key=lambda ink: worst[ink]))


def readable(color: Color, *grounds: Color) -> Color:
    """A colour brought towards the ink as far as it takes to be read on these grounds."""
    ink = ink_on(*grounds)
    shades = (blended(ink, color, step / STEPS) for step in range(STEPS + 1))
    return next((shade for shade in shades if min(contrast(shade, ground) for ground in grounds) >= READABLE), ink)
