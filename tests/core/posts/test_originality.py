"""Whose words they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.posts.originality import LONG_CHARACTERS, LONG_WORDS, SHARE, overlap_of

TALK = (
    "Most people knead their bread for twenty minutes and it is still flat. I did the same for years. Then an old "
    "baker told me to put the dough into the fridge and to leave it alone until the next morning. "
    "The cold does the work."
)
OWN = (
    "Time replaces effort. We let our rye rest overnight at four degrees, and nobody here has touched a mixer since "
    "March. Write to us if you want the recipe, or come by on Saturday and taste it before you decide about anything."
)


def test_other_words_about_the_same_are_original() -> None:
    assert overlap_of(OWN, TALK) is None


def test_a_long_passage_is_found_whatever_stands_around_it() -> None:
    passage = "Put the dough into the FRIDGE, and — to leave it alone!"
    found = overlap_of(f"{OWN} {passage} {OWN}", TALK)
    assert found is not None
    assert found.passages == ("Put the dough into the FRIDGE, and — to leave it alone",)


def test_an_ordinary_phrase_is_not_told() -> None:
    assert overlap_of(f"{OWN} I did the same for years.", TALK) is None


def test_many_short_passages_are_told_together() -> None:
    mixed = "I did the same for months. Most people knead their bread by hand. The cold does the rest of the work."
    found = overlap_of(mixed, TALK)
    assert found is not None
    assert found.share >= SHARE
    assert found.passages == ("I did the same for", "Most people knead their bread")


@pytest.mark.parametrize("mine", ["Why your bread is flat and mine is not", "why YOUR bread, is flat and mine!"])
def test_most_of_a_title_is_told(mine: str) -> None:
    assert overlap_of(f"{mine}. {OWN}", "Why your bread is flat and what helps #bread #fyp") is not None


@pytest.mark.parametrize("title", ["Bread", "My best bread", "#bread #baking #fyp #viral #sourdough", "", "🍞🍞🍞🍞🍞"])
def test_what_is_nobodys_is_not_told(title: str) -> None:
    assert overlap_of(f"My best bread. {OWN} #bread #baking #fyp #viral #sourdough 🍞🍞🍞🍞🍞", title) is None


@pytest.mark.parametrize(
    ("original", "copied", "own"),
    [
        (
            "很多人揉面二十分钟面包还是不发。后来一位老面包师告诉我把面团放进冰箱里过一夜让冷空气来做这件事。",
            "老面包师告诉我把面团放进冰箱里过一夜",
            "时间比力气更重要。我们的黑麦面团在四度下休息一个晚上，周六欢迎来尝一尝。",
        ),
        (
            "คนส่วนใหญ่นวดขนมปังยี่สิบนาทีแต่มันก็ยังแบนอยู่ คนทำขนมปังเก่าบอกให้ฉันใส่แป้งในตู้เย็นจนถึงเช้า",
            "คนทำขนมปังเก่าบอกให้ฉันใส่แป้งในตู้เย็น",
            "เวลาสำคัญกว่าแรง เราพักแป้งข้าวไรย์ไว้ทั้งคืน วันเสาร์มาชิมกันได้เลยนะคะ",
        ),
        (
            "معظم الناس يعجنون الخبز عشرين دقيقة ويبقى مسطحا. ثم قال لي خباز عجوز ضع العجين في الثلاجة حتى الصباح.",
            "قال لي خباز عجوز ضع العجين في الثلاجة",
            "الوقت أهم من القوة. نترك عجيننا يرتاح ليلة كاملة، تعالوا يوم السبت وتذوقوا.",
        ),
    ],
)
def test_in_any_script(original: str, copied: str, own: str) -> None:
    assert overlap_of(own, original) is None
    found = overlap_of(f"{own} {copied}", original)
    assert found is not None
    assert copied[:20] in found.passages[0]


@given(st.text(max_size=300), st.text(max_size=300))
def test_whatever_comes_shares_are_shares_and_passages_stand_in_the_text(text: str, original: str) -> None:
    found = overlap_of(text, original)
    if found is not None:
        assert 0 < found.share <= 1
        assert all(passage and passage in text for passage in found.passages)


@given(st.lists(st.sampled_from("abcdefgh"), min_size=LONG_WORDS, max_size=60))
def test_what_is_taken_over_whole_is_found_whole(words: list[str]) -> None:
    text = " ".join(words)
    found = overlap_of(text, text)
    assert found is not None
    assert found.share == 1


@given(st.text(alphabet="面包粉水盐时间烤箱", min_size=LONG_CHARACTERS + 1, max_size=60))
def test_and_where_nothing_parts_words(text: str) -> None:
    found = overlap_of(text, text)
    assert found is not None
    assert found.share == 1
