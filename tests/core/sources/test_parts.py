"""What was got out of a file as sources that fit, several as one, and subtitles as a text."""

import pytest

from core.errors import InvalidInput
from core.sources.files import read_file
from core.sources.papers import Words
from core.sources.parts import PARTS_MOST, combined, readings_of
from core.sources.reading import MAX_CHARACTERS, SourceKind
from core.sources.subtitles import said_in

SENTENCE = "The harbour wakes at five, when the boats come back. "
CUES = """WEBVTT

00:01.000 --> 00:03.000
Bread needs time.

00:03.200 --> 00:05.000
Bread needs time. And it shows.

00:09.000 --> 00:11.000
Flour is cheap.
"""


@pytest.mark.parametrize(
    ("caption", "title", "name", "expected"),
    [
        ("Our morning", "Told title", "a.pdf", ("Our morning", "Bread needs time, and it shows.")),
        ("", "Told title", "a.pdf", ("Told title", "Bread needs time, and it shows.")),
        ("", "", "our_best bread.pdf", ("our best bread", "Bread needs time, and it shows.")),
        ("", "", "", ("Bread needs time, and it shows.", "Bread needs time, and it shows.")),
        ("Two\nlines.", "", "a.pdf", ("a", "Two\nlines.\n\nBread needs time, and it shows.")),
    ],
)
def test_it_is_called_by_what_tells_most(caption: str, title: str, name: str, expected: tuple[str, str]) -> None:
    words = Words("Bread needs time, and it shows.", title)
    (reading,) = readings_of(words, kind=SourceKind.FILE, name=name, caption=caption)
    assert (reading.title, reading.text) == expected


def test_what_is_said_is_called_by_how_it_begins() -> None:
    words = Words("Hello. This is a longer thought about the bread that we bake every morning in Porto.")
    (reading,) = readings_of(words, kind=SourceKind.AUDIO)
    assert reading.title == "Hello. This is a longer thought about the bread that we…"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (SENTENCE * 1_200, 2),
        (SENTENCE * 12_000, PARTS_MOST),
        ("word " * 12_000, 2),
        ("語" * (MAX_CHARACTERS + 5_000), 2),
    ],
)
def test_a_long_text_is_parted_at_good_places_and_nothing_of_it_is_lost(text: str, parts: int) -> None:
    readings = readings_of(Words(text), kind=SourceKind.FILE, name="book.pdf")
    assert len(readings) == parts
    assert all(len(each.text) <= MAX_CHARACTERS for each in readings)
    assert [each.title for each in readings[:2]] == ["book", "book (2)"]
    together = "".join("".join(each.text.split()) for each in readings)
    assert "".join(text.split()).startswith(together)
    if parts < PARTS_MOST:
        assert together == "".join(text.split())


@pytest.mark.parametrize(
    ("kind", "code"), [(SourceKind.AUDIO, "source.nothing_said"), (SourceKind.FILE, "source.no_words")]
)
def test_nothing_is_no_source(kind: SourceKind, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        readings_of(Words(" \n"), kind=kind)
    assert refused.value.error_code == code


def test_several_are_one_text_with_their_titles() -> None:
    reading = combined([("Bread", "Bread needs time."), ("Salt", "It is cheap.\nAnd good.")])
    assert (reading.kind, reading.title) == (SourceKind.COMBINED, "Bread + Salt")
    assert reading.text == "Bread needs time.\n\nSalt\n\nIt is cheap.\nAnd good."


def test_subtitles_are_what_is_said_once() -> None:
    assert said_in(CUES) == "Bread needs time. And it shows.\n\nFlour is cheap."
    assert read_file("Our film.vtt", CUES.encode()).title == "Our film"


@pytest.mark.parametrize("content", [b"WEBVTT\n", b"no cues at all here"])
def test_subtitles_without_words_are_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_file("a.srt", content)
    assert refused.value.error_code == "source.no_words"
