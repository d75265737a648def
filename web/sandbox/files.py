"""Files on disk, and the identifiers under which bots and people know them."""

import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from web.sandbox.model import StoredFile
from web.sandbox.storage import Storage

FOLDERS = {
    "photo": ("photos", "AgACAgIAAxkBAAM", ".jpg"),
    "video": ("videos", "BAACAgIAAxkBAAM", ".mp4"),
    "audio": ("music", "CQACAgIAAxkBAAM", ".mp3"),
    "voice": ("voice", "AwACAgIAAxkBAAM", ".oga"),
    "document": ("documents", "BQACAgIAAxkBAAM", ""),
    "animation": ("animations", "CgACAgIAAxkBAAM", ".mp4"),
    "video_note": ("video_notes", "DQACAgIAAxkBAAM", ".mp4"),
    "thumbnail": ("thumbnails", "AAMCAgADGQEAAw", ".jpg"),
}
"""Kind -> folder, beginning of its file ids, usual extension."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a request, waiting on disk."""

    name: str
    mime: str
    path: Path
    size: int


class FileStore:
    """The folder of files. A file's `path` is what the Bot API shows as file_path."""

    def __init__(self, folder: Path, storage: Storage) -> None:
        self._folder = folder
        self._storage = storage
        self._incoming = folder / "incoming"
        self._make_folders()

    def _make_folders(self) -> None:
        shutil.rmtree(self._incoming, ignore_errors=True)
        self._incoming.mkdir(parents=True)

    def clear(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._make_folders()

    def incoming(self) -> Path:
        """A fresh place for an upload."""
        return self._incoming / secrets.token_hex(12)

    def keep(self, source: Path, *, kind: str, name: str | None, mime: str | None, **details: Any) -> StoredFile:
        """Move an upload into the store."""
        folder, prefix, extension = FOLDERS[kind]
        suffix = (Path(name).suffix if name else "") or extension
        path = f"{folder}/file_{secrets.token_hex(6)}{suffix if suffix.isascii() and len(suffix) < 10 else ''}"
        target = self._folder / path
        target.parent.mkdir(exist_ok=True)
        size = source.stat().st_size
        source.replace(target)
        unique_id = ("AQAD" if kind in {"photo", "thumbnail"} else "AgAD") + secrets.token_urlsafe(8)
        file = StoredFile(prefix + secrets.token_urlsafe(42), unique_id, kind, path, size, name, mime, details)
        self._storage.put_file(file)
        return file

    def alias(self, file: StoredFile, kind: str) -> StoredFile:
        """The same bytes under an identifier of another kind."""
        twin = StoredFile(
            FOLDERS[kind][1] + secrets.token_urlsafe(42), file.unique_id, kind, file.path, file.size, file.name,
            file.mime, dict(file.details),
        )  # fmt: skip
        self._storage.put_file(twin)
        return twin

    def update(self, file: StoredFile) -> None:
        self._storage.put_file(file)

    def find(self, file_id: str) -> StoredFile | None:
        return self._storage.file(file_id)

    def at(self, path: str) -> StoredFile | None:
        return self._storage.file_at(path)

    def on_disk(self, file: StoredFile) -> Path:
        return self._folder / file.path
