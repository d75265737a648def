"""Words in pictures: which face, in which order, cut to which width."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.pictures.type import ELLIPSIS, Type, drawable, runs

NOWHERE = "\U0010fffd"
"""Private use: no font has it, so it is drawn as the box that stands for the unknown."""

SENTENCES = {
    "sans": "Größe żółć Ελλάδα Привіт ‚ „“ – … €₴₽",
    "arabic": "خبز يدفع ثمن الفرن پچژگ ۱۲۳",
    "hebrew": "לחם שמשלם על התנור",
    "devanagari": "क्षत्रिय इस सप्ताह की रेसिपी",
    "thai": "สูตรประจำสัปดาห์",
    "han": "今週のレシピ 新しい営業時間 你好世界 臺灣麵包，。",
    "hangul": "이번 주의 레시피",
    "emoji": "🎉 🍞 ✅ ⏰ 🥐 ❤ ☕",
}


@pytest.fixture
def type_() -> Type:
    return Type()


@pytest.mark.parametrize(("face", "sentence"), SENTENCES.items())
def test_every_script_is_drawn_with_glyphs_of_its_own(type_: Type, face: str, sentence: str) -> None:
    assert drawable(sentence) == sentence
    drawn = [run for run in runs(sentence) if run.text.strip()]
    assert face in {run.face for run in drawn}
    for run in drawn:
        font = type_.font(run.face, 40)
        unknown = bytes(font.getmask(NOWHERE))
        boxed = [sign for sign in run.text if not sign.isspace() and bytes(font.getmask(sign)) == unknown]
        assert boxed == []


def test_of_an_emoji_in_several_signs_the_first_one_is_drawn() -> None:
    assert drawable("🎉 New 👩‍👩‍👧 👍🏽 1️⃣ ❤️!") == "🎉 New 👩 👍 1 ❤!"


def test_what_no_face_has_is_left_out_as_a_whole() -> None:
    assert drawable("🇩🇪 New ক্ষ!") == " New !"


def test_an_arabic_line_with_a_name_runs_from_the_right() -> None:
    order = [(run.text.strip(), run.direction) for run in runs("شحن iPhone 15 الجديد") if run.text.strip()]
    assert order == [("الجديد", "rtl"), ("iPhone 15", "ltr"), ("شحن", "rtl")]


def test_an_arabic_word_in_an_english_line_stays_in_its_place() -> None:
    order = [(run.text.strip(), run.direction) for run in runs("Say مرحبا now") if run.text.strip()]
    assert order == [("Say", "ltr"), ("مرحبا", "rtl"), ("now", "ltr")]


def test_a_line_that_fits_stays_and_one_that_doesnt_ends_in_an_ellipsis(type_: Type) -> None:
    assert type_.fitted("Bread", 24, 500) == "Bread"
    cut = type_.fitted("Bread that pays for the oven", 24, 120)
    assert cut.startswith("Bread")
    assert cut.endswith(ELLIPSIS)
    assert type_.fitted("Bread", 24, 3) == ""


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=80), width=st.integers(0, 400))
def test_nothing_is_ever_wider_than_its_room(text: str, width: int) -> None:
    type_ = Type()
    assert type_.width(type_.fitted(text, 24, width), 24) <= width


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=60))
def test_runs_hold_every_character_once(text: str) -> None:
    assert sorted("".join(run.text for run in runs(text))) == sorted(text)
