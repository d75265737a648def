import html
import re

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from core.telegram.content import Entity
from core.telegram.markup import MarkupInvalid, Rich, from_entities, parse_html, to_entities, to_html, utf16_length
from core.telegram.splitting import ENTITY_LIMIT, split, split_entities, split_html

PIECES = [*"ab.!? \n\tд語👋é&<>\"'", "word ", "Sentence. ", "\n\n", "👨‍👩‍👧", "e\u0301", "🇺🇦"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
TAGS = ["b", "i", "code", 'a href="https://example.com/?a=1&amp;b=2"', "tg-spoiler", "pre"]


@st.composite
def marked_up(draw: st.DrawFn, depth: int = 3) -> str:
    """Well-formed HTML of Telegram's kind."""
    pieces = []
    for _ in range(draw(st.integers(0, 4))):
        pieces.append(html.escape(draw(TEXTS), quote=draw(st.booleans())))
        if depth and draw(st.booleans()):
            tag = draw(st.sampled_from(TAGS))
            pieces.append(f"<{tag}>{draw(marked_up(depth=depth - 1))}</{tag.split()[0]}>")
    return "".join(pieces)


@st.composite
def with_entities(draw: st.DrawFn) -> tuple[str, list[Entity]]:
    text = draw(TEXTS)
    units = Rich(text).units
    entities = []
    for _ in range(draw(st.integers(0, 5))):
        start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        if end > start:
            kind = draw(st.sampled_from(["bold", "code", "text_link", "custom_emoji"]))
            entities.append(Entity(type=kind, offset=units[start], length=units[end] - units[start]))
    return text, entities


def squeezed(text: str) -> str:
    return "".join(text.split())


@given(marked_up(), st.integers(2, 60), st.integers(2, 60))
def test_pieces_of_html_fit_and_say_the_same(source: str, limit: int, first_limit: int) -> None:
    pieces = [parse_html(piece) for piece in split_html(source, limit=limit, first_limit=first_limit)]
    for index, piece in enumerate(pieces):
        assert piece.length <= (limit if index else first_limit)
    assert squeezed("".join(piece.text for piece in pieces)) == squeezed(parse_html(source).text)


@given(marked_up(), st.integers(2, 60))
def test_every_character_keeps_its_formatting(source: str, limit: int) -> None:
    pieces = [parse_html(piece) for piece in split_html(source, limit=limit)]
    assert [look for piece in pieces for look in looks(piece)] == looks(parse_html(source))


@given(with_entities(), st.integers(2, 60))
def test_entities_move_with_their_text(source: tuple[str, list[Entity]], limit: int) -> None:
    text, entities = source
    pieces = [from_entities(*piece) for piece in split_entities(text, entities, limit=limit)]
    assert all(piece.length <= limit for piece in pieces)
    assert [look for piece in pieces for look in looks(piece)] == looks(from_entities(text, entities))


def looks(rich: Rich) -> list[tuple[str, list[str]]]:
    """Each visible character with what covers it."""
    return [
        (char, sorted(span.opening or span.kind for span in rich.spans if span.start <= index < span.end))
        for index, char in enumerate(rich.text)
        if not char.isspace()
    ]


@given(TEXTS, st.integers(16, 60))
def test_characters_as_readers_see_them_stay_whole(text: str, limit: int) -> None:
    pieces = [piece.text for piece in split(Rich(text), limit=limit)]
    graphemes = [one for one in regex.findall(r"\X", text) if one.strip()]
    assert [one for piece in pieces for one in regex.findall(r"\X", piece) if one.strip()] == graphemes


@given(st.lists(st.sampled_from(["👨‍👩‍👧", "e\u0301", "🇺🇦", "語", "a"]), max_size=60), st.integers(8, 30))
def test_an_endless_word_is_cut_between_characters(characters: list[str], limit: int) -> None:
    text = "".join(characters)
    pieces = [piece.text for piece in split(Rich(text), limit=limit)]
    assert [one for piece in pieces for one in regex.findall(r"\X", piece)] == regex.findall(r"\X", text)


@given(st.lists(st.text("abcdef", min_size=1, max_size=8), min_size=1, max_size=50), st.integers(8, 40))
def test_words_that_fit_stay_whole(words: list[str], limit: int) -> None:
    pieces = [piece.text for piece in split(Rich(" ".join(words)), limit=limit)]
    assert [word for piece in pieces for word in piece.split()] == words


@given(marked_up())
def test_html_written_back_reads_the_same(source: str) -> None:
    rich = parse_html(source)
    assert parse_html(to_html(rich)) == rich


@given(with_entities())
def test_entities_written_back_are_the_same(source: tuple[str, list[Entity]]) -> None:
    text, entities = source
    assert sorted(map(str, to_entities(from_entities(text, entities)))) == sorted(map(str, entities))


def test_paragraphs_are_the_first_choice() -> None:
    text = "One. Two.\nThree.\n\nFour. Five."
    assert [piece.text for piece in split(Rich(text), limit=24)] == ["One. Two.\nThree.", "Four. Five."]


def test_then_lines_then_sentences_then_words() -> None:
    assert [piece.text for piece in split(Rich("One. Two.\nThree. Four."), limit=16)] == ["One. Two.", "Three. Four."]
    assert [piece.text for piece in split(Rich("One and two. Three and four."), limit=20)] == [
        "One and two.",
        "Three and four.",
    ]
    assert [piece.text for piece in split(Rich("one two three four"), limit=9)] == ["one two", "three", "four"]


def test_an_early_paragraph_doesnt_waste_the_message() -> None:
    text = "Hi.\n\n" + "word " * 20
    assert len(split(Rich(text), limit=60)[0].text) > 30


def test_sentences_end_in_other_scripts_too() -> None:
    assert [piece.text for piece in split(Rich("これは長い文です。次の文です。"), limit=12)] == [
        "これは長い文です。",
        "次の文です。",
    ]


def test_tags_are_reopened() -> None:
    source = '<b>one two <a href="https://example.com">three</a> four</b> five'
    assert split_html(source, limit=12) == [
        "<b>one two</b>",
        '<b><a href="https://example.com">three</a> four</b>',
        "five",
    ]


def test_a_link_isnt_cut_in_two() -> None:
    source = 'Read <a href="https://example.com">all about it here</a> now'
    assert [parse_html(piece).text for piece in split_html(source, limit=20)] == ["Read", "all about it here", "now"]


def test_a_link_longer_than_a_message_is_cut_after_all() -> None:
    source = f'<a href="https://example.com">{"word " * 30}</a>'
    assert all(piece.startswith("<a href") for piece in split_html(source, limit=40))


def test_code_keeps_its_indentation() -> None:
    source = "<pre>if a:\n    b()\n    c()\n    d()</pre>"
    assert split_html(source, limit=18) == ["<pre>if a:\n    b()</pre>", "<pre>    c()\n    d()</pre>"]


def test_what_fits_comes_back_untouched() -> None:
    source = "<b>Fits</b> &quot;as it is&quot;\n\n "
    assert split_html(source) == [source]


def test_tags_and_references_dont_count() -> None:
    source = f"<b>{'&amp;' * 4096}</b>"
    assert split_html(source) == [source]
    assert len(split_html(f"{source}&amp;")) == 2


def test_emoji_count_twice() -> None:
    assert [utf16_length(piece.text) for piece in split(Rich("👋" * 2049))] == [4096, 2]


def test_more_entities_than_telegram_takes_go_into_another_message() -> None:
    source = "<b>x</b> " * (ENTITY_LIMIT + 1) + "." * 4000
    first, *_ = split_html(source)
    assert first.count("<b>") == ENTITY_LIMIT


def test_an_endless_character_is_cut_in_the_end() -> None:
    pieces = split(Rich("a" + "\u0301" * 5000))
    assert [piece.length for piece in pieces] == [4096, 905]


def test_a_long_text_is_cut_quickly_and_fully() -> None:
    source = "".join(f"<b>Sentence number {n}.</b> And more of it, said plainly.\n" for n in range(5000))
    pieces = split_html(source)
    assert squeezed("".join(re.sub("</?b>", "", piece) for piece in pieces)) == squeezed(re.sub("</?b>", "", source))


@pytest.mark.parametrize("source", ["1 < 2", "<b>open", "closed</b>", "<b><i>crossed</b></i>", "<>"])
def test_html_that_telegram_refuses_is_refused(source: str) -> None:
    with pytest.raises(MarkupInvalid):
        parse_html(source)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a &lt;b&gt; &amp;amp; &#1076;&#x434; &copy; & &;", "a <b> &amp; дд &copy; & &;"),
        ('<a href="https://e.com/?q=a>b">x</a>', "x"),
        ("<B>x</b>", "x"),
        ("<blockquote expandable>x</blockquote>", "x"),
    ],
)
def test_html_is_read_as_telegram_reads_it(source: str, text: str) -> None:
    assert parse_html(source).text == text
