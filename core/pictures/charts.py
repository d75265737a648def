"""Charts one below the other: data in, PNG out. No texts of its own, no clock, no settings.

Drawn with Pillow, as all pictures are: the house's faces know Cyrillic, Chinese and emoji and put runs into reading
order, which a plotting library would have to be taught, and a worker needn't carry one.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from core.pictures.month import DARK, LIGHT, Theme
from core.pictures.shapes import Shapes, blended
from core.pictures.type import Color, Type

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH = 1080
"""Pixels: what a phone shows across. Nothing is written smaller than 30, which is 11 where 400 are shown."""
MARGIN, GAP, PAD, RADIUS = 24, 18, 30, 24
TITLE_SIZE, SUBTITLE_SIZE, HEAD, LABEL_LINE = 54, 32, 136, 50
PANEL_TITLE, PANEL_HEAD, SMALL, VALUE = 36, 74, 30, 32
SCATTER_HEIGHT, BARS_HEIGHT, ROW_HEIGHT = 370, 190, 92
AXIS_LEFT, AXIS_BOTTOM, LEGEND_LINE = 104, 54, 56
DOT, HOT_DOT = 10, 14
BAR_RADIUS = 8
HOT: Color = (240, 140, 20)
"""What stands out, on light and on dark ground."""
LEAST_VALUE = 1.0
"""Where a logarithmic axis begins: 0 has no place on it."""


@dataclass(frozen=True, slots=True)
class Dot:
    """`x` from 0 to 1."""

    x: float
    value: float
    color: Color
    hot: bool = False


@dataclass(frozen=True, slots=True)
class Scatter:
    """Values over time, on a logarithmic axis: one hit would press all else to the ground on a plain one."""

    title: str
    dots: Sequence[Dot]
    ticks: Sequence[tuple[float, str]]
    written: Callable[[float], str]
    """How a value is written at the axis."""
    line: float | None = None
    line_label: str = ""
    legend: Sequence[tuple[str, Color]] = ()

    @property
    def height(self) -> int:
        return PANEL_HEAD + SCATTER_HEIGHT + (LEGEND_LINE if self.legend else 0) + PAD


@dataclass(frozen=True, slots=True)
class Bar:
    """`value` None: nothing can be said; `text` stands in its place."""

    label: str
    value: float | None
    text: str
    color: Color | None = None
    """None: the accent."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Standing side by side. `base` is drawn as a line across: what is usual."""

    title: str
    bars: Sequence[Bar]
    base: float | None = None

    @property
    def height(self) -> int:
        return PANEL_HEAD + BARS_HEIGHT + AXIS_BOTTOM + PAD


@dataclass(frozen=True, slots=True)
class Rows:
    """Lying one below the other, each below its label."""

    title: str
    bars: Sequence[Bar]

    @property
    def height(self) -> int:
        return PANEL_HEAD + ROW_HEIGHT * len(self.bars) + PAD // 2


Panel = Scatter | Bars | Rows


@dataclass(frozen=True, slots=True)
class Charts:
    """`label` stands above everything: what must not be overlooked."""

    title: str
    subtitle: str
    panels: Sequence[Panel]
    label: str = ""
    dark: bool = False


def charts_png(charts: Charts) -> bytes:
    """Takes a tenth of a second: not for an event loop. Characters that no font has are left out."""
    from PIL import Image, ImageDraw

    theme = DARK if charts.dark else LIGHT
    top = MARGIN + HEAD + (LABEL_LINE if charts.label else 0)
    height = top + sum(panel.height + GAP for panel in charts.panels) - GAP + MARGIN
    image = Image.new("RGB", (WIDTH, height), theme.page)
    drawing = _Drawing(theme, Type(), Shapes(image), ImageDraw.Draw(image))
    drawing.head(charts)
    for panel in charts.panels:
        drawing.panel(panel, top)
        top += panel.height + GAP
    stored = BytesIO()
    image.save(stored, "PNG", compress_level=6)
    return stored.getvalue()


