"""What people do with video posts, from the choice of networks to what came of each.

What the jobs bring about stands in standing.py, and what happens at a time in scheduling.py.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core import ids
from core.connections.queries import ConnectionNotFound, connections_of
from core.db import Json, TelegramId
from core.errors import Conflict, InvalidInput
from core.providers.discovery import Network
from core.publishing.models import UNDER_WAY, Manner, Publication, PublicationStatus, VideoPost, VideoPostStatus
from core.publishing.networks.contract import Seen, Stage, Wanted
from core.publishing.queries import RETRYABLE, is_stoppable, publication_of, publications_of, video_post_of
from core.publishing.readiness import lacks, open_choices
from core.publishing.scheduling import MISSED, check_time
from core.publishing.showing import show_video_post
from core.publishing.standing import (
    AHEAD,
    follow,
    hold,
    record_not_there,
    record_there,
    request_publishing,
    stand,
    start,
)
from core.publishing.wanted import wanted_json, wanted_of
from core.tx import Tx
from core.videos.models import OwnVideoStatus
from core.videos.profiles import PROFILES
from core.videos.queries import own_video, prepared_video
from core.work.service import request_cancel, request_work

SNOOZE_MOST = timedelta(days=30)
CHANGEABLE = (PublicationStatus.DRAFT, PublicationStatus.SCHEDULED, PublicationStatus.WAITING, *RETRYABLE)
GOING_ON = (*UNDER_WAY, PublicationStatus.WAITING)
STARTABLE = (
    PublicationStatus.DRAFT,
    PublicationStatus.SCHEDULED,
    PublicationStatus.CANCELLED,
    PublicationStatus.SKIPPED,
)


class NotNow(Conflict):
    """Its state doesn't admit it. Params: status."""

    code = "publishing.not_now"


