"""PDFs and Word documents as people have them: read, or refused with what to do."""

import asyncio
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import InvalidInput
from core.sources import papers
from core.sources.contents import HEAD_BYTES, Paper, Sound, Unreadable, kind_of
from core.sources.papers import Words, read_paper
from tests.core.sources.made import FLOWING, LINES, docx, encrypted_pdf, pdf, scanned_pdf, silence, speech

EVENING = "And in the evening it begins anew, as it has for years."
RECORDINGS = {"mp3": "mp3", "wav": "wav", "flac": "flac", "m4a": "mov", "aac": "aac", "mka": "matroska", "aiff": "aiff"}


async def read(content: bytes, folder: Path) -> Words:
    """As the job does it: by what the file is."""
    path = folder / "sent"
    await asyncio.to_thread(path.write_bytes, content)
    kind = kind_of(content[:HEAD_BYTES])
    assert isinstance(kind, Paper)
    return await read_paper(path, kind)


async def refusal(content: bytes, folder: Path) -> str:
    with pytest.raises(InvalidInput) as refused:
        await read(content, folder)
    return refused.value.error_code


async def test_lines_and_pages_of_a_pdf_become_a_text_that_flows(tmp_path: Path) -> None:
    words = await read(pdf([[*LINES, "1 / 2"], [EVENING, "2 / 2"]]), tmp_path)
    assert words.text.strip() == f"{FLOWING}\n{EVENING}"
    assert (words.pages_read, words.pages_total) == (2, 2)


@pytest.mark.parametrize(("told", "kept"), [("Harbour news", "Harbour news"), ("Microsoft Word - x.doc", ""), ("", "")])
async def test_a_title_counts_when_somebody_has_chosen_it(told: str, kept: str, tmp_path: Path) -> None:
    assert (await read(pdf(title=told), tmp_path)).title == kept


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (scanned_pdf, "source.scanned"),
        (lambda: pdf([[]]), "source.no_words"),
        (encrypted_pdf, "source.encrypted"),
        (lambda: b"%PDF-1.7", "source.broken_file"),
        (lambda: pdf()[:200], "source.broken_file"),
        (lambda: b"PK\x03\x04" + bytes(200), "source.broken_file"),
        (lambda: docx([""]), "source.no_words"),
    ],
)
async def test_what_cant_be_read_says_why(made: Callable[[], bytes], code: str, tmp_path: Path) -> None:
    assert await refusal(made(), tmp_path) == code


async def test_a_word_document_keeps_its_paragraphs_and_lists(tmp_path: Path) -> None:
    words = await read(docx(["Bread needs time.", "Flour &amp; salt"], title="How we bake"), tmp_path)
    assert words == Words("Bread needs time.\n\n- Flour & salt", "How we bake")


async def test_a_document_that_unpacks_to_too_much_is_refused_and_not_unpacked(tmp_path: Path) -> None:
    bomb = docx(["Bread."], bomb_bytes=60_000_000)
    assert len(bomb) < 100_000
    assert await refusal(bomb, tmp_path) == "source.too_big_inside"


async def test_entities_of_a_document_are_not_followed(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(
            "word/document.xml",
            '<!DOCTYPE x [<!ENTITY own SYSTEM "file:///etc/hostname">]>'
            '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
            "<w:t>Bread &own; needs time.</w:t></w:r></w:p></w:body></w:document>",
        )
    path = tmp_path / "sent"
    await asyncio.to_thread(path.write_bytes, made.getvalue())
    words = await read_paper(path, Paper("docx"))
    hostname = (await asyncio.to_thread(Path("/etc/hostname").read_text)).strip()
    assert hostname not in words.text


async def test_a_large_file_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.write(pdf())
        file.truncate(papers.FILE_BYTES + 1)
    with pytest.raises(InvalidInput) as refused:
        await read_paper(path, Paper("pdf"))
    assert refused.value.error_code == "source.file_too_big"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (pdf(), Paper("pdf")),
        (b"\n\n junk " + pdf(), Paper("pdf")),
        (docx(["x"]), Paper("docx")),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Unreadable("source.old_word")),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), Unreadable("source.encrypted")),
        (b"", Unreadable("source.empty_file")),
        (b"Bread needs time.", None),
        ("Brot".encode("utf-16"), None),
    ],
)
def test_a_file_is_known_by_its_contents(content: bytes, kind: object) -> None:
    assert kind_of(content[:HEAD_BYTES]) == kind


@pytest.mark.parametrize(("ending", "demuxer"), RECORDINGS.items())
def test_recordings_are_known_by_their_contents(ending: str, demuxer: str) -> None:
    assert kind_of(silence(0.3, ending=ending)) == Sound(demuxer)


def test_a_voice_message_is_a_recording() -> None:
    assert kind_of(speech()) == Sound("ogg")
