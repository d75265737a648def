"""Looking at subscriptions, issues, watched creators and thumbs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core import ids
from core.billing.queries import Entitlement, Feature, entitlements_of
from core.db import Page, Paged, ReadSession, paged
from core.digests.models import Digest, DigestStatus, Issue, Manners, Vote, Watch
from core.errors import NotFound
from core.queues.slots import QuietHours

ALERTS_A_DAY = 5


class DigestNotFound(NotFound):
    code = "digests.not_found"


class IssueNotFound(NotFound):
    code = "digests.issue_not_found"


WATCHED = select(Watch.creator_id)
"""The creators that anybody watches."""


@dataclass(frozen=True, slots=True)
class RunningRoom:
    """How many digests, keywords in them, and watched creators may go on at a time; None: any number."""

    digests: int | None
    keywords: int | None
    watches: int | None

    def holds(self, digests: Collection[Digest]) -> bool:
        """Whether all of these may go on together."""
        keywords = sum(len(digest.keywords) for digest in digests)
        return (self.digests is None or len(digests) <= self.digests) and (
            self.keywords is None or keywords <= self.keywords
        )


@dataclass(frozen=True, slots=True)
class Disturbance:
    """When and how often a user may be disturbed."""

    quiet: QuietHours | None = None
    alerts_a_day: int = ALERTS_A_DAY

    @classmethod
    def of(cls, row: Manners | None) -> "Disturbance":
        if row is None:
            return cls()
        quiet = None
        if row.quiet_begins is not None and row.quiet_ends is not None:
            quiet = QuietHours(row.quiet_begins, row.quiet_ends)
        return cls(quiet, row.alerts_a_day)


async def digests_of(session: ReadSession, *, owner_id: ids.UserId) -> Sequence[Digest]:
    """The oldest first; deleted ones left out."""
    mine = select(Digest).where(Digest.owner_id == owner_id, Digest.status != DigestStatus.DELETED)
    return (await session.scalars(mine.order_by(Digest.created_at, Digest.id))).all()


async def digest_of(
    session: ReadSession, *, owner_id: ids.UserId, digest_id: ids.DigestId, lock: bool = False
) -> Digest:
    """Also a deleted one, while that can be taken back. Raises DigestNotFound, also for somebody else's."""
    wanted = select(Digest).where(Digest.id == digest_id, Digest.owner_id == owner_id)
    if lock:
        wanted = wanted.with_for_update()
    found = await session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise DigestNotFound(digest_id=str(digest_id))
    return found


async def issue_of(session: ReadSession, *, owner_id: ids.UserId, issue_id: ids.IssueId) -> Issue:
    """Raises IssueNotFound, also for somebody else's."""
    found = await session.scalar(select(Issue).where(Issue.id == issue_id, Issue.owner_id == owner_id))
    if found is None:
        raise IssueNotFound(issue_id=str(issue_id))
    return found


async def disturbance_of(session: ReadSession, *, owner_id: ids.UserId) -> Disturbance:
    return Disturbance.of(await session.get(Manners, owner_id, populate_existing=True))


async def count_watches(session: ReadSession, *, owner_id: ids.UserId) -> int:
    """How many creators a user watches, those that wait for room included."""
    return await session.scalar(select(func.count()).where(Watch.owner_id == owner_id)) or 0


async def count_running_watches(session: ReadSession, *, owner_id: ids.UserId) -> int:
    """Of how many of them a user is told."""
    running = select(func.count()).where(Watch.owner_id == owner_id, Watch.refresh_id.is_not(None))
    return await session.scalar(running) or 0


async def watches_page(session: ReadSession, *, owner_id: ids.UserId, page: Page) -> Paged[Watch]:
    """The oldest first."""
    mine = select(Watch).where(Watch.owner_id == owner_id)
    return await paged(session, mine.order_by(Watch.watched_at, Watch.id), page)


async def watching(session: ReadSession, *, owner_id: ids.UserId, creator_id: ids.CreatorId) -> Watch | None:
    """Whether the user watches a creator."""
    return await session.scalar(select(Watch).where(Watch.owner_id == owner_id, Watch.creator_id == creator_id))


async def vote_on(session: ReadSession, *, owner_id: ids.UserId, video_id: ids.VideoId) -> bool | None:
    """True for a thumb up, False for one down, None for neither."""
    return await session.scalar(select(Vote.liked).where(Vote.owner_id == owner_id, Vote.video_id == video_id))


async def rooms(session: ReadSession, *, owner_id: ids.UserId, now: datetime) -> list[Entitlement]:
    """How much of digests, their keywords and watched creators the plan has room for, and how much is there."""
    kept = await session.execute(
        select(func.count(), func.coalesce(func.sum(func.jsonb_array_length(Digest.keywords)), 0)).where(
            Digest.owner_id == owner_id, Digest.status != DigestStatus.DELETED
        )
    )
    digests, keywords = kept.one()
    there = {
        Feature.DIGESTS: digests,
        Feature.DIGEST_KEYWORDS: int(keywords),
        Feature.WATCHES: await count_watches(session, owner_id=owner_id),
    }
    return await entitlements_of(session, owner_id=owner_id, now=now, features=list(there), standing=there)


async def running_room(session: ReadSession, *, owner_id: ids.UserId, now: datetime) -> RunningRoom:
    """What may go on by the plan in force. More may be there: what a bigger plan had room for waits."""
    limits = {room.feature: room.limit for room in await rooms(session, owner_id=owner_id, now=now)}
    return RunningRoom(limits[Feature.DIGESTS], limits[Feature.DIGEST_KEYWORDS], limits[Feature.WATCHES])
