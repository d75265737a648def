"""Asking what goes viral: the choices, the request with its quota, and how it ends."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.billing.queries import Feature
from core.billing.service import hold_quota, release_hold, settle_hold
from core.db import Json, TelegramId
from core.deliveries.statuses import show_status
from core.errors import AppError, Conflict
from core.posts.writing import Place
from core.queue import DISCOVERY, JobSpec
from core.tx import Tx
from core.viral.asking import Asked
from core.viral.models import Lookup, LookupStatus, ViralChoices
from core.viral.queries import lookup_of, lookup_with
from core.viral.searching import COMPARE_WITHIN_S, SEARCH_WITHIN_S, WAIT_S, Results
from core.work.service import error_row, request_cancel, request_work

LOOK_UP = JobSpec(
    "jobs.viral.look_up",
    queue=DISCOVERY,
    attempts=3,
    timeout_s=WAIT_S + SEARCH_WITHIN_S + COMPARE_WITHIN_S + 60,
    backoff_s=10,
)
CANCELLED = "work.cancelled"
SEARCHING, RESULTS, FAILED, STOPPED = "viral.searching", "viral.results", "viral.failed", "viral.cancelled"
LOOKUP_LIFE = timedelta(days=30)


class AlreadyLooking(Conflict):
    """The same is being asked for by the same user."""

    code = "viral.already_looking"


class NotReady(Conflict):
    """There is nothing to show of it. Params: status."""

    code = "viral.not_ready"


async def remember_choices(tx: Tx, *, owner_id: ids.UserId, asked: Asked) -> None:
    """What the card shows next time."""
    upsert = insert(ViralChoices).values(owner_id=owner_id, **asked.columns)
    await tx.session.execute(upsert.on_conflict_do_update(index_elements=["owner_id"], set_=asked.columns))


async def request_lookup(tx: Tx, *, owner_id: ids.UserId, asked: Asked, place: Place) -> Lookup:
    """Hold a query and start looking; the message at `place` tells how far it is.

    Raises AlreadyLooking on a second press, LimitReached.
    """
    lookup_id = ids.LookupId(ids.new())
    hold_id = await _hold(tx, owner_id, lookup_id)  # first: it makes a user's requests wait for each other
    await _check_not_looking(tx, owner_id, asked)
    await remember_choices(tx, owner_id=owner_id, asked=asked)
    lookup = _new(tx, lookup_id, owner_id, asked, hold_id)
    tx.session.add(lookup)
    await tx.session.flush()
    payload = {"chat_id": place.chat_id, "message_id": place.message_id, "language": place.language}
    await request_work(tx, LOOK_UP, owner_id=owner_id, subject_id=lookup.id, payload=payload)
    await _show(tx, lookup, place, SEARCHING, message_id=place.message_id, step="queued", percent=0)
    return lookup


async def answer_lookup(tx: Tx, *, owner_id: ids.UserId, asked: Asked, results: Results) -> Lookup:
    """A lookup whose answer is known already: it takes a query, and no work.

    The very same answer again is the lookup that its owner has of it, and takes none: so a press that is handled twice
    counts once. Nor does an answer with nothing in it. Raises AlreadyLooking, LimitReached.
    """
    given = await lookup_with(tx.session, owner_id=owner_id, asked=asked, results_at=results.at)
    if given is not None:
        return given
    lookup_id, hold_id = ids.LookupId(ids.new()), None
    if results.video_ids:
        hold_id = await _hold(tx, owner_id, lookup_id)
        await settle_hold(tx, hold_id, used=1)
    await _check_not_looking(tx, owner_id, asked)
    await remember_choices(tx, owner_id=owner_id, asked=asked)
    lookup = _new(tx, lookup_id, owner_id, asked, hold_id)
    _answer(lookup, results)
    tx.session.add(lookup)
    await tx.session.flush()
    return lookup


async def tell_progress(tx: Tx, lookup: Lookup, place: Place, *, step: str, percent: int) -> None:
    """`step`: queued, searching, comparing, pictures."""
    await _show(tx, lookup, place, SEARCHING, step=step, percent=percent)


async def record_results(
    tx: Tx, *, owner_id: ids.UserId, lookup_id: ids.LookupId, results: Results, place: Place, page: Mapping[str, Any]
) -> Lookup:
    """It is done. `page` is the first one, as its screen takes it.

    The query counts when something fresh was found; what is old or empty costs nothing.
    """
    lookup = await lookup_of(tx.session, owner_id=owner_id, lookup_id=lookup_id, lock=True)
    _answer(lookup, results)
    if lookup.hold_id is not None:
        await settle_hold(tx, lookup.hold_id, used=int(bool(results.video_ids) and results.problem is None))
    await _show(tx, lookup, place, RESULTS, **page)
    return lookup


async def cancel_lookup(tx: Tx, *, owner_id: ids.UserId, lookup_id: ids.LookupId, place: Place) -> bool:
    """Stop it; nothing is charged. False when it has ended."""
    met = await request_cancel(tx, owner_id=owner_id, subject_id=lookup_id)  # first: jobs lock in this order
    if met == "queued":
        await end_lookup(tx, owner_id=owner_id, lookup_id=lookup_id, place=place, error=AppError(CANCELLED))
    return met is not None


async def end_lookup(tx: Tx, *, owner_id: ids.UserId, lookup_id: ids.LookupId, place: Place, error: AppError) -> None:
    """It failed or was cancelled: the plan gets its query back, and the message says so."""
    lookup = await lookup_of(tx.session, owner_id=owner_id, lookup_id=lookup_id, lock=True)
    cancelled = error.error_code == CANCELLED
    lookup.status = LookupStatus.CANCELLED if cancelled else LookupStatus.FAILED
    lookup.problem = error_row(error)
    if lookup.hold_id is not None:
        await release_hold(tx, lookup.hold_id)
    await _show(tx, lookup, place, STOPPED if cancelled else FAILED, error=lookup.problem)


async def forget_lookups(tx: Tx, *, limit: int = 500) -> list[tuple[ids.UserId, ids.LookupId]]:
    """Those older than `LOOKUP_LIFE`, so many at once. Gives whose and which: their pictures go, too."""
    old = select(Lookup.id).where(Lookup.created_at < tx.now - LOOKUP_LIFE).limit(limit)
    gone = await tx.session.execute(delete(Lookup).where(Lookup.id.in_(old)).returning(Lookup.owner_id, Lookup.id))
    return [(owner_id, lookup_id) for owner_id, lookup_id in gone]


def place_of(payload: Mapping[str, Any]) -> Place:
    """Where a job's message is, and the language of who reads it."""
    return Place(TelegramId(payload["chat_id"]), TelegramId(payload["message_id"]), payload["language"])


