"""Publishing a video at one network: a walk from step to step that anybody can take up who knows the handle.

The rules that hold whatever is killed when: the handle is committed before anything that can't be taken back; each
start begins with a look at the network; that something is out of our hands is committed before it is. A lost answer
to `begin` leaves nothing that anybody sees.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import structlog

from core import ids
from core.connections.queries import ConnectionNotFound
from core.connections.service import access_instead_of, access_of
from core.db import Json, ReadSession
from core.errors import AppError, NotFound
from core.providers.discovery import Network
from core.publishing.handles import opened, sealed
from core.publishing.judging import HIDDEN_FOR, is_refusal
from core.publishing.models import UNDER_WAY, Publication, PublicationStatus
from core.publishing.networks.contract import (
    Access,
    Media,
    NetworkErrorCode,
    Publisher,
    Seen,
    Stage,
    Wanted,
    network_error,
)
from core.publishing.queries import publication_of
from core.publishing.readiness import LackCode, lacks, within
from core.publishing.standing import (
    ANEW,
    PREPARE,
    PUBLISH,
    follow,
    forget_attempt,
    post_of,
    record_not_there,
    record_there,
    record_unconfirmed,
    request_publishing,
    stand,
)
from core.publishing.wanted import wanted_of
from core.publishing.watched import WatchedMedia
from core.settings import Settings, is_this_machine
from core.storage import StoredFileNotFound
from core.tx import Tx
from core.videos.media import stored_media
from core.videos.profiles import PROFILES
from core.videos.queries import prepared_video
from core.work.service import ClaimedWork, keep_claim, note_headway, request_work
from jobs.progress import Progress, telling
from jobs.publishing_troubles import Find, answer, give_up, plain, put_off, undecided
from jobs.runtime import ClaimLost, Run, job

log = structlog.get_logger()

CANCELLED = "work.cancelled"
NOT_CONNECTED = "publishing.no_connection"
BEGINS_MOST = 2
"""In one attempt: a network that forgets what was just begun forgets the next, too."""


class NotPrepared(Exception):
    """There is no copy for the network yet."""


@dataclass(slots=True)
class Walk:
    """One attempt to take a publication further. `row` is as it was committed last."""

    run: Run
    row: Publication
    publisher: Publisher
    access: Access
    media: Media
    wanted: Wanted
    begins: int = 0
    """How often the network was told of it in this attempt."""
    uploaded: bool = False
    """All that was missing was sent in this attempt."""
    expired: bool = False
    """The network doesn't know the address to upload to any more."""

    @property
    def anew(self) -> bool:
        """Whether its owner says that what was begun isn't there."""
        began_at = self.row.began_at
        return began_at is not None and self.run.work.payload.get(ANEW) == began_at.isoformat()

    @asynccontextmanager
    async def noting(self) -> AsyncIterator[tuple[Tx, Publication]]:
        """A transaction over the locked row. Raises ClaimLost once somebody else has the work, or it was cancelled."""
        async with self.run.deps.tx() as tx:
            if not await keep_claim(tx, self.run.work, spec=self.run.spec):
                raise ClaimLost
            row = await locked(tx, self.run.work)
            yield tx, row
        self.row = row


async def ended(tx: Tx, work: ClaimedWork, error: AppError) -> None:
    """It was cancelled, or failed in a way that nobody has foreseen. What is out of our hands is never called off: the
    network alone knows what becomes of it."""
    try:
        publication = await locked(tx, work)
    except NotFound:
        return
    if publication.status not in UNDER_WAY:
        return
    cancelled, out_of_hands = error.error_code == CANCELLED, publication.out_of_hands_at is not None
    if cancelled and out_of_hands:
        await request_publishing(tx, publication)
    elif out_of_hands:
        await record_unconfirmed(tx, publication, error=undecided(publication, error.error_code))
    else:
        status = PublicationStatus.CANCELLED if cancelled else PublicationStatus.FAILED
        await record_not_there(tx, publication, status, error=None if cancelled else plain(error))


@job(PUBLISH, on_failure=ended)
async def publish(run: Run) -> None:
    """Take a publication as far as it gets. What the network takes its time for is looked at again later."""
    async with run.deps.read() as session:
        row = await publication_for(session, run.work)
    if row.status not in UNDER_WAY:
        async with run.finishing():
            return
    find: Find | None = None
    try:
        walk = await _opened(run, row)
        find = partial(_find, walk)
        await _walk(walk)
    except (NotPrepared, StoredFileNotFound):
        await _have_prepared(run)
    except AppError as error:
        await answer(run, error, find=find)


