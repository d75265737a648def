"""Threads: every part within X's limit, cut where one reads on, nothing lost."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.posts.counting import twitter_length, twitter_links
from core.posts.threads import PARTS_MAX, TooLongForThread, thread_of

SENTENCE = "Small bakeries lose bread every evening, and nobody counts what that costs them in a year. "
NUMBER = re.compile(r"\n\n\d+/\d+\Z")


def bodies(parts: list[str]) -> list[str]:
    return [NUMBER.sub("", part) for part in parts]


def test_what_fits_is_one_part_without_a_number() -> None:
    assert thread_of("  Bread.  ") == ["Bread."]


def test_parts_are_numbered_and_end_with_sentences() -> None:
    parts = thread_of(SENTENCE * 10)
    assert [part.rpartition("\n\n")[2] for part in parts] == [f"{n}/{len(parts)}" for n in range(1, len(parts) + 1)]
    assert all(twitter_length(part) <= 280 for part in parts)
    assert all(body.endswith("in a year.") for body in bodies(parts))


def test_a_paragraph_that_fills_half_a_part_stays_together() -> None:
    text = f"{SENTENCE * 2}\n\n{SENTENCE * 2}"
    assert bodies(thread_of(text)) == [(SENTENCE * 2).strip(), (SENTENCE * 2).strip()]


def test_links_and_words_are_never_cut() -> None:
    link = "https://example.com/" + "a-very-long-path/" * 30
    text = " ".join([f"word{n} {link}" for n in range(40)])
    parts = bodies(thread_of(text))
    assert " ".join(" ".join(parts).split()) == text
    assert sum(len(twitter_links(part)) for part in parts) == 40


def test_languages_without_spaces_are_cut_between_words() -> None:
    parts = thread_of("面包店每天晚上都会扔掉面包。" * 40)
    assert len(parts) > 1
    assert all(twitter_length(part) <= 280 for part in parts)
    assert all(body.endswith("。") for body in bodies(parts))


def test_more_parts_than_nine_leave_room_for_their_numbers() -> None:
    parts = thread_of(SENTENCE * 40)
    assert len(parts) > 9
    assert all(twitter_length(part) <= 280 for part in parts)


def test_what_is_no_thread_is_refused() -> None:
    with pytest.raises(TooLongForThread) as refused:
        thread_of(SENTENCE * 400)
    assert refused.value.params == {"limit": PARTS_MAX}
    with pytest.raises(InvalidInput):
        thread_of(" \n ")


@given(st.text(alphabet="ab. \n👍🏽é面。/https:x.com", min_size=1, max_size=900))
def test_nothing_is_lost_and_everything_fits(text: str) -> None:
    try:
        parts = thread_of(text)
    except InvalidInput:
        return
    assert all(twitter_length(part) <= 280 for part in parts)
    whole = bodies(parts) if len(parts) > 1 else parts
    assert "".join("".join(whole).split()) == "".join(text.split())
