"""Looking at channels: asking the networks, which are slow, and drawing what was found."""

import asyncio

from bot import notices
from core import ids
from core.accounts.service import user_of
from core.analyses import service
from core.analyses.queries import analysis_of
from core.analyses.reading import Channel, read_channel
from core.analyses.reports import build_report, creator_data, picture_key
from core.db import Json
from core.deps import Deps
from core.errors import AppError
from core.providers.discovery import Discovery, Network
from core.tx import Tx
from core.work.service import ClaimedWork
from jobs.progress import Progress, telling
from jobs.runtime import Run, job

FORGET_EVERY_S = 3600.0


async def ended(tx: Tx, work: ClaimedWork, error: AppError) -> None:
    """It failed or was cancelled."""
    await service.end_analysis(
        tx,
        owner_id=work.owner_id,
        analysis_id=ids.AnalysisId(work.subject_id),
        chat=service.chat_of(work.payload),
        error=error,
    )


@job(service.ANALYZE, on_failure=ended)
async def analyze(run: Run) -> None:
    """Read the channel's newest videos, count, draw, and show the report."""
    owner_id, analysis_id = run.work.owner_id, ids.AnalysisId(run.work.subject_id)
    async with run.deps.read() as session:
        analysis = await analysis_of(session, owner_id=owner_id, analysis_id=analysis_id)
        user = await user_of(session, owner_id)
    wanted = service.wanted_of(analysis)
    discovery = _discovery(run.deps, wanted.network)
    async with telling(run, _progress_of(run)) as tell:
        channel = await read_channel(run.deps, discovery, wanted, tell=tell)
        tell("drawing", 90)
        async with run.deps.read() as session:
            report, points = await build_report(session, channel, time_zone=user.time_zone, now=run.deps.clock.now())
        key = await _drawn(run, channel, report, points, dark=user.dark_pictures)
    async with run.finishing() as tx:
        await service.record_report(
            tx,
            owner_id=owner_id,
            analysis_id=analysis_id,
            channel=channel,
            report=report,
            picture_key=key,
            chat=service.chat_of(run.work.payload),
        )


async def _drawn(run: Run, channel: Channel, report: Json, points: list[Json], *, dark: bool) -> str | None:
    """Where the picture is stored; None when there is nothing to draw."""
    if not points:
        return None
    async with run.deps.read() as session:
        creator = await creator_data(session, channel.creator_id)
    data = {
        "creator": creator,
        "report": report,
        "points": points,
        "sample": channel.sample,
        "dark": dark,
        "language": run.work.payload["language"],
    }
    picture = await asyncio.to_thread(notices.draw, service.REPORT, data)
    key = picture_key(run.work.owner_id, ids.AnalysisId(run.work.subject_id))
    await run.deps.storage.put(key, picture)
    return key


def _discovery(deps: Deps, network: Network | None) -> Discovery:
    found = deps.discoveries.get(network) if network is not None else None
    if found is None:
        raise service.NoSuchNetwork(network=str(network or ""))
    return found


def _progress_of(run: Run) -> Progress:
    async def tell(tx: Tx, step: str, percent: int) -> None:
        analysis_id = ids.AnalysisId(run.work.subject_id)
        analysis = await analysis_of(tx.session, owner_id=run.work.owner_id, analysis_id=analysis_id)
        await service.tell_progress(tx, analysis, service.chat_of(run.work.payload), step=step, percent=percent)

    return tell


async def forget_old_analyses(deps: Deps) -> float:
    """Forget what is deleted for good, leftovers and old pictures. Gives the seconds until the next time."""
    async with deps.tx() as tx:
        keys = await service.forget_analyses(tx)
    for key in keys:
        await deps.storage.delete(key)
    return FORGET_EVERY_S
