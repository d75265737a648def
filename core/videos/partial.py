"""The file that an upload grows into, on this machine's disk. What it holds is kept before anybody is told so."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Self

from core import ids
from core.home import private_folder

FOLDER: Final = "uploads"
"""In the home."""
PIECES_AT_ONCE: Final = 1000
"""writev(2) takes 1,024 at most."""


@dataclass(frozen=True, slots=True)
class PartialFile:
    """All its verbs block: to be called in threads."""

    path: Path

    @classmethod
    def of(cls, home: Path, upload_id: ids.UploadId) -> Self:
        return cls(private_folder(home, FOLDER) / ids.short(upload_id))

    def size_bytes(self) -> int:
        """0 where there is none."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    @contextmanager
    def writing(self, offset_bytes: int) -> Iterator[BinaryIO]:
        """Open it to go on at `offset_bytes`; what stands behind that is cut off."""
        with os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0) as file:
            file.truncate(offset_bytes)
            file.seek(offset_bytes)
            yield file

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


def append(file: BinaryIO, pieces: Sequence[bytes]) -> int:
    """Write them, and give how many bytes that was. The disk begins with them at once, so that little is left to wait
    for when they are forced."""
    begin, left = file.tell(), [memoryview(piece) for piece in pieces]
    while left:
        written = os.writev(file.fileno(), left[:PIECES_AT_ONCE])
        while left and written >= len(left[0]):
            written -= len(left.pop(0))
        if written:
            left[0] = left[0][written:]
    size_bytes = sum(map(len, pieces))
    if hasattr(os, "posix_fadvise"):  # Linux writes out what it is told not to keep, and keeps it meanwhile
        os.posix_fadvise(file.fileno(), begin, size_bytes, os.POSIX_FADV_DONTNEED)
    return size_bytes


def force(file: BinaryIO) -> None:
    """Onto the disk, so that it outlives the machine's power."""
    os.fsync(file.fileno())


def partial_files(home: Path) -> dict[ids.UploadId, PartialFile]:
    """All of this machine."""
    found = {}
    for path in private_folder(home, FOLDER).iterdir():
        with suppress(ValueError):
            found[ids.UploadId(ids.parse_short(path.name))] = PartialFile(path)
    return found