def asked_data(asked: Asked) -> Json:
    """What was asked, as screens take it."""
    return dict(asked.columns)


async def _hold(tx: Tx, owner_id: ids.UserId, lookup_id: ids.LookupId) -> ids.HoldId:
    reason = f"lookup:{lookup_id}"
    return await hold_quota(tx, owner_id=owner_id, feature=Feature.VIRAL_QUERIES, amount=1, reason=reason)


async def _check_not_looking(tx: Tx, owner_id: ids.UserId, asked: Asked) -> None:
    running = select(Lookup.id).filter_by(owner_id=owner_id, status=LookupStatus.RUNNING, **asked.columns)
    if await tx.session.scalar(running.limit(1)) is not None:
        raise AlreadyLooking


def _new(tx: Tx, lookup_id: ids.LookupId, owner_id: ids.UserId, asked: Asked, hold_id: ids.HoldId | None) -> Lookup:
    return Lookup(
        id=lookup_id,
        owner_id=owner_id,
        status=LookupStatus.RUNNING,
        hold_id=hold_id,
        video_ids=[],
        sample=False,
        created_at=tx.now,
        **asked.columns,
    )


def _answer(lookup: Lookup, results: Results) -> None:
    lookup.status, lookup.problem = LookupStatus.READY, results.problem
    lookup.video_ids, lookup.sample, lookup.results_at = list(results.video_ids), results.sample, results.at


async def _show(
    tx: Tx, lookup: Lookup, place: Place, notice: str, *, message_id: TelegramId | None = None, **more: object
) -> None:
    data = {"lookup_id": str(lookup.id), "asked": asked_data(Asked.of(lookup)), "language": place.language, **more}
    await show_status(
        tx,
        owner_id=lookup.owner_id,
        subject_id=lookup.id,
        chat_id=place.chat_id,
        message_id=message_id,
        notice=notice,
        data=data,
    )
