"""ID3v2.4 tags of an episode: title, artist, picture, chapters (CHAP, CTOC) and the words (USLT)."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from mutagen.id3 import (
    APIC,
    CHAP,
    CTOC,
    ID3,
    TALB,
    TCON,
    TIT2,
    TLEN,
    TPE1,
    TRCK,
    USLT,
    CTOCFlags,
    Encoding,
    PictureType,
)

_UNKNOWN_OFFSET = 0xFFFFFFFF
"""By the standard: players then use the times."""
_ISO_639_2 = {
    "ar": "ara", "cs": "ces", "da": "dan", "de": "deu", "el": "ell", "en": "eng", "es": "spa", "fa": "fas", "fi": "fin",
    "fr": "fra", "he": "heb", "hi": "hin", "hu": "hun", "id": "ind", "it": "ita", "ja": "jpn", "ko": "kor", "nb": "nob",
    "nl": "nld", "no": "nor", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "sv": "swe", "th": "tha", "tr": "tur",
    "uk": "ukr", "vi": "vie", "zh": "zho",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Tags:
    """What an episode is called. `picture` is a JPEG or PNG; `language` a BCP-47 tag; `part` is (2, 3) for 2 of 3."""

    title: str
    artist: str = ""
    album: str = ""
    picture: bytes = b""
    language: str = ""
    part: tuple[int, int] | None = None


def write_tags(path: Path, tags: Tags, *, chapters: Sequence[Chapter], words: str, duration_ms: int) -> None:
    """Put them before the sound of an MP3 that has none yet."""
    id3 = ID3()
    id3.add(TIT2(encoding=Encoding.UTF8, text=[tags.title]))
    id3.add(TLEN(encoding=Encoding.LATIN1, text=[str(duration_ms)]))
    id3.add(TCON(encoding=Encoding.UTF8, text=["Podcast"]))
    if tags.artist:
        id3.add(TPE1(encoding=Encoding.UTF8, text=[tags.artist]))
    if tags.album:
        id3.add(TALB(encoding=Encoding.UTF8, text=[tags.album]))
    if tags.part:
        id3.add(TRCK(encoding=Encoding.LATIN1, text=["{}/{}".format(*tags.part)]))
    if tags.picture:
        mime = "image/png" if tags.picture.startswith(b"\x89PNG") else "image/jpeg"
        id3.add(APIC(encoding=Encoding.UTF8, mime=mime, type=PictureType.COVER_FRONT, desc="", data=tags.picture))
    if words:
        language = _ISO_639_2.get(tags.language.partition("-")[0].lower(), "und")
        id3.add(USLT(encoding=Encoding.UTF8, lang=language, desc="", text=words))
    _add_chapters(id3, chapters)
    _put_before(path, id3)


def _put_before(path: Path, id3: ID3) -> None:
    """mutagen would move a long file in pieces of a megabyte."""
    head = BytesIO()
    id3.save(head, v2_version=4, padding=lambda _: 0)
    tagged = path.with_suffix(".tagged")
    with path.open("rb") as sound, tagged.open("wb") as file:
        file.write(head.getvalue())
        shutil.copyfileobj(sound, file)
    tagged.replace(path)


def _add_chapters(id3: ID3, chapters: Sequence[Chapter]) -> None:
    if not chapters:
        return
    names = [f"ch{number}" for number, _ in enumerate(chapters)]
    flags = CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED
    id3.add(CTOC(element_id="toc", flags=flags, child_element_ids=names, sub_frames=[]))
    for name, chapter in zip(names, chapters, strict=True):
        id3.add(
            CHAP(
                element_id=name,
                start_time=chapter.start_ms,
                end_time=chapter.end_ms,
                start_offset=_UNKNOWN_OFFSET,
                end_offset=_UNKNOWN_OFFSET,
                sub_frames=[TIT2(encoding=Encoding.UTF8, text=[chapter.title])],
            )
        )
