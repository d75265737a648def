"""How long tests wait for what is sure to come: so long that only what hangs fails, on whatever machine.

A machine of CI may stand still for seconds, at any moment. So wait for what happened, never for a while, and where a
test is about time, assert what no machine can break: the order, the number, that something was not too early.
"""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Final

PATIENCE_S: Final = 120.0
"""Of one wait: a fifth of what pytest gives a test."""


async def until(holds: Callable[[], object | Awaitable[object]], *, every_s: float = 0.01) -> None:
    """Return as soon as it holds, for what sets no event. `holds` may be a coroutine function. Raises TimeoutError."""
    async with asyncio.timeout(PATIENCE_S):
        while not await _told(holds()):  # noqa: ASYNC110 - what sets an event isn't asked again and again
            await asyncio.sleep(every_s)


async def _told(answer: object | Awaitable[object]) -> object:
    return await answer if inspect.isawaitable(answer) else answer


def eventually(holds: Callable[[], object], what: Callable[[], str] = str) -> None:
    """As `until`, for tests without a loop. `what` is what it looked like in the end. Raises AssertionError."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"never came true: {what()}"
        time.sleep(0.02)
