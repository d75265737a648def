"""Formatting stays on its words while the text around them is cleaned."""

import pytest

from core.sources.reading import read_text
from core.telegram.content import Entity


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("A plain text with bold words.", "bold"),
        ("  \n A text that begins with bold space.", "bold"),
        ("Many\n\n\n\n\nlines before the bold word.", "bold"),
        ("Zero\u200b width\u200b before bold.", "bold"),
        ("Cafe\u0301s and a bold word.", "bold"),
        ("😀😀 emoji before bold.", "bold"),
        ("Spaces   \nat the end of a line, then bold", "bold"),
    ],
)
def test_formatting_follows_its_words(text: str, word: str) -> None:
    start = len(text[: text.index(word)].encode("utf-16-le")) // 2
    reading = read_text(text, entities=(Entity(type="bold", offset=start, length=len(word)),))
    [moved] = reading.entities
    units = reading.text.encode("utf-16-le")
    assert units[2 * moved.offset : 2 * (moved.offset + moved.length)].decode("utf-16-le") == word


def test_formatted_space_is_no_formatting() -> None:
    reading = read_text("A text that ends in space. \n ", entities=(Entity(type="bold", offset=26, length=3),))
    assert reading.entities == ()


def test_space_around_formatted_words_isnt_formatted() -> None:
    reading = read_text("A text with  bold  words.", entities=(Entity(type="bold", offset=11, length=8),))
    assert [(one.offset, one.length) for one in reading.entities] == [(13, 4)]
