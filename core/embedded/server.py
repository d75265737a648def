"""What PostgreSQL and Redis have in common: started in a session of their own, watched, stopped, started again."""

import os
import signal
import subprocess
import time
import warnings
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil
import structlog

from core.backoff import Backoff
from core.embedded.place import EmbeddedUnavailable, Place
from core.ports import HeldPort
from core.processes import die_with_parent, is_running

log = structlog.get_logger(__name__)

HOST = "127.0.0.1"
PATIENCE_S = 60.0
"""A large database that was killed replays its log before it answers."""
REFUSALS_S = 8.0
"""How long a server that exits at once is started anew: a killed predecessor may still hold its files or its port.

Once it has served, it is started anew for PATIENCE_S: its address is known, so it can't go elsewhere.
"""


class Server(ABC):
    """One server process on a loopback port. The port is chosen at the first start and held for restarts."""

    name: str
    first_port: int
    """Below the ports that systems give to outgoing connections (Linux from 32768, macOS from 49152)."""
    stop_signals: tuple[tuple[signal.Signals, float], ...]
    """Each with the seconds it gets, from the politest to the last."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.port = 0
        self._held: HeldPort | None = None
        self.data = place.root / self.name
        self._process: subprocess.Popen[bytes] | None = None
        self._backoff = Backoff(first_s=0.05, longest_s=10.0)
        self._settled = False

    @property
    def log_path(self) -> Path:
        return self.place.logs / f"{self.name}.log"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    @abstractmethod
    def url(self) -> str:
        """With the password in it."""

    @abstractmethod
    def prepare(self) -> None:
        """Make the data folder, the first time."""

    @abstractmethod
    def command(self) -> list[str]: ...

    @abstractmethod
    def pid_file(self) -> Path: ...

    @abstractmethod
    def answers(self) -> bool:
        """Whether our own process, not a stranger on the port, serves requests."""

    def configuration(self) -> bytes:
        """What the server reads from its standard input: no secret may stand on a command line."""
        return b""

    def launch(self) -> None:
        """Start without waiting. A server that a killed supervisor left behind on the same data is stopped first."""
        self.prepare()
        self._stop_leftover()
        self._spawn()

    def wait_ready(self) -> None:
        """Raises EmbeddedUnavailable, with the server's last words, when it doesn't come up."""
        now = time.monotonic()
        deadline, refusals_end = now + PATIENCE_S, now + (PATIENCE_S if self._settled else REFUSALS_S)
        while not (self._alive() and self.answers()):
            if not self._alive() and time.monotonic() < refusals_end:
                time.sleep(self._backoff.next_delay_s())
                self._spawn()
            elif not self._alive() or time.monotonic() > deadline:
                raise EmbeddedUnavailable(self._refusal())
            time.sleep(0.005)
        self._settled = True
        self._backoff.reset()

    def restart_if_dead(self) -> bool:
        """Start again what died, not more often than the back-off allows. Doesn't wait until it answers."""
        if self._alive():
            self._backoff.settle()
            return False
        if not self._backoff.due():
            return False
        if self._port_is_taken():
            log.warning("embedded.port_taken", server=self.name, port=self.port)
            return False
        self._spawn()
        return True

    def stop(self) -> None:
        """Ask, then insist. Does nothing when it isn't running."""
        if self._process is not None:
            self._end(self._process)
            self._process = None
        self._let_go()

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        for signum, patience_s in self.stop_signals:
            process.send_signal(signum)
            try:
                process.wait(patience_s)
                return
            except subprocess.TimeoutExpired:
                log.warning("embedded.slow_stop", server=self.name, signal=signum.name)

    def _alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _spawn(self) -> None:
        if not self._settled:
            self._choose_port()
        with self.log_path.open("ab") as output, warnings.catch_warnings():
            # Python warns of what a forked child may do while there are threads. Ours makes two system calls.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process = subprocess.Popen(  # noqa: S603 - our own program and arguments
                self.command(),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=self.data,
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,
                preexec_fn=die_with_parent(self.stop_signals[0][0]),
                user=self.place.uid,
                group=self.place.gid,
                extra_groups=self.place.groups,
            )
        self._tell(self._process.stdin)

    def _choose_port(self) -> None:
        self._let_go()
        self._held = HeldPort(HOST, self.port + 1 if self.port else self.first_port)
        self.port = self._held.port

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.release()
            self._held = None

    def _tell(self, stdin: IO[bytes] | None) -> None:
        """Hand over the configuration. A server that is gone already is noticed by whoever waits for it."""
        if stdin is not None:
            with suppress(BrokenPipeError), stdin:
                stdin.write(self.configuration())

    def _stop_leftover(self) -> None:
        """A pid in a pid file may be anybody's by now, so the process is known by the folder it works in."""
        try:
            leftover = psutil.Process(int(self.pid_file().read_text().split()[0]))
            ours = is_running(leftover) and Path(leftover.cwd()) == self.data
        except (FileNotFoundError, ValueError, IndexError, psutil.Error):
            ours = False
        if not ours:
            self.pid_file().unlink(missing_ok=True)
            return
        log.info("embedded.stopping_leftover", server=self.name, pid=leftover.pid)
        for signum, patience_s in self.stop_signals:
            leftover.send_signal(signum)
            if _wait_gone(leftover, patience_s):
                return

    def _port_is_taken(self) -> bool:
        """By a program that knows nothing of held ports."""
        return self._held is not None and not self._held.is_free()

    def _refusal(self) -> str:
        if not self._alive() and self._port_is_taken():
            return f"{self.name} doesn't start: another program uses its port, {self.port}; end it, or start anew"
        return f"{self.name} doesn't start; {self.log_path} ends with:\n{self._last_words()}"

    def _last_words(self) -> str:
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-5:])


def _wait_gone(process: psutil.Process, patience_s: float) -> bool:
    """Somebody else's child can't be waited for; and where nobody reaps it, it stays as a zombie."""
    deadline = time.monotonic() + patience_s
    while is_running(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
