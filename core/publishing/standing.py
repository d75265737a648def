"""Where a publication stands: each change of it in one transaction, with what follows for its video post, for the plan
and for what is told. Whoever calls this has locked the publication; the video post is locked behind it."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from core import ids
from core.billing.queries import Feature
from core.billing.service import hold_quota, release_hold, settle_hold
from core.db import Json, ReadSession, TelegramId
from core.publishing.emailing import mail_published
from core.publishing.models import UNDER_WAY, Manner, Publication, PublicationStatus, VideoPost, VideoPostStatus
from core.publishing.networks.contract import NetworkErrorCode, Seen, Stage
from core.publishing.queries import publications_of
from core.publishing.showing import hand_over, show_video_post, tell
from core.queue import MEDIA, PUBLISHING, JobSpec
from core.tx import Tx
from core.work.service import request_work

PUBLISH: Final = JobSpec("jobs.publishing.publish", queue=PUBLISHING, attempts=3, timeout_s=4 * 3600)
AHEAD: Final = JobSpec("jobs.publishing_copies.prepare_ahead", queue=MEDIA, attempts=3, timeout_s=3600, fair=True)
"""Of what is scheduled, so that it goes out at its time, not when its copy is made. Its subject is the video post."""
PREPARE: Final = JobSpec("jobs.publishing_copies.prepare", queue=MEDIA, attempts=3, timeout_s=3600, fair=True)
ANEW: Final = "anew"
"""In a job's payload: what was begun then isn't there, says its owner, so what can't be found is sent again."""

FIRST_NUMBERS: Final = timedelta(hours=1)
FIRST_NAMING: Final = timedelta(minutes=2)
"""TikTok says what a video is called there once it was looked through, as a rule within a minute; of drafts, when their
owner has posted them."""
THERE: Final = frozenset({PublicationStatus.PUBLISHED, PublicationStatus.IN_INBOX})
DROPPED: Final = frozenset({PublicationStatus.CANCELLED, PublicationStatus.SKIPPED})
OPEN: Final = frozenset({*UNDER_WAY, PublicationStatus.ASKED, PublicationStatus.UNCONFIRMED, PublicationStatus.WAITING})
RECONNECT: Final = frozenset({NetworkErrorCode.RECONNECT, NetworkErrorCode.SCOPE_MISSING})
"""Only a new consent helps."""


def status_from(statuses: Iterable[str]) -> VideoPostStatus:
    """A video post's, from its publications'. What its owner has dropped counts only when nothing else is left."""
    all_of_them = set(statuses)
    left = all_of_them - DROPPED
    if not left:
        return VideoPostStatus.CANCELLED if all_of_them else VideoPostStatus.DRAFT
    if left <= {PublicationStatus.DRAFT}:
        return VideoPostStatus.DRAFT
    to_come = {PublicationStatus.DRAFT, PublicationStatus.SCHEDULED}
    if left <= to_come:
        return VideoPostStatus.SCHEDULED
    if left & (OPEN | to_come):
        return VideoPostStatus.PUBLISHING
    if left <= THERE:
        return VideoPostStatus.PUBLISHED
    return VideoPostStatus.PARTIALLY_PUBLISHED if left & THERE else VideoPostStatus.FAILED


ENDS: Final = frozenset({VideoPostStatus.PUBLISHED, VideoPostStatus.PARTIALLY_PUBLISHED, VideoPostStatus.FAILED})


async def follow(tx: Tx, post_ids: Collection[ids.VideoPostId], *, message_id: TelegramId | None = None) -> None:
    """Let video posts follow from their publications, and their messages from both.

    How it ended is told by a message of its own to whoever has scheduled it, and when something went wrong: an edit
    makes no sound.
    """
    await tx.session.flush()
    wanted = select(VideoPost).where(VideoPost.id.in_(post_ids)).order_by(VideoPost.id).with_for_update()
    for post in (await tx.session.scalars(wanted.execution_options(populate_existing=True))).all():
        before = post.status
        publications = await publications_of(tx.session, owner_id=post.owner_id, video_post_id=post.id)
        post.status, post.updated_at = status_from(each.status for each in publications), tx.now
        await tx.session.flush()
        if post.deleted_at is not None:
            continue
        await show_video_post(tx, post, message_id=message_id)
        wrong = post.status != VideoPostStatus.PUBLISHED
        if post.status in ENDS and before not in ENDS and (wrong or post.due_at is not None):
            await tell(tx, post, about="ended")


async def post_of(session: ReadSession, publication: Publication) -> VideoPost:
    """Also one that was deleted meanwhile."""
    return await session.get_one(VideoPost, publication.video_post_id)


