"""Start in order, restart with a back-off, stop in order, and clean up after a supervisor that was killed."""

import gc
import json
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from core.embedded import EmbeddedServices
from core.home import HomeLock, make_home, private_folder, write_private
from core.processes import ProcessIdentity, kill_session
from core.readiness import readiness_of
from core.supervisor.child import STOP_SIGNALS, Child, ChildProcess
from core.supervisor.logs import LogFile, rotate
from core.supervisor.table import Row

TICK_S = 0.1
STOP_CHILDREN_S = 7.5
"""For all stages together, a little more than workers give their jobs. With the servers, all has stopped after 10 s."""
STOP_STAGE_S = 0.3
"""What each stage gets even when an earlier one used up the time."""


class StopRequested(KeyboardInterrupt):
    """One of STOP_SIGNALS came."""


class ChildFailed(Exception):
    """A child that had to succeed did not. The message ends with its last log lines."""


class Supervisor:
    """The parent of all processes of a home. A context manager: leaving it stops everything in order.

    Entering raises HomeInUse when another supervisor runs here. The process must have no threads and no event loop.
    `say` gets one sentence for a person at a time.
    """

    def __init__(
        self,
        home: Path,
        *,
        services: EmbeddedServices | None,
        say: Callable[[str], None],
        stop_children_s: float = STOP_CHILDREN_S,
    ) -> None:
        self.home = make_home(home)
        self._services = services
        self._say = say
        self._stop_children_s = stop_children_s
        self._lock = HomeLock(self.home, "up")
        self._log_folder = private_folder(self.home, "logs")
        self._children: list[ChildProcess] = []
        self._logs: dict[str, LogFile] = {}
        self._stopping = False

    def __enter__(self) -> Self:
        self._lock.acquire()
        for signum in STOP_SIGNALS:
            if signal.getsignal(signum) != signal.SIG_IGN:  # as nohup and background jobs have it
                signal.signal(signum, self._on_signal)
        self._end_orphans()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self.stop()

    @contextmanager
    def meanwhile(self, child: Child) -> Iterator[None]:
        """Run a child beside the block, and wait for its end. Raises ChildFailed."""
        process = self._adopt(child)
        process.start()
        self._note()
        yield
        while not process.reap():
            time.sleep(0.005)
        self._children.remove(process)
        if process.ended != "ended with exit status 0":
            raise ChildFailed(f"{child.name} {process.ended}\n{self._logs[child.name].last_words()}")

    def start(self, children: Sequence[Child]) -> None:
        """Fork them all. What is in memory now is shared with them: the collector won't touch it any more."""
        gc.freeze()
        for child in children:
            self._adopt(child).start()
        self._note()

    def wait_ready(self, timeout_s: float = 30.0) -> bool:
        """Whether every child has announced itself in time. Those that die meanwhile are started again."""
        deadline = time.monotonic() + timeout_s
        while not all(row.state == "ready" for row in self.rows()):
            if time.monotonic() > deadline:
                return False
            self._tend()
            time.sleep(0.02)
        return True

    def rows(self) -> list[Row]:
        """The children as they are now."""
        return [self._row(process) for process in self._children]

    def watch(self) -> None:
        """Keep everything running. Ends only by StopRequested."""
        while True:
            time.sleep(TICK_S)
            self._tend()

    def stop(self) -> None:
        """Stop the children, highest stage first, then the servers; within 10 s, and whatever happened before."""
        if not self._lock.held or self._stopping:
            return
        self._stopping = True
        deadline = time.monotonic() + self._stop_children_s
        by_stage = sorted(self._children, key=lambda process: -process.child.stage)
        for _, stage in groupby(by_stage, key=lambda process: process.child.stage):
            self._stop_stage(list(stage), deadline)
        if self._services is not None:
            self._services.stop()
        self._note_path().unlink(missing_ok=True)
        self._lock.release()

    def _on_signal(self, _signum: int, _frame: FrameType | None) -> None:
        if not self._stopping:
            raise StopRequested

    def _adopt(self, child: Child) -> ChildProcess:
        path = self._log_folder / f"{child.name}.log"
        process = ChildProcess(child, path)
        self._logs[child.name] = LogFile(path)
        self._children.append(process)
        return process

    def _row(self, process: ChildProcess) -> Row:
        if process.pid is None:
            return Row(process.child.name, f"{process.ended}, see {process.log_path}")
        readiness = readiness_of(self.home, process.pid)
        if readiness is None:
            return Row(process.child.name, "starting", process.pid)
        return Row(process.child.name, "ready", process.pid, readiness.address or "")

    def _tend(self) -> None:
        if self._services is not None:
            for name in self._services.check():
                self._say(f"{name} had died and was started again")
        for process in self._children:
            self._tend_child(process)
        for name, log in self._logs.items():
            for line in log.new_errors():
                self._say(f"{name}: {line}")
        rotate(self._log_folder)

    def _tend_child(self, process: ChildProcess) -> None:
        if process.pid is not None:
            if not process.reap():
                process.backoff.settle()
                return
            self._say(self._obituary(process))
        if process.backoff.due():
            process.start()
            self._note()

    def _obituary(self, process: ChildProcess) -> str:
        name = process.child.name
        last_words = self._logs[name].last_words(1)
        return f"{name} {process.ended} and will be started again. Its log, {process.log_path}, ends with: {last_words}"

    def _stop_stage(self, stage: list[ChildProcess], deadline: float) -> None:
        for process in stage:
            process.ask_to_stop()
        deadline = max(deadline, time.monotonic() + STOP_STAGE_S)
        while (running := [process for process in stage if not process.reap()]) and time.monotonic() < deadline:
            time.sleep(0.01)
        for process in running:
            self._say(f"{process.child.name} doesn't stop: killed")
            process.kill()
        while not all(process.reap() for process in running):
            time.sleep(0.01)

    def _note(self) -> None:
        """Write down who runs, for a successor that must clean up."""
        pids = [process.pid for process in self._children if process.pid is not None]
        write_private(self._note_path(), json.dumps([asdict(ProcessIdentity.of(pid)) for pid in pids]))

    def _note_path(self) -> Path:
        return private_folder(self.home, "run") / "children.json"

    def _end_orphans(self) -> None:
        """Children of a killed supervisor die with it, but what they had started may live on."""
        try:
            noted = json.loads(self._note_path().read_text())
        except FileNotFoundError:
            return
        for identity in noted:
            kill_session(identity["pid"], not_before=identity["started_at"])
        self._say(f"The last run in {self.home} was killed; going on from what it saved")
