"""The planner: beside the scheduler's loop, it makes the copies of series a day ahead. Several may run.

A page that fails is tried series by series, so that one that can't be planned keeps no other waiting.
"""

import structlog

from core.db import DATABASE_TROUBLE, may_pass
from core.deps import Deps
from core.series.planning import PAGE, Cursor, due_series, plan_page

log = structlog.get_logger()

PLAN_EVERY_S = 30.0


async def plan_series(deps: Deps, *, page: int = PAGE) -> int:
    """Plan whatever wants to be planned. Gives how many copies are new."""
    copies, cursor, more = 0, None, True
    while more:
        made, cursor = await _page(deps, cursor, page)
        copies, more = copies + made, cursor is not None
    if copies:
        log.info("series.planned", copies=copies)
    return copies


async def _page(deps: Deps, cursor: Cursor | None, limit: int) -> tuple[int, Cursor | None]:
    try:
        async with deps.tx() as tx:
            planned = await plan_page(tx, after=cursor, limit=limit)
    except Exception as error:
        if isinstance(error, DATABASE_TROUBLE) and may_pass(error):
            raise
        log.exception("series.page_failed")
        return await _one_by_one(deps, cursor, limit)
    return planned.copies, planned.cursor


async def _one_by_one(deps: Deps, cursor: Cursor | None, limit: int) -> tuple[int, Cursor | None]:
    async with deps.tx() as tx:
        due = await due_series(tx, after=cursor, limit=limit)
    copies = 0
    for _, series_id in due:
        try:
            async with deps.tx() as tx:
                copies += (await plan_page(tx, only=series_id)).copies
        except Exception as error:
            if isinstance(error, DATABASE_TROUBLE) and may_pass(error):
                raise
            log.exception("series.not_planned", series_id=str(series_id))
    return copies, due[-1] if len(due) == limit else None
