import pytest

from core.telegram.content import Entity
from core.telegram.rendering import html_of


def entity(kind: str, offset: int, length: int, **more: str | int) -> Entity:
    return Entity.model_validate({"type": kind, "offset": offset, "length": length, **more})


@pytest.mark.parametrize(
    ("text", "entities", "html"),
    [
        ("a < b & c", [], "a &lt; b &amp; c"),
        ("😀 bold", [entity("bold", 3, 4)], "😀 <b>bold</b>"),
        ("abcd", [entity("bold", 0, 4), entity("italic", 1, 2)], "<b>a<i>bc</i>d</b>"),
        ("abcd", [entity("bold", 0, 3), entity("italic", 1, 3)], "<b>a<i>bc</i></b>d"),
        (
            "site",
            [entity("text_link", 0, 4, url='https://e.com/?a="b"')],
            '<a href="https://e.com/?a=&quot;b&quot;">site</a>',
        ),
        ("x=1", [entity("pre", 0, 3, language="python")], '<pre><code class="language-python">x=1</code></pre>'),
        ("quote", [entity("expandable_blockquote", 0, 5)], "<blockquote expandable>quote</blockquote>"),
        ("Jo", [entity("text_mention", 0, 2, user_id=7)], '<a href="tg://user?id=7">Jo</a>'),
        ("#tag", [entity("hashtag", 0, 4)], "#tag"),
    ],
)
def test_formatting_becomes_tags(text: str, entities: list[Entity], html: str) -> None:
    assert html_of(text, entities) == html


def test_a_beginning_ends_at_a_word_with_its_tags_closed() -> None:
    assert html_of("one two three", [entity("bold", 4, 9)], units=10) == "one <b>two</b>"
    assert html_of("unbroken", [entity("bold", 0, 8)], units=4) == "<b>unbr</b>"