def stand(tx: Tx, publication: Publication, status: PublicationStatus, *, error: Json | None = None) -> None:
    """It has got there now."""
    if publication.status != status:
        publication.stage_since = tx.now
    publication.status, publication.error, publication.updated_at = status, error, tx.now


async def start(tx: Tx, publication: Publication, *, anew: bool = False) -> None:
    """Its moment has come: whatever was done for it before, the job finds out."""
    if publication.status != PublicationStatus.WAITING:
        publication.attempt += 1
        publication.limited_since = None
    if publication.manner == Manner.BY_HAND:
        stand(tx, publication, PublicationStatus.ASKED)
        await hand_over(tx, await post_of(tx.session, publication), publication)
        return
    stand(tx, publication, PublicationStatus.PREPARING if publication.handle is None else PublicationStatus.PROCESSING)
    publication.stage_since = tx.now
    await request_publishing(tx, publication, anew=anew)


async def request_publishing(tx: Tx, publication: Publication, *, anew: bool = False) -> None:
    """`anew`: what was begun isn't there, says its owner. What is begun after that is none of it."""
    payload = {ANEW: began_at.isoformat()} if anew and (began_at := publication.began_at) else None
    await request_work(tx, PUBLISH, owner_id=publication.owner_id, subject_id=publication.id, payload=payload)


async def hold(tx: Tx, publication: Publication) -> None:
    """One of the plan's publications, unless it is held or goes by hand. Raises LimitReached."""
    if publication.hold_id is None and publication.manner == Manner.API:
        publication.hold_id = await hold_quota(
            tx,
            owner_id=publication.owner_id,
            feature=Feature.PUBLICATIONS,
            amount=1,
            reason=f"publication:{publication.id}",
        )


async def record_there(tx: Tx, publication: Publication, seen: Seen) -> None:
    """It is published, or in the account's inbox. Counts against the plan from now on."""
    inbox = seen.stage is Stage.IN_INBOX
    stand(tx, publication, PublicationStatus.IN_INBOX if inbox else PublicationStatus.PUBLISHED)
    publication.network_id, publication.url = seen.network_id, seen.url
    publication.published_at = publication.published_at or tx.now
    publication.progress = 100
    if seen.network_id is not None:
        publication.handle = None
        publication.numbers_at = publication.published_at + FIRST_NUMBERS
    elif publication.handle is not None:
        publication.numbers_at = publication.published_at + FIRST_NAMING
    if publication.hold_id is not None:
        await settle_hold(tx, publication.hold_id, used=1)
        publication.hold_id = None
    if not inbox:
        await mail_published(tx, publication, await post_of(tx.session, publication))
    await follow(tx, [publication.video_post_id])


async def record_not_there(
    tx: Tx, publication: Publication, status: PublicationStatus, *, error: Json | None = None
) -> None:
    """It failed, was cancelled, or is skipped, and is surely not there. The plan gets back what was held."""
    stand(tx, publication, status, error=error)
    forget_attempt(publication)
    if publication.hold_id is not None:
        await release_hold(tx, publication.hold_id)
        publication.hold_id = None
    await follow(tx, [publication.video_post_id])


def forget_attempt(publication: Publication) -> None:
    """What was begun at the network is surely not there, so the next attempt begins at the beginning."""
    publication.handle = publication.began_at = publication.out_of_hands_at = None
    publication.progress = 0


async def record_unconfirmed(tx: Tx, publication: Publication, *, error: Json) -> None:
    """It may be there, and the network doesn't say: its owner is asked."""
    stand(tx, publication, PublicationStatus.UNCONFIRMED, error=error)
    await follow(tx, [publication.video_post_id])
    await tell(tx, await post_of(tx.session, publication), about="unconfirmed", publication=publication)


async def wait_for(tx: Tx, publication: Publication, *, error: Json, until: datetime | None) -> None:
    """The next step can't be taken yet. `until` None: not before somebody mends it (`tell_waiting`); a limit always has
    an end, and how long this attempt has waited for limits is counted from the first."""
    stand(tx, publication, PublicationStatus.WAITING, error=error)
    publication.due_at = until
    publication.limited_since = None if until is None else publication.limited_since or tx.now
    await follow(tx, [publication.video_post_id])


async def tell_waiting(tx: Tx, publication: Publication, *, about: str) -> None:
    """Once for each attempt, however often it has to wait. `about`: "waiting" or "reconnect"."""
    await tell(tx, await post_of(tx.session, publication), about=about, publication=publication)
