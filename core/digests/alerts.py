"""Outlier alerts: of a watched creator, or found by a digest's keywords, as soon as a refresh sees them.

One alert a video and user, ever; so many a day; in quiet hours they wait. Noted, written and delivered in one
transaction: a refresh that is killed is done again, and tells nobody twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select

from core import ids
from core.accounts.models import User
from core.accounts.service import users_of
from core.db import Json, any_of
from core.deliveries.bulk import NewDelivery, schedule_many
from core.deliveries.models import DeliveryKind, DeliveryStatus, Priority
from core.digests.issues import issue_data, items_of
from core.digests.models import Digest, DigestSearch, Issue, IssueKind, Manners, Watch
from core.digests.queries import Disturbance
from core.digests.ranking import Candidate, candidate_of
from core.digests.service import NO_ZONE
from core.digests.shown import Pair, alerted_since, may_be_shown, note_shown, shown_to
from core.digests.times import loud_at
from core.tx import Tx
from core.viral.queries import Seen

ALERT = "digests.alert"
YOUNG = timedelta(days=3)
"""Older, and it is no news."""
DAY = timedelta(hours=24)
PAGE = 200
"""People told in one transaction."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who wants to be told from which score on, and why: a digest, or a creator that they watch."""

    owner_id: ids.UserId
    times: int
    digest: Digest | None


def outstanding(seen: Sequence[Seen], *, keyword: str, now: datetime) -> list[Candidate]:
    """What may be worth an alert to somebody, the highest score first."""
    young = [
        candidate_of(each, keyword=keyword)
        for each in seen
        if now - (each.video.published_at or each.video.first_seen_at) <= YOUNG
        and may_be_shown(each.video.first_seen_at, now)
    ]
    scored = [each for each in young if each.score is not None]
    return sorted(scored, key=lambda each: (-(each.score or 0), each.video_id))


async def listeners_to(
    tx: Tx, refresh_id: ids.RefreshId, *, after: ids.UserId | None, limit: int = PAGE
) -> list[Listener]:
    """The next users behind `after`, each with the lowest score that they want to hear of."""
    digests = (
        select(Digest)
        .join(DigestSearch, DigestSearch.digest_id == Digest.id)
        .where(DigestSearch.refresh_id == refresh_id, Digest.alert_times.is_not(None))
    )
    watches = select(Watch).where(Watch.refresh_id == refresh_id)
    if after is not None:
        digests, watches = digests.where(Digest.owner_id > after), watches.where(Watch.owner_id > after)
    found: dict[ids.UserId, Listener] = {}
    for digest in await tx.session.scalars(digests.order_by(Digest.owner_id, Digest.alert_times).limit(limit)):
        found.setdefault(digest.owner_id, Listener(digest.owner_id, digest.alert_times or 0, digest))
    for watch in await tx.session.scalars(watches.order_by(Watch.owner_id).limit(limit)):
        found.setdefault(watch.owner_id, Listener(watch.owner_id, watch.times, None))
    return sorted(found.values(), key=lambda each: each.owner_id)[:limit]


async def alert(
    tx: Tx, listeners: Sequence[Listener], videos: Sequence[Candidate], *, found_at: datetime, sample: bool
) -> int:
    """Tell each of what is new to them and high enough. Gives how many alerts there are."""
    owner_ids = [each.owner_id for each in listeners]
    users = await users_of(tx.session, owner_ids)
    rows = await tx.session.scalars(select(Manners).where(Manners.owner_id == any_of(owner_ids)))
    manners = {row.owner_id: Disturbance.of(row) for row in rows}
    shown = await shown_to(tx.session, owner_ids, [video.video_id for video in videos])
    today = await alerted_since(tx.session, owner_ids, tx.now - DAY)
    wanted: dict[Pair, tuple[Listener, Candidate]] = {}
    for each in listeners:
        if each.owner_id not in users or users[each.owner_id].blocked_at is not None:
            continue
        left = manners.get(each.owner_id, Disturbance()).alerts_a_day - today.get(each.owner_id, 0)
        before = shown.get(each.owner_id, set())
        high = [video for video in videos if (video.score or 0) >= each.times and video.video_id not in before]
        wanted.update({(each.owner_id, video.video_id): (each, video) for video in high[: max(0, left)]})
    new = await note_shown(tx, wanted, alerted=True)
    told = [wanted[pair] for pair in wanted if pair in new]
    if told:
        await _write(tx, told, users, manners, found_at=found_at, sample=sample)
    return len(told)


async def _write(
    tx: Tx,
    told: Sequence[tuple[Listener, Candidate]],
    users: Mapping[ids.UserId, User],
    manners: Mapping[ids.UserId, Disturbance],
    *,
    found_at: datetime,
    sample: bool,
) -> None:
    issues: list[Json] = []
    deliveries: list[NewDelivery] = []
    for listener, video in told:
        user, quiet = users[listener.owner_id], manners.get(listener.owner_id, Disturbance()).quiet
        issue_id = ids.IssueId(ids.new())
        row: Json = {
            "id": issue_id,
            "digest_id": listener.digest.id if listener.digest is not None else None,
            "owner_id": user.id,
            "kind": IssueKind.ALERT,
            "items": items_of([video]),
            "found_at": found_at,
            "problem": None,
            "sample": sample,
            "created_at": tx.now,
        }
        zone = user.time_zone or NO_ZONE
        issues.append(row)
        deliveries.append(
            NewDelivery(
                owner_id=user.id,
                subject_id=issue_id,
                chat_id=user.telegram_user_id,
                content={
                    "notice": ALERT,
                    "data": issue_data(Issue(**row), listener.digest, [(1, video)], 1, zone=zone),
                    "language": user.language,
                },
                due_at=loud_at(tx.now, quiet, zone),
                status=DeliveryStatus.SCHEDULED,
                dedupe_key=f"alert:{user.id}:{video.video_id}",
                kind=DeliveryKind.DIGEST,
                priority=Priority.DIGEST,
            )
        )
    await tx.session.execute(insert(Issue), issues)
    await schedule_many(tx, deliveries)
