"""The planner: beside the scheduler's loop, it makes the copies of series a day ahead. Several may run.

Pages are planned two at a time: while the database writes one down, the next one is worked out. A page that fails is
tried series by series, so that one that can't be planned keeps no other waiting.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from core import ids
from core.db import DATABASE_TROUBLE, may_pass
from core.deps import Deps
from core.series.planning import PAGE, Cursor, due_series, plan_page

log = structlog.get_logger()

PLAN_EVERY_S = 30.0
SIDE_BY_SIDE = 2


async def plan_series(deps: Deps, *, page: int = PAGE) -> int:
    """Plan whatever wants to be planned. Gives how many copies are new."""
    pages = Pages(deps, page)
    first = await pages.next_page()
    walkers = [asyncio.create_task(_walk(pages, first))]
    if not pages.over:
        walkers += [asyncio.create_task(_walk(pages)) for _ in range(SIDE_BY_SIDE - 1)]
    try:
        copies = sum(await asyncio.gather(*walkers))
    finally:
        for walker in walkers:
            walker.cancel()
        await asyncio.gather(*walkers, return_exceptions=True)
    if copies:
        log.info("series.planned", copies=copies)
    return copies


@dataclass(slots=True)
class Pages:
    """What wants to be planned, the most urgent first. Each page is given out once."""

    deps: Deps
    size: int
    over: bool = False
    """The last one is given out."""
    _cursor: Cursor | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def next_page(self) -> Sequence[ids.SeriesId]:
        """Empty behind the last one."""
        async with self._turn:
            if self.over:
                return []
            async with self.deps.read() as session:
                now = self.deps.clock.now()
                due = await due_series(session, now=now, after=self._cursor, limit=self.size)
            self.over = len(due) < self.size
            self._cursor = due[-1] if due else None
        return [series_id for _, series_id in due]


async def _walk(pages: Pages, first: Sequence[ids.SeriesId] = ()) -> int:
    copies, page = 0, first or await pages.next_page()
    while page:
        copies += await _planned(pages.deps, page)
        page = await pages.next_page()
    return copies


async def _planned(deps: Deps, page: Sequence[ids.SeriesId]) -> int:
    try:
        async with deps.tx() as tx:
            return await plan_page(tx, page)
    except Exception as error:
        if isinstance(error, DATABASE_TROUBLE) and may_pass(error):
            raise
        if len(page) == 1:
            log.exception("series.not_planned", series_id=str(page[0]))
            return 0
        log.exception("series.page_failed")
    return sum([await _planned(deps, [series_id]) for series_id in page])
