"""Telling how far a job is, without waiting for it: the newest is written about once a second."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from core.db import DATABASE_TROUBLE
from core.tx import Tx
from core.work.service import report_progress
from jobs.runtime import Run

log = structlog.get_logger()

EVERY_S = 1.0

Tell = Callable[[str, int], None]
"""Called on the event loop with a step's name and the percent of the whole."""
Progress = Callable[[Tx, str, int], Awaitable[None]]
"""What telling means to the feature, in the transaction that notes it."""


@asynccontextmanager
async def telling(run: Run, progress: Progress) -> AsyncIterator[Tell]:
    """Gives what the work calls. What isn't written at the end is left out: the result says more."""
    newest: tuple[str, int] | None = None
    changed = asyncio.Event()

    def tell(step: str, percent: int) -> None:
        nonlocal newest
        if newest != (step, percent):
            newest = (step, percent)
            changed.set()

    async def write() -> None:
        while True:
            await changed.wait()
            changed.clear()
            if newest is not None:
                await _write(run, progress, *newest)
            await asyncio.sleep(EVERY_S)

    writer = asyncio.create_task(write())
    try:
        yield tell
    finally:
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)


async def _write(run: Run, progress: Progress, step: str, percent: int) -> None:
    """A database that is away for a moment, or a mistake in what is told, mustn't break the work off."""
    try:
        async with run.deps.tx() as tx:
            await report_progress(tx, run.work, progress=percent, step=step)
            await progress(tx, step, percent)
    except DATABASE_TROUBLE as error:
        log.warning("work.progress_not_told", error=type(error).__name__)
