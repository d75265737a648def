"""What is counted in scripts, checked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.providers.discovery import TranscriptLine
from core.scripts.measures import Measures, measured
from core.scripts.readability import Level, readability
from core.scripts.syllables import syllables


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", {"the": 1, "maker": 2, "baked": 1, "wanted": 2, "table": 2, "boxes": 2, "like": 1, "banana": 3}),
        ("de", {"Brot": 1, "Bäcker": 2, "kaufen": 2, "Erinnerung": 4}),
        ("es", {"camino": 3, "poesía": 4, "caos": 2, "ciudad": 2}),
        ("fr", {"bonjour": 2, "parlent": 1, "boulanger": 3}),
        ("it", {"pane": 2, "poeta": 3, "bello": 2}),
        ("ru", {"хлеб": 1, "молоко": 3, "печь": 1}),
        ("tr", {"ekmek": 2, "saat": 2}),
    ],
)
def test_syllables(language: str, words: dict[str, int]) -> None:
    assert {word: syllables(word, language) for word in words} == words


def test_flesch_by_hand() -> None:
    """6 words in 1 sentence with 6 syllables: 206.835 - 1.015 * 6 - 84.6 * 1 (Flesch 1948)."""
    found = readability(["the", "cat", "sat", "on", "the", "mat"], 1, "en")
    assert found is not None
    assert (found.formula, found.level) == ("Flesch", Level.EASY)
    assert found.score == pytest.approx(116.145)


def test_amstad_by_hand() -> None:
    """4 words, 2 sentences, 6 syllables: 180 - 2 - 58.5 * 1.5 (Amstad 1978)."""
    found = readability(["Brot", "backen", "ist", "einfach"], 2, "de")
    assert found is not None
    assert found.score == pytest.approx(180 - 2 - 58.5 * 6 / 4)


def test_lix_by_hand() -> None:
    """10 words in 2 sentences, 1 of more than six letters: 5 + 10 (Björnsson 1968)."""
    found = readability(["vi", "bakar", "bröd", "i", "en", "ugn", "och", "väntar", "tålmodigt", "nu"], 2, "sv")
    assert found is not None
    assert (found.formula, found.score, found.level) == ("LIX", 15, Level.EASY)


@pytest.mark.parametrize("language", ["zh", "ar", "hi", "und", ""])
def test_no_formula_is_made_up(language: str) -> None:
    assert readability(["word"] * 9, 1, language) is None


def test_a_text_without_a_time_takes_as_long_as_saying_it() -> None:
    found = measured("One two three four five. " * 30, "en")
    assert (found.words, found.sentences, found.spoken_s, found.timed) == (150, 30, 60, False)


def test_the_pace_of_a_video() -> None:
    lines = [TranscriptLine("one two three four", 0, 5), TranscriptLine("five six", 15, 20)]
    found = measured("one two three four five six", "en", duration_s=20, lines=lines)
    assert found.words_per_minute == 18
    assert found.pace == pytest.approx((48, 0, 0, 24))


def test_two_characters_are_a_word_where_nothing_parts_them() -> None:
    found = measured("今天我们来做面包。先准备面粉。", "zh")
    assert (found.words, found.sentences, found.unspaced, found.readability) == (7, 2, True, None)


def test_captions_without_marks_have_no_sentences() -> None:
    found = measured("so today we bake " * 60, "en")
    assert (found.words, found.sentences, found.readability) == (240, None, None)


@given(st.text(max_size=400), st.sampled_from(["en", "de", "zh", "ar", "th", "und"]), st.none() | st.floats(0, 1e4))
def test_whatever_comes_is_counted_and_comes_back_from_json(text: str, language: str, seconds: float | None) -> None:
    found = measured(text, language, duration_s=seconds)
    assert Measures.from_json(found.to_json()) == found
    assert found.words >= 0
    assert found.sentences is None or 1 <= found.sentences <= max(1, found.words)
