"""Names of stored files: owner/kind/name.ending. Only this module makes them, so none can lead out of the storage."""

import re
from typing import Final
from uuid import UUID

from core import ids
from core.ids import UserId
from core.storage.contract import StoredFileNotFound

CONTENT_TYPES: Final = {
    "avi": "video/x-msvideo",
    "bin": "application/octet-stream",
    "csv": "text/csv; charset=utf-8",
    "jpg": "image/jpeg",
    "json": "application/json",
    "m4a": "audio/mp4",
    "mov": "video/quicktime",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "ogg": "audio/ogg",
    "pdf": "application/pdf",
    "png": "image/png",
    "srt": "application/x-subrip",
    "txt": "text/plain; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webp": "image/webp",
    "zip": "application/zip",
}
"""By ending. Nothing that a browser would run."""

KEY: Final = re.compile(
    r"[0-9a-z][0-9a-z-]{0,63}/[a-z][a-z_]{0,31}/[0-9A-Za-z][0-9A-Za-z_-]{0,127}\.([0-9a-z]{2,4})", re.ASCII
)


def new_key(owner_id: UserId, kind: str, ending: str) -> str:
    """A key that nothing has yet. `kind` is a plural (`episodes`), `ending` one of CONTENT_TYPES."""
    return key_for(owner_id, kind, str(ids.new()), ending)


def key_for(owner_id: UUID, kind: str, name: str, ending: str) -> str:
    """The key of something with a name of its own, such as the hash of what it was made from. Raises ValueError."""
    key = f"{owner_id}/{kind}/{name}.{ending}"
    if not is_key(key):
        raise ValueError(f"no key can be made of {kind!r}, {name!r} and {ending!r}")
    return key


def is_key(key: str) -> bool:
    """Whether this module could have made it."""
    found = KEY.fullmatch(key)
    return found is not None and found[1] in CONTENT_TYPES


def checked_key(key: str) -> str:
    """The key. Raises StoredFileNotFound for what could not be one: nothing is stored there."""
    if not is_key(key):
        raise StoredFileNotFound(key=key)
    return key


def content_type_of(key: str) -> str:
    """Follows from the ending, so that it can't contradict it."""
    return CONTENT_TYPES[checked_key(key).rpartition(".")[2]]