async def _opened(run: Run, row: Publication) -> Walk:
    """With a token that is valid now. Raises NotPrepared."""
    network = Network(row.network)
    publisher = run.deps.publishers.get(network)
    if publisher is None:
        raise network_error(network, NetworkErrorCode.UNAVAILABLE, detail="not_configured")
    if row.connection_id is None:
        raise AppError(NOT_CONNECTED, network=row.network)
    try:
        access = await access_of(run.deps, connection_id=row.connection_id, owner_id=row.owner_id)
    except ConnectionNotFound as gone:
        raise AppError(NOT_CONNECTED, network=row.network) from gone
    async with run.deps.read() as session:
        post = await post_of(session, row)
        copy = await prepared_video(session, video_id=post.video_id, profile=PROFILES[network].key)
    if copy is None:
        raise NotPrepared
    media = stored_media(run.deps.storage, copy, reachable=_is_reachable(run.deps.settings))
    return Walk(run, row, publisher, access, media, wanted_of(row, caption=post.caption))


def _is_reachable(settings: Settings) -> bool:
    """Whether networks can fetch files from us. The sandbox's are on this machine, too; a bucket is everywhere."""
    if settings.sandbox_url is not None or settings.s3_bucket is not None:
        return True
    return settings.web_public_url is not None and not is_this_machine(settings.web_public_url)


async def _have_prepared(run: Run) -> None:
    """A heavy worker makes the copy first. What was sent of one that is lost isn't gone on with: the new one is another
    file."""
    async with run.finishing(unless_cancelled=True) as tx:
        publication = await locked(tx, run.work)
        if publication.out_of_hands_at is None and publication.handle is not None:
            forget_attempt(publication)
            stand(tx, publication, PublicationStatus.PREPARING)
        payload = dict(run.work.payload)
        await request_work(
            tx, PREPARE, owner_id=publication.owner_id, subject_id=publication.id, payload=without_headway(payload)
        )


async def _walk(walk: Walk) -> None:
    """A token that the network refuses before its time is renewed once; then everything is looked at again."""
    try:
        await _steps(walk)
    except AppError as error:
        if error.error_code != NetworkErrorCode.TOKEN_EXPIRED or walk.row.connection_id is None:
            raise
        walk.access = await access_instead_of(
            walk.run.deps, walk.access.token, connection_id=walk.row.connection_id, owner_id=walk.row.owner_id
        )
        await _steps(walk)


async def _steps(walk: Walk) -> None:
    while True:
        if walk.row.handle is None:
            await _begin(walk)
        seen = await _looked(walk)
        if seen.stage is Stage.UPLOADING and not walk.uploaded:
            await _upload(walk)
        elif seen.stage is Stage.GONE or (seen.stage is Stage.FAILED and walk.anew):
            if not await _may_begin_again(walk, seen):
                return
        else:
            await _settle(walk, await _release(walk) if seen.stage is Stage.RELEASABLE else seen)
            return


async def _begin(walk: Walk) -> None:
    """Tell the network of it, once it is sure that the account may have it like this."""
    terms = await walk.publisher.terms(walk.access)
    wanted, network = within(walk.wanted, terms), Network(walk.row.network)
    for lack in lacks(network, wanted, terms=terms, duration_s=walk.media.duration_s):
        if lack.code is LackCode.AT_LIMIT:
            raise network_error(network, NetworkErrorCode.DAILY_LIMIT)
        raise AppError(lack.code, **lack.params)
    async with walk.noting() as (tx, row):
        row.began_at = tx.now
    handle = await walk.publisher.begin(walk.access, walk.media, wanted)
    async with walk.noting() as (tx, row):
        row.handle, row.progress = sealed(walk.run.deps.cipher, row.id, handle), 0
        stand(tx, row, PublicationStatus.UPLOADING)
        await note_headway(tx, walk.run.work)
        await follow(tx, [row.video_post_id])
    walk.begins += 1
    walk.uploaded = walk.expired = False


async def _looked(walk: Walk) -> Seen:
    handle = opened(walk.run.deps.cipher, walk.row.id, walk.row.handle or "")
    seen = await walk.publisher.look(walk.access, handle)
    log.info("publishing.looked", stage=seen.stage, network=walk.row.network)
    return Seen(Stage.GONE) if walk.expired and seen.stage is Stage.UPLOADING else seen


