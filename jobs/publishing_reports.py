"""Weekly reports of what was published: found beside the scheduler's loop, made and drawn by workers."""

import asyncio

import structlog

from bot import notices
from core import ids
from core.deps import Deps
from core.errors import AppError
from core.publishing import reports
from core.tx import Tx
from core.work.service import ClaimedWork
from jobs.runtime import Run, job

log = structlog.get_logger()

LOOK_EVERY_S = 30.0


async def tend_reports(deps: Deps) -> float:
    """Have those made that are due. Seconds until the next look."""
    while True:
        async with deps.tx() as tx:
            requested = await reports.request_due_reports(tx)
        if not requested:
            return LOOK_EVERY_S
        log.info("publishing.reports_requested", reports=requested)


async def given_up(tx: Tx, work: ClaimedWork, error: AppError) -> None:
    """The next one comes on Monday; this one can be looked at whenever somebody likes."""
    log.warning("publishing.report_failed", owner_id=str(work.owner_id), code=error.error_code)


@job(reports.MAKE_REPORT, on_failure=given_up)
async def make_report(run: Run) -> None:
    """Look, draw, send."""
    owner_id = ids.UserId(run.work.subject_id)
    async with run.deps.read() as session:
        data = await reports.report_data(session, owner_id=owner_id, now=run.deps.clock.now())
    key = None
    if any(day["views"] > 0 for day in data["days"]):
        key = reports.picture_key(owner_id)
        await run.deps.storage.put(key, await asyncio.to_thread(notices.draw, reports.REPORT, data))
    async with run.finishing() as tx:
        await reports.send_report(tx, owner_id=owner_id, data=data, picture=key)