class TooLate(Conflict):
    """All of it is out of our hands. Params: networks."""

    code = "publishing.too_late"


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a cancel came to, as networks: `stopped` isn't going out; `late` can't be taken back any more."""

    stopped: Sequence[str]
    late: Sequence[str]


async def draft_video_post(
    tx: Tx, *, owner_id: ids.UserId, video_id: ids.OwnVideoId, caption: str = "", post_id: ids.PostId | None = None
) -> VideoPost:
    """Begin with a video. `post_id`: the draft that its words were taken from.

    Raises what own_video raises, and InvalidInput "publishing.video_not_ready".
    """
    video = await own_video(tx.session, video_id=video_id, owner_id=owner_id)
    if video.status != OwnVideoStatus.READY:
        raise InvalidInput("publishing.video_not_ready", status=video.status)
    post = VideoPost(
        id=ids.new(),
        owner_id=owner_id,
        video_id=video_id,
        post_id=post_id,
        caption=caption,
        created_at=tx.now,
        updated_at=tx.now,
    )
    tx.session.add(post)
    await tx.session.flush()
    return post


async def choose_networks(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    video_post_id: ids.VideoPostId,
    connection_ids: Collection[ids.ConnectionId],
    by_hand: Collection[Network] = (),
) -> Sequence[Publication]:
    """Publish to these accounts, and by hand at these networks. What stays chosen keeps its words and options.

    Raises NotNow for what isn't a draft any more, and ConnectionNotFound.
    """
    present = await publications_of(tx.session, owner_id=owner_id, video_post_id=video_post_id, lock=True)
    post = await video_post_of(tx.session, owner_id=owner_id, video_post_id=video_post_id, lock=True)
    if post.status != VideoPostStatus.DRAFT:
        raise NotNow(status=post.status)
    networks = {each.id: each.network for each in await connections_of(tx.session, owner_id=owner_id)}
    for connection_id in connection_ids:
        if connection_id not in networks:
            raise ConnectionNotFound(connection_id=str(connection_id))
    chosen: list[tuple[Manner, str, ids.ConnectionId | None]]
    chosen = [(Manner.API, networks[each], each) for each in connection_ids]
    chosen += [(Manner.BY_HAND, str(each), None) for each in by_hand]
    for publication in present:
        key = (Manner(publication.manner), publication.network, publication.connection_id)
        if key in chosen:
            chosen.remove(key)
        else:
            await tx.session.delete(publication)
    for manner, network, connection in chosen:
        tx.session.add(_publication(tx, post, manner=manner, network=network, connection_id=connection))
    post.updated_at = tx.now
    await tx.session.flush()
    return await publications_of(tx.session, owner_id=owner_id, video_post_id=video_post_id)


def _publication(
    tx: Tx, post: VideoPost, *, manner: Manner, network: str, connection_id: ids.ConnectionId | None
) -> Publication:
    return Publication(
        id=ids.new(),
        owner_id=post.owner_id,
        video_post_id=post.id,
        connection_id=connection_id,
        network=network,
        manner=manner,
        wanted={},
        created_at=tx.now,
        updated_at=tx.now,
    )


async def set_wanted(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    publication_id: ids.PublicationId,
    wanted: Wanted,
    consented: bool | None = None,
) -> Publication:
    """Words and options for one network. `consented`: whether its owner agrees to what the network's rules want them
    to agree to; None leaves that as it is. Raises NotNow once it was begun at the network.
    """
    publication = await publication_of(tx.session, owner_id=owner_id, publication_id=publication_id, lock=True)
    if publication.status not in CHANGEABLE or publication.handle is not None:
        raise NotNow(status=publication.status)
    publication.wanted, publication.updated_at = wanted_json(wanted), tx.now
    if consented is not None:
        publication.consented_at = tx.now if consented else None
    return publication


async def schedule(
    tx: Tx,
    *,
    owner_id: ids.UserId,
    video_post_id: ids.VideoPostId,
    due_at: datetime,
    message_id: TelegramId | None = None,
) -> VideoPost:
    """Have it published then, or at another time than before; `message_id` becomes its status message.

    Raises NotNow, LimitReached, what own_video raises, and InvalidInput "when.in_past", "when.too_far",
    "publishing.no_networks" or "publishing.lacking" (params: publication_id, network, lacks).
    """
    check_time(tx, due_at)
    post, publications = await _startable(tx, owner_id, video_post_id)
    for publication in publications:
        await hold(tx, publication)
        stand(tx, publication, PublicationStatus.SCHEDULED)
        publication.due_at = due_at
    await _prepare_ahead(tx, post, publications)
    post.due_at = due_at
    await follow(tx, [post.id], message_id=message_id)
    return post


async def _prepare_ahead(tx: Tx, post: VideoPost, publications: Sequence[Publication]) -> None:
    """Have the copies made that are still missing. Whatever becomes of that, it is looked for again at its time."""
    for network in {Network(each.network) for each in publications if each.manner == Manner.API}:
        if await prepared_video(tx.session, video_id=post.video_id, profile=PROFILES[network].key) is None:
            payload = {"network": str(network)}
            await request_work(tx, AHEAD, owner_id=post.owner_id, subject_id=post.id, payload=payload)


async def publish_now(
    tx: Tx, *, owner_id: ids.UserId, video_post_id: ids.VideoPostId, message_id: TelegramId | None = None
) -> VideoPost:
    """Have it published at once, also what was scheduled for later. Raises as `schedule`; NotNow on a second press."""
    post, publications = await _startable(tx, owner_id, video_post_id)
    post.due_at = None
    for publication in publications:
        await hold(tx, publication)
        publication.due_at = None
        await start(tx, publication)
    await follow(tx, [post.id], message_id=message_id)
    return post


async def _startable(
    tx: Tx, owner_id: ids.UserId, video_post_id: ids.VideoPostId
) -> tuple[VideoPost, Sequence[Publication]]:
    """What may be started, checked and locked."""
    publications = await publications_of(tx.session, owner_id=owner_id, video_post_id=video_post_id, lock=True)
    post = await video_post_of(tx.session, owner_id=owner_id, video_post_id=video_post_id, lock=True)
    if not publications:
        raise InvalidInput("publishing.no_networks")
    startable = [each for each in publications if each.status in STARTABLE or _is_missed(each)]
    if not startable:
        raise NotNow(status=post.status)
    await own_video(tx.session, video_id=post.video_id, owner_id=owner_id)
    for publication in startable:
        _check(publication, post)
    return post, startable


def _is_missed(publication: Publication) -> bool:
    return publication.status == PublicationStatus.WAITING and (publication.error or {}).get("code") == MISSED


def _check(publication: Publication, post: VideoPost) -> None:
    """What can be known without asking the network; it is asked right before the upload."""
    wanted, network = wanted_of(publication, caption=post.caption), Network(publication.network)
    by_hand = publication.manner == Manner.BY_HAND
    lacking = lacks(network, wanted, terms=None, duration_s=0.0) if by_hand else open_choices(network, wanted)
    found: list[Json] = [{"code": str(each.code), "params": each.params} for each in lacking]
    agreed = publication.consented_at is not None or wanted.inbox or by_hand
    if network is Network.TIKTOK and not agreed:
        found.append({"code": "publishing.consent_missing", "params": {}})
    if found:
        raise InvalidInput("publishing.lacking", publication_id=str(publication.id), network=str(network), lacks=found)


async def cancel(
    tx: Tx, *, owner_id: ids.UserId, video_post_id: ids.VideoPostId, publication_id: ids.PublicationId | None = None
) -> Stopped:
    """Take back what isn't out of our hands, of all networks or of one; an upload stops within seconds.

    Raises TooLate when nothing can be taken back any more, NotNow when there is nothing to take back, and
    VideoPostNotFound.
    """
    await video_post_of(tx.session, owner_id=owner_id, video_post_id=video_post_id)
    seen = await publications_of(tx.session, owner_id=owner_id, video_post_id=video_post_id)
    wanted = [each.id for each in seen if publication_id in (None, each.id)]
    met = {}
    for publication in seen:
        if publication.id in wanted and is_stoppable(publication):  # work first: jobs lock in this order
            met[publication.id] = await request_cancel(tx, owner_id=owner_id, subject_id=publication.id)
    locked = await publications_of(tx.session, owner_id=owner_id, video_post_id=video_post_id, lock=True)
    stopped, late = [], []
    for publication in (each for each in locked if each.id in wanted):
        if is_stoppable(publication):
            stopped.append(publication.network)
            if met.get(publication.id) != "running":
                await record_not_there(tx, publication, PublicationStatus.CANCELLED)
        elif publication.out_of_hands_at is not None and publication.status in GOING_ON:
            late.append(publication.network)
            if met.get(publication.id) == "queued":
                await request_publishing(tx, publication)
    if not stopped:
        raise TooLate(networks=late) if late else NotNow(status=locked[0].status if locked else "draft")
    return Stopped(stopped, late)


async def retry_failed(
    tx: Tx, *, owner_id: ids.UserId, video_post_id: ids.VideoPostId, message_id: TelegramId | None = None
) -> VideoPost:
    """Send again what failed, and only that. Raises NotNow on a second press, LimitReached, "publishing.lacking"."""
    publications = await publications_of(tx.session, owner_id=owner_id, video_post_id=video_post_id, lock=True)
    post = await video_post_of(tx.session, owner_id=owner_id, video_post_id=video_post_id, lock=True)
    failed = [each for each in publications if each.status == PublicationStatus.FAILED]
    if not failed:
        raise NotNow(status=post.status)
    await own_video(tx.session, video_id=post.video_id, owner_id=owner_id)
    for publication in failed:
        _check(publication, post)
        await hold(tx, publication)
        await start(tx, publication)
    await follow(tx, [post.id], message_id=message_id)
    return post


async def confirm_there(tx: Tx, *, owner_id: ids.UserId, publication_id: ids.PublicationId) -> Publication:
    """Its owner has seen it at the network. Raises NotNow for what isn't unconfirmed."""
    publication = await _in(tx, owner_id, publication_id, PublicationStatus.UNCONFIRMED)
    await record_there(tx, publication, Seen(Stage.PUBLISHED))
    publication.handle = None
    return publication


