"""What can be counted of a brand's voice: words to avoid, emojis, hashtags, the signature."""

import pytest

from core.posts.manner import (
    Manner,
    allowed_hashtags,
    reserved,
    signed,
    taboo_in,
    unsigned,
    with_emojis,
    without_emojis,
)
from core.posts.platforms import Draft, Platform, rules_of


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("cheap", "Not CHEAP at all.", True),
        ("cheap", "Cheaper than bread.", False),
        ("cheap*", "Cheaper than bread.", True),
        ("low cost", "A low\n cost way.", True),
        ("low cost", "A low, cost way.", False),
        ("straße", "Auf der STRASSE.", True),
        ("дешево", "Это Дешево!", True),
        ("安い", "とても安いパン。", True),
        ("c++", "We use C++ here.", True),
        ("*", "Anything.", False),
    ],
)
def test_a_word_to_avoid_is_found_as_a_whole_word_in_any_case(word: str, text: str, found: bool) -> None:
    assert taboo_in(text, Manner(taboo=(word,))) == ([word] if found else [])


def test_emojis_come_to_the_heads_of_paragraphs_as_many_as_usual() -> None:
    manner = Manner(emojis_per_post=2, emojis=("🍞", "🔥"))
    assert with_emojis("One.\n\n• a\n• b\n\nTwo.\n\nThree.", manner) == "🍞 One.\n\n• a\n• b\n\n🔥 Two.\n\nThree."
    assert with_emojis("One 🎉.\n\nTwo 🎉.", manner) == "One 🎉.\n\nTwo 🎉."
    assert with_emojis("#bread #porto\n\n", manner) == "#bread #porto\n\n"


def test_a_brand_without_emojis_has_none_and_an_unknown_one_keeps_its_own() -> None:
    assert with_emojis("Bread 🍞 for all 🎉\n🔥 now", Manner(emojis_per_post=0)) == "Bread for all\nnow"
    assert with_emojis("Bread 🍞", Manner()) == "Bread 🍞"
    assert without_emojis("No  change") == "No  change"


def test_hashtags_of_the_brand_come_first_and_none_with_a_word_to_avoid() -> None:
    manner = Manner(hashtags=("#Bread", "#Porto"), taboo=("cheap",))
    assert allowed_hashtags(["#Oven", "#porto", "#cheap"], manner) == ["#Bread", "#Porto", "#Oven"]


def test_a_signature_stands_before_the_closing_hashtags_and_can_be_taken_off_again() -> None:
    draft = Draft("Bread.\n\n#Oven #Porto")
    whole = signed(Platform.TELEGRAM, draft, "Ann, oven.pt")
    assert whole.text == "Bread.\n\nAnn, oven.pt\n\n#Oven #Porto"
    assert signed(Platform.TELEGRAM, whole, "Ann, oven.pt") == whole
    assert unsigned(whole, "Ann, oven.pt") == draft
    assert unsigned(draft, "Ann, oven.pt") == draft


@pytest.mark.parametrize("platform", Platform)
def test_a_signature_is_put_there_only_where_it_fits(platform: Platform) -> None:
    signature, limit = "— Ann", rules_of(platform).limit
    fits = Draft("x" * (limit - reserved(platform, signature)))
    assert rules_of(platform).count(signed(platform, fits, signature).text) == limit
    full = Draft(fits.text + "x")
    assert signed(platform, full, signature) == full
