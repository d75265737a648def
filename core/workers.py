"""What a worker process is called in leases, and which of those names belong to processes that are gone."""

import os
import secrets
import socket
from collections.abc import Iterable

import psutil

from core.processes import is_running


def worker_name() -> str:
    """Unique to this process: `host:pid:nonce`."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def claim_name(worker: str) -> str:
    """Unique to one job of a worker that does several at once: `host:pid:nonce:claim`."""
    return f"{worker}:{secrets.token_hex(4)}"


def dead_workers(names: Iterable[str], *, me: str) -> list[str]:
    """Those of `names`, workers' or claims', that ran on this host and no longer do. Other hosts' keep their leases."""
    host, pid, _ = me.split(":")
    others = (name for name in names if not f"{name}:".startswith(f"{me}:"))
    return [name for name in others if _is_dead(name, host=host, my_pid=int(pid))]


def _is_dead(name: str, *, host: str, my_pid: int) -> bool:
    other_host, _, process = name.partition(":")
    pid = process.partition(":")[0]
    if other_host != host or not pid.isdecimal():
        return False
    if int(pid) == my_pid:
        return True
    try:
        return not is_running(psutil.Process(int(pid)))
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False
