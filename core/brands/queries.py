"""Looking at brands. Every query is a member's: a brand that somebody has no access to is not found."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from core import ids
from core.billing.queries import Entitlement, Feature, entitlement_of
from core.brands.models import Brand, BrandMember, HashtagGroup, Role
from core.db import ReadSession
from core.errors import NotFound

BRANDS_MAX = 100
"""Shown at most; more than any plan but the largest has room for."""


class BrandNotFound(NotFound):
    code = "brands.not_found"


class HashtagGroupNotFound(NotFound):
    code = "brands.hashtags_not_found"


@dataclass(frozen=True, slots=True)
class Access:
    """A brand as one of its members has it."""

    brand: Brand
    role: Role
    is_default: bool

    def may(self, least: Role) -> bool:
        """Whether the member has at least this role."""
        return self.role.rank >= least.rank


async def brand_for(session: ReadSession, *, owner_id: ids.UserId, brand_id: ids.BrandId | None = None) -> Brand | None:
    """The brand that a user's text is for: the named one, else their default one, else None.

    Raises BrandNotFound when the user has no access to the named one (any more). What they may do with it is a
    question for core.brands.members.check_role.
    """
    if brand_id is not None:
        return (await access_of(session, user_id=owner_id, brand_id=brand_id)).brand
    row = (await session.execute(_access(owner_id).where(BrandMember.is_default))).one_or_none()
    return None if row is None else row[0]


async def access_of(session: ReadSession, *, user_id: ids.UserId, brand_id: ids.BrandId) -> Access:
    """Raises BrandNotFound, also for a brand that the user is no member of."""
    row = (await session.execute(_access(user_id).where(Brand.id == brand_id))).one_or_none()
    if row is None:
        raise BrandNotFound(brand_id=str(brand_id))
    return _read(row[0], row[1])


async def accesses_of(session: ReadSession, *, user_id: ids.UserId) -> Sequence[Access]:
    """All brands that a user may see: their own first, each in the order of coming."""
    ordered = _access(user_id).order_by(Brand.owner_id != user_id, BrandMember.joined_at, Brand.id).limit(BRANDS_MAX)
    return [_read(brand, member) for brand, member in (await session.execute(ordered)).all()]


async def hashtag_groups(session: ReadSession, *, brand_id: ids.BrandId) -> Sequence[HashtagGroup]:
    """A brand's groups in the order of their making. Whether the user may look is asked before (access_of)."""
    found = select(HashtagGroup).where(HashtagGroup.brand_id == brand_id)
    return (await session.scalars(found.order_by(HashtagGroup.created_at, HashtagGroup.id))).all()


async def hashtag_group_of(
    session: ReadSession, *, user_id: ids.UserId, group_id: ids.HashtagGroupId
) -> tuple[HashtagGroup, Access]:
    """A group with its brand. Raises HashtagGroupNotFound, also for a brand that the user is no member of."""
    group = await session.scalar(select(HashtagGroup).where(HashtagGroup.id == group_id))
    if group is None:
        raise HashtagGroupNotFound(group_id=str(group_id))
    try:
        return group, await access_of(session, user_id=user_id, brand_id=group.brand_id)
    except BrandNotFound as exc:
        raise HashtagGroupNotFound(group_id=str(group_id)) from exc


async def room_for_brands(session: ReadSession, *, owner_id: ids.UserId, now: datetime) -> Entitlement:
    """How many brands the plan has room for, and how many there are; those that others share with the user are free."""
    there = await session.scalar(select(func.count()).where(Brand.owner_id == owner_id, Brand.deleted_at.is_(None)))
    return await entitlement_of(session, owner_id=owner_id, feature=Feature.BRANDS, now=now, there=there or 0)


def _access(user_id: ids.UserId) -> Select[Brand, BrandMember]:
    return (
        select(Brand, BrandMember)
        .join(BrandMember, BrandMember.brand_id == Brand.id)
        .where(BrandMember.user_id == user_id, Brand.deleted_at.is_(None))
        .execution_options(populate_existing=True)
    )


def _read(brand: Brand, member: BrandMember) -> Access:
    return Access(brand, Role(member.role), member.is_default)
