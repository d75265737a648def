"""Creators whose outliers a user wants to be told of."""

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.billing.queries import Feature
from core.billing.service import limit_reached
from core.digests.alerts import YOUNG
from core.digests.models import Watch
from core.digests.queries import count_running_watches, rooms, running_room, watching
from core.digests.service import ALERT_TIMES
from core.digests.shown import note_shown
from core.digests.subscribing import refresh_of_creator
from core.errors import Conflict, InvalidInput
from core.providers.discovery import Network
from core.tx import Tx
from core.viral.creators import creator_of
from core.viral.numbers import outliers
from core.viral.stored import videos_since

TIMES = 5


class NoRoomToWatch(Conflict):
    """As many as the plan has room for are watched already. Param watches."""

    code = "digests.no_room_to_watch"


async def watch_creator(tx: Tx, *, owner_id: ids.UserId, creator_id: ids.CreatorId, times: int = TIMES) -> Watch:
    """Tell of a creator's videos that get `times` their usual views, from now on. Again, it changes the number.

    One that waits for room goes on. Raises CreatorNotFound, LimitReached, NoRoomToWatch, InvalidInput.
    """
    _check(times)
    await queue_up(tx, owner_id)
    creator = await creator_of(tx.session, creator_id)
    known = await watching(tx.session, owner_id=owner_id, creator_id=creator_id)
    if known is None:
        await _check_room(tx, owner_id)
    elif known.refresh_id is None:
        await _check_room_to_run(tx, owner_id)
    if known is None or known.refresh_id is None:
        await _pass_over(tx, owner_id, creator_id, times)
    refresh_id = await refresh_of_creator(tx, creator_id=creator_id, network=Network(creator.network))
    upsert = insert(Watch).values(
        id=ids.new(),
        owner_id=owner_id,
        creator_id=creator_id,
        refresh_id=refresh_id,
        times=times,
        watched_at=tx.now,
    )
    watch = await tx.session.scalars(
        upsert.on_conflict_do_update(
            index_elements=["owner_id", "creator_id"], set_={"times": times, "refresh_id": refresh_id}
        )
        .returning(Watch)
        .execution_options(populate_existing=True)
    )
    return watch.one()


async def let_wait(tx: Tx, *, owner_id: ids.UserId, creator_id: ids.CreatorId) -> None:
    """Tell of a creator no more for now, so that there is room for another one. Again, it does nothing."""
    await queue_up(tx, owner_id)
    watch = await watching(tx.session, owner_id=owner_id, creator_id=creator_id)
    if watch is not None:
        watch.refresh_id = None
        await tx.session.flush()


async def unwatch(tx: Tx, *, owner_id: ids.UserId, creator_id: ids.CreatorId) -> None:
    """Again, it does nothing."""
    await tx.session.execute(delete(Watch).where(Watch.owner_id == owner_id, Watch.creator_id == creator_id))


async def queue_up(tx: Tx, owner_id: ids.UserId) -> None:
    """A user's watches wait for each other, so that two never both take the last place."""
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{owner_id}:watches", 0))))


async def _pass_over(tx: Tx, owner_id: ids.UserId, creator_id: ids.CreatorId, times: int) -> None:
    """What is known to stand out already is no news to somebody who has just looked at the creator."""
    scores = await outliers(tx.session, await videos_since(tx.session, creator_id, tx.now - YOUNG))
    await note_shown(
        tx, [(owner_id, video_id) for video_id, found in scores.items() if found.score and found.score >= times]
    )


def _check(times: int) -> None:
    if times not in ALERT_TIMES:
        raise InvalidInput("digests.not_offered")


async def _check_room(tx: Tx, owner_id: ids.UserId) -> None:
    """Raises LimitReached."""
    for room in await rooms(tx.session, owner_id=owner_id, now=tx.now):
        if room.feature is Feature.WATCHES and not room.allows(1):
            raise limit_reached(room, asked=1)


async def _check_room_to_run(tx: Tx, owner_id: ids.UserId) -> None:
    """Raises NoRoomToWatch."""
    most = (await running_room(tx.session, owner_id=owner_id, now=tx.now)).watches
    if most is not None and await count_running_watches(tx.session, owner_id=owner_id) >= most:
        raise NoRoomToWatch(watches=most)
