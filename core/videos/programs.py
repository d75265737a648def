"""Programs of their own that work on videos: none outlives whoever has started it."""

import asyncio
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO

from core.processes import die_with_parent


@asynccontextmanager
async def running(command: Sequence[str], *, messages: IO[bytes] | None = None) -> AsyncIterator[Process]:
    """A process whose output is to be read, killed when the context is left in whatever way.

    It knows nothing of ours: no environment, no terminal, and the root as its folder. What it complains of goes to the
    file `messages`. Raises OSError where it can't be started.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=messages or DEVNULL,
        cwd=Path("/"),
        env={},
        preexec_fn=die_with_parent(signal.SIGKILL),
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
