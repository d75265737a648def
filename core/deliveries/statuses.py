"""Status messages: one message per subject that changes in place and always ends in a truth.

Services write what it should show; `jobs.statuses.show_status` brings the chat to it, the newest state only.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.db import ReadSession, TelegramId, any_found
from core.deliveries.models import Delivery, DeliveryStatus, StatusMessage
from core.queue import EVENTS, JobSpec
from core.tx import Tx

SHOW_STATUS = JobSpec("jobs.statuses.show_status", queue=EVENTS, timeout_s=60)
LATER = "later"
"""The last argument of a job that makes room when much waits for its turn. The rows see that it comes again."""
TOGETHER = 8
"""How many messages one job looks after: a job of its own takes as long as all the rest of a change."""
SHOWING = timedelta(seconds=20)
"""How long one attempt to bring the chat up to date may take, before somebody else may try."""

LAST_MINUTE = timedelta(minutes=1)
COUNTDOWN_STEPS = tuple(
    sorted(
        {
            *(timedelta(days=days) for days in range(2, 367)),
            *(timedelta(hours=hours) for hours in range(6, 48)),
            *(timedelta(minutes=minutes) for minutes in range(60, 360, 15)),
            *(timedelta(minutes=minutes) for minutes in range(10, 60, 5)),
            *(timedelta(minutes=minutes) for minutes in range(1, 10)),
            *(timedelta(seconds=seconds) for seconds in (45, 30, 20, 10, -5, -60)),
        },
        reverse=True,
    )
)
"""The remaining times at which a countdown is shown anew: few enough not to use up Telegram's limit. The negative ones
are for a post that should be out and isn't; at the moment itself the post has the chat for itself."""


async def show_status(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    subject_id: UUID,
    chat_id: TelegramId,
    notice: str,
    data: Mapping[str, Any],
    message_id: TelegramId | None = None,
) -> None:
    """Let the subject's message show `notice`. `message_id` names the message to take over; without one, the
    subject's present message changes, or a new one is sent."""
    later = _can_wait(data)
    values = {
        "subject_id": subject_id,
        "owner_id": owner_id,
        "chat_id": chat_id,
        "message_id": message_id,
        "notice": notice,
        "data": dict(data),
        "cosmetic": False,
        "refresh_at": _next_look(tx, later=later),
    }
    upsert = insert(StatusMessage).values(version=1, shown_version=0, **values)
    changed = {key: value for key, value in values.items() if key != "subject_id"}
    if message_id is None:
        del changed["message_id"]
    await tx.session.execute(
        upsert.on_conflict_do_update(
            index_elements=["subject_id"], set_={**changed, "version": StatusMessage.version + 1}
        )
    )
    if not later:
        _enqueue(tx, subject_id, later=False)


def _next_look(tx: Tx, *, later: bool) -> datetime:
    """What can wait is left to the scheduler, which has many looked after by one job."""
    return tx.now if later else tx.now + SHOWING


def _enqueue(tx: Tx, *subject_ids: UUID, later: bool) -> None:
    for batch in (subject_ids[at : at + TOGETHER] for at in range(0, len(subject_ids), TOGETHER)):
        tx.enqueue(SHOW_STATUS, *map(str, batch), *((LATER,) if later else ()))


def _can_wait(data: Mapping[str, Any]) -> bool:
    """What came of a delivery gives way to what is due; what a user has just asked for doesn't."""
    return bool(data.get("delivered_at"))


async def begin_anew(tx: Tx, subject_ids: Collection[UUID]) -> None:
    """What these messages show next comes as new messages; the present ones stay as they are."""
    await tx.session.execute(
        update(StatusMessage)
        .where(StatusMessage.subject_id.in_(subject_ids))
        .values(message_id=None)
        .execution_options(synchronize_session=False)
    )


async def status_message_of(session: ReadSession, *, owner_id: ids.UserId, subject_id: UUID) -> StatusMessage | None:
    """The message about a subject, if there is one."""
    return await session.scalar(
        select(StatusMessage).where(StatusMessage.subject_id == subject_id, StatusMessage.owner_id == owner_id)
    )


async def subjects_shown(session: ReadSession, *, owner_id: ids.UserId, subject_ids: Collection[UUID]) -> set[UUID]:
    """Which of many subjects have a message."""
    found = await session.scalars(
        select(StatusMessage.subject_id).where(
            StatusMessage.owner_id == owner_id, StatusMessage.subject_id.in_(subject_ids)
        )
    )
    return set(found.all())


