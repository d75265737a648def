"""Who holds a home. A lock dies with its process, so nothing needs to be cleaned up after a kill."""

import errno
import fcntl
import os
from pathlib import Path


class HomeInUse(Exception):
    """Another process holds it."""


class HomeLock:
    """A POSIX record lock: held by this process, not by the children it forks.

    The lock file is opened nowhere else: closing any handle on it would drop the lock.
    """

    def __init__(self, home: Path, name: str) -> None:
        self._path = home / "run" / f"{name}.lock"
        self._fd: int | None = None

    @property
    def held(self) -> bool:
        return self._fd is not None

    def acquire(self) -> None:
        """Raises HomeInUse."""
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            os.close(fd)
            if exc.errno in {errno.EACCES, errno.EAGAIN}:
                raise HomeInUse(f"another process uses {self._path.parent.parent}") from None
            raise
        self._fd = fd

    def release(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
