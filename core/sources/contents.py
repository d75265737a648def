"""What kind of file it is, by its first bytes and never by its name."""

from dataclasses import dataclass
from typing import Final

from core.videos.containers import Container, container_of

HEAD_BYTES: Final = 65_536
PDF: Final = b"%PDF-"
PDF_WITHIN: Final = 1024
"""Readers accept something in front of it: PDF 1.7, appendix H.3.4.1."""
ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Word before 2007, and what newer Word makes of a document with a password."""
ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
DEMUXERS: Final = {
    b"OggS": "ogg",
    b"ID3": "mp3",
    b"fLaC": "flac",
    b"\x1a\x45\xdf\xa3": "matroska",
    b"#!AMR": "amr",
    b"caff": "caf",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": "asf",
}
"""By how they begin. Demuxers are named, never guessed: others open further files and addresses that a file names."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document: `pdf` or `docx`."""

    form: str


@dataclass(frozen=True, slots=True)
class Sound:
    """Something that may be heard, with or without pictures; ffmpeg reads it with this demuxer."""

    demuxer: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Known, and not to be read: the code says what to do."""

    code: str


def kind_of(head: bytes) -> Paper | Sound | Unreadable | None:
    """`head` is the first HEAD_BYTES. None for what may be text, or anything."""
    if not head:
        return Unreadable("source.empty_file")
    if PDF in head[:PDF_WITHIN]:
        return Paper("pdf")
    if head.startswith(ZIP):
        return Paper("docx")
    if head.startswith(OLE):
        return Unreadable("source.encrypted" if ENCRYPTED in head else "source.old_word")
    demuxer = next((name for mark, name in DEMUXERS.items() if head.startswith(mark)), None) or _by_shape(head)
    return Sound(demuxer) if demuxer is not None else None


def _by_shape(head: bytes) -> str | None:
    container = container_of(head[:32])
    if container is not None:
        return "avi" if container is Container.AVI else "mov"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if head[0] == 0xFF and len(head) > 1 and head[1] & 0xE0 == 0xE0:
        return _mpeg(head[1])
    return None


def _mpeg(second: int) -> str | None:
    """An MPEG frame without tags: the layer's bits are zero in ADTS. UTF-16's byte-order mark is no frame."""
    if second & 0xF0 == 0xF0 and second & 0x06 == 0:
        return "aac"
    return "mp3" if second in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2) else None
