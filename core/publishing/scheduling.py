"""What happens to publications at a time: their moment, a limit's end, an account that is connected again, and what
was missed while the service was down."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, select, update

from core import ids
from core.accounts.models import LatePolicy
from core.accounts.service import late_policies
from core.db import ReadSession
from core.deliveries.outages import MISSED_AFTER
from core.errors import InvalidInput
from core.publishing.models import Publication, PublicationStatus
from core.publishing.showing import tell
from core.publishing.standing import RECONNECT, follow, post_of, record_not_there, stand, start
from core.tx import Tx

HORIZON: Final = timedelta(days=366)
DUE_AT_ONCE: Final = 25
MISSED: Final = "publishing.missed"
"""In a publication's error: it missed its time, and waits for a word, or was left out."""


def check_time(tx: Tx, at: datetime, *, most: timedelta = HORIZON) -> None:
    """Raises InvalidInput "when.in_past" or "when.too_far"."""
    if at < tx.now:
        raise InvalidInput("when.in_past", at=at.isoformat())
    if at > tx.now + most:
        raise InvalidInput("when.too_far", at=at.isoformat())


async def something_due(session: ReadSession, *, now: datetime) -> bool:
    """Looking costs less than starting nothing."""
    return await session.scalar(select(Publication.id).where(*_due_by(now)).limit(1)) is not None


async def start_due(
    tx: Tx, *, limit: int = DUE_AT_ONCE, only: ids.PublicationId | None = None
) -> list[ids.PublicationId]:
    """Start what is due, the longest due first; schedulers side by side never get the same row. Gives what it was.

    What was scheduled and missed its time by MISSED_AFTER goes the way that its owner has chosen for late posts.
    """
    due = await _due(tx, limit=limit, only=only)
    policies = await late_policies(tx.session, {each.owner_id for each in due})
    started = []
    for publication in due:
        if _is_missed(tx, publication) and policies[publication.owner_id] != LatePolicy.SEND:
            await _set_aside(tx, publication, policies[publication.owner_id])
        else:
            await start(tx, publication)
            started.append(publication.video_post_id)
    if started:
        await follow(tx, set(started))
    return [each.id for each in due]


async def due_ids(session: ReadSession, *, now: datetime, limit: int = DUE_AT_ONCE) -> Sequence[ids.PublicationId]:
    """What `start_due` would start."""
    found = select(Publication.id).where(*_due_by(now)).order_by(Publication.due_at).limit(limit)
    return (await session.scalars(found)).all()


def _due_by(now: datetime) -> tuple[ColumnElement[bool], ...]:
    waiting = (PublicationStatus.SCHEDULED, PublicationStatus.WAITING)
    return (Publication.status.in_(waiting), Publication.due_at <= now)


async def _due(tx: Tx, *, limit: int, only: ids.PublicationId | None) -> Sequence[Publication]:
    wanted = select(Publication).where(*_due_by(tx.now))
    found = await tx.session.scalars(
        (wanted if only is None else wanted.where(Publication.id == only))
        .order_by(Publication.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return found.all()


def _is_missed(tx: Tx, publication: Publication) -> bool:
    late = publication.due_at is not None and publication.due_at < tx.now - MISSED_AFTER
    return late and publication.status == PublicationStatus.SCHEDULED


async def _set_aside(tx: Tx, publication: Publication, policy: LatePolicy) -> None:
    error = {"code": MISSED, "params": {"due_at": publication.due_at.isoformat() if publication.due_at else None}}
    if policy is LatePolicy.SKIP:
        await record_not_there(tx, publication, PublicationStatus.SKIPPED, error=error)
        return
    stand(tx, publication, PublicationStatus.WAITING, error=error)
    publication.due_at = None
    await follow(tx, [publication.video_post_id])
    await tell(tx, await post_of(tx.session, publication), about="missed", publication=publication)


async def resume_connection(tx: Tx, connection_id: ids.ConnectionId) -> None:
    """An account is connected again: what has waited for that goes on."""
    await tx.session.execute(
        update(Publication)
        .where(
            Publication.connection_id == connection_id,
            Publication.status == PublicationStatus.WAITING,
            Publication.due_at.is_(None),
            Publication.error["code"].astext.in_(RECONNECT),
        )
        .values(due_at=tx.now)
        .execution_options(synchronize_session=False)
    )
