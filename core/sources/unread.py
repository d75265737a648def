"""Which files of a source have words that can be got out of them. Pure: by what is told of them; what they really are,
their contents tell (core/sources/contents.py)."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final, Self

from core.db import Json
from core.telegram.content import Media, MediaKind

PAPERS: Final = frozenset({"pdf", "docx"})
TEXTS: Final = frozenset({"txt", "text", "md", "markdown", "srt", "vtt"})
SOUNDS: Final = frozenset(
    {"mp3", "m4a", "aac", "ogg", "oga", "opus", "wav", "flac", "amr", "aif", "aiff", "caf", "wma"}
)
FILMS: Final = frozenset({"mp4", "m4v", "mov", "qt", "avi", "mkv", "webm", "wmv"})


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file at Telegram (`file_id`) or in our storage (`storage_key`)."""

    name: str = ""
    file_id: str | None = None
    storage_key: str | None = None
    duration_s: int | None = None

    def to_json(self) -> Json:
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, stored: Json) -> Self:
        return cls(**stored)

    @property
    def ending(self) -> str:
        return self.name.rpartition(".")[2].lower() if "." in self.name else ""

    @property
    def is_heard(self) -> bool:
        """Whether somebody has to listen to it; as far as its name tells."""
        return self.ending not in PAPERS | TEXTS


def unread_files(media: Iterable[Media], recording: UnreadFile | None = None) -> list[UnreadFile]:
    """Those that may have words, in their order; a recording that can't be posted stands for all."""
    if recording is not None:
        return [recording]
    return [_file_of(medium) for medium in media if _may_have_words(medium)]


def begins_by_itself(media: Iterable[Media], recording: UnreadFile | None = None) -> bool:
    """Whether its words are what it was sent for: one recording or document. Films are mostly sent to be posted, and an
    album has no end that anybody tells, so those wait for a press."""
    found = list(media)
    if recording is not None:
        return True
    return len(found) == 1 and _may_have_words(found[0]) and not _is_film(found[0])


def _may_have_words(medium: Media) -> bool:
    match medium.kind:
        case MediaKind.VOICE | MediaKind.AUDIO | MediaKind.VIDEO:
            return medium.file_id is not None
        case MediaKind.DOCUMENT:
            return medium.file_id is not None and _ending(medium) in PAPERS | TEXTS | SOUNDS | FILMS
        case _:
            return False


def _is_film(medium: Media) -> bool:
    return medium.kind is MediaKind.VIDEO or _ending(medium) in FILMS


def _ending(medium: Media) -> str:
    name = medium.filename or ""
    return name.rpartition(".")[2].lower() if "." in name else ""


def _file_of(medium: Media) -> UnreadFile:
    return UnreadFile(medium.filename or "", file_id=medium.file_id, duration_s=medium.duration_s)