async def send_again(tx: Tx, *, owner_id: ids.UserId, publication_id: ids.PublicationId) -> Publication:
    """Its owner says that it isn't there. The network is asked once more; only what it doesn't know is sent again.

    Raises NotNow for what isn't unconfirmed.
    """
    return await _restart(tx, owner_id, publication_id, anew=True)


async def look_again(tx: Tx, *, owner_id: ids.UserId, publication_id: ids.PublicationId) -> Publication:
    """Ask the network once more, and send nothing. Raises NotNow for what isn't unconfirmed."""
    return await _restart(tx, owner_id, publication_id, anew=False)


async def _restart(tx: Tx, owner_id: ids.UserId, publication_id: ids.PublicationId, *, anew: bool) -> Publication:
    publication = await _in(tx, owner_id, publication_id, PublicationStatus.UNCONFIRMED)
    await start(tx, publication, anew=anew)
    await follow(tx, [publication.video_post_id])
    return publication


async def mark_posted(tx: Tx, *, owner_id: ids.UserId, publication_id: ids.PublicationId) -> Publication:
    """By hand: its owner has published it. Raises NotNow before it was handed over, and when it is settled."""
    publication = await _in(tx, owner_id, publication_id, PublicationStatus.ASKED)
    await record_there(tx, publication, Seen(Stage.PUBLISHED))
    return publication


