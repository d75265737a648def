"""Making the issues that are due, many at once.

A page of digests is one transaction: locked with SKIP LOCKED, so several may compose side by side; what is shown is
noted, the issue and its delivery are written, and the digest moves to its next time, all or nothing. So whatever is
killed at whatever moment, no issue is made twice, and none is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, insert, or_, select

from core import ids
from core.accounts.models import User
from core.accounts.service import users_of
from core.db import Json, any_of
from core.deliveries.bulk import NewDelivery, schedule_many
from core.deliveries.models import DeliveryKind, DeliveryStatus, Priority
from core.digests.issues import PAGE_SIZE, digest_data, issue_data, items_of
from core.digests.models import Digest, DigestSearch, DigestStatus, Frequency, Issue, IssueKind, Manners, Refresh
from core.digests.queries import Disturbance
from core.digests.ranking import Candidate, Taste, picked
from core.digests.service import NO_ZONE
from core.digests.shelf import Found, Shelf, refreshes_of
from core.digests.shown import note_shown, shown_to
from core.digests.subscribing import unsubscribe
from core.digests.times import loud_at, next_run
from core.digests.voting import tastes_of
from core.tx import Tx

PAGE = 100
PATIENCE = timedelta(minutes=10)
"""How long a digest waits for what it is made of; then it makes do with what there is."""
ISSUE, NOTHING_NEW, NO_DATA = "digests.issue", "digests.nothing_new", "digests.no_data"
LIFE = timedelta(days=60)
FORGOTTEN_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Brought:
    """What a digest can be made of."""

    candidates: Sequence[Candidate]
    at: datetime | None
    sample: bool
    problem: Json | None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Whom a digest is for."""

    user: User
    disturbance: Disturbance
    taste: Taste

    @property
    def zone(self) -> str:
        return self.user.time_zone or NO_ZONE


async def compose_page(tx: Tx, shelf: Shelf, *, limit: int = PAGE, only: ids.DigestId | None = None) -> int:
    """Make the next issues that are due, or one of them alone. Gives how many digests were dealt with."""
    digests = await _lock_due(tx, limit, only)
    if not digests:
        return 0
    made_of = await refreshes_of(tx.session, [digest.id for digest in digests])
    readers = await _readers(tx, {digest.owner_id for digest in digests})
    reached = [digest for digest in digests if readers[digest.owner_id].user.blocked_at is None]
    wanted = {refresh.id: refresh for digest in reached for refresh in made_of[digest.id]}
    await shelf.fill(tx.session, list(wanted.values()), now=tx.now)
    brought = {
        digest.id: brought_together([shelf.found[refresh.id] for refresh in made_of[digest.id]]) for digest in reached
    }
    chosen = await _choose(tx, reached, brought, readers)
    for digest in digests:
        await _move_on(tx, digest, readers[digest.owner_id])
    await _write(tx, reached, brought, chosen, readers)
    return len(digests)


def brought_together(found: Sequence[Found]) -> Brought:
    """All that the searches of a digest have brought; as old as the oldest of it."""
    times = [each.at for each in found if each.at is not None]
    return Brought(
        candidates=[candidate for each in found for candidate in each.candidates],
        at=min(times, default=None),
        sample=any(each.sample for each in found),
        problem=next((each.problem for each in found if each.problem is not None), None),
    )


async def due_digests(tx: Tx, *, limit: int = PAGE) -> Sequence[ids.DigestId]:
    """Which would be made next, without locking them."""
    return (await tx.session.scalars(_due(tx, Digest.id).limit(limit))).all()


async def _lock_due(tx: Tx, limit: int, only: ids.DigestId | None) -> Sequence[Digest]:
    due = _due(tx, Digest).limit(limit).with_for_update(skip_locked=True)
    if only is not None:
        due = due.where(Digest.id == only)
    return (await tx.session.scalars(due.execution_options(populate_existing=True))).all()


def _due(tx: Tx, what: Any) -> Select[Any]:
    """Those whose searches were all tried, or that have waited long enough for them."""
    untried = (
        select(DigestSearch.digest_id)
        .join(Refresh, Refresh.id == DigestSearch.refresh_id)
        .where(DigestSearch.digest_id == Digest.id, Refresh.next_at <= tx.now)
        .exists()
    )
    ready = or_(Digest.next_run_at <= tx.now - PATIENCE, ~untried)
    return select(what).where(Digest.next_run_at <= tx.now, ready).order_by(Digest.next_run_at)


async def _readers(tx: Tx, owner_ids: set[ids.UserId]) -> dict[ids.UserId, _Reader]:
    users = await users_of(tx.session, owner_ids)
    rows = await tx.session.scalars(select(Manners).where(Manners.owner_id == any_of(owner_ids)))
    manners = {row.owner_id: row for row in rows}
    tastes = await tastes_of(tx.session, owner_ids)
    return {
        owner_id: _Reader(users[owner_id], Disturbance.of(manners.get(owner_id)), tastes.get(owner_id, Taste()))
        for owner_id in owner_ids
    }


