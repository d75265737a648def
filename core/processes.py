"""Processes of the operating system: which are alive, how a child hangs on its parent, and what it is forked with."""

import ctypes
import gc
import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

PR_SET_PDEATHSIG = 1
"""prctl(2)"""
M_ARENA_MAX = -8
"""mallopt(3)"""
ARENAS = 2
CLOCK_STEP_S = 2.0
"""Start times are computed from the wall clock, which may be corrected meanwhile."""


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """Which process a pid meant. Pids are given out again; with the start time (epoch seconds) they aren't."""

    pid: int
    started_at: float

    @classmethod
    def of(cls, pid: int) -> Self:
        return cls(pid, psutil.Process(pid).create_time())

    def running(self) -> bool:
        try:
            process = psutil.Process(self.pid)
            return is_running(process) and abs(process.create_time() - self.started_at) < CLOCK_STEP_S
        except psutil.Error:
            return False


def age_s() -> float:
    """Seconds since this process began. Linux knows the wall clock's time of a start only to the second."""
    if sys.platform != "linux":
        return time.time() - psutil.Process().create_time()
    after_name = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(after_name[19]) / os.sysconf("SC_CLK_TCK")


def spare_memory() -> None:
    """Let threads share the allocator's arenas: by default glibc makes one for nearly each, and none is ever returned.

    For this process and whatever it forks. Without effect elsewhere, and where MALLOC_ARENA_MAX says something else.
    """
    if sys.platform == "linux" and "MALLOC_ARENA_MAX" not in os.environ:
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt is not None:
            mallopt(M_ARENA_MAX, ARENAS)


def is_running(process: psutil.Process) -> bool:
    """Zombies have ended: they only wait to be reaped, in some containers forever."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def die_with_parent(signum: signal.Signals) -> Callable[[], None] | None:
    """What a new child calls first, to get `signum` when its parent dies. None where there is no such thing."""
    if sys.platform != "linux":
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def arm() -> None:
        prctl(PR_SET_PDEATHSIG, signum)
        if os.getppid() != parent:
            os.kill(os.getpid(), signum)

    return arm


def watch_parent(parent: int, *, every_s: float = 1.0) -> None:
    """The same by looking: end this process once `parent` isn't its parent any more. For systems without prctl."""

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(every_s)
        os._exit(1)

    threading.Thread(target=look, name="watch-parent", daemon=True).start()


def kill_session(leader: int, *, not_before: float = 0.0) -> None:
    """Kill every process of the session that `leader` began, unless it started before `not_before` (epoch seconds)."""
    for pid in psutil.pids():
        with suppress(ProcessLookupError, PermissionError, psutil.Error):
            if os.getsid(pid) == leader and psutil.Process(pid).create_time() >= not_before - CLOCK_STEP_S:
                os.kill(pid, signal.SIGKILL)


def load(modules: Sequence[str]) -> None:
    """Import them. Libraries that like threads are told off: threads don't survive a fork.

    The collector sleeps meanwhile. What is there when it is woken it never looks at: that would unshare the pages
    (https://docs.python.org/3/library/gc.html#gc.freeze).
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.disable()
    for module in modules:
        importlib.import_module(module)
    gc.freeze()
    gc.enable()
