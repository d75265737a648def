import pytest

from core import languages


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The bakery opens at six every morning.", "en"),
        ("Die Bäckerei öffnet jeden Morgen um sechs.", "de"),
        ("La panadería abre a las seis cada mañana.", "es"),
        ("A padaria abre às seis todas as manhãs.", "pt"),
        ("La boulangerie ouvre à six heures chaque matin.", "fr"),
        ("Пекарня открывается каждое утро в шесть.", "ru"),
        ("Пекарня відчиняється щоранку о шостій.", "uk"),
        ("يفتح المخبز أبوابه كل صباح في السادسة.", "ar"),
        ("बेकरी हर सुबह छह बजे खुलती है।", "hi"),
        ("Toko roti itu buka setiap pagi pukul enam.", "id"),
        ("面包店每天早上六点开门。", "zh"),
        ("パン屋は毎朝六時に開きます。", "ja"),
    ],
)
def test_a_sentence_is_enough_to_tell_the_language(text: str, code: str) -> None:
    assert languages.detect(text).code == code


@pytest.mark.parametrize("text", ["", "12345", "😀 ★ 12 €", "https://example.com/das-ist-ein-deutscher-satz", "AI"])
def test_what_has_no_words_has_no_known_language(text: str) -> None:
    assert languages.detect(text).code == languages.UNKNOWN


@pytest.mark.parametrize("text", ["baking at noon", "door does.", "Sale ends Sunday", "and at noon. The"])
def test_a_few_words_are_in_the_language_that_is_expected_or_in_none(text: str) -> None:
    assert languages.detect(text, expected="en").code in ("en", languages.UNKNOWN)


def test_what_is_expected_doesnt_hide_another_language() -> None:
    assert languages.detect("Пекарня открывается утром.", expected="en").code == "ru"
    assert languages.detect("Die Bäckerei öffnet jeden Morgen um sechs.", expected="en").code == "de"


def test_links_tags_and_handles_are_no_evidence() -> None:
    text = "https://example.com/the-best-recipes-of-the-year #foodie Das ist unser neues Brot, und es schmeckt @theguys"
    assert languages.detect(text).code == "de"


def test_names_are_given_in_the_reader_s_language() -> None:
    assert languages.name("de") == "German"
    assert languages.name("de", shown_in="de") == "Deutsch"
    assert languages.name("pt-BR", shown_in="en") == "Portuguese (Brazil)"
    assert languages.name("pt_BR", shown_in="zz") == "Portuguese (Brazil)"
    assert languages.name("not a tag") == "not a tag"


def test_writing_direction_follows_the_language_not_the_region() -> None:
    assert languages.is_right_to_left("ar-EG")
    assert not languages.is_right_to_left("en")
