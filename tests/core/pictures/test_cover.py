"""Covers of episodes: the sizes that Telegram and Apple take, for titles of any length and script."""

from io import BytesIO

import pytest
from PIL import Image

from core.pictures.cover import SIZE, THUMBNAIL_SIZE, draw_cover

THUMBNAIL_BYTES = 200_000
"""https://core.telegram.org/bots/api#sendaudio"""


@pytest.mark.parametrize("title", ["", "Rain", "a" * 120, "word " * 24, "明天的城市学会喝雨水" * 6, "🌧", "<b>&"])
def test_a_cover_has_its_sizes_whatever_the_title(title: str) -> None:
    cover = draw_cover(title, "Clara & Theo")
    picture, thumbnail = Image.open(BytesIO(cover.picture)), Image.open(BytesIO(cover.thumbnail))
    assert (picture.format, picture.size) == ("JPEG", (SIZE, SIZE))
    assert (thumbnail.format, thumbnail.size) == ("JPEG", (THUMBNAIL_SIZE, THUMBNAIL_SIZE))
    assert len(cover.thumbnail) < THUMBNAIL_BYTES


def test_titles_are_told_apart() -> None:
    assert draw_cover("Rain", "").picture != draw_cover("Snow", "").picture
