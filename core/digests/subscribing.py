"""What is asked again and again because somebody subscribes to it. Rows are made in the order of what they ask for, so
that subscriptions side by side wait for each other at most."""

from collections.abc import Iterable

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.db import any_of
from core.digests.models import Digest, DigestSearch, Frequency, Refresh, Watch
from core.providers.discovery import Network, Period
from core.tx import Tx
from core.viral.asking import Asked

PERIODS = {Frequency.DAILY: Period.DAY, Frequency.WEEKLY: Period.WEEK}
"""What is new since the last issue."""
FORGOTTEN_AT_ONCE = 500


def searches_of(digest: Digest) -> list[Asked]:
    """Each of its keywords on each of its networks."""
    period = PERIODS[Frequency(digest.frequency)]
    return [
        Asked(Network(network), keyword, period, digest.region)
        for keyword in digest.keywords
        for network in digest.networks
    ]


async def subscribe(tx: Tx, digest: Digest) -> None:
    """Let a digest be made of its present searches. What nobody has asked for before is asked at once."""
    wanted = await _refreshes(tx, searches_of(digest))
    await tx.session.execute(delete(DigestSearch).where(DigestSearch.digest_id == digest.id))
    rows = [{"digest_id": digest.id, "refresh_id": refresh_id} for refresh_id in wanted]
    await tx.session.execute(insert(DigestSearch), rows)


async def refresh_of_creator(tx: Tx, *, creator_id: ids.CreatorId, network: Network) -> ids.RefreshId:
    """A creator's list, asked for from now on."""
    row = {"id": ids.new(), "network": str(network), "creator_id": creator_id, "next_at": tx.now, "created_at": tx.now}
    upsert = insert(Refresh).values(failures=0, **row)
    made = await tx.session.scalars(
        upsert.on_conflict_do_update(
            index_elements=["creator_id"], set_={"creator_id": upsert.excluded.creator_id}
        ).returning(Refresh.id)
    )
    return made.one()


async def unsubscribe(tx: Tx, digest: Digest) -> None:
    """A digest that doesn't come asks for nothing."""
    await tx.session.execute(delete(DigestSearch).where(DigestSearch.digest_id == digest.id))


async def forget_unwanted(tx: Tx, *, limit: int = FORGOTTEN_AT_ONCE) -> int:
    """Ask no more for what nobody subscribes to. Gives how many went.

    Locked first and looked at again then: whoever subscribes meanwhile is waited for, and seen.
    """
    wanted = or_(
        select(DigestSearch.digest_id).where(DigestSearch.refresh_id == Refresh.id).exists(),
        select(Watch.id).where(Watch.refresh_id == Refresh.id).exists(),
    )
    unwanted = select(Refresh.id).where(~wanted).limit(limit).with_for_update(skip_locked=True)
    locked = (await tx.session.scalars(unwanted)).all()
    gone = await tx.session.execute(delete(Refresh).where(Refresh.id == any_of(locked), ~wanted).returning(Refresh.id))
    return len(gone.all())


async def _refreshes(tx: Tx, searches: Iterable[Asked]) -> list[ids.RefreshId]:
    made = []
    for asked in sorted(searches, key=lambda each: each.name):
        upsert = insert(Refresh).values(id=ids.new(), next_at=tx.now, failures=0, created_at=tx.now, **asked.columns)
        kept = await tx.session.scalars(
            upsert.on_conflict_do_update(
                index_elements=["network", "keyword", "period", "region"],
                set_={"keyword": upsert.excluded.keyword},
            ).returning(Refresh.id)
        )
        made.append(kept.one())
    return made
