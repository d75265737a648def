"""A text as a voice reads it: what becomes words, what stays, and where it is cut."""

import pytest

from core.voiceovers.speakable import segments_of, speakable


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en", "Sales rose 11% to 2,400.", "Sales rose eleven percent to two thousand, four hundred."),
        ("en", "In 2026, e.g. on the 21st.", "In twenty twenty-six, for example on the twenty-first."),
        ("en", "It costs $5 at 3.5 °C.", "It costs five dollars at three point five °C."),
        (
            "de",
            "Es sind 2.400, z. B. 3,5 % mehr.",
            "Es sind zweitausendvierhundert, zum Beispiel drei Komma fünf Prozent mehr.",
        ),
        ("fr", "Ce sont 2 400 clients.", "Ce sont deux mille quatre cents clients."),
        ("es", "Son 1.250 y 21%.", "Son mil doscientos cincuenta y veintiuno por ciento."),
        ("pt-BR", "São 16 pães.", "São dezesseis pães."),
        ("ru", "Это 1%, 2% и 5%.", "Это один процент, два процента и пять процентов."),
        ("uk", "Це 5%, і т. д.", "Це п'ять відсотків, і так далі."),
        ("ar", "عدد 25.", "عدد خمسة و عشرون."),
        ("id", "Ada 12 orang, dll.", "Ada dua belas orang, dan lain-lain."),
        ("hi", "कुल 25% है", "कुल 25% है"),
        ("xx", "12 apples", "12 apples"),
    ],
)
def test_numbers_and_abbreviations_become_words_of_the_language(language: str, text: str, said: str) -> None:
    assert speakable(text, language) == said


@pytest.mark.parametrize("text", ["At 9:30 on 2026-11-22.", "GPT-4 and A4.", "Call +49 170 1234567.", "5-10 of 24/7."])
def test_what_is_more_than_a_number_stays_as_it_is(text: str) -> None:
    assert speakable(text, "en") == text


def test_links_hashtags_and_emojis_are_said_or_left_out() -> None:
    said = speakable("🎉 See https://www.example.com/a?b=1 #BreadNews", "en")
    assert said == "See example dot com Bread News"


def test_segments_end_with_sentences_and_lines() -> None:
    text = "A headline\n\n" + "Bread rises slowly in the cold. " * 30 + "\n- one point\n- another"
    segments = segments_of(text, "en")
    assert segments[0].startswith("A headline. Bread rises")
    assert all(len(segment) <= 500 and segment.endswith(".") for segment in segments)
    assert "one point. another." in segments[-1]
    assert len(segments) == 2


def test_a_sentence_without_end_is_cut_between_words_and_nothing_gets_lost() -> None:
    words = [f"word{'x' * (at % 7)}" for at in range(400)]
    segments = segments_of(" ".join(words), "en", most=120)
    assert all(len(segment) <= 120 for segment in segments)
    assert " ".join(segments).rstrip(".").split() == words


def test_what_has_no_spaces_is_cut_all_the_same() -> None:
    segments = segments_of("面包" * 300, "zh", most=100)
    assert [len(segment) for segment in segments][:6] == [100] * 6
    assert "".join(segments) == "面包" * 300


@pytest.mark.parametrize("text", ["", "🎉🎉\n\n…", "--- \n * * *"])
def test_nothing_is_made_of_what_has_no_words(text: str) -> None:
    assert segments_of(text, "en") == []
