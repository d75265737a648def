"""Stored files that no row names: what a process left that was killed between storing and writing down."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import timedelta

from core.db import ReadSession
from core.deps import Deps

Unnamed = Callable[[ReadSession, Sequence[str]], Awaitable[Collection[str]]]
"""Which of these keys no row names."""


async def sweep(deps: Deps, kinds: Collection[str], unnamed: Unnamed, *, grace: timedelta) -> int:
    """Remove those of these kinds that are older than `grace`, so that nobody is about to name them; how many."""
    removed = 0
    before = deps.clock.now() - grace
    async for page in deps.storage.pages(kinds):
        old = [file.key for file in page if file.stored_at < before]
        if not old:
            continue
        async with deps.read() as session:
            left = await unnamed(session, old)
        for key in left:
            await deps.storage.delete(key)
        removed += len(left)
    return removed
