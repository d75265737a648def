"""Which plan a user has, and what is left of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import Uuid, bindparam, func, select, true

from core import ids
from core.billing.models import Plan, QuotaEntry, Subscription, Trial
from core.billing.standing import InForce, in_force
from core.db import ReadSession


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
NOTHING_STANDS: Mapping[Feature, int] = MappingProxyType({})

_OWNER = select(bindparam("owner_id", type_=Uuid).label("id")).subquery()
_STANDING_ROWS = (
    select(Subscription, Trial)
    .select_from(_OWNER)
    .outerjoin(Subscription, Subscription.owner_id == _OWNER.c.id)
    .outerjoin(Trial, Trial.owner_id == _OWNER.c.id)
    .execution_options(populate_existing=True)
)
"""Built once, like the next one: every press asks for them, and building costs as much as the database's answer."""
_USED = (
    select(QuotaEntry.feature, func.sum(QuotaEntry.amount).label("used"))
    .where(
        QuotaEntry.owner_id == bindparam("owner_id"),
        QuotaEntry.feature.in_(bindparam("features", expanding=True)),
        QuotaEntry.period_start == bindparam("period_start"),
    )
    .group_by(QuotaEntry.feature)
    .subquery()
)
_PLAN_AND_USED = (
    select(Plan, _USED.c.feature, _USED.c.used).outerjoin(_USED, true()).where(Plan.key == bindparam("plan_key"))
)


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


async def entitlement_of(
    session: ReadSession, *, owner_id: ids.UserId, feature: Feature, now: datetime, there: int | None = None
) -> Entitlement:
    """The one answer to "may this user do this now, and what is left". `there`: how many there are, of what is
    STANDING."""
    standing = {} if there is None else {feature: there}
    (found,) = await entitlements_of(session, owner_id=owner_id, features=(feature,), now=now, standing=standing)
    return found


async def entitlements_of(
    session: ReadSession,
    *,
    owner_id: ids.UserId,
    now: datetime,
    features: Sequence[Feature] = METERED,
    standing: Mapping[Feature, int] = NOTHING_STANDS,
) -> list[Entitlement]:
    """The same of several features, in the order asked."""
    _, found = await plan_and_entitlements(session, owner_id=owner_id, now=now, features=features, standing=standing)
    return found


async def plan_and_entitlements(
    session: ReadSession,
    *,
    owner_id: ids.UserId,
    now: datetime,
    features: Sequence[Feature] = METERED,
    standing: Mapping[Feature, int] = NOTHING_STANDS,
) -> tuple[Plan, list[Entitlement]]:
    """The plan in force, and what is left of several features."""
    period = await in_force_of(session, owner_id=owner_id, now=now)
    asked = {"owner_id": owner_id, "plan_key": period.plan_key, "period_start": period.period_start}
    rows = (await session.execute(_PLAN_AND_USED, {**asked, "features": list(features)})).all()
    plan, used = rows[0][0], {**{feature: amount for _, feature, amount in rows}, **standing}
    return plan, [
        Entitlement(
            feature=feature,
            plan=plan.key,
            limit=plan.limits[feature],
            used=used.get(feature, 0),
            period_start=period.period_start,
            resets_at=period.period_end,
        )
        for feature in features
    ]


async def plan_of(session: ReadSession, *, owner_id: ids.UserId, now: datetime) -> Plan:
    """The plan in force for a user: what they pay for, their trial, or Free."""
    return await session.get_one(Plan, (await in_force_of(session, owner_id=owner_id, now=now)).plan_key)


async def in_force_of(session: ReadSession, *, owner_id: ids.UserId, now: datetime) -> InForce:
    """The plan in force by its key, and the period in which its use is counted."""
    subscription, trial = await standing_rows(session, owner_id=owner_id)
    return in_force(subscription, trial, now=now)


async def standing_rows(session: ReadSession, *, owner_id: ids.UserId) -> tuple[Subscription | None, Trial | None]:
    """What a user pays or paid for, and their trial, over or not: in one look."""
    subscription, trial = (await session.execute(_STANDING_ROWS, {"owner_id": owner_id})).one()
    return subscription, trial


async def subscription_of(session: ReadSession, *, owner_id: ids.UserId) -> Subscription | None:
    """What a user pays or paid for, over or not."""
    found = select(Subscription).where(Subscription.owner_id == owner_id)
    return await session.scalar(found.execution_options(populate_existing=True))


async def trial_of(session: ReadSession, *, owner_id: ids.UserId) -> Trial | None:
    """A user's trial, over or not; None before it was started."""
    found = select(Trial).where(Trial.owner_id == owner_id)
    return await session.scalar(found.execution_options(populate_existing=True))


async def has_perk(session: ReadSession, *, owner_id: ids.UserId, perk: str, now: datetime) -> bool:
    """Whether a user's plan has what isn't counted, such as "csv_export"."""
    return bool((await plan_of(session, owner_id=owner_id, now=now)).perks.get(perk))


async def cheapest_with(session: ReadSession, *, perk: str) -> Plan | None:
    """The plan that somebody without it needs."""
    return next((plan for plan in await plans(session) if plan.perks.get(perk)), None)


async def plan_by_key(session: ReadSession, key: str) -> Plan:
    """A plan that something stored refers to."""
    return await session.get_one(Plan, key)


async def plans(session: ReadSession) -> Sequence[Plan]:
    """All plans, the cheapest first."""
    return (await session.scalars(select(Plan).order_by(Plan.rank))).all()
