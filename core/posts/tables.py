"""Schedules as CSV: reading what people and their spreadsheets save, and writing it. No meaning yet: cells only."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Final

from core.errors import InvalidInput
from core.sources.files import decode

BYTES_LIMIT: Final = 1024 * 1024
ROWS_LIMIT: Final = 1_000
COLUMNS: Final = ("text", "when", "target", "media url")
NEEDED: Final = ("text", "when")
DELIMITERS: Final = ",;\t"
_FORMULA: Final = re.compile(r"'*\s*[=+\-@＝＋－＠]")
_SEPARATOR_LINE: Final = re.compile(r"sep=[,;\t]\s*", re.IGNORECASE)
"""Excel's own, before the first line."""
_OTHER_NAMES: Final = {"media": "media url", "url": "media url", "date": "when", "time": "when", "channel": "target"}


@dataclass(frozen=True, slots=True)
class Record:
    """One row by column, all cells stripped. `line`: where it begins in the file, from 1."""

    line: int
    cells: Mapping[str, str]
    surplus: bool
    """It has more cells than the header: a comma that isn't quoted."""


@dataclass(frozen=True, slots=True)
class Table:
    records: Sequence[Record]
    ignored: Sequence[str]
    """Columns that aren't used."""


def read_table(content: bytes) -> Table:
    """Rows of a CSV in any usual encoding, with commas, semicolons or tabs; empty rows are passed over.

    Raises InvalidInput: import.too_big (limit_bytes), import.empty, import.binary, import.broken_quotes (line),
    import.no_columns (missing, found), import.column_twice (column), import.too_many_rows (rows, limit).
    """
    if len(content) > BYTES_LIMIT:
        raise InvalidInput("import.too_big", limit_bytes=BYTES_LIMIT)
    rows = _rows(_text(content))
    head = next(rows, None)
    if head is None:
        raise InvalidInput("import.empty")
    names = [_column(name) for name in head[1]]
    _check_columns(names, head[1])
    records = [_record(line, names, cells) for line, cells in rows]
    if not records:
        raise InvalidInput("import.empty")
    if len(records) > ROWS_LIMIT:
        raise InvalidInput("import.too_many_rows", rows=len(records), limit=ROWS_LIMIT)
    return Table(records, [name.strip() for name in head[1] if name.strip() and _column(name) not in COLUMNS])


def write_table(rows: Iterable[Sequence[str]], columns: Sequence[str] = COLUMNS) -> bytes:
    """As spreadsheets open it: UTF-8 with its mark, CRLF (RFC 4180), and no cell a formula."""
    written = StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([_as_text(cell) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig", errors="replace")


def _as_text(cell: str) -> str:
    """What a spreadsheet would take for a formula gets an apostrophe before it.
    https://owasp.org/www-community/attacks/CSV_Injection"""
    return f"'{cell.strip()}" if _FORMULA.match(cell.strip()) else cell


def _as_meant(cell: str) -> str:
    """Without white space around it, and without that apostrophe."""
    meant = cell.strip()
    return meant[1:].strip() if meant.startswith("'") and _FORMULA.match(meant) else meant


def _text(content: bytes) -> str:
    try:
        return decode(content)
    except InvalidInput as exc:
        code = "import.empty" if exc.error_code == "source.empty_file" else "import.binary"
        raise InvalidInput(code) from exc


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of each row that isn't empty. Raises InvalidInput import.broken_quotes."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for cells in reader:
            if line == 1 and _SEPARATOR_LINE.fullmatch(text.splitlines()[0]):
                line = 2
                continue
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as exc:
        raise InvalidInput("import.broken_quotes", line=line) from exc


def _delimiter(text: str) -> str:
    """The one by which the first line has the most columns that are known."""
    first = next((line for line in text.splitlines() if line.strip() and not _SEPARATOR_LINE.fullmatch(line)), "")

    def known(delimiter: str) -> int:
        return sum(_column(name) in COLUMNS for name in first.replace('"', "").split(delimiter))

    return max(DELIMITERS, key=known)


def _column(name: str) -> str:
    folded = " ".join(name.replace("_", " ").replace("-", " ").lower().split())
    return _OTHER_NAMES.get(folded, folded)


def _check_columns(names: Sequence[str], found: Sequence[str]) -> None:
    missing = [name for name in NEEDED if name not in names]
    if missing:
        shown = [name.strip()[:30] for name in found if name.strip()][:10]
        raise InvalidInput("import.no_columns", missing=missing, found=shown)
    twice = next((name for name in COLUMNS if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidInput("import.column_twice", column=twice)


def _record(line: int, names: Sequence[str], cells: Sequence[str]) -> Record:
    by_name = {name: _as_meant(cell) for name, cell in zip(names, cells, strict=False) if name in COLUMNS}
    return Record(line, by_name, surplus=any(cell.strip() for cell in cells[len(names) :]))