async def snooze(tx: Tx, *, owner_id: ids.UserId, publication_id: ids.PublicationId, until: datetime) -> Publication:
    """By hand: file and caption come again then. Raises NotNow, InvalidInput "when.in_past" or "when.too_far"."""
    check_time(tx, until, most=SNOOZE_MOST)
    publication = await _in(tx, owner_id, publication_id, PublicationStatus.ASKED)
    stand(tx, publication, PublicationStatus.SCHEDULED)
    publication.due_at = until
    await follow(tx, [publication.video_post_id])
    return publication


async def skip(tx: Tx, *, owner_id: ids.UserId, publication_id: ids.PublicationId) -> Publication:
    """It isn't published: what was handed over, what missed its time, and what its owner doesn't want to look for.

    Raises NotNow for anything else.
    """
    publication = await publication_of(tx.session, owner_id=owner_id, publication_id=publication_id, lock=True)
    open_to_it = publication.status in (PublicationStatus.ASKED, PublicationStatus.UNCONFIRMED)
    if not open_to_it and not _is_missed(publication):
        raise NotNow(status=publication.status)
    await record_not_there(tx, publication, PublicationStatus.SKIPPED)
    return publication


async def delete_video_post(tx: Tx, *, owner_id: ids.UserId, video_post_id: ids.VideoPostId) -> None:
    """Out of the list; what is published stays published. Raises NotNow while something is still to go out."""
    post = await video_post_of(tx.session, owner_id=owner_id, video_post_id=video_post_id, lock=True)
    if post.status in (VideoPostStatus.SCHEDULED, VideoPostStatus.PUBLISHING):
        raise NotNow(status=post.status)
    post.deleted_at = post.updated_at = tx.now


async def show_again(tx: Tx, *, owner_id: ids.UserId, video_post_id: ids.VideoPostId, message_id: TelegramId) -> None:
    """Let another message tell how far it is from now on."""
    post = await video_post_of(tx.session, owner_id=owner_id, video_post_id=video_post_id)
    await show_video_post(tx, post, message_id=message_id)


async def _in(
    tx: Tx, owner_id: ids.UserId, publication_id: ids.PublicationId, status: PublicationStatus
) -> Publication:
    publication = await publication_of(tx.session, owner_id=owner_id, publication_id=publication_id, lock=True)
    if publication.status != status:
        raise NotNow(status=publication.status)
    return publication
