"""One child: forked from the parent that has the modules loaded, so that their memory is shared."""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from core.backoff import Backoff
from core.processes import die_with_parent, kill_session, watch_parent

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""Those the parent handles. SIGHUP comes when its terminal is closed."""


@dataclass(frozen=True, slots=True)
class Child:
    """What to run in a process of its own. Children of a higher `stage` are stopped first."""

    name: str
    run: Callable[[], None]
    stage: int = 0


class ChildProcess:
    """The process of a Child, in a session of its own: a Ctrl-C in the terminal reaches only the parent."""

    def __init__(self, child: Child, log_path: Path) -> None:
        self.child = child
        self.log_path = log_path
        self.pid: int | None = None
        self.ended: str | None = None
        """How the last run ended; None while running."""
        self.backoff = Backoff(first_s=0.2, longest_s=30.0)

    def start(self) -> None:
        log_fd = os.open(self.log_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        arm = die_with_parent(signal.SIGKILL)
        sys.stdout.flush()
        sys.stderr.flush()
        with _signals_held_back():
            parent = os.getpid()
            pid = os.fork()
            if pid == 0:
                _live(self.child, log_fd, arm or (lambda: watch_parent(parent)))
            self.pid, self.ended = pid, None
        os.close(log_fd)

    def reap(self) -> bool:
        """Whether it has ended. Its own children, if it left any, end with it."""
        if self.pid is None:
            return True
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if pid == 0:
            return False
        kill_session(pid)
        self.pid, self.ended = None, _told(os.waitstatus_to_exitcode(status))
        return True

    def ask_to_stop(self) -> None:
        if self.pid is not None:
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        if self.pid is not None:
            kill_session(self.pid)


def _told(exit_code: int) -> str:
    if exit_code >= 0:
        return f"ended with exit status {exit_code}"
    return f"was killed by {signal.Signals(-exit_code).name}"


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """A new child must not take a signal with its parent's handlers, nor the parent lose track of a child."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _live(child: Child, log_fd: int, bind_to_parent: Callable[[], None]) -> NoReturn:
    """Everything the child does. Nothing of the parent's, such as its exit handlers, may run here."""
    status = 1
    try:
        os.setsid()
        bind_to_parent()
        _restore_signals()
        _write_to(log_fd)
        child.run()
        status = 0
    except SystemExit as exc:
        status = _status_of(exc)
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


def _status_of(ended: SystemExit) -> int:
    """As the interpreter does it: a sentence instead of a number is printed, and means 1."""
    if ended.code is None or isinstance(ended.code, int):
        return ended.code or 0
    sys.stderr.write(f"{ended.code}\n")
    return 1


def _restore_signals() -> None:
    for signum in STOP_SIGNALS:
        signal.signal(signum, signal.default_int_handler if signum == signal.SIGINT else signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)


def _write_to(log_fd: int) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(log_fd, 1)
    os.dup2(log_fd, 2)
    os.close(nothing)
    os.close(log_fd)
