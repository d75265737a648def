"""The heavy worker: a fork for each job, several at once, from a process that has the modules loaded."""

import asyncio
import importlib
import os
import signal
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

import redis
from rq import Queue, Worker
from rq.exceptions import StopRequested
from rq.job import Job

from core.deps import open_deps
from core.settings import Settings
from core.telegram.sender import open_sender
from core.workers import worker_name
from jobs import runtime
from jobs.listening import ListeningWorker, listen_until
from jobs.runtime import Bench, Start

AT_ONCE = 5
"""Forks of one worker. What is heavy in them are programs of their own (ffmpeg)."""
LOOK_EVERY_S = 0.05
LOADED_FIRST = ("core.podcasts.audio",)
"""What forks need and nobody else: loaded before the first of them, so that an idle worker stays small."""


@dataclass(slots=True)
class Forks:
    """The running forks of this process, by their process ids."""

    running: set[int] = field(default_factory=set)

    def reap(self) -> None:
        """Take leave of those that have ended. Also called from a signal: it never waits."""
        for pid in list(self.running):
            with suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG) == (0, 0):
                    continue
            self.running.discard(pid)

    def wait_for_room(self, timeout_s: float) -> bool:
        """Whether fewer than AT_ONCE are running, now or within `timeout_s`."""
        return self._wait(AT_ONCE, timeout_s)

    def end(self, *, grace_s: float, give_back_s: float) -> None:
        """Let them end by themselves, then have them give their work back, then kill them."""
        self._wait(1, grace_s)
        self._signal(signal.SIGTERM)
        self._wait(1, give_back_s)
        for pid in self.running:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        self._wait(1, give_back_s)

    def _signal(self, number: signal.Signals) -> None:
        for pid in self.running:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _wait(self, fewer_than: int, timeout_s: float) -> bool:
        until = time.monotonic() + timeout_s
        self.reap()
        while len(self.running) >= fewer_than:
            if time.monotonic() > until:
                return False
            time.sleep(LOOK_EVERY_S)
            self.reap()
        return True


def work(settings: Settings, queues: Sequence[str], *, grace_s: float, give_back_s: float) -> None:
    """Work until SIGTERM or SIGINT."""
    stopping, forks = threading.Event(), Forks()
    runtime.install(lambda start: asyncio.run(_run_alone(settings, start)))

    def begin(connection: redis.Redis) -> _HeavyWorker:
        worker = _HeavyWorker.create(queues, connection)
        worker.stopping, worker.forks = stopping, forks
        return worker

    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: stopping.set())
    signal.signal(signal.SIGCHLD, lambda *_: forks.reap())
    with suppress(StopRequested):  # RQ's handler of signals stays when its worker has gone, as while Redis is away
        listen_until(stopping, settings, begin)
    forks.end(grace_s=grace_s, give_back_s=give_back_s)


async def _run_alone(settings: Settings, start: Start) -> None:
    """One job in a fork, with deps of its own. SIGTERM breaks it off, and it gives its work back."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    async with open_deps(settings) as deps, open_sender(deps) as sender:
        task = asyncio.create_task(start(Bench(deps=deps, sender=sender, worker=worker_name())))
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        with suppress(asyncio.CancelledError):
            await task


class _HeavyWorker(ListeningWorker, Worker):
    """Forks and goes on listening while there is room. Leaves at once on SIGTERM; its forks are ended afterwards."""

    stopping: threading.Event
    forks: Forks
    _forking = False

    def has_room(self, timeout_s: float) -> bool:
        return self.forks.wait_for_room(timeout_s)

    def execute_job(self, job: Job, queue: Queue) -> None:
        """RQ's own waits for the fork's end. What becomes of the job stands in its row."""
        for name in LOADED_FIRST:
            importlib.import_module(name)
        self._forking = True
        self.fork_work_horse(job, queue)
        self.forks.running.add(self.horse_pid)
        self._horse_pid = 0
        self._forking = False
        if self._stop_requested:
            raise StopRequested

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Raises out of whatever waits, but not between a fork and its being noted."""
        if self.stopping.is_set():
            return
        self.stopping.set()
        self._stop_requested = True
        if not self._forking:
            raise StopRequested
