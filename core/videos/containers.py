"""What kind of file it is, by its first bytes and never by its name."""

from enum import StrEnum
from typing import Final

HEAD_BYTES: Final = 32
"""How much of a file's beginning tells."""


class Container(StrEnum):
    """The value is the ending of the stored file, too."""

    MP4 = "mp4"
    MOV = "mov"
    AVI = "avi"


UNKNOWN: Final = "bin"
"""The ending of what is none of these. It is stored all the same until it was looked at, and then refused."""
QUICKTIME: Final = b"qt  "
PICTURES: Final = frozenset({b"heic", b"heix", b"heif", b"mif1", b"msf1", b"avif", b"avis", b"hevc", b"crx "})
"""Brands of still pictures, which are wrapped alike."""
WITHOUT_BRAND: Final = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
"""How QuickTime files began before there were brands.
https://developer.apple.com/documentation/quicktime-file-format"""


def container_of(head: bytes) -> Container | None:
    """None for what is no MP4, QuickTime or AVI. `head` is the first HEAD_BYTES."""
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return Container.AVI
    kind, brand = head[4:8], head[8:12]
    if kind == b"ftyp":
        if brand in PICTURES:
            return None
        return Container.MOV if brand == QUICKTIME else Container.MP4
    return Container.MOV if kind in WITHOUT_BRAND else None


def ending_of(head: bytes) -> str:
    """Under which ending it is stored."""
    return container_of(head) or UNKNOWN
