"""Subscribing to digests and changing them. How they are made: core/digests/composing.py."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.accounts.service import user_of
from core.billing.queries import Feature
from core.billing.service import limit_reached
from core.digests.models import Digest, DigestStatus, Frequency, Manners
from core.digests.queries import digest_of, digests_of, disturbance_of, rooms, running_room
from core.digests.subscribing import subscribe, unsubscribe
from core.digests.times import next_run
from core.errors import Conflict, InvalidInput
from core.providers.discovery import Network
from core.queues.slots import QuietHours
from core.tx import Tx
from core.viral.asking import ANYWHERE, clean_keyword

KEYWORDS_MOST = 10
"""In one digest, whatever the plan."""
HOUR = 9
HOURS = range(24)
ALERT_TIMES = (3, 5, 10)
ALERTS_A_DAY_CHOICES = (1, 3, 5, 10)
UNDO = timedelta(days=7)
NO_ZONE = "UTC"
_BETWEEN = re.compile(r"[,;،、，\n]+")


class NoRoomToRun(Conflict):
    """It is there, and can't go on: as many as the plan has room for do already. Params: digests and keywords (how many
    may go on, None for any number), own (its keywords)."""

    code = "digests.no_room"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What can be chosen of a digest."""

    keywords: tuple[str, ...]
    networks: tuple[Network, ...]
    region: str = ANYWHERE
    frequency: Frequency = Frequency.DAILY
    weekday: int = 0
    hour: int = HOUR
    says_nothing_new: bool = True
    alert_times: int | None = None

    @classmethod
    def of(cls, digest: Digest) -> "Wanted":
        return cls(
            keywords=tuple(digest.keywords),
            networks=tuple(Network(name) for name in digest.networks),
            region=digest.region,
            frequency=Frequency(digest.frequency),
            weekday=digest.weekday,
            hour=digest.hour,
            says_nothing_new=digest.says_nothing_new,
            alert_times=digest.alert_times,
        )


def clean_keywords(typed: str) -> tuple[str, ...]:
    """Typed with commas or on lines, each once. Raises InvalidInput "viral.keyword_length", "digests.keywords"."""
    pieces = [piece for piece in _BETWEEN.split(typed) if piece.strip(" #")]
    keywords = tuple(dict.fromkeys(clean_keyword(piece) for piece in pieces))
    if not 1 <= len(keywords) <= KEYWORDS_MOST:
        raise InvalidInput("digests.keywords", keywords=len(keywords), most=KEYWORDS_MOST)
    return keywords


async def make_digest(tx: Tx, *, owner_id: ids.UserId, wanted: Wanted) -> Digest:
    """Subscribe. What it asks for is fetched at once, and the first one comes at its next hour.

    Raises LimitReached, InvalidInput.
    """
    await queue_up(tx, owner_id)
    digest = Digest(id=ids.DigestId(ids.new()), owner_id=owner_id, created_at=tx.now)
    await _check_room(tx, owner_id, digests=1, keywords=len(wanted.keywords))
    _set(digest, wanted)
    digest.status = DigestStatus.ACTIVE
    tx.session.add(digest)
    await tx.session.flush()
    await go_on(tx, digest)
    return digest


async def change_digest(tx: Tx, *, owner_id: ids.UserId, digest_id: ids.DigestId, **changes: Any) -> Digest:
    """Choose anew what `Wanted` names. Raises DigestNotFound, LimitReached, InvalidInput, Conflict when deleted."""
    await queue_up(tx, owner_id)
    digest = await _living(tx, owner_id, digest_id)
    wanted = replace(Wanted.of(digest), **changes)
    more = len(wanted.keywords) - len(digest.keywords)
    if more > 0:
        await _check_room(tx, owner_id, digests=0, keywords=more)
    _set(digest, wanted)
    if digest.status == DigestStatus.ACTIVE:
        await go_on(tx, digest)
    return digest


async def pause_digest(tx: Tx, *, owner_id: ids.UserId, digest_id: ids.DigestId) -> Digest:
    """Let it come no more until it is resumed, nor its alerts. Again, it does nothing."""
    digest = await _living(tx, owner_id, digest_id)
    await stop(tx, digest, DigestStatus.PAUSED)
    return digest


async def resume_digest(tx: Tx, *, owner_id: ids.UserId, digest_id: ids.DigestId) -> Digest:
    """Go on from its next hour. Again, it does nothing. Raises NoRoomToRun."""
    await queue_up(tx, owner_id)
    digest = await _living(tx, owner_id, digest_id)
    if digest.status != DigestStatus.ACTIVE:
        await _check_room_to_run(tx, digest)
        await go_on(tx, digest)
    return digest


async def delete_digest(tx: Tx, *, owner_id: ids.UserId, digest_id: ids.DigestId) -> Digest:
    """Unsubscribe; for a week it can be taken back. Again, it does nothing."""
    digest = await digest_of(tx.session, owner_id=owner_id, digest_id=digest_id, lock=True)
    if digest.status != DigestStatus.DELETED:
        await stop(tx, digest, DigestStatus.DELETED)
        digest.deleted_at = tx.now
    return digest


async def restore_digest(tx: Tx, *, owner_id: ids.UserId, digest_id: ids.DigestId) -> Digest:
    """Take the deletion back. Again, it does nothing. When its place is taken meanwhile, it is there and waits."""
    await queue_up(tx, owner_id)
    digest = await digest_of(tx.session, owner_id=owner_id, digest_id=digest_id, lock=True)
    if digest.status == DigestStatus.DELETED:
        digest.deleted_at = None
        try:
            await _check_room_to_run(tx, digest)
        except NoRoomToRun:
            await stop(tx, digest, DigestStatus.WAITING)
        else:
            await go_on(tx, digest)
    return digest


