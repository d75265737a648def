"""Another plan: what it has no room for waits, and goes on by itself when there is room again. Nothing is lost.

What runs stays before what waits, and of both the oldest comes first; who wants another choice pauses one and lets
another one go on (service.py, watching.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from core import ids
from core.accounts.service import user_of
from core.billing.queries import plan_of
from core.deliveries.service import send_notice
from core.digests import service, watching
from core.digests.models import Digest, DigestStatus, Watch
from core.digests.queries import RunningRoom, digests_of, running_room
from core.digests.subscribing import refresh_of_creator
from core.providers.discovery import Network
from core.tx import Tx
from core.viral.creators import creators_of

WAIT, GO_ON = "digests.wait", "digests.go_on"


@dataclass(frozen=True, slots=True)
class Turned:
    """What waits from now on, or goes on from now on."""

    digests: Sequence[Digest]
    watches: Sequence[Watch]

    def __bool__(self) -> bool:
        return bool(self.digests or self.watches)


async def fit_to_plan(tx: Tx, *, owner_id: ids.UserId) -> None:
    """Bring what a user subscribes to within the plan in force, and tell them what changed. Again, it does nothing."""
    await service.queue_up(tx, owner_id)
    await watching.queue_up(tx, owner_id)
    room = await running_room(tx.session, owner_id=owner_id, now=tx.now)
    stopped, resumed = await _fit_digests(tx, owner_id, room)
    unwatched, watched = await _fit_watches(tx, owner_id, room)
    await _tell(tx, owner_id, WAIT, Turned(stopped, unwatched), room)
    await _tell(tx, owner_id, GO_ON, Turned(resumed, watched), room)


def that_fit(digests: Iterable[Digest], room: RunningRoom) -> list[Digest]:
    """Those of them, in their order, that may go on together: one that is too big leaves its place to the next."""
    found: list[Digest] = []
    for digest in digests:
        if room.holds([*found, digest]):
            found.append(digest)
    return found


async def _fit_digests(tx: Tx, owner_id: ids.UserId, room: RunningRoom) -> tuple[list[Digest], list[Digest]]:
    """Those that were stopped, and those that go on again. What its owner has paused is left alone."""
    there = await digests_of(tx.session, owner_id=owner_id)
    running = [each for each in there if each.status == DigestStatus.ACTIVE]
    waiting = [each for each in there if each.status == DigestStatus.WAITING]
    fit = {each.id for each in that_fit([*running, *waiting], room)}
    stopped = [each for each in running if each.id not in fit]
    resumed = [each for each in waiting if each.id in fit]
    for digest in stopped:
        await service.stop(tx, digest, DigestStatus.WAITING)
    for digest in resumed:
        await service.go_on(tx, digest)
    return stopped, resumed


async def _fit_watches(tx: Tx, owner_id: ids.UserId, room: RunningRoom) -> tuple[list[Watch], list[Watch]]:
    mine = select(Watch).where(Watch.owner_id == owner_id).order_by(Watch.watched_at, Watch.id).with_for_update()
    there = (await tx.session.scalars(mine.execution_options(populate_existing=True))).all()
    running = [each for each in there if each.refresh_id is not None]
    waiting = [each for each in there if each.refresh_id is None]
    fit = [*running, *waiting][: room.watches]
    stopped = [each for each in running if each not in fit]
    resumed = [each for each in waiting if each in fit]
    creators = await creators_of(tx.session, [each.creator_id for each in resumed])
    for watch in stopped:
        watch.refresh_id = None
    for watch in resumed:
        network = Network(creators[watch.creator_id].network)
        watch.refresh_id = await refresh_of_creator(tx, creator_id=watch.creator_id, network=network)
    await tx.session.flush()
    return stopped, resumed


async def _tell(tx: Tx, owner_id: ids.UserId, notice: str, turned: Turned, room: RunningRoom) -> None:
    if not turned:
        return
    user = await user_of(tx.session, owner_id)
    creators = await creators_of(tx.session, [each.creator_id for each in turned.watches])
    await send_notice(
        tx,
        owner_id=owner_id,
        chat_id=user.telegram_user_id,
        subject_id=owner_id,
        notice=notice,
        data={
            "plan": (await plan_of(tx.session, owner_id=owner_id, now=tx.now)).key,
            "digests": [", ".join(each.keywords) for each in turned.digests],
            "creators": [creators[each.creator_id].handle for each in turned.watches],
            "room": {"digests": room.digests, "keywords": room.keywords, "watches": room.watches},
            "language": user.language,
        },
        language=user.language,
    )
