"""The answer to "may this user do this now, and what is left" for all features at once, kept in Redis for seconds.

For looking: what holds quota asks the database under its lock (service.py). A commit that changes anything of it makes
what is kept worthless, by a version beside it: an answer that was worked out before and written after doesn't count.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import redis.asyncio
import structlog
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core import ids
from core.billing.models import Plan
from core.billing.queries import Entitlement, Feature, plan_and_entitlements
from core.clock import Clock

log = structlog.get_logger()

KEPT_FOR: Final = timedelta(seconds=5)
VERSION_KEPT_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Entitlements:
    """Of one user, at a moment."""

    plan: str
    limits: dict[str, int | None]
    perks: dict[str, Any]
    used: dict[str, int]
    period_start: datetime
    resets_at: datetime

    def of(self, feature: Feature, *, used: int | None = None) -> Entitlement:
        """What is left of a feature. `used`: how many are there, for what is standing."""
        counted = self.used.get(feature, 0) if used is None else used
        return Entitlement(feature, self.plan, self.limits[feature], counted, self.period_start, self.resets_at)

    def has(self, perk: str) -> bool:
        """Whether the plan has what isn't counted, such as "csv_export"."""
        return bool(self.perks.get(perk))


async def current_entitlements(
    store: redis.asyncio.Redis, readers: async_sessionmaker[AsyncSession], *, owner_id: ids.UserId, clock: Clock
) -> Entitlements:
    """At most seconds old, and never older than the last commit that changed it. Without Redis, the database's."""
    version, kept = await _kept(store, owner_id, now=clock.now())
    if kept is not None:
        return kept
    async with readers() as session:
        now = clock.now()
        found = _joined(*await plan_and_entitlements(session, owner_id=owner_id, now=now))
    await _keep(store, owner_id, found, version=version, until=min(now + KEPT_FOR, found.resets_at))
    return found


async def forget_entitlements(store: redis.asyncio.Redis, owner_ids: Collection[ids.UserId]) -> None:
    """What is kept of these users is worthless. While Redis is away, it is so after some seconds by itself."""
    try:
        async with store.pipeline(transaction=False) as pipe:
            for owner_id in owner_ids:
                pipe.hincrby(_key(owner_id), "version", 1)
                pipe.expire(_key(owner_id), VERSION_KEPT_S)
            await pipe.execute()
    except RedisError:
        log.warning("billing.entitlements_not_forgotten", users=len(owner_ids))


def _joined(plan: Plan, metered: list[Entitlement]) -> Entitlements:
    return Entitlements(
        plan=plan.key,
        limits=plan.limits,
        perks=plan.perks,
        used={each.feature: each.used for each in metered},
        period_start=metered[0].period_start,
        resets_at=metered[0].resets_at,
    )


async def _kept(
    store: redis.asyncio.Redis, owner_id: ids.UserId, *, now: datetime
) -> tuple[int | None, Entitlements | None]:
    """The version that counts (None while Redis is away), and what is kept of it."""
    try:
        version, of_version, value = await store.hmget(_key(owner_id), ["version", "of", "value"])
    except RedisError:
        return None, None
    counts = int(version or 0)
    if value is None or int(of_version or 0) != counts:
        return counts, None
    data = json.loads(value)
    if datetime.fromisoformat(data.pop("until")) <= now:
        return counts, None
    start, end = datetime.fromisoformat(data.pop("start")), datetime.fromisoformat(data.pop("end"))
    return counts, Entitlements(**data, period_start=start, resets_at=end)


async def _keep(
    store: redis.asyncio.Redis, owner_id: ids.UserId, found: Entitlements, *, version: int | None, until: datetime
) -> None:
    if version is None:
        return
    data = {
        "plan": found.plan,
        "limits": found.limits,
        "perks": found.perks,
        "used": found.used,
        "start": found.period_start.isoformat(),
        "end": found.resets_at.isoformat(),
        "until": until.isoformat(),
    }
    try:
        async with store.pipeline(transaction=False) as pipe:
            pipe.hset(_key(owner_id), mapping={"of": version, "value": json.dumps(data)})
            pipe.expire(_key(owner_id), VERSION_KEPT_S)
            await pipe.execute()
    except RedisError:
        log.warning("billing.entitlements_not_kept")


def _key(owner_id: ids.UserId) -> str:
    return f"entitlements:{owner_id}"
