"""The heavy worker: a fork for each job, from a process that has the modules loaded."""

import asyncio
import os
import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType

import redis
from rq import Worker
from rq.exceptions import StopRequested

from core.deps import open_deps
from core.settings import Settings
from core.telegram.sender import open_sender
from core.workers import worker_name
from jobs import runtime
from jobs.listening import ListeningWorker, listen_until
from jobs.runtime import Bench, Start


def work(settings: Settings, queues: Sequence[str], *, grace_s: float, give_back_s: float) -> None:
    """Work until SIGTERM or SIGINT."""
    stopping = threading.Event()
    runtime.install(lambda start: asyncio.run(_run_alone(settings, start)))

    def begin(connection: redis.Redis) -> _HeavyWorker:
        worker = _HeavyWorker.create(queues, connection)
        worker.stopping, worker.grace_s, worker.give_back_s = stopping, grace_s, give_back_s
        return worker

    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: stopping.set())
    listen_until(stopping, settings, begin)


async def _run_alone(settings: Settings, start: Start) -> None:
    """One job in a fork, with deps of its own. SIGTERM breaks it off, and it gives its work back."""
    async with open_deps(settings) as deps, open_sender(deps) as sender:
        task = asyncio.create_task(start(Bench(deps=deps, sender=sender, worker=worker_name())))
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        with suppress(asyncio.CancelledError):
            await task


class _HeavyWorker(ListeningWorker, Worker):
    """Leaves at once on SIGTERM when it is idle; when it is busy, its fork has `grace_s` to end."""

    stopping: threading.Event
    grace_s: float
    give_back_s: float

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        if self.stopping.is_set():
            return
        self.stopping.set()
        self._stop_requested = True
        if not self.horse_pid:
            raise StopRequested
        for after_s, end in ((self.grace_s, self._break_off), (self.grace_s + self.give_back_s, self._kill)):
            timer = threading.Timer(after_s, end, args=[self.horse_pid])
            timer.daemon = True
            timer.start()

    def _break_off(self, horse_pid: int) -> None:
        if self.horse_pid == horse_pid:
            with suppress(ProcessLookupError):
                os.kill(horse_pid, signal.SIGTERM)

    def _kill(self, horse_pid: int) -> None:
        if self.horse_pid == horse_pid:
            with suppress(ProcessLookupError):
                os.killpg(horse_pid, signal.SIGKILL)
