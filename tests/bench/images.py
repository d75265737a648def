"""Quote cards a second, beside the least that Pillow needs for a picture like it; memory over many of all scripts."""

import gc
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO

import psutil
from PIL import Image, ImageDraw, ImageFont

from core.pictures.quote import COLORS, PNG_EFFORT, CardLayout, Look, draw_quote
from core.pictures.type import FONTS
from tests.bench.figures import Figure
from tests.core.pictures.scripts import WORDS

SIZE = (1080, 1080)
CARDS = 30
ROUNDS = 2
WARM_UP, MANY = 60, 150
"""Cards of all scripts and layouts, before memory is looked at and between the two looks."""
LINES = ("Small bakeries lose", "bread every evening.", "Ours threw away a", "fifth of what it", "baked.")
MEGABYTE = 1_000_000


def main() -> list[Figure]:
    """All figures of this bench."""
    ours = max(_rate(_card) for _ in range(ROUNDS))
    bare = max(_rate(_bare) for _ in range(ROUNDS))
    each = {script: max(_rate(partial(_mixed, script=script), cards=6) for _ in range(ROUNDS)) for script in WORDS}
    slowest = min(each, key=lambda script: each[script])
    _many(WARM_UP)
    before = _memory()
    _many(MANY)
    return [
        Figure.beside("quote cards, 1080x1080, Latin", ours, "/s", reference=bare, goal=">= 0.5 x"),
        Figure(f"quote cards in the slowest script ({slowest})", each[slowest], "/s"),
        Figure(
            f"memory taken by {MANY} more cards of ten scripts", (_memory() - before) / MEGABYTE, "MB", goal="<= 8 MB"
        ),
    ]


def _rate(draw: Callable[[int], None], *, cards: int = CARDS) -> float:
    began = time.monotonic()
    for number in range(cards):
        draw(number)
    return cards / (time.monotonic() - began)


def _card(number: int) -> None:
    draw_quote(WORDS["latin"], Look(color=_color(number)), SIZE)


def _mixed(number: int, script: str) -> None:
    layout = list(CardLayout)[number % len(CardLayout)]
    draw_quote(WORDS[script], Look(layout, _color(number), name="Bakery"), SIZE)


def _many(count: int) -> None:
    scripts = list(WORDS)
    for number in range(count):
        _mixed(number, scripts[number % len(scripts)])


def _bare(number: int) -> None:
    """A ground, five lines that somebody else has broken, and the same PNG."""
    image = Image.new("RGB", SIZE, _color(number))
    ramp = Image.linear_gradient("L").resize(SIZE)
    image.paste((0, 0, 0), (0, 0, *SIZE), ramp.point(lambda share: share // 6))
    canvas, font = ImageDraw.Draw(image), ImageFont.truetype(FONTS / "sans-bold.woff2", 96)
    for row, line in enumerate(LINES):
        canvas.text((110, 340 + row * 121), line, fill=(255, 255, 255), font=font, anchor="ls")
    image.save(BytesIO(), "PNG", compress_level=PNG_EFFORT)


def _color(number: int) -> tuple[int, int, int]:
    return list(COLORS.values())[number % len(COLORS)]


def _memory() -> int:
    gc.collect()
    return int(psutil.Process().memory_info().rss)
