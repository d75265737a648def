"""What tests of digests begin with: subscribers over a network that the test plays."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.accounts.models import User
from core.deliveries.models import Delivery, DeliveryKind
from core.deps import Deps
from core.digests.models import Digest
from core.digests.service import Wanted, make_digest
from core.providers.discovery import FoundVideo, Network
from jobs.digests import compose, refresh, tend_digests
from jobs.runtime import Bench
from tests.core.viral.networks import PlayedNetwork, page
from tests.core.viral.worlds import creator, video
from tests.factories import make_user
from tests.recording_queue import RecordingQueue

HOUR = timedelta(hours=1)


def with_network(bench: Bench, network: PlayedNetwork) -> Bench:
    return replace(bench, deps=replace(bench.deps, discoveries={Network.TIKTOK: network}))


def fresh_videos(deps: Deps, *views: int, **more: Any) -> list[FoundVideo]:
    """Published an hour ago, each by a creator of its own unless `by` is given."""
    published_at = deps.clock.now() - HOUR
    told: dict[str, Any] = {"published_at": published_at} | more
    return [video(each, **{"by": creator()} | told) for each in views]


def brings(network: PlayedNetwork, videos: Sequence[FoundVideo]) -> None:
    """From now on, whatever is searched for."""
    network.pages[""] = page(*videos)


async def subscriber(
    deps: Deps, keywords: Sequence[str] = ("bread",), *, zone: str = "UTC", **more: Any
) -> tuple[User, Digest]:
    """Somebody new, who wants a daily digest at nine."""
    async with deps.tx() as tx:
        user = await make_user(tx, time_zone=zone)
        chosen: dict[str, Any] = {"keywords": tuple(keywords), "networks": (Network.TIKTOK,), "hour": 9} | more
        wanted = Wanted(**chosen)
        return user, await make_digest(tx, owner_id=user.id, wanted=wanted)


async def refreshed(bench: Bench, queue: RecordingQueue) -> int:
    """All that is due is asked for, as scheduler and workers do it. Gives how many refreshes that was."""
    done = 0
    while True:
        await tend_digests(bench.deps)
        waiting = [str(args[0]) for args in queue.pushed(refresh.spec)]
        queue.clear()
        if not waiting:
            return done
        for refresh_id in waiting:
            await refresh.run(bench, refresh_id)
        done += len(waiting)


async def deliveries_to(deps: Deps, user: User) -> list[Delivery]:
    """What digests and alerts have for them, in the order in which it was written."""
    async with deps.read() as session:
        rows = await session.scalars(
            select(Delivery)
            .where(Delivery.owner_id == user.id, Delivery.kind == DeliveryKind.DIGEST)
            .order_by(Delivery.created_at, Delivery.id)
            .execution_options(populate_existing=True)
        )
        return list(rows)


async def digest_again(deps: Deps, digest: Digest) -> Digest:
    async with deps.read() as session:
        return await session.get_one(Digest, digest.id, populate_existing=True)


def next_hour_of(digest: Digest) -> datetime:
    assert digest.next_run_at is not None
    return digest.next_run_at


__all__ = [
    "brings",
    "compose",
    "deliveries_to",
    "digest_again",
    "fresh_videos",
    "next_hour_of",
    "refreshed",
    "subscriber",
    "with_network",
]
