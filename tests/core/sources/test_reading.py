"""Cleaning and describing texts."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.sources.reading import Reading, SourceKind, clean_text, read_text, title_of, word_count

ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


def test_a_text_gets_title_language_and_length() -> None:
    reading = read_text("  How to bake bread\r\n\r\nFlour, water, salt and time are all that you need.  \r\n")
    assert reading == Reading(
        kind=SourceKind.TEXT,
        title="How to bake bread",
        text="How to bake bread\n\nFlour, water, salt and time are all that you need.",
        language="en",
    )
    assert (reading.words, reading.minutes) == (14, 1)


@pytest.mark.parametrize("length", [10, 50_000])
def test_the_limits_themselves_are_accepted(length: int) -> None:
    assert len(read_text("a" * length).text) == length


@pytest.mark.parametrize(
    ("text", "code", "length", "limit"),
    [
        ("a" * 9, "source.too_short", 9, 10),
        ("a" * 50_001, "source.too_long", 50_001, 50_000),
        ("   \n\t ", "source.too_short", 0, 10),
        ("\u200b" * 500, "source.too_short", 0, 10),
        ("x" * 10_000_000, "source.too_long", 10_000_000, 50_000),
    ],
)
def test_beyond_the_limits_both_numbers_are_told(text: str, code: str, length: int, limit: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_text(text)
    assert (caught.value.error_code, caught.value.params) == (code, {"length": length, "limit": limit})


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("one\r\ntwo\rthree\u2028four\u2029five", "one\ntwo\nthree\nfour\n\nfive"),
        ("a  \nb\t\n\n\n\n\nc", "a\nb\n\nc"),
        ("nul\x00 bell\x07 del\x7f c1\x9b", "nul bell del c1"),
        ("e\u0301", "é"),
        ("pass\u00adword ze\u200bro \ufeffmark", "password zero mark"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("hidden\U000e0041\U000e0042 tags", "hidden tags"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("می‌خواهم", "می‌خواهم"),
        ("a\u200d\u200d\u200d b\u200c", "a b"),
        ("👩‍👩‍👧 🏳️‍🌈", "👩‍👩‍👧 🏳️‍🌈"),
        (ENGLAND + "!", ENGLAND + "!"),
        ("שלום עולם\nمرحبا", "שלום עולם\nمرحبا"),
        ("<b>&amp;</b> *stars* # kept", "<b>&amp;</b> *stars* # kept"),
    ],
)
def test_cleaning_keeps_what_readers_see(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


@settings(deadline=None)
@given(st.text())
def test_cleaning_twice_changes_nothing_and_the_result_can_be_stored(text: str) -> None:
    clean = clean_text(text)
    assert clean_text(clean) == clean
    assert "\0" not in clean
    assert "\n\n\n" not in clean
    assert unicodedata.is_normalized("NFC", clean)
    clean.encode()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Short line\nrest", "Short line"),
        ("# A *heading*\ntext", "A *heading*"),
        ("- first item\n- second", "first item"),
        ("\n\n  spaced   out  \n", "spaced out"),
        ("One sentence here. " + "And many more words after it. " * 5, "One sentence here."),
        ("これは文です。" + "長い文章が続きます" * 20, "これは文です。"),
        ("word " * 40, "word " * 15 + "word…"),
        ("x" * 200, "x" * 79 + "…"),
        ("###\n---", "###"),
        ("", ""),
    ],
)
def test_titles_are_a_line_a_sentence_or_whole_words(text: str, title: str) -> None:
    assert title_of(text) == title


@settings(deadline=None)
@given(st.text())
def test_titles_fit_on_one_line(text: str) -> None:
    title = title_of(clean_text(text))
    assert len(title) <= 80
    assert "\n" not in title


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("one two, three — four!", 4),
        ("don't re-enter", 2),
        ("हिन्दी में लिखा", 3),
        ("你好世界", 2),
        ("日本語 and English", 4),
        ("🎉 🎉", 0),
    ],
)
def test_words_are_counted_in_many_scripts(text: str, count: int) -> None:
    assert word_count(text) == count


def test_a_thousand_words_take_five_minutes() -> None:
    assert read_text("word " * 1000).minutes == 5


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Завтра мы поговорим о том, как печь хлеб дома.", "ru"),
        ("Mañana hablaremos de cómo hacer pan en casa.", "es"),
        ("سنتحدث غدا عن كيفية خبز الخبز في المنزل", "ar"),
    ],
)
def test_the_language_is_found(text: str, language: str) -> None:
    assert read_text(text).language == language


def test_a_given_title_wins_and_is_cleaned() -> None:
    assert read_text("Some text to read", title=" My\u200b title ").title == "My title"
    assert read_text("Some text to read", title=" \u200b ").title == "Some text to read"
