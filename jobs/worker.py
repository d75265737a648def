"""Worker processes. Light: one event loop for work that waits. Heavy: a fork for each job, for media.

RQ hands out the jobs in both. What became of them stands in their rows, not in RQ.
"""

import asyncio
import signal
from collections.abc import Sequence
from enum import StrEnum

import structlog

from core import log as logging_setup
from core.db import DATABASE_TROUBLE
from core.deps import open_deps
from core.queue import HEAVY_QUEUES, LIGHT_QUEUES
from core.readiness import announce
from core.settings import Settings
from core.telegram.sender import open_sender
from core.workers import worker_name
from jobs import heavy
from jobs.catalogue import JOBS, work_specs
from jobs.light import LightWorker
from jobs.maintenance import sweep
from jobs.runtime import Bench

log = structlog.get_logger()

STOP_GRACE_S = 5.0
"""How long running jobs may go on after SIGTERM. Then they are broken off and give their work back."""
GIVE_BACK_S = 1.5


class Kind(StrEnum):
    LIGHT = "light"
    HEAVY = "heavy"


def run(settings: Settings, *, queues: Sequence[str] = (), kind: Kind = Kind.LIGHT, name: str = "") -> None:
    """Work until SIGTERM or SIGINT. `queues` left out: all that belong to the kind."""
    name = name or f"worker-{kind}"
    logging_setup.configure(level=settings.log_level, as_json=settings.log_json, process=name)
    if kind is Kind.LIGHT:
        asyncio.run(_run_light(settings, tuple(queues) or LIGHT_QUEUES, name))
        return
    announce(settings, name)
    log.info("worker.started", queues=",".join(queues or HEAVY_QUEUES), jobs=len(JOBS))
    heavy.work(settings, tuple(queues) or HEAVY_QUEUES, grace_s=STOP_GRACE_S, give_back_s=GIVE_BACK_S)
    log.info("worker.stopped")


async def _run_light(settings: Settings, queues: Sequence[str], name: str) -> None:
    stop = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    async with open_deps(settings) as deps, open_sender(deps) as sender:
        bench = Bench(deps=deps, sender=sender, worker=worker_name())
        worker = LightWorker(settings, bench, queues)
        worker.start()
        announce(settings, name)
        log.info("worker.started", queues=",".join(queues), jobs=len(JOBS))
        await _take_over(bench)
        await stop.wait()
        log.info("worker.stopping")
        await worker.stop(grace_s=STOP_GRACE_S, give_back_s=GIVE_BACK_S)
        log.info("worker.stopped")


async def _take_over(bench: Bench) -> None:
    """Begin at once with what this one's predecessor on the same host held when it was killed."""
    try:
        await sweep(bench.deps, work_specs(), me=bench.worker)
    except DATABASE_TROUBLE as error:
        log.warning("worker.not_taken_over", error=type(error).__name__)
