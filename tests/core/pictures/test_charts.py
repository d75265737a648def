"""Charts: what is drawn, from nothing to too much, on light and on dark ground."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.pictures.charts import HOT, Bar, Bars, Charts, Dot, Panel, Rows, Scatter, charts_png
from core.pictures.month import DARK, LIGHT

BLUE = (36, 129, 204)


def drawn(charts: Charts) -> Image.Image:
    return Image.open(io.BytesIO(charts_png(charts))).convert("RGB")


def scatter(*dots: Dot, **more: object) -> Scatter:
    told: dict[str, object] = {"ticks": [(0.0, "1 Nov"), (1.0, "20 Nov")], "written": str, **more}
    return Scatter("Views", dots, **told)  # type: ignore[arg-type]


def seen(image: Image.Image, color: tuple[int, int, int]) -> int:
    """Pixels of exactly this colour."""
    colors = image.getcolors(image.width * image.height) or []
    return next((count for count, found in colors if found == color), 0)


@pytest.mark.parametrize("dark", [False, True])
def test_every_panel_is_drawn_in_the_chosen_light(dark: bool) -> None:
    panels: list[Panel] = [
        scatter(Dot(0, 10, BLUE), Dot(1, 90_000, BLUE, hot=True), line=500, legend=[("Short videos", BLUE)]),
        Bars("By weekday", [Bar("Mon", 1.0, "1.0×"), Bar("Tue", None, "–"), Bar("Wed", 2.5, "2.5×", HOT)], base=1),
        Rows("Formats", [Bar("Short videos", 12.0, "12"), Bar("Photos", None, "–")]),
    ]
    image = drawn(Charts("Хлеб & パン屋さん 🍞", "@baker · TikTok", panels, label="SAMPLE", dark=dark))
    theme = DARK if dark else LIGHT
    assert image.getpixel((2, 2)) == theme.page
    assert seen(image, theme.cell) > 100_000
    assert seen(image, HOT) > 1_000
    assert image.width == 1080


def test_a_report_stays_within_what_telegram_shows_in_full_width() -> None:
    week = Bars("By weekday", [Bar("Mon", 1.0, "1.0×")] * 7, base=1)
    image = drawn(Charts("Baker", "@baker", [scatter(Dot(0, 1, BLUE), legend=[("a", BLUE)]), week, week], label="S"))
    assert image.height <= 1560


def test_higher_values_stand_higher_and_zero_has_a_place() -> None:
    image = drawn(Charts("", "", [scatter(Dot(0.1, 0, BLUE), Dot(0.9, 1_000_000, HOT))]))
    rows = {color: [y for y in range(image.height) if color in row(image, y)] for color in (BLUE, HOT)}
    assert max(rows[HOT]) < min(rows[BLUE])


def row(image: Image.Image, y: int) -> set[object]:
    return {image.getpixel((x, y)) for x in range(0, image.width, 2)}


@settings(max_examples=8)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 10**12), st.booleans()), max_size=40),
    st.lists(st.none() | st.floats(0, 1e9), max_size=8),
    st.text(max_size=60),
)
def test_whatever_the_numbers_and_names_a_picture_comes(
    dots: list[tuple[float, int, bool]], bars: list[float | None], name: str
) -> None:
    panels: list[Panel] = [
        scatter(*(Dot(x, value, BLUE, hot=hot) for x, value, hot in dots), line=3.0),
        Bars(name, [Bar(name, value, name) for value in bars], base=1.0),
        Rows(name, [Bar(name, value, name) for value in bars]),
    ]
    assert drawn(Charts(name, name, panels, label=name)).width == 1080
