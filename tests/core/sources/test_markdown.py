"""Markdown to plain text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sources.markdown import heading, plain


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# Title\n\nA **bold** [link](https://x.example) and `code`.", "Title\n\nA bold link and code."),
        ("first\nsecond  \nthird", "first\nsecond\nthird"),
        ("- a\n- b\n  - c\n- d\n\nafter", "- a\n- b\n  - c\n- d\n\nafter"),
        ("3. three\n4. four", "3. three\n4. four"),
        ("- a\n\n- b", "- a\n- b"),
        ("- a\n  more of a", "- a\n  more of a"),
        ("> quoted\n> words", "quoted\nwords"),
        ("```py\nx = 1\n\ny = 2\n```\nafter", "x = 1\n\ny = 2\n\nafter"),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n\nafter", "a | b\n1 | 2\n\nafter"),
        ("![picture](a.png) text", "text"),
        ("<div>in <b>html</b></div>\n\n<!-- not this -->\n\nend", "in html\n\n\nend"),
        ("a *b* 5 * 3 snake_case \\*x\\* &amp; ~~old~~", "a b 5 * 3 snake_case *x* & old"),
        ("one\n\n***\n\ntwo", "one\n\ntwo"),
        ("---\ntitle: T\ntags: [a]\n---\nbody", "body"),
        ("auto <https://x.example> link", "auto https://x.example link"),
        ("שלום **עולם**", "שלום עולם"),
        ("", ""),
    ],
)
def test_structure_stays_and_syntax_goes(markdown: str, text: str) -> None:
    assert plain(markdown) == text


@pytest.mark.parametrize(
    ("markdown", "title"),
    [
        ("text\n\n## Second *level*", "Second level"),
        ("Title\n=====\ntext", "Title"),
        ("---\ntitle: 'In front'\n---\n# Heading", "In front"),
        ("---\nauthor: me\n---\n# Heading", "Heading"),
        ("# \n\n# Real", "Real"),
        ("no heading", None),
        ("    # code", None),
        ("", None),
    ],
)
def test_the_title_comes_from_the_front_matter_or_a_heading(markdown: str, title: str | None) -> None:
    assert heading(markdown) == title


@settings(deadline=None)
@given(st.text(alphabet="ab #*-_[]()<>`|\n1.>!&;~\\=:", max_size=80))
def test_no_markdown_is_wrong(markdown: str) -> None:
    plain(markdown)
    heading(markdown)
