"""Free TCP ports."""

import socket

TRIES = 1000


class NoFreePort(Exception):
    """All ports of the range are taken."""


def free_port(host: str, first: int) -> int:
    """`first` if nobody listens there, else the next free one. 0 means any. Raises NoFreePort.

    Another process may take it before you do: be ready to ask again.
    """
    for port in [0] if first == 0 else range(first, min(first + TRIES, 65536)):
        with socket.socket(_family(host)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise NoFreePort(f"no free port on {host} from {first} on")


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
