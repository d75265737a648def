"""Expectations follow twitter-text's configuration version 3 and its conformance cases."""

import pytest

from core.posts.counting import hashtags, mentions, twitter_length, twitter_links, utf8_length, utf16_length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("Hi http://test.co", 26),
        ("https://a-very-long-host-name.example.com/with/a/path?and=a&query=string", 23),
        ("see example.com.", 28),
        ("example.com/a_(b) x", 25),
        ("Version 2.0 runs Node.js, e.g. here", 35),
        ("mail me@example.com", 19),
        ("故人西辞黄鹤楼", 14),
        ("日本語example.com中国語", 6 + 23 + 6),
        ("😷👾😡🔥💩", 10),
        ("👨‍👩‍👧‍👦", 2),
        ("🙋🏽👨‍🎤", 4),
        ("🇩🇪 1️⃣ ❤️‍🔥", 8),
        ("A\u0301B", 2),
        ("‘’“”–—…", 8),
        ("Привет мир", 10),
        ("مرحبا", 5),
        ("a\r\nb", 3),
    ],
)
def test_twitter_weighs_characters_links_and_emojis(text: str, length: int) -> None:
    assert twitter_length(text) == length


def test_a_tag_a_handle_and_an_unknown_ending_are_no_links() -> None:
    assert twitter_links("#a.com @b.com file.zzzz http://localhost:80/x -x.com") == []


def test_a_link_ends_before_the_punctuation_around_it() -> None:
    text = "(https://example.com/a_(b)?c=d), “test.org”."
    assert [text[start:end] for start, end in twitter_links(text)] == ["https://example.com/a_(b)?c=d", "test.org"]


def test_units_differ_outside_the_basic_plane() -> None:
    assert (len("a😀é"), utf16_length("a😀é"), utf8_length("a😀é")) == (3, 4, 7)


def test_hashtags_and_mentions_are_words_with_their_sign() -> None:
    text = "#one, #два ##no a#no https://x.com/#no @you. me@mail.com @_b.c @"
    assert hashtags(text) == ["#one", "#два"]
    assert mentions(text) == ["@you", "@_b.c"]
