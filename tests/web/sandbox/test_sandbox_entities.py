"""Texts with entities: what each parse mode gives and refuses, what is found in plain text, and that all nests."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.sandbox.entities import FormatError, Formatted, from_entities, from_html, from_markdown, from_markdown_v2
from web.sandbox.entities.model import utf16_length
from web.sandbox.splitting import split

Shown = list[tuple[str, int, int]]


def shown(formatted: Formatted) -> Shown:
    return [(entity.type, entity.offset, entity.length) for entity in formatted.entities]


@pytest.mark.parametrize(
    ("markup", "text", "entities"),
    [
        ("<b>a</b> <STRONG>b</STRONG>", "a b", [("bold", 0, 1), ("bold", 2, 1)]),
        ("😀<i>é</i>", "😀é", [("italic", 2, 1)]),
        ("<u>a<s>b</s></u>", "ab", [("underline", 0, 1), ("underline", 1, 1), ("strikethrough", 1, 1)]),
        ('<span class="tg-spoiler">x</span>', "x", [("spoiler", 0, 1)]),
        ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
        ("<blockquote>a <b>b</b></blockquote>", "a b", [("blockquote", 0, 3), ("bold", 2, 1)]),
        ("<code>a <b>b</b></code>", "a b", [("code", 0, 3)]),
        ("&lt;b&gt; &amp;&quot; &#39;&#x1F600; &copy;", "<b> &\" '😀 &copy;", []),
        ("  <b> a</b>  ", " a", [("bold", 0, 2)]),
        ("<b>a</b><b>b</b>", "ab", [("bold", 0, 2)]),
        ("a\u2028b\rc\td", "abc d", []),
        ("<b></b>x", "x", []),
    ],
)
def test_html(markup: str, text: str, entities: Shown) -> None:
    formatted = from_html(markup)
    assert (formatted.text, shown(formatted)) == (text, entities)


def test_html_that_carries_more() -> None:
    formatted = from_html(
        '<pre><code class="language-python">x</code></pre> <a href="http://example.com/?a=1&amp;b=2">l</a> '
        '<a href="tg://user?id=7">u</a> <tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>'
    )
    assert [entity.to_json() for entity in formatted.entities] == [
        {"offset": 0, "length": 1, "type": "pre", "language": "python"},
        {"offset": 2, "length": 1, "type": "text_link", "url": "http://example.com/?a=1&b=2"},
        {"offset": 4, "length": 1, "type": "text_mention", "user": {"id": 7}},
        {"offset": 6, "length": 2, "type": "custom_emoji", "custom_emoji_id": "5368324170671202286"},
    ]


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("é<foo>x", 'Unsupported start tag "foo" at byte offset 2'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<tg-emoji emoji-id="x">x</tg-emoji>', "Invalid custom emoji identifier specified"),
    ],
)
def test_html_that_is_refused(markup: str, words: str) -> None:
    with pytest.raises(FormatError) as refusal:
        from_html(markup)
    assert str(refusal.value) == words


@pytest.mark.parametrize(
    ("markup", "text", "entities"),
    [
        ("*a* _b_ __c__ ~d~ ||e|| `f`", "a b c d e f", [
            ("bold", 0, 1), ("italic", 2, 1), ("underline", 4, 1), ("strikethrough", 6, 1), ("spoiler", 8, 1),
            ("code", 10, 1),
        ]),
        (r"a\.b\!", "a.b!", []),
        ("```py\nx.y```", "x.y", [("pre", 0, 3)]),
        (">a\n>b\nc", "a\nb\nc", [("blockquote", 0, 4)]),
        (">a\n>b||", "a\nb", [("expandable_blockquote", 0, 3)]),
        ("*a _b_*", "a b", [("bold", 0, 2), ("bold", 2, 1), ("italic", 2, 1)]),
        ("[l](http://example.com/\\))", "l", [("text_link", 0, 1)]),
        ("![👍](tg://emoji?id=5)", "👍", [("custom_emoji", 0, 2)]),
        ("_a__", None, []),
    ],
)  # fmt: skip
def test_markdown_v2(markup: str, text: str | None, entities: Shown) -> None:
    if text is None:
        with pytest.raises(FormatError):
            from_markdown_v2(markup)
        return
    formatted = from_markdown_v2(markup)
    assert (formatted.text, shown(formatted)) == (text, entities)


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("a.b", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("a > b", "Character '>' is reserved and must be escaped with the preceding '\\'"),
        ("é *x", "Can't find end of Bold entity at byte offset 3"),
        ("```x", "Can't find end of Pre entity at byte offset 0"),
        ("[x](http://a", "Can't find end of a URL at byte offset 4"),
        ("![x]", "The entity must contain a tg://emoji or tg://time URL"),
    ],
)
def test_markdown_v2_that_is_refused(markup: str, words: str) -> None:
    with pytest.raises(FormatError) as refusal:
        from_markdown_v2(markup)
    assert str(refusal.value) == words


def test_legacy_markdown() -> None:
    formatted = from_markdown("*a* _b_ [c](http://example.com) `d` \\_e ```py\nf```")
    assert formatted.text == "a b c d _e f"
    assert shown(formatted) == [
        ("bold", 0, 1), ("italic", 2, 1), ("text_link", 4, 1), ("code", 6, 1), ("pre", 11, 1),
    ]  # fmt: skip
    with pytest.raises(FormatError, match="Can't find end of the entity starting at byte offset 0"):
        from_markdown("_a")


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("see https://example.com/a_(b). ok", [("url", 4, 25)]),
        ("example.com, notes.md x.notatld", [("url", 0, 11), ("url", 13, 8)]),
        ("(https://a.de/x)", [("url", 1, 14)]),
        ("mail foo.bar@example.com now", [("email", 5, 19)]),
        ("@durov @me @a", [("mention", 0, 6)]),
        ("/start@bot /x a/b", [("bot_command", 0, 10), ("bot_command", 11, 2)]),
        ("#tag #123 #ünïcode_1", [("hashtag", 0, 4), ("hashtag", 10, 10)]),
        ("$USD $usd", [("cashtag", 0, 4)]),
        ("tg://resolve?domain=x", [("url", 0, 21)]),
        ("1.5 and a.b", []),
        ("http://127.0.0.1:8080/x", [("url", 0, 23)]),
    ],
)
def test_what_is_found_in_plain_text(text: str, entities: Shown) -> None:
    assert shown(from_entities(text)) == entities


def test_nothing_is_found_inside_code_or_links() -> None:
    assert shown(from_html("<code>@durov</code> <a href='http://a.de'>b.de</a>")) == [
        ("code", 0, 6), ("text_link", 7, 4),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("entity", "words"),
    [
        ({"type": "bold", "offset": 1, "length": 1}, "begins in a middle of a UTF-16 symbol at byte offset 4"),
        ({"type": "bold", "offset": 0, "length": 1}, "ends in a middle of a UTF-16 symbol at byte offset 4"),
        ({"type": "bold", "offset": 9, "length": 1}, "Entity begins after the end of the text at UTF-16 offset 9"),
        ({"type": "bold", "offset": 0, "length": 9}, "ends after the end of the text at UTF-16 offset 9"),
        ({"type": "huge", "offset": 0, "length": 1}, "Unsupported type specified"),
    ],
)
def test_given_entities_that_are_refused(entity: dict[str, object], words: str) -> None:
    with pytest.raises(FormatError, match=words):
        from_entities("😀x", [entity])


WORDS = st.text(alphabet="abé😀 \n", min_size=1, max_size=6)
TAGS = st.sampled_from(["b", "i", "u", "s", "tg-spoiler", "code", "blockquote", "a href='http://a.de'"])
TREES = st.recursive(WORDS, lambda inner: st.lists(st.tuples(TAGS, inner), min_size=1, max_size=4), max_leaves=12)


def as_html(tree: str | list[tuple[str, object]]) -> str:
    if isinstance(tree, str):
        return tree
    return "".join(f"<{tag}>{as_html(inner)}</{tag.split()[0]}>" for tag, inner in tree)  # type: ignore[arg-type] # a tree


def plain(tree: str | list[tuple[str, object]]) -> str:
    return tree if isinstance(tree, str) else "".join(plain(inner) for _, inner in tree)  # type: ignore[arg-type] # a tree


def nests(formatted: Formatted) -> bool:
    ends: list[int] = []
    for entity in formatted.entities:
        while ends and ends[-1] <= entity.offset:
            ends.pop()
        if ends and entity.end > ends[-1]:
            return False
        ends.append(entity.end)
    return all(0 <= entity.offset < entity.end <= formatted.length for entity in formatted.entities)


@given(TREES)
def test_any_nesting_of_tags_keeps_the_text_and_gives_entities_that_nest(tree: str | list[tuple[str, object]]) -> None:
    formatted = from_html(as_html(tree))
    assert formatted.text.strip() == plain(tree).strip()
    assert nests(formatted)
    again = from_entities(formatted.text, formatted.to_json())
    assert (again.text.rstrip(), shown(again)) == (formatted.text, shown(formatted))


ENTITIES = st.lists(
    st.builds(
        lambda kind, offset, length: {"type": kind, "offset": offset, "length": length},
        st.sampled_from(["bold", "italic", "underline", "spoiler", "code", "pre", "blockquote"]),
        st.integers(0, 20),
        st.integers(0, 20),
    ),
    max_size=8,
)


@given(st.text(alphabet="ab \n", min_size=40, max_size=40), ENTITIES)
def test_any_crossing_entities_are_made_to_nest(text: str, given_entities: list[dict[str, object]]) -> None:
    assert nests(from_entities(text, given_entities))


@given(st.text(alphabet="ab😀 \n", max_size=300), st.integers(4, 50))
def test_a_long_text_is_split_without_losing_a_word(text: str, limit: int) -> None:
    parts = list(split(from_entities(text), limit))
    assert all(utf16_length(part.text) <= limit for part in parts)
    assert "".join("".join(part.text.split()) for part in parts) == "".join(text.split())


@given(st.text(max_size=200), st.sampled_from([from_html, from_markdown, from_markdown_v2]))
def test_no_text_breaks_a_parser(text: str, parse: Callable[[str], Formatted]) -> None:
    try:
        formatted = parse(text.encode(errors="ignore").decode())
    except FormatError:
        return
    assert nests(formatted)
