"""Files that users send as a source: which kinds are read, and how bytes become text."""

import codecs
from collections.abc import Callable
from pathlib import PurePath

from core.errors import InvalidInput
from core.sources import markdown, markup
from core.sources.reading import Reading, SourceKind, read_text
from core.sources.subtitles import said_in

FILE_BYTES_LIMIT = 2 * 1024 * 1024
_SNIFFED_BYTES = 32 * 1024
_CONTROL_SHARE = 0.01
"""Text has next to no control characters; in compressed or compiled data every eighth byte is one."""
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1b") + b"\x7f"
_TEXTUAL_MAGIC = (b"%PDF-", b"{\\rtf", b"%!PS")
"""Formats that begin like text and aren't."""
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_OLD_ENCODINGS = """
    cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 koi8_r cp866 mac_roman shift_jis euc_jp gb18030 big5 euc_kr
""".split()  # noqa: SIM905  a list of this length reads better in a line
"""What text files were really written in; asked about all it knows, the detector prefers exotic relatives."""
_LATIN_LOOKALIKES = frozenset({"cp1250", "cp1254", "mac_roman"})

FileReader = Callable[[str, bytes], Reading]


def read_file(name: str, content: bytes) -> Reading:
    """Read a file by its extension; one without an extension is taken for text.

    Raises InvalidInput source.unsupported_file (extension, accepted), source.empty_file, source.file_too_big
    (size_bytes, limit_bytes), source.binary_file, and what `read_text` raises.
    """
    extension = PurePath(name).suffix.lower()
    reader = READERS.get(extension)
    if reader is None:
        raise InvalidInput("source.unsupported_file", extension=extension, accepted=accepted_extensions())
    if len(content) > FILE_BYTES_LIMIT:
        raise InvalidInput("source.file_too_big", size_bytes=len(content), limit_bytes=FILE_BYTES_LIMIT)
    return reader(name, content)


def accepted_extensions() -> list[str]:
    """As a person is told them: ".md", ".txt"."""
    return sorted(extension for extension in READERS if extension)


def decode(content: bytes, *, charset: str | None = None) -> str:
    """Text from bytes: by its byte-order mark, the charset it came with, UTF-8, or the likeliest old encoding.

    Raises InvalidInput source.empty_file or source.binary_file.
    """
    if not content.strip():
        raise InvalidInput("source.empty_file")
    encoding = _marked(content) or _named(content, charset) or _guessed(content)
    text = content.decode(encoding, errors="replace")
    if "\0" in text:
        raise InvalidInput("source.binary_file")
    return text


def _read_plain(name: str, content: bytes) -> Reading:
    """What is clearly Markdown or HTML is read as such, whatever the file is called."""
    text = decode(content)
    return _of_markdown(text) if markup.is_markup(text.replace("\r\n", "\n")) else read_text(text, kind=SourceKind.FILE)


def _read_markdown(name: str, content: bytes) -> Reading:
    return _of_markdown(decode(content))


def _of_markdown(source: str) -> Reading:
    source = markup.readable_html(source) if markup.is_html(source) else source
    return read_text(markdown.plain(source), kind=SourceKind.FILE, title=markdown.heading(source))


def _read_subtitles(name: str, content: bytes) -> Reading:
    return read_text(said_in(decode(content)), kind=SourceKind.FILE, title=PurePath(name).stem)


READERS: dict[str, FileReader] = {
    "": _read_plain,
    ".txt": _read_plain,
    ".text": _read_plain,
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".srt": _read_subtitles,
    ".vtt": _read_subtitles,
}
"""The kinds of file that can be read. A new kind is one function and one line."""


def _marked(content: bytes) -> str | None:
    return next((encoding for mark, encoding in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), None)


def _named(content: bytes, charset: str | None) -> str | None:
    for encoding in filter(None, (charset, "utf-8")):
        try:
            content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        return None if _looks_binary(content) else encoding
    return None


def _guessed(content: bytes) -> str:
    if wide := _wide_without_mark(content):
        return wide
    if _looks_binary(content):
        raise InvalidInput("source.binary_file")
    from charset_normalizer import from_bytes  # only files from before UTF-8 need it

    matches = from_bytes(content[:_SNIFFED_BYTES], cp_isolation=_OLD_ENCODINGS)
    best = matches.best()
    if best is None:
        raise InvalidInput("source.binary_file")
    likely = {name for match in matches for name in match.could_be_from_charset}
    return "cp1252" if best.encoding in _LATIN_LOOKALIKES and "cp1252" in likely else best.encoding


def _wide_without_mark(content: bytes) -> str | None:
    """UTF-16 of a Latin text shows as a zero in every other byte."""
    head = content[: _SNIFFED_BYTES & ~1]
    for encoding, zeros, letters in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if zeros.count(0) > 0.6 * len(zeros) and letters.count(0) == 0 and not _looks_binary(letters):
            return encoding
    return None


def _looks_binary(content: bytes) -> bool:
    head = content[:_SNIFFED_BYTES]
    if b"\0" in content or content.startswith(_TEXTUAL_MAGIC):
        return True
    return len(head) - len(head.translate(None, _CONTROLS)) > _CONTROL_SHARE * len(head)
