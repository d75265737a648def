import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from core.posts.mending import cut, mend
from core.posts.platforms import Draft, Platform, is_blank, problems

PIECES = [
    "word",
    "Another one.",
    "Really?",
    "。",
    "今天天气很好",
    "สวัสดี",
    "مرحبا بالعالم",
    "👨\u200d👩\u200d👧\u200d👦",
    "🇩🇪",
    "é́",
    "#tag",
    "#тег",
    "@someone",
    "@a@b",
    "##",
    "https://example.com/a/long/path?with=query",
    "example.com",
    "<b>",
    "…",
    "(",
    "- item",
    "3.5",
    "e.g.",
]
PIECES += ["\0", "\ud83d", "\ufeff", "\u200b", "  ", "\n", "\n\n", "x" * 300]
messy = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), min_size=1, max_size=30).flatmap(
    lambda pieces: st.tuples(st.sampled_from(["", " ", "\n"]), st.integers(1, 60)).map(
        lambda chosen: (chosen[0].join(pieces) + chosen[0]) * chosen[1]
    )
)


@settings(max_examples=200, deadline=None)
@given(text=messy, title=st.sampled_from(["", "Title", "t" * 150, "<<>>"]), platform=st.sampled_from(Platform))
def test_any_visible_text_is_made_to_fit_and_then_left_alone(text: str, title: str, platform: Platform) -> None:
    mended = mend(platform, Draft(text, title))
    assert mend(platform, mended) == mended
    visible = not is_blank(regex.sub(r"[\0\ud800-\udfff\ufeff]", "", text))
    assert not visible or problems(platform, mended) == []


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("abcdefghij.!?,()", min_size=1, max_size=14), min_size=40, max_size=120), st.integers(20, 280))
def test_words_are_never_cut_in_two(words: list[str], limit: int) -> None:
    text = " ".join(words)
    short = cut(text, lambda part: len(part) <= limit)
    kept = short.removesuffix("…")
    assert text.startswith(kept)
    following = text[len(kept) : len(kept) + 1]
    assert not kept or not kept[-1].isalpha() or not following.isalpha()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["👨‍👩‍👧‍👦", "🇩🇪", "e\u0301", "字", "क्षि"]), min_size=1, max_size=20),
    st.integers(300, 400),
    st.sampled_from(Platform),
)
def test_graphemes_stay_whole(pattern: list[str], length: int, platform: Platform) -> None:
    graphemes = (pattern * length)[:length]
    text = "".join(graphemes)
    kept = mend(platform, Draft(text)).text.removesuffix("…")
    assert kept in {"".join(graphemes[:count]) for count in range(len(graphemes) + 1)}


def test_a_cut_prefers_the_end_of_a_sentence_and_needs_no_ellipsis_there() -> None:
    text = "The shop opened in May. It sells bread, cakes and a lot of coffee to everybody who comes by."
    assert cut(text, lambda part: len(part) <= 45) == "The shop opened in May."


def test_a_cut_within_a_sentence_shows_an_ellipsis_after_a_whole_word() -> None:
    text = "So. It sells bread, cakes and a lot of coffee to everybody who comes by."
    assert cut(text, lambda part: len(part) <= 30) == "So. It sells bread, cakes and…"
    assert cut(text, lambda part: len(part) <= 21) == "So. It sells bread…"


def test_a_link_is_kept_whole_or_left_out() -> None:
    text = (
        "All the details and the whole story are on our page " + "https://example.com/" + "a" * 30 + " for you to read"
    )
    assert cut(text, lambda part: len(part) <= 70) == "All the details and the whole story are on our page…"


def test_closing_hashtags_survive_a_cut() -> None:
    mended = mend(Platform.TWITTER, Draft("A sentence about bread. " * 20 + "\n\n#bread #bakery"))
    assert mended.text.endswith("bread.\n\n#bread #bakery")


def test_surplus_hashtags_go_from_the_end_and_lose_only_their_sign_inside_a_sentence() -> None:
    closing = " ".join(f"#n{number}" for number in range(40))
    assert mend(Platform.INSTAGRAM, Draft(f"We like #tea a lot\n\n{closing}")).text.endswith("#n27 #n28")
    inline = " ".join(f"#n{number}" for number in range(31)) + " is all"
    assert mend(Platform.INSTAGRAM, Draft(inline)).text.endswith("#n29 n30 is all")


def test_youtube_gets_a_title_from_the_text_and_stand_ins_for_angle_brackets() -> None:
    mended = mend(Platform.YOUTUBE, Draft("How to bake when 2 < 3. Then we eat."))
    assert mended == Draft("How to bake when 2 ‹ 3. Then we eat.", title="How to bake when 2 ‹ 3.")


@pytest.mark.parametrize("platform", Platform)
def test_what_fits_is_not_touched(platform: Platform) -> None:
    draft = Draft("  Kept as it is,\n\n with its spaces #and #tags  ", title=" A title ")
    assert mend(platform, draft) == draft


def test_a_link_with_another_script_in_its_path_is_whole_too() -> None:
    text = "東京の話です。" * 4 + "https://ja.example.org/wiki/東京都渋谷区の地図 をどうぞ見てくださいませ。"
    assert cut(text, lambda part: len(part) <= 60) == "東京の話です。" * 4
