"""Sees when this machine stood still: then calls that began in time arrive together, and no limiter can help it.

`python -m tests.faults.witness` says a line for each time, from when to when, in epoch seconds.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from tests.forked import ROOT

LOOK_EVERY_S: Final = 0.005
STOOD_STILL_S: Final = 0.02
"""So much later than it wanted, the witness got the processor. Calls have 30 ms to be uneven in."""
BUNCHES_S: Final = 2.0
"""For so long, what stood still may come together with what was on time."""


@dataclass(slots=True)
class Witness:
    """What was seen so far."""

    times: list[tuple[float, float]] = field(default_factory=list)

    def excuses(self, at: float) -> bool:
        """Whether calls that arrived then may have been bunched on their way."""
        return any(began <= at <= ended + BUNCHES_S for began, ended in self.times)

    async def listen(self, lines: asyncio.StreamReader) -> None:
        while line := await lines.readline():
            began, ended = map(float, line.split())
            self.times.append((began, ended))


@asynccontextmanager
async def witness() -> AsyncIterator[Witness]:
    """One that looks meanwhile, from a process that does nothing else."""
    command = (sys.executable, "-m", "tests.faults.witness")
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    seen = Witness()
    listening = asyncio.create_task(seen.listen(process.stdout))
    try:
        yield seen
    finally:
        process.terminate()
        await process.wait()
        await listening


def main() -> None:
    before = time.time()
    while True:
        time.sleep(LOOK_EVERY_S)
        now = time.time()
        if now - before - LOOK_EVERY_S > STOOD_STILL_S:
            sys.stdout.write(f"{before} {now}\n")
            sys.stdout.flush()
        before = now


if __name__ == "__main__":
    main()
