"""A month with what is planned, as a picture: data in, PNG out. No texts of its own, no clock, no settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

from core.pictures.shapes import Box, Shapes, blended
from core.pictures.type import Color, Type

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH = 1080
"""Pixels: what a phone shows across."""
ENTRIES_IN_DAY = 3
MARGIN, GAP, PAD, RADIUS = 22, 8, 9, 16
HEAD, WEEKDAYS, DAY_NUMBER, MORE = 118, 50, 52, 32
LEGEND_LINES, LEGEND_LINE, LONGEST_LABEL, DOT, BETWEEN_LABELS = 2, 44, 300, 30, 36
LOWEST_WEEK, LOWEST_PAST_WEEK = 118, 72
HIGHEST = 1460
"""Above it, weeks with many entries show each in one line instead of two: Telegram makes what is taller smaller."""
LOOSE, TIGHT = 66, 38
"""Heights of an entry with its time above its words, and beside them."""
Sides = tuple[int, int]
"""Left and right."""
ENTRY_GAP = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """What goes out at one time, in the colour of where it goes."""

    time: str
    words: str
    color: Color


@dataclass(frozen=True, slots=True)
class Month:
    """What the picture shows. Weeks run as the place counts them; days of other months are None."""

    title: str
    subtitle: str
    weekdays: Sequence[str]
    weeks: Sequence[Sequence[date | None]]
    today: date
    entries: Mapping[date, Sequence[Entry]]
    more: Mapping[date, str]
    """For days with more entries than are shown: how many there are besides ("+2")."""
    legend: Sequence[tuple[str, Color]] = ()
    dark: bool = False
    right_to_left: bool = False


@dataclass(frozen=True, slots=True)
class Theme:
    page: Color
    cell: Color
    past: Color
    text: Color
    muted: Color
    accent: Color
    on_accent: Color
    tint: float
    """How much of its colour the ground of an entry has."""


LIGHT = Theme(
    page=(238, 242, 246),
    cell=(255, 255, 255),
    past=(246, 248, 250),
    text=(23, 33, 43),
    muted=(122, 135, 148),
    accent=(36, 129, 204),
    on_accent=(255, 255, 255),
    tint=0.15,
)
DARK = Theme(
    page=(14, 22, 33),
    cell=(27, 39, 52),
    past=(19, 29, 41),
    text=(240, 244, 248),
    muted=(126, 143, 160),
    accent=(82, 163, 230),
    on_accent=(14, 22, 33),
    tint=0.30,
)


def month_png(month: Month) -> bytes:
    """Takes a tenth of a second: not for an event loop. Characters that no font has are left out."""
    from PIL import Image, ImageDraw

    weeks, type_ = _rows(month), Type()
    labels = _labels(month, type_)
    bottom = HEAD + WEEKDAYS + sum(week.height + GAP for week in weeks) - GAP
    height = bottom + (LEGEND_LINE * (labels[-1].line + 1) if labels else 0) + MARGIN
    theme = DARK if month.dark else LIGHT
    image = Image.new("RGB", (WIDTH, height), theme.page)
    drawing = _Drawing(month, theme, type_, Shapes(image), ImageDraw.Draw(image))
    drawing.head()
    drawing.weeks(weeks)
    drawing.legend(labels, bottom)
    stored = BytesIO()
    image.save(stored, "PNG", compress_level=2)
    return stored.getvalue()


@dataclass(frozen=True, slots=True)
class _Row:
    days: Sequence[date | None]
    height: int
    entry_height: int


@dataclass(frozen=True, slots=True)
class _Label:
    """A piece of the legend: `x` from where reading begins."""

    text: str
    color: Color
    line: int
    x: int
    width: int


def _labels(month: Month, type_: Type) -> list[_Label]:
    """As many as fit into the lines of the legend."""
    labels: list[_Label] = []
    line, x = 0, MARGIN + 4
    for name, color in month.legend:
        text = type_.fitted(name, 26, LONGEST_LABEL)
        width = round(type_.width(text, 26))
        if x + DOT + width > WIDTH - MARGIN:
            line, x = line + 1, MARGIN + 4
        if line == LEGEND_LINES:
            break
        labels.append(_Label(text, color, line, x, width))
        x += DOT + width + BETWEEN_LABELS
    return labels


def _rows(month: Month) -> list[_Row]:
    """The tallest weeks are tightened until the picture isn't too high, or nothing more can be done."""
    rows = [_Row(week, _height(month, week, LOOSE), LOOSE) for week in month.weeks]
    for _ in rows:
        tallest = max(range(len(rows)), key=lambda place: (rows[place].entry_height, rows[place].height))
        if sum(row.height for row in rows) <= HIGHEST - HEAD - WEEKDAYS:
            break
        days = rows[tallest].days
        rows[tallest] = _Row(days, _height(month, days, TIGHT), TIGHT)
    return rows


