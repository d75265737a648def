"""Files by name and by content."""

import gzip
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.sources.files import FILE_BYTES_LIMIT, accepted_extensions, decode, read_file
from core.sources.markup import is_markup, readable_html
from core.sources.reading import SourceKind, read_text

RUSSIAN = "Завтра мы поговорим о том, как печь хлеб дома: мука, вода, соль и время. " * 5


def refusal(name: str, content: bytes) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        read_file(name, content)
    return caught.value


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "cp1252", "mac-roman"],
)
def test_western_text_is_read_in_any_encoding(encoding: str) -> None:
    text = "Voilà un café crème, déjà vu, où l'été est là. Ça va très bien, à bientôt, même à Noël. " * 4
    reading = read_file("notes.txt", text.encode(encoding))
    assert reading.text == text.strip()
    assert (reading.kind, reading.language) == (SourceKind.FILE, "fr")


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "utf-16"])
def test_cyrillic_text_is_read_in_old_encodings(encoding: str) -> None:
    assert read_file("notes.TXT", RUSSIAN.encode(encoding)).text == RUSSIAN.strip()


def test_a_file_without_an_extension_is_text() -> None:
    assert read_file("README", b"Read me, please.").text == "Read me, please."


def test_markdown_becomes_readable_text_with_its_heading_as_title() -> None:
    reading = read_file("post.md", b"Intro **here**.\n\n# The *title*\n\n- one\n- [two](https://x.example)\n")
    assert reading.title == "The title"
    assert reading.text == "Intro here.\n\nThe title\n\n- one\n- two"


MARKED = {
    "front matter": ("---\ntitle: Bread\ntags:\n  - rye\n---\n\nFlour, water & salt.\n", "Flour, water & salt."),
    "front matter with CRLF": ("---\r\ntitle: Bread\r\n---\r\nFlour and salt.\r\n", "Flour and salt."),
    "two signs": ("# Bread\n\n**Four**: [salt](https://x.example) &amp; time.\n", "Bread\n\nFour: salt & time."),
    "elements": ('<div class="a">\n\n    <p>Flour &amp;&nbsp;water</p>\n</div>\n', "Flour & water"),
    "page": (
        (
            "<!DOCTYPE html>\n<html><head>\n<style>p {\n\ncolor: red }</style></head>\n<body>\n"
            "<p>Flour &amp; water.</p>\n<script>\n\nalert(1)</script>\n</body>\n</html>\n"
        ),
        "Flour & water.",
    ),
    "an element and a heading": ('<p align="center"><b>Rye</b></p>\n\n## Bread\n\nFlour.', "Rye\n\nBread\n\nFlour."),
}


@pytest.mark.parametrize(("content", "text"), MARKED.values(), ids=MARKED)
@pytest.mark.parametrize("name", ["notes.txt", "notes.md", "notes"])
def test_what_is_clearly_markup_is_read_as_such_whatever_its_name(name: str, content: str, text: str) -> None:
    assert " ".join(read_file(name, content.encode()).text.split()) == " ".join(text.split())


PLAIN = [
    "---\n\nFirst thoughts\n\n---\n\nSecond thoughts: there are some",
    "---\nDear Ann: I write to you at length.\nAnd on.\n---\nYours",
    "# a comment\n    indented = 1\n# another one\nx = 2**3**4 and f(**kwargs, **more)",
    "<p> begins a paragraph &amp; </p> ends it, as every page shows.",
    "Write &amp; for an ampersand, <b>like this</b>, or a * b * c.\n    Four spaces stay.",
    "Dear all,\n1) bread\n5) salt\n* water *\n\n    Yours, **Ann**",
    "#bread #rye\n[note] (see below)\n-- \nAnn",
]


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert read_file("notes.txt", text.encode()).text == read_text(text, kind=SourceKind.FILE).text


@pytest.mark.parametrize("piece", ["<script>", "</script", "[a](http", "**a ", "```x\n", "<p ", "- a\n", "# \n"])
def test_no_file_makes_the_look_at_it_slow(piece: str) -> None:
    """Each is looked at in time that grows with its size, not with its square."""
    text = f"<div>{piece * (FILE_BYTES_LIMIT // len(piece))}</div>"
    assert is_markup(text)
    assert len(readable_html(text)) > FILE_BYTES_LIMIT // 2


@pytest.mark.parametrize("content", [b"", b"  \n\t "])
def test_an_empty_file_is_named(content: bytes) -> None:
    assert refusal("a.txt", content).error_code == "source.empty_file"


def test_a_file_with_only_a_mark_is_too_short() -> None:
    assert refusal("a.txt", b"\xef\xbb\xbf").error_code == "source.too_short"


@pytest.mark.parametrize(
    "content",
    [
        b"\x7fELF\x02\x01\x01\x00" + os.urandom(2000),
        b"\x89PNG\r\n\x1a\n" + os.urandom(2000),
        b"PK\x03\x04" + os.urandom(2000),
        gzip.compress(os.urandom(2000)),
        b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj",
        b"{\\rtf1\\ansi Hello there}",
        b"mostly text but a \x00 in it",
        b"text \x01\x02\x03\x04 with controls",
        bytes(5000),
        "wide text with \0 inside it".encode("utf-16"),
    ],
)
def test_a_binary_named_txt_is_refused(content: bytes) -> None:
    assert refusal("a.txt", content).error_code == "source.binary_file"


def test_noise_without_zeros_is_refused() -> None:
    assert refusal("a.txt", os.urandom(5000).replace(b"\0", b"\xff")).error_code == "source.binary_file"


def test_too_big_a_file_tells_both_sizes() -> None:
    error = refusal("a.txt", b"a" * (FILE_BYTES_LIMIT + 1))
    assert error.error_code == "source.file_too_big"
    assert error.params == {"size_bytes": FILE_BYTES_LIMIT + 1, "limit_bytes": FILE_BYTES_LIMIT}


def test_an_unknown_extension_is_told_what_is_accepted() -> None:
    error = refusal("Slides.PPTX", b"PK\x03\x04")
    assert error.error_code == "source.unsupported_file"
    assert error.params == {"extension": ".pptx", "accepted": accepted_extensions()}
    assert {".md", ".txt"} <= set(accepted_extensions())


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.md", "a"]))
def test_any_bytes_are_either_read_or_refused_by_name(content: bytes, name: str) -> None:
    try:
        reading = read_file(name, content)
    except InvalidInput as exc:
        assert exc.error_code.startswith("source.")  # noqa: PT017  (either outcome is right)
    else:
        assert reading.text


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1).filter(str.strip))
def test_utf_8_survives_decoding(text: str) -> None:
    assert decode(text.encode()) == text


def test_the_charset_a_server_named_is_tried_first_and_nonsense_is_ignored() -> None:
    assert decode("naïve café".encode("latin-1"), charset="iso-8859-1") == "naïve café"
    assert decode("naïve café".encode(), charset="klingon") == "naïve café"


def test_this_very_file_can_be_read() -> None:
    assert decode(Path(__file__).read_bytes()).startswith('"""Files by name')
