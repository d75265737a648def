"""CSV files as people and their spreadsheets save them."""

import csv
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from core.posts.tables import BYTES_LIMIT, COLUMNS, ROWS_LIMIT, Record, read_table, write_table

PLAIN = "text,when,target,media url\nBread,2026-12-01 09:00,me,\n"


def refusal(content: bytes) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        read_table(content)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_any_usual_encoding_is_read(encoding: str) -> None:
    text = "text,when\n" + "Größere Brötchen für Bäcker, überall\n".replace(",", "") * 3
    text = text.replace("überall\n", "überall,2026-12-01 09:00\n")
    [first, *_] = read_table(text.encode(encoding)).records
    assert first.cells["text"] == "Größere Brötchen für Bäcker überall"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_usual_delimiter_and_line_end_is_read(delimiter: str, newline: str) -> None:
    [record] = read_table(PLAIN.replace(",", delimiter).replace("\n", newline).encode()).records
    assert record.cells == {"text": "Bread", "when": "2026-12-01 09:00", "target": "me", "media url": ""}


def test_columns_come_in_any_order_and_by_other_names() -> None:
    table = read_table(b"Media_URL;WHEN;notes;Text\nhttps://x.org/a.png;tomorrow;mine;Bread\n")
    assert table.records[0].cells == {"media url": "https://x.org/a.png", "when": "tomorrow", "text": "Bread"}
    assert table.ignored == ["notes"]


def test_lines_are_those_of_the_file() -> None:
    content = b'text,when\n\n"two\nlines, ""quoted""",now\n\nnext,now\n'
    assert [(each.line, each.cells["text"]) for each in read_table(content).records] == [
        (3, 'two\nlines, "quoted"'),
        (6, "next"),
    ]


def test_a_comma_that_isnt_quoted_is_noticed() -> None:
    assert read_table(b"text,when\nBread, and more,now\n").records[0].surplus


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import.empty"),
        (b"text,when\n", "import.empty"),
        (b"\n \n,,\n", "import.empty"),
        (b"post,date\na,b\n", "import.no_columns"),
        (b"text,when,Text\na,b,c\n", "import.column_twice"),
        (b'text,when\n"open,now\n', "import.broken_quotes"),
        (b"text,when\n\x00\x01\x02\x00\x00", "import.binary"),
        (b"x" * (BYTES_LIMIT + 1), "import.too_big"),
        (b"text,when\n" + b"a,now\n" * (ROWS_LIMIT + 1), "import.too_many_rows"),
    ],
)
def test_what_is_no_list_of_posts_is_refused_with_a_reason(content: bytes, code: str) -> None:
    assert refusal(content).error_code == code


def test_a_missing_column_is_named_beside_what_was_found() -> None:
    assert refusal(b"text,day\na,b\n").params == {"missing": ["when"], "found": ["text", "day"]}


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-2", "@news", "\t=1", " =1", "＝1", "'=1", "''@x", "'quoted'", "it's"])
def test_what_spreadsheets_take_for_a_formula_is_written_as_text_and_read_as_it_was(cell: str) -> None:
    written = write_table([(cell, "tomorrow", "@ovennews", "")])
    begun = next(csv.reader(written.decode("utf-8-sig").splitlines()[1:]))
    assert begun[0].lstrip()[0] not in "=+-@＝＋－＠"
    assert begun[2] == "'@ovennews"
    [record] = read_table(written).records
    assert (record.cells["text"], record.cells["target"]) == (cell.strip(), "@ovennews")


def test_the_line_by_which_excel_tells_its_separator_is_passed_over() -> None:
    [record] = read_table(b"sep=;\r\ntext;when\r\nBread, salted;now\r\n").records
    assert (record.line, record.cells["text"]) == (3, "Bread, salted")


def read_or_refused(content: bytes) -> Sequence[Record] | str:
    try:
        return read_table(content).records
    except InvalidInput as refused:
        return refused.error_code


@settings(max_examples=300, deadline=None)
@given(content=st.binary(max_size=400) | st.text(max_size=200).map(lambda text: f"text,when\n{text}".encode()))
def test_arbitrary_bytes_are_read_or_refused(content: bytes) -> None:
    found = read_or_refused(content)
    assert found
    assert not isinstance(found, str) or found.startswith("import.")


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(' ,;"\t\n'), max_size=40)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=1, max_size=8))
def test_what_is_written_is_read_again(rows: list[tuple[str, ...]]) -> None:
    expected = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    found = read_or_refused(write_table(rows))
    if not expected:
        assert found == "import.empty"
    else:
        assert [[each.cells[name] for name in COLUMNS] for each in found if isinstance(each, Record)] == expected
