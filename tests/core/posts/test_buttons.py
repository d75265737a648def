from typing import Any

import pytest

from core.errors import InvalidInput
from core.posts.buttons import BUTTONS_LIMIT, ROW_LIMIT, read_buttons, written_buttons

LINK = "https://example.com"


@pytest.mark.parametrize(
    ("typed", "rows"),
    [
        ("Shop - https://example.com", [[("Shop", LINK)]]),
        ("A - https://example.com | B – http://e.com/b\n\nC—tg://resolve?domain=x", None),
        ("Read - the e-book - https://example.com", [[("Read - the e-book", LINK)]]),
        ("Us - t.me/bread", [[("Us", "https://t.me/bread")]]),
        ("Port - example.com:8080/x", [[("Port", "https://example.com:8080/x")]]),
        ("Long way - https://a-b.example.com/c-d?e=f-g", [[("Long way", "https://a-b.example.com/c-d?e=f-g")]]),
    ],
)
def test_lines_are_rows_and_bars_part_neighbours(typed: str, rows: list[list[tuple[str, str]]] | None) -> None:
    wanted = rows or [[("A", LINK), ("B", "http://e.com/b")], [("C", "tg://resolve?domain=x")]]
    read = read_buttons(typed)
    assert [[(button.text, button.url) for button in row] for row in read] == wanted
    assert read_buttons(written_buttons([[button.to_json() for button in row] for row in read])) == read


@pytest.mark.parametrize(
    ("typed", "code", "params"),
    [
        ("  \n", "buttons.none", {}),
        ("Shop", "buttons.no_link", {"line": 1, "said": "Shop"}),
        (f"Shop - {LINK}\nBlog https", "buttons.no_link", {"line": 2, "said": "Blog https"}),
        (f" - {LINK}", "buttons.no_text", {"line": 1}),
        ("A - ftp://example.com", "buttons.bad_link", {"line": 1, "said": "ftp://example.com"}),
        ("A - https://localhost", "buttons.bad_link", {"line": 1}),
        ("A - https://", "buttons.bad_link", {"line": 1}),
        ("A - https://example.com:99999", "buttons.bad_link", {"line": 1}),
        ("A - javascript:alert(1)", "buttons.bad_link", {"line": 1}),
        (f"{'x' * 65} - {LINK}", "buttons.text_too_long", {"line": 1, "limit": 64}),
        (" | ".join([f"A - {LINK}"] * (ROW_LIMIT + 1)), "buttons.row_too_long", {"line": 1, "count": 9, "limit": 8}),
        ("\n".join([f"A - {LINK}"] * (BUTTONS_LIMIT + 1)), "buttons.too_many", {"count": 101, "limit": 100}),
    ],
)
def test_what_is_wrong_names_its_line(typed: str, code: str, params: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_buttons(typed)
    assert refused.value.error_code == code
    assert refused.value.params.items() >= params.items()
