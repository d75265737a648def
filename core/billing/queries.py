"""Which plan a user has, and what is left of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dateutil.relativedelta import relativedelta
from sqlalchemy import func, select

from core import ids
from core.billing.models import Plan, QuotaEntry
from core.db import ReadSession

FREE = "free"


class Feature(StrEnum):
    """What plans count. The names are the keys of `Plan.limits`."""

    POSTS = "posts"
    PODCASTS = "podcasts"
    PODCAST_MINUTES = "podcast_minutes"
    IMAGES = "images"
    VOICEOVERS = "voiceovers"
    VIRAL_QUERIES = "viral_queries"
    CHANNEL_ANALYSES = "channel_analyses"
    SCRIPT_ANALYSES = "script_analyses"
    PUBLICATIONS = "publications"
    CAMPAIGNS = "campaigns"
    CREATORS = "creators"
    BRANDS = "brands"
    TARGET_CHATS = "target_chats"
    DIGESTS = "digests"
    DIGEST_KEYWORDS = "digest_keywords"
    WATCHES = "watches"


STANDING = frozenset(
    {
        Feature.CAMPAIGNS,
        Feature.BRANDS,
        Feature.TARGET_CHATS,
        Feature.DIGESTS,
        Feature.DIGEST_KEYWORDS,
        Feature.WATCHES,
    }
)
"""Counted as what is there at a time, not as what was used in a period: the ledger knows nothing of them."""
METERED = tuple(feature for feature in Feature if feature not in STANDING)


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a user may still do of one feature in the period that holds `now`. `limit` None: as much as they like."""

    feature: Feature
    plan: str
    limit: int | None
    used: int
    period_start: datetime
    resets_at: datetime

    @property
    def left(self) -> int | None:
        return None if self.limit is None else max(0, self.limit - self.used)

    def allows(self, amount: int) -> bool:
        return self.limit is None or self.used + amount <= self.limit


async def entitlement_of(session: ReadSession, *, owner_id: ids.UserId, feature: Feature, now: datetime) -> Entitlement:
    """The one answer to "may this user do this now, and what is left"."""
    (found,) = await entitlements_of(session, owner_id=owner_id, features=(feature,), now=now)
    return found


async def entitlements_of(
    session: ReadSession, *, owner_id: ids.UserId, now: datetime, features: Sequence[Feature] = METERED
) -> list[Entitlement]:
    """The same of several features, in the order asked."""
    plan = await plan_of(session, owner_id=owner_id)
    start, end = calendar_month(now)
    sums = await session.execute(
        select(QuotaEntry.feature, func.sum(QuotaEntry.amount).label("used"))
        .where(QuotaEntry.owner_id == owner_id, QuotaEntry.feature.in_(features), QuotaEntry.period_start == start)
        .group_by(QuotaEntry.feature)
    )
    used = {row.feature: row.used for row in sums}
    return [
        Entitlement(
            feature=feature,
            plan=plan.key,
            limit=plan.limits[feature],
            used=used.get(feature, 0),
            period_start=start,
            resets_at=end,
        )
        for feature in features
    ]


async def room_for(
    session: ReadSession, *, owner_id: ids.UserId, feature: Feature, used: int, now: datetime
) -> Entitlement:
    """The same of what is standing, of which `used` are there: the ledger knows nothing of it."""
    plan = await plan_of(session, owner_id=owner_id)
    start, end = calendar_month(now)
    return Entitlement(feature, plan.key, plan.limits[feature], used, start, end)


async def plan_of(session: ReadSession, *, owner_id: ids.UserId) -> Plan:
    """The plan in force for a user. Until plans can be bought, that is Free."""
    return await session.get_one(Plan, FREE)


async def has_perk(session: ReadSession, *, owner_id: ids.UserId, perk: str) -> bool:
    """Whether a user's plan has what isn't counted, such as "csv_export"."""
    return bool((await plan_of(session, owner_id=owner_id)).perks.get(perk))


async def cheapest_with(session: ReadSession, *, perk: str) -> Plan | None:
    """The plan that somebody without it needs."""
    return next((plan for plan in await plans(session) if plan.perks.get(perk)), None)


async def plans(session: ReadSession) -> Sequence[Plan]:
    """All plans, the cheapest first."""
    return (await session.scalars(select(Plan).order_by(Plan.rank))).all()


def calendar_month(now: datetime) -> tuple[datetime, datetime]:
    """The period of the Free plan: the calendar month in UTC, from its start to the next one's."""
    start = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return start, start + relativedelta(months=1)