async def _upload(walk: Walk) -> None:
    """Send what is missing. Before the piece with which some networks publish by themselves, that is committed."""
    handle = opened(walk.run.deps.cipher, walk.row.id, walk.row.handle or "")
    media = WatchedMedia(walk.media, lambda: _out_of_hands(walk)) if walk.publisher.published_by_upload else walk.media
    size = max(1, media.size_bytes)
    async with telling(walk.run, progress_of(walk.run, PublicationStatus.UPLOADING)) as tell:

        async def on_sent(sent: int) -> None:
            tell("upload", min(100, sent * 100 // size))

        try:
            await walk.publisher.upload(walk.access, handle, media, on_sent=on_sent)
        except AppError as error:
            if error.error_code != NetworkErrorCode.UPLOAD_EXPIRED:
                raise
            walk.expired = True
    walk.uploaded = True


async def _out_of_hands(walk: Walk) -> None:
    async with walk.noting() as (tx, row):
        row.out_of_hands_at = row.out_of_hands_at or tx.now


async def _release(walk: Walk) -> Seen:
    """Publish. After a refusal it is in our hands again; after a lost answer the next look tells."""
    async with walk.noting() as (tx, row):
        row.out_of_hands_at = tx.now
        stand(tx, row, PublicationStatus.PROCESSING)
        await follow(tx, [row.video_post_id])
    handle = opened(walk.run.deps.cipher, walk.row.id, walk.row.handle or "")
    try:
        return await walk.publisher.release(walk.access, handle)
    except AppError as error:
        if is_refusal(error):
            async with walk.noting() as (_, row):
                row.out_of_hands_at = None
        raise


async def _may_begin_again(walk: Walk, seen: Seen) -> bool:
    """Whether what was begun is surely not there, or its owner says so; then it is forgotten. Else it is settled."""
    out_of_hands_at, now = walk.row.out_of_hands_at, walk.run.deps.clock.now()
    if out_of_hands_at is not None and seen.stage is Stage.GONE:
        found = await _find(walk)
        if found is not None:
            await _settle(walk, found)
            return False
        if not walk.anew:
            if now - out_of_hands_at < HIDDEN_FOR:
                await put_off(walk.run)
            else:
                await _record_unconfirmed(walk)
            return False
    if walk.begins >= BEGINS_MOST:
        await _settle(walk, Seen(Stage.FAILED, error=NetworkErrorCode.UPLOAD_EXPIRED))
        return False
    async with walk.noting() as (_, row):
        forget_attempt(row)
    return True


async def _find(walk: Walk) -> Seen | None:
    if walk.row.began_at is None:
        return None
    return await walk.publisher.find(walk.access, walk.wanted, walk.media, since=walk.row.began_at)


async def _settle(walk: Walk, seen: Seen) -> None:
    """Write down what the network says, or look again later."""
    if seen.stage in (Stage.PUBLISHED, Stage.IN_INBOX):
        async with walk.run.finishing() as tx:
            await record_there(tx, await locked(tx, walk.run.work), seen)
    elif seen.stage is Stage.FAILED:
        error = {"code": str(seen.error or NetworkErrorCode.REJECTED), "params": dict(seen.params)}
        async with walk.run.finishing() as tx:
            await record_not_there(tx, await locked(tx, walk.run.work), PublicationStatus.FAILED, error=error)
    else:
        await _wait(walk, seen)


async def _wait(walk: Walk, seen: Seen) -> None:
    """The network is at it. What has taken too long ends in a truth."""
    if seen.stage is Stage.PROCESSING:
        await _note_processing(walk)
    slow = network_error(Network(walk.row.network), NetworkErrorCode.UNAVAILABLE, detail="slow")
    if not await put_off(walk.run):
        await give_up(walk.run, slow, find=partial(_find, walk))


async def _note_processing(walk: Walk) -> None:
    by_itself = walk.publisher.published_by_upload and walk.row.out_of_hands_at is None
    if walk.row.status == PublicationStatus.PROCESSING and not by_itself:
        return
    async with walk.noting() as (tx, row):
        stand(tx, row, PublicationStatus.PROCESSING)
        if by_itself:
            row.out_of_hands_at = tx.now
        await follow(tx, [row.video_post_id])


async def _record_unconfirmed(walk: Walk) -> None:
    async with walk.run.finishing() as tx:
        row = await locked(tx, walk.run.work)
        await record_unconfirmed(tx, row, error=undecided(row, Stage.GONE))


def progress_of(run: Run, status: PublicationStatus) -> Progress:
    """How far it is goes into its message; and whatever goes on has its patience anew."""

    async def note(tx: Tx, _step: str, percent: int) -> None:
        row = await locked(tx, run.work)
        if row.status != status:
            return
        row.progress, row.stage_since = percent, tx.now
        await follow(tx, [row.video_post_id])

    return note


async def locked(tx: Tx, work: ClaimedWork) -> Publication:
    """What the work is about."""
    return await publication_for(tx.session, work, lock=True)


async def publication_for(session: ReadSession, work: ClaimedWork, *, lock: bool = False) -> Publication:
    """The same, for looking, unless `lock`."""
    publication_id = ids.PublicationId(work.subject_id)
    return await publication_of(session, owner_id=work.owner_id, publication_id=publication_id, lock=lock)


def without_headway(payload: Json) -> Json:
    """What the next work needs of this one's payload."""
    return {ANEW: payload[ANEW]} if ANEW in payload else {}