async def _choose(
    tx: Tx,
    digests: Sequence[Digest],
    brought: Mapping[ids.DigestId, Brought],
    readers: Mapping[ids.UserId, _Reader],
) -> dict[ids.DigestId, list[Candidate]]:
    """The best that its reader wasn't shown, noted as shown. A reader's second digest doesn't repeat the first."""
    video_ids = {each.video_id for digest in digests for each in brought[digest.id].candidates}
    shown = await shown_to(tx.session, {digest.owner_id for digest in digests}, video_ids)
    chosen: dict[ids.DigestId, list[Candidate]] = {}
    for digest in digests:
        before = shown.setdefault(digest.owner_id, set())
        chosen[digest.id] = picked(brought[digest.id].candidates, readers[digest.owner_id].taste, shown=before)
        before.update(each.video_id for each in chosen[digest.id])
    owners = {digest.id: digest.owner_id for digest in digests}
    new = await note_shown(
        tx, [(owners[digest_id], each.video_id) for digest_id, videos in chosen.items() for each in videos]
    )
    return {
        digest_id: [each for each in videos if (owners[digest_id], each.video_id) in new]
        for digest_id, videos in chosen.items()
    }


async def _move_on(tx: Tx, digest: Digest, reader: _Reader) -> None:
    """To the next time ahead: what passed while nobody composed is one issue. Who has blocked the bot gets no more
    until they say so."""
    if reader.user.blocked_at is not None:
        digest.status, digest.next_run_at = DigestStatus.PAUSED, None
        await unsubscribe(tx, digest)
        return
    digest.next_run_at = next_run(
        digest.id,
        frequency=Frequency(digest.frequency),
        weekday=digest.weekday,
        hour=digest.hour,
        zone=reader.zone,
        quiet=reader.disturbance.quiet,
        after=tx.now,
    )


async def _write(
    tx: Tx,
    digests: Sequence[Digest],
    brought: Mapping[ids.DigestId, Brought],
    chosen: Mapping[ids.DigestId, Sequence[Candidate]],
    readers: Mapping[ids.UserId, _Reader],
) -> None:
    issues, deliveries = [], []
    for digest in digests:
        reader, videos = readers[digest.owner_id], chosen[digest.id]
        issue = issue_for(digest, brought[digest.id], videos, kind=IssueKind.DIGEST, now=tx.now)
        said = _said(digest, issue, brought[digest.id], videos, reader)
        if said is None:
            continue
        if videos:
            issues.append(issue)
        deliveries.append(_delivery(digest, issue, said, reader, tx.now))
    if issues:
        await tx.session.execute(insert(Issue), [_row(issue) for issue in issues])
    await schedule_many(tx, deliveries)


def issue_for(
    digest: Digest, brought: Brought, videos: Sequence[Candidate], *, kind: IssueKind, now: datetime
) -> Issue:
    """Not written down yet."""
    return Issue(
        id=ids.IssueId(ids.new()),
        digest_id=digest.id,
        owner_id=digest.owner_id,
        kind=kind,
        items=items_of(videos),
        found_at=brought.at or now,
        problem=brought.problem,
        sample=brought.sample,
        created_at=now,
    )


def _said(
    digest: Digest, issue: Issue, brought: Brought, videos: Sequence[Candidate], reader: _Reader
) -> tuple[str, Json] | None:
    """The notice and its data; None for silence, which is only for who wants it, and never when something is wrong."""
    if videos:
        page = list(enumerate(videos[:PAGE_SIZE], start=1))
        return ISSUE, issue_data(issue, digest, page, 1, zone=reader.zone)
    facts = {"digest": digest_data(digest, zone=reader.zone), "problem": brought.problem}
    if brought.problem is not None or brought.at is None:
        return NO_DATA, facts
    return (NOTHING_NEW, facts) if digest.says_nothing_new else None


def _delivery(digest: Digest, issue: Issue, said: tuple[str, Json], reader: _Reader, now: datetime) -> NewDelivery:
    notice, data = said
    return NewDelivery(
        owner_id=digest.owner_id,
        subject_id=issue.id,
        chat_id=reader.user.telegram_user_id,
        content={"notice": notice, "data": data, "language": reader.user.language},
        due_at=loud_at(now, reader.disturbance.quiet, reader.zone),
        status=DeliveryStatus.SCHEDULED,
        dedupe_key=f"digest:{issue.id}",
        kind=DeliveryKind.DIGEST,
        priority=Priority.DIGEST,
    )


def _row(issue: Issue) -> Json:
    names = ("id", "digest_id", "owner_id", "kind", "items", "found_at", "problem", "sample", "created_at")
    return {name: getattr(issue, name) for name in names}


async def forget_issues(tx: Tx, *, limit: int = FORGOTTEN_AT_ONCE) -> int:
    """Forget old ones, so many at once. Gives how many went."""
    old = select(Issue.id).where(Issue.created_at < tx.now - LIFE).limit(limit)
    gone = await tx.session.execute(delete(Issue).where(Issue.id.in_(old)).returning(Issue.id))
    return len(gone.all())
