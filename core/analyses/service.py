"""Looking at a channel: who is meant, the request with its quota, how it ends, and what is kept of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update

from core import ids
from core.analyses.models import Analysis, AnalysisStatus
from core.analyses.queries import analysis_of
from core.analyses.reading import READ_WITHIN_S, WAIT_S, Channel
from core.analyses.reports import screen_data
from core.analyses.wanted import Wanted
from core.billing.queries import Feature
from core.billing.service import hold_quota, release_hold, settle_hold
from core.db import Json, TelegramId
from core.deliveries.statuses import show_status
from core.errors import AppError, Conflict
from core.providers.discovery import Network
from core.queue import DISCOVERY, JobSpec
from core.tx import Tx
from core.viral.creators import creator_of
from core.work.service import error_row, request_cancel, request_work

ANALYZE = JobSpec(
    "jobs.analyses.analyze", queue=DISCOVERY, attempts=3, timeout_s=WAIT_S + READ_WITHIN_S + 60, backoff_s=10
)
CANCELLED = "work.cancelled"
READING, REPORT, FAILED, STOPPED = "analyses.reading", "analyses.report", "analyses.failed", "analyses.cancelled"
UNDO_WITHIN = timedelta(days=7)
LEFTOVER_LIFE = timedelta(days=30)
"""Of what never became a report, and of reports' pictures."""


class AlreadyAnalyzing(Conflict):
    """The same channel is being looked at for the same user."""

    code = "analyses.already_running"


class NotReady(Conflict):
    """There is no report of it. Params: status."""

    code = "analyses.not_ready"


class NoSuchNetwork(Conflict):
    """Nobody reads that network here. Params: network."""

    code = "analyses.no_network"


@dataclass(frozen=True, slots=True)
class Chat:
    """Where it is told. `message_id` None: by a new message."""

    chat_id: TelegramId
    language: str
    message_id: TelegramId | None = None


async def name_channel(
    tx: Tx, *, owner_id: ids.UserId, wanted: Wanted, compare_with: ids.AnalysisId | None = None
) -> Analysis:
    """Note who is meant. Nothing is asked of anybody yet, and nothing counted."""
    analysis = Analysis(
        id=ids.new(),
        owner_id=owner_id,
        network=str(wanted.network or ""),
        named=wanted.named,
        video_url=wanted.video_url,
        compare_with=compare_with,
        status=AnalysisStatus.ASKED,
        created_at=tx.now,
    )
    tx.session.add(analysis)
    await tx.session.flush()
    return analysis


async def name_creator(tx: Tx, *, owner_id: ids.UserId, creator_id: ids.CreatorId) -> Analysis:
    """The same for somebody who was seen already. Raises CreatorNotFound."""
    creator = await creator_of(tx.session, creator_id)
    network = Network(creator.network)
    named = creator.network_creator_id if network is Network.YOUTUBE else creator.handle
    return await name_channel(tx, owner_id=owner_id, wanted=Wanted(network, named))


async def request_analysis(
    tx: Tx, *, owner_id: ids.UserId, analysis_id: ids.AnalysisId, chat: Chat, network: Network | None = None
) -> Analysis:
    """Hold an analysis and start reading. `network` is for a handle that was named alone.

    Raises AlreadyAnalyzing on a second press, LimitReached, AnalysisNotFound.
    """
    hold_id = await hold_quota(
        tx, owner_id=owner_id, feature=Feature.CHANNEL_ANALYSES, amount=1, reason=f"analysis:{analysis_id}"
    )  # first: it makes a user's requests wait for each other
    analysis = await analysis_of(tx.session, owner_id=owner_id, analysis_id=analysis_id, lock=True)
    analysis.network = analysis.network or str(network or "")
    if analysis.status == AnalysisStatus.RUNNING or await _is_running(tx, analysis):
        raise AlreadyAnalyzing
    if analysis.status != AnalysisStatus.ASKED:
        raise NotReady(status=analysis.status)
    analysis.status, analysis.hold_id, analysis.created_at = AnalysisStatus.RUNNING, hold_id, tx.now
    payload = {"chat_id": chat.chat_id, "language": chat.language}
    await request_work(tx, ANALYZE, owner_id=owner_id, subject_id=analysis.id, payload=payload)
    await _show(tx, analysis, chat, READING, step="queued", percent=0)
    return analysis


async def repeat_analysis(tx: Tx, *, owner_id: ids.UserId, analysis_id: ids.AnalysisId, chat: Chat) -> Analysis:
    """Look at the same channel again, with an analysis of its own. Raises what `request_analysis` raises."""
    before = await analysis_of(tx.session, owner_id=owner_id, analysis_id=analysis_id)
    wanted = wanted_of(before)
    if before.creator_id is not None and before.status == AnalysisStatus.READY:
        again = await name_creator(tx, owner_id=owner_id, creator_id=before.creator_id)
    else:
        again = await name_channel(tx, owner_id=owner_id, wanted=wanted, compare_with=before.compare_with)
    return await request_analysis(tx, owner_id=owner_id, analysis_id=again.id, chat=chat)


async def tell_progress(tx: Tx, analysis: Analysis, chat: Chat, *, step: str, percent: int) -> None:
    """`step`: queued, finding, reading, drawing."""
    await _show(tx, analysis, chat, READING, step=step, percent=percent)


