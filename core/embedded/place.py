"""Where the servers keep their data and which account runs them.

PostgreSQL refuses to run as root, and the account that root lends it may not be able to enter root's folders. Nobody's
folders are changed for that: the data, and the programs if need be, move to a place that the account can enter.
"""

import os
import pwd
import secrets
import shutil
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from core.home import HomeNotOurs, make_home, private_folder, write_private

SHARED_ROOT = Path("/var/lib/postaify")
"""Data of homes that lie where the servers' account can't go. Used by root only."""

UNPRIVILEGED = "nobody"


class EmbeddedUnavailable(Exception):
    """The embedded servers can't run here. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account that root lends to a server."""

    uid: int
    gid: int

    def allows(self, info: os.stat_result, permission: int) -> bool:
        """Whether the mode grants `permission` (4 read, 1 enter or execute) to this account (ACLs aren't read)."""
        if info.st_uid == self.uid:
            return bool(info.st_mode & permission << 6)
        if info.st_gid == self.gid:
            return bool(info.st_mode & permission << 3)
        return bool(info.st_mode & permission)

    def can_reach(self, path: Path) -> bool:
        """Whether the account may enter `path` (execute it, if a file) and every folder above it."""
        path = path.resolve()
        return all(self.allows(folder.stat(), 1) for folder in (path, *path.parents))


@dataclass(frozen=True, slots=True)
class Place:
    """A home's servers: `root` holds their data, `logs` what they say; `account` is None when they run as ourselves."""

    root: Path
    logs: Path
    account: Account | None
    password: str

    @property
    def uid(self) -> int | None:
        return self.account.uid if self.account else None

    @property
    def gid(self) -> int | None:
        return self.account.gid if self.account else None

    @property
    def groups(self) -> list[int] | None:
        """Supplementary groups: root's own aren't lent."""
        return [] if self.account else None

    def folder(self, name: str) -> Path:
        """A folder of `root` that belongs to the servers' account and to nobody else."""
        folder = self.root / name
        folder.mkdir(mode=0o700, exist_ok=True)
        self.give(folder)
        return folder

    def give(self, path: Path) -> None:
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)


def settle(home: Path, *, shared: Path = SHARED_ROOT) -> Place:
    """Find or make the place of the home's servers, in `shared` when their account can't enter the home.

    Raises EmbeddedUnavailable, or HomeNotOurs.
    """
    home = make_home(home)
    link = home / "services"
    try:
        account = _account(link)
        if not link.is_symlink() and not link.exists() and account is not None and not account.can_reach(home):
            _move_out(link, shared)
        root = link.resolve()
        root.mkdir(mode=0o711, exist_ok=True)
        if account is not None and not account.can_reach(root):
            raise EmbeddedUnavailable(
                f"the database's account (uid {account.uid}) can't enter {root}: a folder above it lost its "
                "permission; restore it, set POSTAIFY_HOME to another folder, or run as an ordinary user"
            )
        return Place(root=root, logs=private_folder(home, "logs"), account=account, password=_password(root))
    except PermissionError as exc:
        raise HomeNotOurs(exc.filename) from exc


def _account(services: Path) -> Account | None:
    """Root runs the servers as whoever owns the data already, else as `nobody`; everybody else as themselves."""
    if os.geteuid() != 0:
        return None
    data = services / "postgres"
    if data.exists() and (info := data.stat()).st_uid != 0:
        return Account(info.st_uid, info.st_gid)
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise EmbeddedUnavailable(
            f"PostgreSQL doesn't run as root, and there is no account '{UNPRIVILEGED}' here: run as an ordinary user"
        ) from None
    return Account(entry.pw_uid, entry.pw_gid)


def _move_out(link: Path, shared: Path) -> None:
    """Let `link` lead to a new folder outside: its random name keeps a later home of the same path from finding it."""
    root = shared / secrets.token_hex(8)
    root.mkdir(mode=0o711, parents=True)
    link.symlink_to(root)


def _password(root: Path) -> str:
    """The servers' password, made once. It keeps other users of the machine out: they can reach the loopback ports."""
    path = root / "password"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text()


def readable_copy(place: Place, source: Path, *, probes: Iterable[str], package: str) -> Path:
    """`source`, or a copy of it in the place when the servers' account can't read the files named in `probes`.

    The copy belongs to the installed version of `package`: another version is copied anew.
    """
    account = place.account
    if account is None or all(_readable(account, source / probe) for probe in probes):
        return source
    copy = place.root / f"{package}-{metadata.version(package)}"
    if not copy.exists():
        draft = copy.with_name(f"{copy.name}.{os.getpid()}.new")
        shutil.copytree(source, draft, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o755 if path.is_dir() or _executable(path) else 0o644))
        draft.replace(copy)
    return copy


def _readable(account: Account, path: Path) -> bool:
    return account.can_reach(path.parent) and account.allows(path.stat(), 4)


def _executable(path: Path) -> bool:
    return bool(path.stat().st_mode & stat.S_IXUSR)
