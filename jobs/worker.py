"""Worker processes. Light: RQ workers in threads over one event loop, for work that waits. Heavy: forks, for media."""

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from enum import StrEnum
from types import FrameType
from typing import Any

import redis
import structlog
from rq import SimpleWorker, Worker
from rq.serializers import JSONSerializer
from rq.timeouts import BaseDeathPenalty

from core import log as logging_setup
from core.deps import open_deps
from core.queue import DELIVERIES, HEAVY_QUEUES, LIGHT_QUEUES
from core.readiness import announce
from core.settings import Settings
from core.telegram.sender import open_sender
from core.workers import worker_name
from jobs import runtime
from jobs.catalogue import work_specs
from jobs.runtime import Bench

log = structlog.get_logger()

LIGHT_THREADS = 16
"""Jobs at once in one light worker. A thread only waits for its coroutine on the shared loop."""
RESERVED_THREADS = 4
WORKER_TTL_S = 20
MAINTENANCE_INTERVAL_S = 5
STOP_GRACE_S = 7.0
"""How long running jobs may go on after SIGTERM. Then they are broken off; their rows bring them back."""


class Kind(StrEnum):
    LIGHT = "light"
    HEAVY = "heavy"


def run(settings: Settings, *, queues: Sequence[str] = (), kind: Kind = Kind.LIGHT, name: str = "") -> None:
    """Work until SIGTERM or SIGINT. `queues` left out: all that belong to the kind."""
    logging_setup.configure(level=settings.log_level, as_json=settings.log_json, process=name or f"worker-{kind}")
    if kind is Kind.LIGHT:
        asyncio.run(_run_light(settings, tuple(queues) or LIGHT_QUEUES, name or "worker-light"))
    else:
        _run_heavy(settings, tuple(queues) or HEAVY_QUEUES, name or "worker-heavy")


async def _run_light(settings: Settings, queues: Sequence[str], name: str) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stop.set)
    async with open_deps(settings) as deps, open_sender(deps) as sender:
        bench = Bench(deps=deps, sender=sender, worker=worker_name(), work_specs=work_specs())
        running = _Running()
        runtime.install(lambda start: _submit_to(loop, bench, running, start))
        workers = [_ThreadWorker.create(settings, chosen) for chosen in _queues_of_threads(queues)]
        for number, worker in enumerate(workers):
            threading.Thread(target=worker.work_until_stopped, name=f"{name}-{number}", daemon=True).start()
        announce(settings, name)
        log.info("worker.started", queues=",".join(queues), threads=len(workers))
        await stop.wait()
        log.info("worker.stopping")
        for worker in workers:
            worker.leave()
        await running.drain(STOP_GRACE_S)
        runtime.install(None)
        log.info("worker.stopped")


def _queues_of_threads(queues: Sequence[str]) -> list[Sequence[str]]:
    """Some threads are kept for deliveries alone: what is due must not wait behind jobs that wait for something."""
    reserved = RESERVED_THREADS if DELIVERIES in queues else 0
    return [(DELIVERIES,)] * reserved + [queues] * (LIGHT_THREADS - reserved)


class _Running:
    """The job coroutines of this process."""

    def __init__(self) -> None:
        self.tasks: set[asyncio.Task[None]] = set()

    async def run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(coroutine)
        self.tasks.add(task)
        try:
            await task
        finally:
            self.tasks.discard(task)

    async def drain(self, grace_s: float) -> None:
        if self.tasks:
            _, late = await asyncio.wait(set(self.tasks), timeout=grace_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


def _submit_to(
    loop: asyncio.AbstractEventLoop,
    bench: Bench,
    running: _Running,
    start: Callable[[Bench], Coroutine[Any, Any, None]],
) -> None:
    """Called in a thread: run the job on the loop and wait for its end."""
    with suppress(CancelledError):
        asyncio.run_coroutine_threadsafe(running.run(start(bench)), loop).result()


class _NoDeathPenalty(BaseDeathPenalty):
    """The runtime has its own time limit; RQ's works by signals, which only reach a main thread."""

    def setup_death_penalty(self) -> None:
        return

    def cancel_death_penalty(self) -> None:
        return


class _ThreadWorker(SimpleWorker):
    """An RQ worker that lives in a thread."""

    death_penalty_class = _NoDeathPenalty

    @classmethod
    def create(cls, settings: Settings, queues: Sequence[str]) -> "_ThreadWorker":
        return cls(
            list(queues),
            connection=_connect(settings),
            serializer=JSONSerializer,
            worker_ttl=WORKER_TTL_S,
            maintenance_interval=MAINTENANCE_INTERVAL_S,
            log_job_description=False,
        )

    def work_until_stopped(self) -> None:
        """Work; begin anew when Redis was away."""
        while not self._stop_requested:
            try:
                self.work(logging_level="WARNING")
            except redis.RedisError:
                log.warning("worker.redis_away")
            if not self._stop_requested:
                time.sleep(0.5)

    def leave(self) -> None:
        """Take no further job. The thread is a daemon: it needn't come back from its wait for one."""
        self._stop_requested = True

    def _install_signal_handlers(self) -> None:
        """Signals belong to the process's main thread."""

    def subscribe(self) -> None:
        """No commands from afar: this would cost a thread for each worker."""

    def unsubscribe(self) -> None:
        """See `subscribe`."""


def _run_heavy(settings: Settings, queues: Sequence[str], name: str) -> None:
    """Fork for each job from a process that has the modules loaded; each fork opens and closes its own deps."""
    runtime.install(lambda start: asyncio.run(_run_alone(settings, start)))
    worker = _HeavyWorker(
        list(queues),
        connection=_connect(settings),
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL_S,
        maintenance_interval=MAINTENANCE_INTERVAL_S,
        log_job_description=False,
    )
    announce(settings, name)
    log.info("worker.started", queues=",".join(queues))
    while not worker._stop_requested:
        worker.work(logging_level="WARNING")
        if not worker._stop_requested:
            time.sleep(0.5)


async def _run_alone(settings: Settings, start: Callable[[Bench], Coroutine[Any, Any, None]]) -> None:
    async with open_deps(settings) as deps, open_sender(deps) as sender:
        await start(Bench(deps=deps, sender=sender, worker=worker_name(), work_specs=work_specs()))


class _HeavyWorker(Worker):
    """An idle worker leaves at once on SIGTERM; a busy one ends its fork within the grace."""

    death_penalty_class = _NoDeathPenalty

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self._stop_requested = True
        if self.horse_pid == 0:
            sys.exit(0)
        threading.Timer(STOP_GRACE_S, self._end_horse).start()

    def _end_horse(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.horse_pid, signal.SIGKILL)


def _connect(settings: Settings) -> redis.Redis:
    if settings.redis_url is None:
        raise RuntimeError("REDIS_URL is not set")
    return redis.Redis.from_url(settings.redis_url.get_secret_value(), socket_connect_timeout=5)