async def record_report(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    analysis_id: ids.AnalysisId,
    channel: Channel,
    report: Json,
    picture_key: str | None,
    chat: Chat,
) -> Analysis:
    """It is done. It counts when there are videos that its owner hasn't seen counted; old numbers cost nothing."""
    analysis = await analysis_of(tx.session, owner_id=owner_id, analysis_id=analysis_id, lock=True)
    analysis.status, analysis.problem, analysis.report = AnalysisStatus.READY, channel.problem, report
    analysis.creator_id, analysis.sample, analysis.measured_at = channel.creator_id, channel.sample, channel.measured_at
    analysis.picture_key = picture_key
    await tx.session.flush()
    shown = await screen_data(tx.session, analysis)
    if analysis.hold_id is not None:
        counts = report["videos"] > 0 and channel.problem is None and not shown["repeated"]
        await settle_hold(tx, analysis.hold_id, used=int(counts))
    await _show(tx, analysis, chat, REPORT, **shown)
    return analysis


async def cancel_analysis(tx: Tx, *, owner_id: ids.UserId, analysis_id: ids.AnalysisId, chat: Chat) -> bool:
    """Stop it; nothing is charged. False when it has ended."""
    met = await request_cancel(tx, owner_id=owner_id, subject_id=analysis_id)  # first: jobs lock in this order
    if met == "queued":
        await end_analysis(tx, owner_id=owner_id, analysis_id=analysis_id, chat=chat, error=AppError(CANCELLED))
    return met is not None


async def end_analysis(
    tx: Tx, *, owner_id: ids.UserId, analysis_id: ids.AnalysisId, chat: Chat, error: AppError
) -> None:
    """It failed or was cancelled: the plan gets its analysis back, and the message says so."""
    analysis = await analysis_of(tx.session, owner_id=owner_id, analysis_id=analysis_id, lock=True)
    cancelled = error.error_code == CANCELLED
    analysis.status = AnalysisStatus.CANCELLED if cancelled else AnalysisStatus.FAILED
    analysis.problem = error_row(error)
    if analysis.hold_id is not None:
        await release_hold(tx, analysis.hold_id)
    await _show(tx, analysis, chat, STOPPED if cancelled else FAILED, error=analysis.problem)


async def delete_channel(tx: Tx, *, owner_id: ids.UserId, analysis_id: ids.AnalysisId) -> None:
    """Take the analysis's channel, with its whole history, out of the lists. Again, it does no harm.

    Raises AnalysisNotFound.
    """
    analysis = await analysis_of(tx.session, owner_id=owner_id, analysis_id=analysis_id)
    await tx.session.execute(
        update(Analysis)
        .where(Analysis.owner_id == owner_id, Analysis.creator_id == analysis.creator_id, Analysis.deleted_at.is_(None))
        .values(deleted_at=tx.now)
    )


async def restore_channel(tx: Tx, *, owner_id: ids.UserId, analysis_id: ids.AnalysisId) -> None:
    """Take a deletion back, within `UNDO_WITHIN`. Again, it does no harm. Raises AnalysisNotFound."""
    analysis = await analysis_of(tx.session, owner_id=owner_id, analysis_id=analysis_id)
    await tx.session.execute(
        update(Analysis)
        .where(Analysis.owner_id == owner_id, Analysis.creator_id == analysis.creator_id)
        .values(deleted_at=None)
    )


async def forget_analyses(tx: Tx, *, limit: int = 500) -> Sequence[str]:
    """What was deleted a week ago, what never became a report, and old pictures. Gives the keys of files that go."""
    gone = select(Analysis.id).where(
        or_(
            Analysis.deleted_at < tx.now - UNDO_WITHIN,
            (Analysis.status != AnalysisStatus.READY) & (Analysis.created_at < tx.now - LEFTOVER_LIFE),
        )
    )
    deleted = await tx.session.scalars(
        delete(Analysis).where(Analysis.id.in_(gone.limit(limit))).returning(Analysis.picture_key)
    )
    keys = [key for key in deleted if key is not None]
    old = await tx.session.execute(
        select(Analysis.id, Analysis.picture_key)
        .where(Analysis.picture_key.is_not(None), Analysis.created_at < tx.now - LEFTOVER_LIFE)
        .limit(limit)
    )
    stale = {row.id: row.picture_key for row in old}
    await tx.session.execute(update(Analysis).where(Analysis.id.in_(stale)).values(picture_key=None))
    return [*keys, *stale.values()]


def wanted_of(analysis: Analysis) -> Wanted:
    """Who is meant by it."""
    return Wanted(Network(analysis.network) if analysis.network else None, analysis.named, analysis.video_url)


def chat_of(payload: Mapping[str, Any]) -> Chat:
    """Where a job tells, and the language of who reads it."""
    return Chat(TelegramId(payload["chat_id"]), payload["language"])


async def _is_running(tx: Tx, analysis: Analysis) -> bool:
    same = select(Analysis.id).filter_by(
        owner_id=analysis.owner_id,
        status=AnalysisStatus.RUNNING,
        network=analysis.network,
        named=analysis.named,
        video_url=analysis.video_url,
    )
    return await tx.session.scalar(same.where(Analysis.id != analysis.id).limit(1)) is not None


async def _show(tx: Tx, analysis: Analysis, chat: Chat, notice: str, **more: object) -> None:
    data = {
        "analysis_id": str(analysis.id),
        "network": analysis.network,
        "named": analysis.named,
        "language": chat.language,
    }
    await show_status(
        tx,
        owner_id=analysis.owner_id,
        subject_id=analysis.id,
        chat_id=chat.chat_id,
        message_id=chat.message_id,
        notice=notice,
        data={**data, **more},
    )
