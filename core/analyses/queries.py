"""Looking at analyses: one, a channel's history, the channels somebody has looked at."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import distinct_on

from core import ids
from core.analyses.models import Analysis, AnalysisStatus
from core.db import Page, Paged, ReadSession, paged
from core.errors import NotFound

HISTORY_MOST = 8


class AnalysisNotFound(NotFound):
    code = "analyses.not_found"


async def analysis_of(
    session: ReadSession, *, owner_id: ids.UserId, analysis_id: ids.AnalysisId, lock: bool = False
) -> Analysis:
    """Deleted ones, too: a button below their report says so. Raises AnalysisNotFound, also for somebody else's."""
    wanted = select(Analysis).where(Analysis.id == analysis_id, Analysis.owner_id == owner_id)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(wanted)
    if found is None:
        raise AnalysisNotFound(analysis_id=str(analysis_id))
    return found


async def last_reading(session: ReadSession, creator_id: ids.CreatorId) -> Analysis | None:
    """The newest of anybody for which the network itself was asked: what it has brought belongs to nobody."""
    return await session.scalar(
        select(Analysis)
        .where(
            Analysis.creator_id == creator_id,
            Analysis.status == AnalysisStatus.READY,
            Analysis.problem.is_(None),
        )
        .order_by(Analysis.measured_at.desc())
        .limit(1)
    )


async def analyzed_channels(session: ReadSession, *, owner_id: ids.UserId, page: Page) -> Paged[Analysis]:
    """The newest analysis of each channel, the newest first."""
    newest = (
        select(Analysis.id)
        .ext(distinct_on(Analysis.creator_id))
        .where(*_kept(owner_id))
        .order_by(Analysis.creator_id, Analysis.created_at.desc())
    )
    mine = select(Analysis).where(Analysis.id.in_(newest)).order_by(Analysis.created_at.desc(), Analysis.id.desc())
    return await paged(session, mine, page)


async def history_of(
    session: ReadSession, *, owner_id: ids.UserId, creator_id: ids.CreatorId, until: datetime
) -> Sequence[Analysis]:
    """Of one channel, the newest first, from a moment back."""
    found = await session.scalars(
        select(Analysis)
        .where(*_kept(owner_id), Analysis.creator_id == creator_id, Analysis.created_at <= until)
        .order_by(Analysis.created_at.desc())
        .limit(HISTORY_MOST)
    )
    return found.all()


async def previous_of(session: ReadSession, analysis: Analysis) -> Analysis | None:
    """The same owner's analysis of the same channel before this one, from other numbers."""
    return await session.scalar(
        select(Analysis)
        .where(
            *_kept(analysis.owner_id),
            Analysis.creator_id == analysis.creator_id,
            Analysis.created_at < analysis.created_at,
            Analysis.measured_at < analysis.measured_at,
        )
        .order_by(Analysis.created_at.desc())
        .limit(1)
    )


async def is_repeated(session: ReadSession, analysis: Analysis) -> bool:
    """Whether its owner had the same numbers before."""
    found = await session.scalar(
        select(Analysis.id)
        .where(
            Analysis.owner_id == analysis.owner_id,
            Analysis.creator_id == analysis.creator_id,
            Analysis.status == AnalysisStatus.READY,
            Analysis.measured_at == analysis.measured_at,
            Analysis.created_at < analysis.created_at,
        )
        .limit(1)
    )
    return found is not None


def _kept(owner_id: ids.UserId) -> tuple[ColumnElement[bool], ...]:
    """Those that stand in lists."""
    return (
        Analysis.owner_id == owner_id,
        Analysis.status == AnalysisStatus.READY,
        Analysis.deleted_at.is_(None),
        Analysis.creator_id.is_not(None),
    )
