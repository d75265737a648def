"""Takes the words out of a document that somebody has sent, in a process of its own, with little time and memory.

papers.py starts it as a script: it imports nothing of ours. It says what it has found as one line of JSON:
`{"found": {...}}`, or `{"refused": code, "params": {...}}`.
"""

import json
import os
import resource
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from lxml.etree import _Element
    from pypdf import PageObject, PdfReader

CPU_S: Final = 60
BEGIN_NO_PAGE_AFTER_S: Final = 40.0
"""What was read until then is given, with how far that is."""
MEMORY_BYTES: Final = 1_500_000_000
CHARACTERS_MOST: Final = 500_000
PAGES_MOST: Final = 1_000
XML_BYTES: Final = 40_000_000
"""Of a document's text, unpacked: a novel takes 3 MB. What claims more is there to fill the memory."""
MEMBERS_MOST: Final = 10_000
WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""What old Word shows instead of what stands beside it: the same words twice."""
DC_TITLE: Final = "{http://purl.org/dc/elements/1.1/}title"


class RefusedError(Exception):
    """`params` stand in the sentence."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.said = {"refused": code, "params": params}


def main(path: str, form: str) -> None:
    _limit()
    said: dict[str, Any]
    try:
        said = {"found": read_pdf(Path(path)) if form == "pdf" else read_docx(Path(path))}
    except RefusedError as refusal:
        said = refusal.said
    except MemoryError:
        said = {"refused": "source.too_big_inside", "params": {}}
    except Exception:  # whatever a library says of a file that isn't as it should be
        said = {"refused": "source.broken_file", "params": {}}
    sys.stdout.write(json.dumps(said))
    sys.stdout.flush()
    os._exit(0)  # what libraries still want to tidy is of no interest


def read_pdf(path: Path) -> dict[str, Any]:
    """The words by pages. Raises RefusedError: encrypted, scanned, or without words."""
    from pypdf import PdfReader

    reader = PdfReader(path, strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        raise RefusedError("source.encrypted")
    pages: list[str] = []
    pictured, total = False, len(reader.pages)
    until, characters = time.monotonic() + BEGIN_NO_PAGE_AFTER_S, 0
    for page in reader.pages:
        if len(pages) == PAGES_MOST or characters > CHARACTERS_MOST or time.monotonic() > until:
            break
        words = _words_of(page)
        pages.append(words)
        characters += len(words)
        pictured = pictured or (not words and _shows_pictures(page))
    if not "".join(pages).strip():
        raise RefusedError("source.scanned" if pictured else "source.no_words", pages=total)
    return {"title": _title_of(reader), "pages": pages, "total": total}


def _words_of(page: "PageObject") -> str:
    """A page that can't be read doesn't keep the others from being read."""
    with suppress(Exception):
        return page.extract_text().encode(errors="ignore").decode().strip()
    return ""


def _shows_pictures(page: "PageObject") -> bool:
    with suppress(Exception):
        objects = page["/Resources"]["/XObject"].get_object()  # type: ignore[index]
        return any(each.get_object().get("/Subtype") in ("/Image", "/Form") for each in objects.values())
    return False


def _title_of(reader: "PdfReader") -> str:
    with suppress(Exception):
        return str((reader.metadata and reader.metadata.title) or "")
    return ""


def read_docx(path: Path) -> dict[str, Any]:
    """The words, paragraph by paragraph. Raises RefusedError: no Word document, or one that fills the memory."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if len(names) > MEMBERS_MOST or "word/document.xml" not in names:
                raise RefusedError("source.not_a_document")
            body = _root_of(archive, "word/document.xml").find(f"{WORD}body")
            title = _docx_title(archive) if "docProps/core.xml" in names else ""
    except zipfile.BadZipFile as exc:
        raise RefusedError("source.broken_file") from exc
    text = "\n\n".join(_blocks(body)) if body is not None else ""
    if not text.strip():
        raise RefusedError("source.no_words", pages=1)
    return {"title": title, "pages": [text[:CHARACTERS_MOST]], "total": 1}


def _root_of(archive: zipfile.ZipFile, name: str) -> "_Element":
    from lxml import etree

    if archive.getinfo(name).file_size > XML_BYTES:
        raise RefusedError("source.too_big_inside")
    with archive.open(name) as member:
        content = member.read(XML_BYTES + 1)
    if len(content) > XML_BYTES:
        raise RefusedError("source.too_big_inside")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(content, parser)


def _docx_title(archive: zipfile.ZipFile) -> str:
    with suppress(Exception):
        return (_root_of(archive, "docProps/core.xml").findtext(DC_TITLE) or "").strip()
    return ""


def _blocks(parent: "_Element") -> Iterator[str]:
    """Paragraphs and tables, also those inside of controls and boxes around them."""
    for child in parent:
        if child.tag == f"{WORD}p":
            if words := _paragraph(child):
                yield words
        elif child.tag == f"{WORD}tbl":
            rows = (map(_cell, row.iterfind(f"{WORD}tc")) for row in child.iterfind(f"{WORD}tr"))
            yield "\n".join(" | ".join(filter(None, row)) for row in rows)
        elif child.tag in (f"{WORD}sdt", f"{WORD}sdtContent", f"{WORD}customXml", f"{WORD}ins"):
            yield from _blocks(child)


def _cell(cell: "_Element") -> str:
    return " ".join(" ".join(_blocks(cell)).split())


def _paragraph(paragraph: "_Element") -> str:
    words = "".join(_runs(paragraph)).strip()
    is_item = paragraph.find(f"{WORD}pPr/{WORD}numPr") is not None
    return f"- {words}" if words and is_item else words


def _runs(element: "_Element") -> Iterator[str]:
    for child in element:
        if child.tag == f"{WORD}t":
            yield child.text or ""
        elif child.tag == f"{WORD}tab":
            yield " "
        elif child.tag in (f"{WORD}br", f"{WORD}cr"):
            yield "\n"
        elif child.tag == f"{WORD}noBreakHyphen":
            yield "-"
        elif child.tag not in (FALLBACK, f"{WORD}pPr", f"{WORD}rPr"):
            yield from _runs(child)


def _limit() -> None:
    """Before anything is read."""
    for what, most in (
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # less is allowed already, or this system knows no such limit
            resource.setrlimit(what, (most, most))


if __name__ == "__main__":
    main(*sys.argv[1:])
