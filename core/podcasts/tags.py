"""ID3v2.4 tags of an episode: title, artist, picture, chapters (CHAP, CTOC) and the words (USLT)."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

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
    genre: str = "Podcast"


def write_tags(path: Path, tags: Tags, *, chapters: Sequence[Chapter], words: str, duration_ms: int) -> None:
    """Put them before the sound of an MP3 that has none yet."""
    from mutagen import id3  # when the sound is done: its memory is free by then

    head = id3.ID3()
    for frame in (*_texts(tags, duration_ms), *_contents(tags, words), *_chapters(chapters)):
        head.add(frame)
    _put_before(path, head)


def _texts(tags: Tags, duration_ms: int) -> Iterator[Any]:
    from mutagen import id3

    part = "{}/{}".format(*tags.part) if tags.part else ""
    texts: dict[Any, str] = {
        id3.TIT2: tags.title,
        id3.TPE1: tags.artist,
        id3.TALB: tags.album,
        id3.TCON: tags.genre,
        id3.TRCK: part,
    }
    yield id3.TLEN(encoding=id3.Encoding.LATIN1, text=[str(duration_ms)])
    for frame, text in texts.items():
        if text:
            yield frame(encoding=id3.Encoding.UTF8, text=[text])


def _contents(tags: Tags, words: str) -> Iterator[Any]:
    from mutagen import id3

    if picture := tags.picture:
        mime = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
        kind = id3.PictureType.COVER_FRONT
        yield id3.APIC(encoding=id3.Encoding.UTF8, mime=mime, type=kind, desc="", data=picture)
    if words:
        language = _ISO_639_2.get(tags.language.partition("-")[0].lower(), "und")
        yield id3.USLT(encoding=id3.Encoding.UTF8, lang=language, desc="", text=words)


def _chapters(chapters: Sequence[Chapter]) -> Iterator[Any]:
    from mutagen import id3

    if not chapters:
        return
    names = [f"ch{number}" for number, _ in enumerate(chapters)]
    flags = id3.CTOCFlags.TOP_LEVEL | id3.CTOCFlags.ORDERED
    yield id3.CTOC(element_id="toc", flags=flags, child_element_ids=names, sub_frames=[])
    for name, chapter in zip(names, chapters, strict=True):
        yield id3.CHAP(
            element_id=name,
            start_time=chapter.start_ms,
            end_time=chapter.end_ms,
            start_offset=_UNKNOWN_OFFSET,
            end_offset=_UNKNOWN_OFFSET,
            sub_frames=[id3.TIT2(encoding=id3.Encoding.UTF8, text=[chapter.title])],
        )


def _put_before(path: Path, tags: Any) -> None:
    """mutagen would move a long file in pieces of a megabyte."""
    head = BytesIO()
    tags.save(head, v2_version=4, padding=lambda _: 0)
    tagged = path.with_suffix(".tagged")
    with path.open("rb") as sound, tagged.open("wb") as file:
        file.write(head.getvalue())
        shutil.copyfileobj(sound, file)
    tagged.replace(path)
