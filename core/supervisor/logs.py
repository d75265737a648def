"""The children's log files: kept small, and watched for errors that a person should see at once."""

import os
import re
import shutil
from pathlib import Path

LARGEST_BYTES = 5_000_000
"""Each process keeps at most two files of this size."""
SHOWN_AT_ONCE = 3
SHOWN_LENGTH = 400

ERROR = re.compile(r'\[(error|critical)\s*\]|"level": ?"(error|critical)"')
"""The level as structlog's console and JSON renderers write it."""


class LogFile:
    """A log that somebody else appends to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen = self._size()

    def new_errors(self) -> list[str]:
        """Error lines since the last call: few and short, since the file has them all."""
        if self._size() <= self._seen:
            return []
        with self.path.open("rb") as file:
            file.seek(self._seen)
            *whole, _rest = file.read(1_000_000).split(b"\n")
        self._seen += sum(len(line) + 1 for line in whole)
        lines = [line.decode(errors="replace").strip()[:SHOWN_LENGTH] for line in whole]
        return [line for line in lines if ERROR.search(line)][:SHOWN_AT_ONCE]

    def rotate(self) -> None:
        """Copy a large file away and empty it in place: its writers append, so they go on at the new end."""
        if self._size() > LARGEST_BYTES:
            shutil.copyfile(self.path, self.path.with_suffix(".log.1"))
            os.truncate(self.path, 0)
            self._seen = 0

    def last_words(self, lines: int = 8) -> str:
        try:
            return "\n".join(self.path.read_text(errors="replace").splitlines()[-lines:])
        except FileNotFoundError:
            return ""

    def _size(self) -> int:
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0
