"""Free TCP ports."""

import errno
import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

TRIES = 1000


class NoFreePort(Exception):
    """All ports of the range are taken."""


class HeldPort:
    """A TCP port that stays ours while nobody listens on it: no other HeldPort of this machine gets its number.

    What holds it is a UDP socket on the same number, which the kernel closes with this process, whatever ends it.
    """

    def __init__(self, host: str, first: int) -> None:
        """Hold `first`, or the next port that nobody holds or listens on. Raises NoFreePort."""
        self._host = host
        for port in _range(first):
            held = socket.socket(_family(host), socket.SOCK_DGRAM)
            try:
                held.bind((host, port))
            except OSError:
                held.close()
                continue
            if _bound(host, port) is not None:
                self.port, self._held = port, held
                return
            held.close()
        raise NoFreePort(f"no free port on {host} from {first} on")

    def is_free(self) -> bool:
        """Whether a server could listen on it now. Programs that know nothing of holding may be in the way."""
        return _bound(self._host, self.port) is not None

    def release(self) -> None:
        """May be called twice."""
        self._held.close()


def free_port(host: str, first: int) -> int:
    """`first` if nobody listens there, else the next free one. 0 means any. Raises NoFreePort.

    Another process may take it before you do: be ready to ask again.
    """
    for port in [0] if first == 0 else _range(first):
        if (bound := _bound(host, port)) is not None:
            return bound
    raise NoFreePort(f"no free port on {host} from {first} on")


def _range(first: int) -> Iterable[int]:
    return range(first, min(first + TRIES, 65536))


def _bound(host: str, port: int) -> int | None:
    """The number under which the port can be bound, None when it can't."""
    with socket.socket(_family(host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return None
        return int(probe.getsockname()[1])


@contextmanager
def listening(host: str, port: int, *, setting: str) -> Iterator[None]:
    """End the process with a sentence when `port` can't be listened on. `setting` is the variable that names it."""
    try:
        yield
    except OSError as exc:
        if exc.errno not in (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES):
            raise
        why = "another program listens there" if exc.errno == errno.EADDRINUSE else os.strerror(exc.errno).lower()
        raise SystemExit(f"{host}:{port} can't be used: {why}. Set {setting} to another port.") from None


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
