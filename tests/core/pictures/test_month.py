"""The picture of a month."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from PIL import Image

from core.pictures.month import DARK, LIGHT, WIDTH, Entry, Month, month_png
from core.when.choices import month_grid

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RED, BLUE = (220, 40, 40), (30, 110, 220)


def month(
    entries: dict[int, int],
    *,
    language: str = "en",
    zone: str = "Europe/Berlin",
    dark: bool = False,
    words: str = "Bread",
) -> Month:
    """November 2026 with so many entries on each of some days."""
    grid = month_grid(date(2026, 11, 1), now=NOW, zone=zone, language=language)
    days = {date(2026, 11, day): count for day, count in entries.items()}
    return Month(
        title=grid.title,
        subtitle="3 posts",
        weekdays=grid.weekdays,
        weeks=[[cell.day if cell else None for cell in week] for week in grid.weeks],
        today=date(2026, 11, 21),
        entries={
            day: [Entry(f"{9 + n}:30", words, RED if n else BLUE) for n in range(count)] for day, count in days.items()
        },
        more={day: f"+{count - 3}" for day, count in days.items() if count > 3},
        legend=[("Telegram", BLUE)],
        dark=dark,
        right_to_left=language in ("ar", "he"),
    )


def drawn(shown: Month) -> Image.Image:
    return Image.open(BytesIO(month_png(shown))).convert("RGB")


def colors(image: Image.Image) -> set[tuple[int, ...]]:
    found = image.getcolors(maxcolors=1_000_000)
    assert found is not None
    return {color for _, color in found if isinstance(color, tuple)}


def test_it_is_as_wide_as_a_phone_and_shows_todays_mark() -> None:
    image = drawn(month({24: 2}))
    assert image.width == WIDTH
    assert image.height < 1_600
    assert {LIGHT.page, LIGHT.cell, LIGHT.past, LIGHT.accent, RED, BLUE} <= colors(image)


def test_an_empty_month_is_still_a_month() -> None:
    found = colors(drawn(month({})))
    assert LIGHT.cell in found
    assert RED not in found


def test_at_night_it_is_dark() -> None:
    image = drawn(month({24: 2}, dark=True))
    assert {DARK.page, DARK.cell, DARK.accent} <= colors(image)
    assert image.getpixel((2, 2)) == DARK.page


def test_a_month_full_of_posts_isnt_too_high_for_telegram() -> None:
    """Telegram's own limit for a photo is a ratio of 20; what a phone shows well ends far before."""
    assert drawn(month(dict.fromkeys(range(1, 31), 9))).height < 1_700


def test_where_reading_begins_at_the_right_the_month_does_too() -> None:
    """The 21st is a Saturday: the first day of an Egyptian week, the last but one of a German one."""
    image = drawn(month({}, language="ar", zone="Africa/Cairo"))
    german = drawn(month({}, language="de"))
    assert _middle_of_mark(image) > WIDTH * 0.85
    assert WIDTH * 0.7 < _middle_of_mark(german) < WIDTH * 0.85


@pytest.mark.parametrize("words", ["", "🎉🎉🎉", "\x00\n\t", "a" * 4_000, "‮abc‬", "خبز iPhone 日本"])
def test_any_words_can_stand_in_it(words: str) -> None:
    assert drawn(month({24: 3}, words=words)).width == WIDTH


def _middle_of_mark(image: Image.Image) -> float:
    marked = [
        x for x in range(image.width) for y in range(0, image.height, 7) if image.getpixel((x, y)) == LIGHT.accent
    ]
    return sum(marked) / len(marked)