async def claim_status(tx: Tx, subject_id: UUID) -> StatusMessage | None:
    """Take on bringing the chat up to date. None when it is, or when somebody is at it."""
    return await tx.session.scalar(
        update(StatusMessage)
        .where(
            StatusMessage.subject_id == subject_id,
            StatusMessage.shown_version < StatusMessage.version,
            or_(StatusMessage.showing_until.is_(None), StatusMessage.showing_until < tx.now),
        )
        .values(showing_until=tx.now + SHOWING, refresh_at=tx.now + SHOWING)
        .returning(StatusMessage)
        .execution_options(synchronize_session=False)
    )


async def record_shown(
    tx: Tx, subject_id: UUID, *, version: int, message_id: TelegramId, refresh_at: datetime | None
) -> None:
    """The chat shows `version` now."""
    await _end_showing(tx, subject_id, version=version, message_id=message_id, refresh_at=refresh_at)


async def try_status_later(tx: Tx, subject_id: UUID, *, after_s: float) -> None:
    """Telegram couldn't be asked: look again then."""
    await tx.session.execute(
        update(StatusMessage)
        .where(StatusMessage.subject_id == subject_id)
        .values(showing_until=None, refresh_at=tx.now + timedelta(seconds=after_s))
    )


async def enqueue_refreshes(tx: Tx, *, limit: int, countdowns: int | None = None) -> int:
    """Enqueue the messages whose time to be looked at has come, as a new version of what they say.

    Each is enqueued once in `SHOWING`, however long the workers are away. At most `countdowns` of those that only
    count down; the others stay as they are until there is room, or until something happens to them.
    """
    counts_down = or_(StatusMessage.cosmetic, StatusMessage.shown_version == StatusMessage.version)
    owed = await _refresh(tx, ~counts_down, limit=limit)
    return owed + await _refresh(tx, counts_down, limit=limit if countdowns is None else countdowns)


async def _refresh(tx: Tx, which: ColumnElement[bool], *, limit: int) -> int:
    if limit <= 0:
        return 0
    due = (
        select(StatusMessage.subject_id)
        .where(StatusMessage.refresh_at <= tx.now, which)
        .order_by(StatusMessage.refresh_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = await tx.session.execute(
        update(StatusMessage)
        .where(StatusMessage.subject_id == any_found(due))
        .values(
            version=StatusMessage.version + 1,
            cosmetic=or_(StatusMessage.cosmetic, StatusMessage.shown_version == StatusMessage.version),
            refresh_at=tx.now + SHOWING,
        )
        .returning(StatusMessage.subject_id, StatusMessage.cosmetic, StatusMessage.data)
        .execution_options(synchronize_session=False)
    )
    can_wait = {subject_id: cosmetic or _can_wait(data) for subject_id, cosmetic, data in rows}
    for later in (False, True):
        _enqueue(tx, *(subject_id for subject_id, waits in can_wait.items() if waits is later), later=later)
    return len(can_wait)


async def due_within(session: ReadSession, *, now: datetime, seconds: float) -> int:
    """How many deliveries are on their way or will be by then."""
    soon = and_(
        Delivery.status == DeliveryStatus.SCHEDULED, Delivery.next_attempt_at <= now + timedelta(seconds=seconds)
    )
    on_their_way = Delivery.status.in_((DeliveryStatus.LEASED, DeliveryStatus.SENDING))
    return await session.scalar(select(func.count()).where(or_(soon, on_their_way))) or 0


def next_countdown(due_at: datetime, now: datetime) -> datetime | None:
    """The next moment at which "in 14 h" should change. None when nothing is left to count down."""
    return next((due_at - step for step in COUNTDOWN_STEPS if due_at - step > now), None)


def counted_down(left: timedelta) -> timedelta:
    """What is said while `left` remains, wherever it is said: the nearest step, which a countdown shows until the next.

    Seconds are looked at while they pass: a countdown that begins among them is true to five.
    """
    if left < LAST_MINUTE:
        return timedelta(seconds=-(-left.total_seconds() // 5) * 5)
    return min(COUNTDOWN_STEPS, key=lambda step: abs(step - left))


async def give_up_status(tx: Tx, subject_id: UUID, *, version: int) -> None:
    """Telegram refuses this for good (blocked, say). Only a newer version is worth another try."""
    await _end_showing(tx, subject_id, version=version, refresh_at=None)


async def _end_showing(tx: Tx, subject_id: UUID, *, version: int, **values: Any) -> None:
    """When a newer version was written meanwhile, that one is shown next."""
    row = await tx.session.scalar(
        update(StatusMessage)
        .where(StatusMessage.subject_id == subject_id)
        .values(shown_version=version, showing_until=None, **values)
        .returning(StatusMessage)
        .execution_options(synchronize_session=False)
    )
    if row is not None and row.version > version:
        later = row.cosmetic or _can_wait(row.data)
        row.refresh_at = _next_look(tx, later=later)
        if not later:
            _enqueue(tx, subject_id, later=False)
