"""Status messages: brings each chat to what its subject's message should show, the newest state only."""

import asyncio
from datetime import datetime
from uuid import UUID

import structlog

from bot import notices
from core import ids
from core.approvals.telling import tell_unreachable
from core.db import Json, TelegramId
from core.deliveries import service as deliveries
from core.deliveries import statuses
from core.deliveries.models import StatusMessage
from core.posts.cards import Place, cards_of, return_to_card
from core.posts.writing import bind_card
from core.telegram.limiter import Priority
from core.telegram.outcomes import Delivered, Outcome, Refusal, Refused, SafeToRetry, Unknown
from core.tx import Tx
from jobs.cards import redraw_cards
from jobs.runtime import Bench, crash_of, plain_job, without_undoing, written

log = structlog.get_logger()

LEASE_S = deliveries.LEASE.total_seconds()
STATUS_RETRY_S = 5.0
SHOW_WITHIN_S = statuses.SHOWING.total_seconds() - 4
"""Longer, and somebody else would show the same."""
LATER_ROOM = 40
"""How many status messages that can come later wait for their turn in one process: about as many as it gets turns for
before their patience ends."""
COSMETIC_PATIENCE_S = 1.0
"""How long a countdown waits for its turn; by then it is nearly out of date."""
CARD, POST_STATUS, APPROVAL_REQUEST = "posts.card", "posts.status", "approvals.request"


@plain_job(statuses.SHOW_STATUS)
async def show_status(bench: Bench, *args: str) -> None:
    """Bring status messages up to date, side by side: edit each, or send it when there is none or it is gone.

    `args` are subjects, and LATER for what makes room while many others wait for their turn; the scheduler enqueues
    it again.
    """
    subjects, later = [UUID(arg) for arg in args if arg != statuses.LATER], args[-1] == statuses.LATER
    ends = await asyncio.gather(
        *(_show_one(bench, subject, later=later) for subject in subjects), return_exceptions=True
    )
    for error in ends:
        if error is not None:
            raise error


async def _show_one(bench: Bench, subject_id: UUID, *, later: bool) -> None:
    if later and bench.sender.waiting(Priority.STATUS) >= LATER_ROOM:
        return
    status = await written(bench.deps, lambda tx: statuses.claim_status(tx, subject_id), within_s=LEASE_S)
    if status is None:
        return
    try:
        outcome = await _attempt_to_show(bench, status)
    except asyncio.CancelledError:
        async with bench.deps.tx() as tx:
            await statuses.try_status_later(tx, subject_id, after_s=0)
        raise
    cards = await written(bench.deps, lambda tx: _record_shown(tx, status, outcome), within_s=LEASE_S)
    if status.notice == CARD and isinstance(outcome, Delivered):
        message_id = TelegramId(outcome.parts[-1].message_id)
        await return_to_card(bench.deps.redis, chat_id=status.chat_id, message_id=message_id)
    await redraw_cards(bench, status, cards)


async def _attempt_to_show(bench: Bench, status: StatusMessage) -> Outcome:
    patience_s = COSMETIC_PATIENCE_S if _urgency(status) is Priority.COSMETIC else SHOW_WITHIN_S
    try:
        async with asyncio.timeout(patience_s):
            return await _show_or_send(bench, status)
    except TimeoutError:
        return Unknown("there is more urgent work")
    except Exception as error:
        reference = crash_of(error).params["reference"]
        return Refused(Refusal.BAD_CONTENT, reference)


async def _show_or_send(bench: Bench, status: StatusMessage) -> Outcome:
    outcome = await _show(bench, status, message_id=status.message_id)
    if isinstance(outcome, Refused) and outcome.reason is Refusal.MESSAGE_GONE:
        return await _show(bench, status, message_id=None)
    return outcome


async def _show(bench: Bench, status: StatusMessage, *, message_id: TelegramId | None) -> Outcome:
    screen = notices.render(status.notice, status.data, now=bench.deps.clock.now())
    return await bench.sender.send(status.chat_id, screen.to_content(edit=message_id), priority=_urgency(status))


def _urgency(status: StatusMessage) -> Priority:
    """What a user has just asked for comes first; a countdown makes room for everything else."""
    if status.cosmetic:
        return Priority.COSMETIC
    return Priority.STATUS if status.data.get("delivered_at") else Priority.INTERACTIVE


async def _record_shown(tx: Tx, status: StatusMessage, outcome: Outcome) -> list[Place]:
    """Gives the messages that may show the post's card, which is to say the same."""
    match outcome:
        case Delivered():
            message_id = TelegramId(outcome.parts[-1].message_id)
            await statuses.record_shown(
                tx,
                status.subject_id,
                version=status.version,
                message_id=message_id,
                refresh_at=_next_refresh(status.data, tx.now),
            )
            if status.notice == CARD and message_id != status.message_id:
                await without_undoing(tx, bind_first_card(tx, status.data["post_id"], status.chat_id, message_id))
            if status.notice == POST_STATUS and not status.cosmetic:
                return await cards_of(tx.session, post_id=ids.PostId(status.subject_id))
        case SafeToRetry():
            await statuses.try_status_later(tx, status.subject_id, after_s=max(1.0, outcome.after_s))
        case Unknown():
            await statuses.try_status_later(tx, status.subject_id, after_s=STATUS_RETRY_S)
        case Refused():
            log.info("deliveries.status_refused", reason=outcome.reason, detail=outcome.detail)
            await statuses.give_up_status(tx, status.subject_id, version=status.version)
            if status.notice == APPROVAL_REQUEST:
                await without_undoing(tx, tell_unreachable(tx, status=status))
    return []


def _next_refresh(data: Json, now: datetime) -> datetime | None:
    """A scheduled post is counted down."""
    due_at = data.get("due_at")
    if data.get("status") != "scheduled" or due_at is None:
        return None
    return statuses.next_countdown(datetime.fromisoformat(due_at), now)


async def bind_first_card(tx: Tx, post_id: str, chat_id: TelegramId, message_id: TelegramId) -> None:
    """The message of a draft's card is there: answers to it and edits go to that one."""
    await bind_card(tx, post_id=ids.PostId(UUID(post_id)), chat_id=chat_id, message_id=message_id, first=True)