@dataclass(frozen=True, slots=True)
class _Drawing:
    theme: Theme
    type: Type
    shapes: Shapes
    canvas: "ImageDraw"

    def head(self, charts: Charts) -> None:
        room, y = WIDTH - 2 * MARGIN - 8, MARGIN
        if charts.label:
            self._left(charts.label, SUBTITLE_SIZE, MARGIN + 4, y + 36, HOT, room, bold=True)
            y += LABEL_LINE
        self._left(charts.title, TITLE_SIZE, MARGIN + 4, y + 56, self.theme.text, room, bold=True)
        self._left(charts.subtitle, SUBTITLE_SIZE, MARGIN + 4, y + 106, self.theme.muted, room)

    def panel(self, panel: Panel, top: int) -> None:
        box = (MARGIN, top, WIDTH - MARGIN, top + panel.height)
        self.shapes.rounded(box, RADIUS, self.theme.cell)
        room = WIDTH - 2 * (MARGIN + PAD)
        self._left(panel.title, PANEL_TITLE, MARGIN + PAD, top + 54, self.theme.text, room, bold=True)
        match panel:
            case Scatter():
                self._scatter(panel, top + PANEL_HEAD)
            case Bars():
                self._bars(panel, top + PANEL_HEAD)
            case Rows():
                self._rows(panel, top + PANEL_HEAD)

    def _scatter(self, panel: Scatter, top: int) -> None:
        left, right = MARGIN + PAD + AXIS_LEFT, WIDTH - MARGIN - PAD - HOT_DOT
        bottom = top + SCATTER_HEIGHT - AXIS_BOTTOM
        low, high = _decades([dot.value for dot in panel.dots])

        def height_of(value: float) -> float:
            return bottom - (math.log10(max(value, LEAST_VALUE)) - low) / (high - low) * (bottom - top - HOT_DOT)

        for power in range(low, high + 1):
            level = round(height_of(10**power))
            self.canvas.line((left, level, right, level), fill=self._faint(), width=2)
            self._right(panel.written(10**power), SMALL, left - 16, level + 11, self.theme.muted)
        for place, text in panel.ticks:
            self._centered(text, SMALL, left + place * (right - left), bottom + 46, self.theme.muted, (left, right))
        if panel.line is not None:
            level = round(height_of(panel.line))
            for dash in range(left, right, 26):
                self.canvas.line((dash, level, min(dash + 14, right), level), fill=self.theme.text, width=3)
        for dot in sorted(panel.dots, key=lambda each: each.hot):
            x, y = left + dot.x * (right - left), height_of(dot.value)
            radius = HOT_DOT if dot.hot else DOT
            self.shapes.disc((round(x), round(y)), radius, HOT if dot.hot else dot.color)
        if panel.legend:
            self._legend(panel.legend, top + SCATTER_HEIGHT + 36)

    def _legend(self, legend: Sequence[tuple[str, Color]], y: int) -> None:
        x, room = MARGIN + PAD, WIDTH - MARGIN - PAD
        for text, color in legend:
            shown = self.type.fitted(text, SMALL, 340)
            width = round(self.type.width(shown, SMALL))
            if x + 34 + width > room:
                return
            self.shapes.disc((x + DOT, y - 10), DOT, color)
            self.type.draw(self.canvas, (x + 34, y), shown, SMALL, self.theme.muted)
            x += 34 + width + 34

    def _bars(self, panel: Bars, top: int) -> None:
        left, right = MARGIN + PAD, WIDTH - MARGIN - PAD
        bottom, most = top + BARS_HEIGHT, max([bar.value or 0.0 for bar in panel.bars], default=0.0)
        step = (right - left) / max(1, len(panel.bars))
        room = BARS_HEIGHT - 50
        if panel.base is not None and most > 0:
            y = round(bottom - min(1.0, panel.base / most) * room)
            self.canvas.line((left, y, right, y), fill=self._faint(), width=3)
        for place, bar in enumerate(panel.bars):
            middle = left + (place + 0.5) * step
            tall = round((bar.value or 0.0) / most * room) if most else 0
            self._standing(bar, round(middle - step * 0.36), round(middle + step * 0.36), bottom, tall)
            ink = self.theme.text if bar.value is not None else self.theme.muted
            self._over(bar.text, middle, bottom - tall - 12, ink, bold=bar.value is not None)
            self._centered(bar.label, SMALL, middle, bottom + 40, self.theme.muted, (left, right))

    def _standing(self, bar: Bar, left: int, right: int, bottom: int, tall: int) -> None:
        tall = max(tall, 4)
        color = (bar.color or self.theme.accent) if bar.value is not None else self._faint()
        self.shapes.rounded((left, bottom - tall, right, bottom), min(BAR_RADIUS, tall // 2), color)

    def _over(self, text: str, x: float, y: int, ink: Color, *, bold: bool) -> None:
        """Above a bar, and never struck through by the line of what is usual."""
        text = self.type.fitted(text, SMALL, WIDTH / 4, bold=bold)
        width = self.type.width(text, SMALL, bold=bold)
        self.canvas.rectangle((x - width / 2 - 4, y - 26, x + width / 2 + 4, y + 4), fill=self.theme.cell)
        self.type.draw(self.canvas, (x - width / 2, y), text, SMALL, ink, bold=bold)

    def _rows(self, panel: Rows, top: int) -> None:
        left, right = MARGIN + PAD, WIDTH - MARGIN - PAD
        most = max([bar.value or 0.0 for bar in panel.bars], default=0.0)
        for place, bar in enumerate(panel.bars):
            y = top + place * ROW_HEIGHT
            taken = self._right(bar.text, VALUE, right, y + 36, self.theme.text, bold=True)
            self._left(bar.label, VALUE, left, y + 36, self.theme.text, right - left - taken - 24)
            self.shapes.rounded((left, y + 50, right, y + 72), 11, self._faint())
            if bar.value is not None and most > 0:
                end = left + max(22, round(bar.value / most * (right - left)))
                self.shapes.rounded((left, y + 50, end, y + 72), 11, bar.color or self.theme.accent)

    def _faint(self) -> Color:
        return blended(self.theme.muted, self.theme.cell, 0.22)

    def _left(self, text: str, size: int, x: float, y: float, ink: Color, room: float, *, bold: bool = False) -> None:
        self.type.draw(self.canvas, (x, y), self.type.fitted(text, size, room, bold=bold), size, ink, bold=bold)

    def _right(self, text: str, size: int, x: float, y: float, ink: Color, *, bold: bool = False) -> float:
        shown = self.type.fitted(text, size, WIDTH / 2, bold=bold)
        width = self.type.width(shown, size, bold=bold)
        self.type.draw(self.canvas, (x - width, y), shown, size, ink, bold=bold)
        return width

    def _centered(
        self, text: str, size: int, x: float, y: float, ink: Color, sides: tuple[int, int], *, bold: bool = False
    ) -> None:
        """As far as it stays between the sides."""
        shown = self.type.fitted(text, size, sides[1] - sides[0], bold=bold)
        width = self.type.width(shown, size, bold=bold)
        x = min(max(x - width / 2, sides[0]), sides[1] - width)
        self.type.draw(self.canvas, (x, y), shown, size, ink, bold=bold)


def _decades(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten around all of them, at least one apart."""
    logs = [math.log10(max(value, LEAST_VALUE)) for value in values] or [0.0]
    low, high = math.floor(min(logs)), math.ceil(max(logs))
    return low, max(high, low + 1)
