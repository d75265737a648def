"""The children's log files: kept small, and watched for errors that a person should see at once."""

import os
import re
import shutil
from pathlib import Path

LARGEST_BYTES = 5_000_000
"""Each process keeps at most two files of this size."""
READ_BYTES = 1_000_000
SHOWN_AT_ONCE = 3
SHOWN_LENGTH = 400

ERROR = re.compile(r'\[(error|critical)\s*\]|"level": ?"(error|critical)"')
"""The level as structlog's console and JSON renderers write it."""


def rotate(folder: Path) -> None:
    """Copy large logs away and empty them in place: their writers append, so they go on at the new end."""
    for path in folder.glob("*.log"):
        if path.stat().st_size > LARGEST_BYTES:
            shutil.copyfile(path, path.with_suffix(".log.1"))
            os.truncate(path, 0)


class LogFile:
    """A log that somebody else appends to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen = self._size()

    def new_errors(self) -> list[str]:
        """Error lines since the last call: few and short, since the file has them all."""
        size = self._size()
        if size < self._seen:
            self._seen = 0
        if size == self._seen:
            return []
        lines = [line.decode(errors="replace").strip()[:SHOWN_LENGTH] for line in self._new_lines()]
        return [line for line in lines if ERROR.search(line)][:SHOWN_AT_ONCE]

    def last_words(self, lines: int = 8) -> str:
        try:
            return "\n".join(self.path.read_text(errors="replace").splitlines()[-lines:])
        except FileNotFoundError:
            return ""

    def _new_lines(self) -> list[bytes]:
        with self.path.open("rb") as file:
            file.seek(self._seen)
            chunk = file.read(READ_BYTES)
        whole = chunk if len(chunk) == READ_BYTES else chunk[: chunk.rfind(b"\n") + 1]
        self._seen += len(whole)
        return whole.splitlines()

    def _size(self) -> int:
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0
