"""How published videos do: when their numbers are read, and what was read. Who reads: jobs/numbers.py."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.db import ReadSession, any_found, any_of
from core.publishing.models import Publication, PublicationNumbers, PublicationStatus
from core.publishing.networks.contract import Numbers, Seen, Stage
from core.publishing.queries import publication_of
from core.publishing.standing import THERE, follow, stand
from core.queue import PUBLISHING, JobSpec
from core.tx import Tx

READ: Final = JobSpec("jobs.numbers.read_numbers", queue=PUBLISHING, timeout_s=120)
DAYS: Final = 30
STEPS: Final = (timedelta(hours=1), timedelta(hours=6), *(timedelta(days=day) for day in range(1, DAYS + 1)))
"""How long after its publication a video is looked at."""
AGAIN_AFTER: Final = timedelta(minutes=15)
"""When nothing came of a reading: its job was lost, or the network couldn't be asked."""
TOGETHER: Final = 50
"""Videos of one account in one job: what YouTube takes in a call."""
PAGE: Final = 500


def next_reading(published_at: datetime, *, now: datetime) -> datetime | None:
    """None when the last has been."""
    return next((published_at + step for step in STEPS if published_at + step > now), None)


async def lease_readings(tx: Tx, *, limit: int = PAGE) -> int:
    """Have the numbers read that are due, an account's videos together. Gives how many."""
    due = (
        select(Publication.id)
        .where(Publication.numbers_at <= tx.now)
        .order_by(Publication.numbers_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = await tx.session.execute(
        update(Publication)
        .where(Publication.id == any_found(due))
        .values(numbers_at=tx.now + AGAIN_AFTER)
        .returning(Publication.connection_id, Publication.id)
        .execution_options(synchronize_session=False)
    )
    leased = sorted((str(connection_id), str(publication_id)) for connection_id, publication_id in rows)
    for _, together in groupby(leased, key=lambda each: each[0]):
        publication_ids = [publication_id for _, publication_id in together]
        for at in range(0, len(publication_ids), TOGETHER):
            tx.enqueue(READ, *publication_ids[at : at + TOGETHER])
    return len(leased)


async def to_be_read(session: ReadSession, publication_ids: Sequence[ids.PublicationId]) -> Sequence[Publication]:
    """Those of them that are still to be read."""
    wanted = select(Publication).where(Publication.id == any_of(publication_ids), Publication.numbers_at.is_not(None))
    return (await session.scalars(wanted.order_by(Publication.id))).all()


async def record_numbers(tx: Tx, publications: Sequence[Publication], numbers: Mapping[str, Numbers]) -> None:
    """Keep what was read, by the videos' ids at their network, and plan the next reading, also of what wasn't told."""
    rows = [
        {"publication_id": each.id, "read_at": tx.now, **_values(numbers[each.network_id])}
        for each in publications
        if each.network_id is not None and each.network_id in numbers
    ]
    if rows:
        await tx.session.execute(insert(PublicationNumbers).values(rows).on_conflict_do_nothing())
    await plan_next(tx, publications)


async def plan_next(tx: Tx, publications: Sequence[Publication]) -> None:
    """The next reading of each, whatever came of this one. Without an account nothing can be read any more."""
    for each in publications:
        at = next_reading(each.published_at, now=tx.now) if each.published_at and each.connection_id else None
        await tx.session.execute(update(Publication).where(Publication.id == each.id).values(numbers_at=at))


async def record_identity(tx: Tx, publication: Publication, seen: Seen) -> None:
    """Some networks tell what a video is called there only when it was looked through; a draft in the inbox is
    published once its owner has done that in the app."""
    row = await publication_of(tx.session, owner_id=publication.owner_id, publication_id=publication.id, lock=True)
    if row.status not in THERE or row.network_id is not None:
        return
    if seen.stage is Stage.PUBLISHED:
        stand(tx, row, PublicationStatus.PUBLISHED)
    row.network_id, row.url = seen.network_id, seen.url or row.url
    if seen.network_id is not None:
        row.handle = None
    await follow(tx, [row.video_post_id])


def _values(numbers: Numbers) -> dict[str, int | None]:
    return {
        "views": numbers.views,
        "likes": numbers.likes,
        "comments": numbers.comments,
        "shares": numbers.shares,
    }
