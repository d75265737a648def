"""A home: the folder that holds everything one installation keeps on this machine, and who uses it right now."""

import errno
import fcntl
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MAIL_FOLDER = "mail"
"""Of a home: mails that nobody sends, as files."""


class HomeInUse(Exception):
    """Another process holds it."""


class HomeNotOurs(Exception):
    """It belongs to another user."""

    def __init__(self, path: object) -> None:
        super().__init__(f"{path} belongs to another user: run as that user, or set POSTAIFY_HOME to another folder")


class HomeUnusable(Exception):
    """The folder can't be made or read."""

    def __init__(self, path: object, exc: OSError) -> None:
        super().__init__(f"{path} can't be used ({exc.strerror}): set POSTAIFY_HOME to another folder")


def make_home(home: Path) -> Path:
    """The home as an absolute path. Others may pass through it only when root lends its servers another account.

    Raises HomeNotOurs, HomeUnusable.
    """
    home = home.expanduser().resolve()
    try:
        home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    except PermissionError as exc:
        raise HomeNotOurs(exc.filename) from exc
    except OSError as exc:  # a file stands there, the disk is read-only or full
        raise HomeUnusable(home, exc) from exc
    if os.geteuid() not in {0, home.stat().st_uid}:
        raise HomeNotOurs(home)
    return home


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A home for tests and rehearsals, removed at the end. The account that root lends its servers can enter it."""
    with tempfile.TemporaryDirectory(prefix="postaify-", ignore_cleanup_errors=True) as folder:
        above = Path(folder).resolve()
        above.chmod(0o711 if os.geteuid() == 0 else 0o700)
        yield make_home(above / "home")


def private_folder(home: Path, name: str) -> Path:
    """A folder of the home that only its owner can enter; made when missing. Accepts a relative home."""
    folder = make_home(home) / name
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def kept_secret(home: Path, name: str) -> str:
    """A secret of this installation: made the first time, afterwards the same for all its processes."""
    path = private_folder(home, "secrets") / name
    if not path.exists():
        draft = path.with_name(f"{name}.{secrets.token_hex(8)}.new")
        write_private(draft, secrets.token_urlsafe(32))
        with suppress(FileExistsError):  # another process was faster
            os.link(draft, path)
        draft.unlink()
    return path.read_text()


class HomeLock:
    """A POSIX record lock: it ends with this process, whatever ends it, and the children it forks don't hold it.

    The lock file is opened nowhere else: closing any handle on it would drop the lock.
    """

    def __init__(self, home: Path, name: str) -> None:
        self._path = private_folder(home, "run") / f"{name}.lock"
        self._fd: int | None = None

    @property
    def held(self) -> bool:
        return self._fd is not None

    def acquire(self) -> None:
        """Raises HomeInUse, or HomeNotOurs when it was last used by root."""
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except PermissionError as exc:
            raise HomeNotOurs(self._path) from exc
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