async def set_quiet_hours(tx: Tx, *, owner_id: ids.UserId, quiet: QuietHours | None) -> None:
    """For all digests and alerts of a user. Raises InvalidInput for hours that are no time of day."""
    begins, ends = (quiet.begins, quiet.ends) if quiet is not None else (None, None)
    await _set_manners(tx, owner_id, quiet_begins=begins, quiet_ends=ends)
    await retime_digests(tx, owner_id=owner_id)


async def set_alerts_a_day(tx: Tx, *, owner_id: ids.UserId, most: int) -> None:
    """Raises InvalidInput for what isn't offered."""
    if most not in ALERTS_A_DAY_CHOICES:
        raise InvalidInput("digests.not_offered")
    await _set_manners(tx, owner_id, alerts_a_day=most)


async def retime_digests(tx: Tx, *, owner_id: ids.UserId) -> None:
    """The user's zone or quiet hours are others now: their digests come by these."""
    for digest in await digests_of(tx.session, owner_id=owner_id):
        locked = await digest_of(tx.session, owner_id=owner_id, digest_id=digest.id, lock=True)
        if locked.status == DigestStatus.ACTIVE:
            await _retime(tx, locked)


async def forget_deleted(tx: Tx) -> None:
    """Those whose deletion can't be taken back any more, with their issues."""
    await tx.session.execute(
        delete(Digest).where(Digest.status == DigestStatus.DELETED, Digest.deleted_at < tx.now - UNDO)
    )


async def go_on(tx: Tx, digest: Digest) -> None:
    """Let it come again from its next hour."""
    digest.status = DigestStatus.ACTIVE
    await subscribe(tx, digest)
    await _retime(tx, digest)


async def _retime(tx: Tx, digest: Digest) -> None:
    user = await user_of(tx.session, digest.owner_id)
    disturbance = await disturbance_of(tx.session, owner_id=digest.owner_id)
    digest.next_run_at = next_run(
        digest.id,
        frequency=Frequency(digest.frequency),
        weekday=digest.weekday,
        hour=digest.hour,
        zone=user.time_zone or NO_ZONE,
        quiet=disturbance.quiet,
        after=tx.now,
    )
    await tx.session.flush()


async def stop(tx: Tx, digest: Digest, status: DigestStatus) -> None:
    """Let it come no more, and ask for nothing."""
    digest.status, digest.next_run_at = status, None
    await unsubscribe(tx, digest)


async def _living(tx: Tx, owner_id: ids.UserId, digest_id: ids.DigestId) -> Digest:
    """Raises DigestNotFound, Conflict "digests.deleted"."""
    digest = await digest_of(tx.session, owner_id=owner_id, digest_id=digest_id, lock=True)
    if digest.status == DigestStatus.DELETED:
        raise Conflict("digests.deleted")
    return digest


def _set(digest: Digest, wanted: Wanted) -> None:
    """Raises InvalidInput for what no screen offers."""
    fits = (
        wanted.hour in HOURS
        and wanted.weekday in range(7)
        and wanted.networks
        and 1 <= len(wanted.keywords) <= KEYWORDS_MOST
        and wanted.alert_times in (None, *ALERT_TIMES)
    )
    if not fits:
        raise InvalidInput("digests.not_offered")
    digest.keywords, digest.networks = list(wanted.keywords), [str(network) for network in wanted.networks]
    digest.region, digest.frequency = wanted.region, wanted.frequency
    digest.weekday, digest.hour = wanted.weekday, wanted.hour
    digest.says_nothing_new, digest.alert_times = wanted.says_nothing_new, wanted.alert_times


async def _check_room(tx: Tx, owner_id: ids.UserId, *, digests: int, keywords: int) -> None:
    """Raises LimitReached."""
    asked = {Feature.DIGESTS: digests, Feature.DIGEST_KEYWORDS: keywords}
    for room in await rooms(tx.session, owner_id=owner_id, now=tx.now):
        amount = asked.get(room.feature, 0)
        if amount and not room.allows(amount):
            raise limit_reached(room, asked=amount)


async def _check_room_to_run(tx: Tx, digest: Digest) -> None:
    """Raises NoRoomToRun."""
    room = await running_room(tx.session, owner_id=digest.owner_id, now=tx.now)
    others = [
        each
        for each in await digests_of(tx.session, owner_id=digest.owner_id)
        if each.status == DigestStatus.ACTIVE and each.id != digest.id
    ]
    if not room.holds([*others, digest]):
        raise NoRoomToRun(digests=room.digests, keywords=room.keywords, own=len(digest.keywords))


async def queue_up(tx: Tx, owner_id: ids.UserId) -> None:
    """A user's subscriptions wait for each other, so that two never both take the last place."""
    await tx.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{owner_id}:digests", 0))))


async def _set_manners(tx: Tx, owner_id: ids.UserId, **values: Any) -> None:
    present = await disturbance_of(tx.session, owner_id=owner_id)
    begins, ends = (present.quiet.begins, present.quiet.ends) if present.quiet is not None else (None, None)
    row = {"quiet_begins": begins, "quiet_ends": ends, "alerts_a_day": present.alerts_a_day} | values
    upsert = insert(Manners).values(owner_id=owner_id, **row)
    await tx.session.execute(upsert.on_conflict_do_update(index_elements=["owner_id"], set_=values))


def networks_of(digest: Digest) -> Sequence[Network]:
    return [Network(name) for name in digest.networks]