def _height(month: Month, week: Sequence[date | None], entry_height: int) -> int:
    def needed(day: date) -> int:
        shown = min(len(month.entries.get(day, ())), ENTRIES_IN_DAY)
        return DAY_NUMBER + shown * (entry_height + ENTRY_GAP) + (MORE if day in month.more else 0) + PAD

    days = [day for day in week if day is not None]
    lowest = LOWEST_PAST_WEEK if days[-1] < month.today else LOWEST_WEEK
    return max(lowest, *map(needed, days))


@dataclass(frozen=True, slots=True)
class _Drawing:
    month: Month
    theme: Theme
    type: Type
    shapes: Shapes
    canvas: "ImageDraw"

    def head(self) -> None:
        month, theme = self.month, self.theme
        room = WIDTH - 2 * MARGIN
        taken = self._line(month.title, 54, (MARGIN + 4, 78), theme.text, room, bold=True)
        self._line(month.subtitle, 28, (MARGIN + 4, 78), theme.muted, room - taken - 40, far=True)
        for place, name in enumerate(month.weekdays):
            left, right = self._column(place)
            shown = self.type.fitted(name, 26, right - left)
            x = (left + right - self.type.width(shown, 26)) / 2
            self.type.draw(self.canvas, (x, HEAD + 30), shown, 26, theme.muted)

    def weeks(self, rows: Sequence[_Row]) -> None:
        top = HEAD + WEEKDAYS
        for row in rows:
            for place, day in enumerate(row.days):
                if day is not None:
                    left, right = self._column(place)
                    self._day(day, (left, top, right, top + row.height), row.entry_height)
            top += row.height + GAP

    def legend(self, labels: Sequence[_Label], top: int) -> None:
        for label in labels:
            y = top + label.line * LEGEND_LINE + LEGEND_LINE
            self.shapes.disc((self._mirrored(label.x + 10), y - 9), 10, label.color)
            self._text(label.text, 26, self._start(label.x + DOT, label.width), y, self.theme.muted)

    def _day(self, day: date, box: Box, entry_height: int) -> None:
        left, top, right, _ = box
        theme, is_past = self.theme, day < self.month.today
        self.shapes.rounded(box, RADIUS, theme.past if is_past else theme.cell)
        self._day_number(day, left, right, top)
        y = top + DAY_NUMBER
        for entry in self.month.entries.get(day, ())[:ENTRIES_IN_DAY]:
            self._entry(entry, (left + 5, y, right - 5, y + entry_height))
            y += entry_height + ENTRY_GAP
        if day in self.month.more:
            shown = self.type.fitted(self.month.more[day], 22, right - left - 2 * PAD)
            self._in_box(shown, 22, (left + PAD, right - PAD), y + 22, theme.muted)

    def _day_number(self, day: date, left: int, right: int, top: int) -> None:
        number, size, theme = str(day.day), 28, self.theme
        if day != self.month.today:
            fill = theme.muted if day < self.month.today else theme.text
            self._in_box(number, size, (left + 14, right - 14), top + 38, fill, bold=True)
            return
        x = right - 28 if self.month.right_to_left else left + 28
        self.shapes.disc((x, top + 28), 22, theme.accent)
        width = self.type.width(number, size, bold=True)
        self.type.draw(self.canvas, (x - width / 2, top + 38), number, size, theme.on_accent, bold=True)

    def _entry(self, entry: Entry, box: Box) -> None:
        left, top, right, bottom = box
        theme = self.theme
        ground = blended(entry.color, theme.cell, theme.tint)
        self.shapes.rounded(box, 9, ground)
        bar = (right - 6, top, right, bottom) if self.month.right_to_left else (left, top, left + 6, bottom)
        self.shapes.rounded(bar, 3, entry.color)
        sides = (left + PAD, right - 12) if self.month.right_to_left else (left + 12, right - PAD + 3)
        if bottom - top == LOOSE:
            self._two_lines(entry, sides, top)
        else:
            self._one_line(entry, sides, top)

    def _two_lines(self, entry: Entry, sides: Sides, top: int) -> None:
        room, fill = sides[1] - sides[0], self.theme.text
        time = self.type.fitted(entry.time, 23, room, bold=True)
        self._in_box(time, 23, sides, top + 28, fill, bold=True)
        self._in_box(self.type.fitted(entry.words, 23, room), 23, sides, top + 56, fill)

    def _one_line(self, entry: Entry, sides: Sides, top: int) -> None:
        """There is room for a few letters behind the time: more of them without an ellipsis."""
        room, fill = sides[1] - sides[0], self.theme.text
        time = self.type.fitted(entry.time, 21, room, bold=True)
        taken = round(self.type.width(time, 21, bold=True)) + 6
        rest = (sides[0], sides[1] - taken) if self.month.right_to_left else (sides[0] + taken, sides[1])
        self._in_box(time, 21, sides, top + 27, fill, bold=True)
        words = self.type.fitted(entry.words, 21, room - taken, ellipsis="")
        self._in_box(words, 21, rest, top + 27, fill)

    def _line(
        self,
        text: str,
        size: int,
        at: tuple[int, int],
        fill: Color,
        room: float,
        *,
        bold: bool = False,
        far: bool = False,
    ) -> float:
        """One line at the page's edge where reading begins, or (`far`) ends. Gives its width."""
        shown = self.type.fitted(text, size, room, bold=bold)
        width = self.type.width(shown, size, bold=bold)
        x = WIDTH - at[0] - width if far else at[0]
        self._text(shown, size, self._start(x, width), at[1], fill, bold=bold)
        return width

    def _in_box(self, text: str, size: int, sides: Sides, y: int, fill: Color, *, bold: bool = False) -> None:
        """Where reading begins: at the left side, or at the right one."""
        x = sides[1] - self.type.width(text, size, bold=bold) if self.month.right_to_left else sides[0]
        self._text(text, size, x, y, fill, bold=bold)

    def _text(self, text: str, size: int, x: float, y: int, fill: Color, *, bold: bool = False) -> None:
        self.type.draw(self.canvas, (x, y), text, size, fill, bold=bold)

    def _column(self, place: int) -> tuple[int, int]:
        """The sides of a weekday's column; where reading begins at the right, so does the week."""
        place = 6 - place if self.month.right_to_left else place
        step = (WIDTH - 2 * MARGIN + GAP) / 7
        left = MARGIN + round(place * step)
        return left, MARGIN + round((place + 1) * step) - GAP

    def _mirrored(self, x: int) -> int:
        return WIDTH - x if self.month.right_to_left else x

    def _start(self, x: float, width: float) -> float:
        """The left end of what begins `x` pixels from where reading begins."""
        return WIDTH - x - width if self.month.right_to_left else x
