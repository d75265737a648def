"""Which brand a text is for: a choice that was made once and holds for later texts, too."""

from collections.abc import Sequence
from uuid import UUID

from core import ids
from core.brands.members import RoleTooLow, check_role
from core.brands.models import Brand, Role
from core.brands.queries import Access, BrandNotFound, accesses_of, brand_for
from core.db import ReadSession
from core.posts.options import DEFAULT_BRAND, NO_BRAND


async def writable_brands(session: ReadSession, *, user_id: ids.UserId) -> Sequence[Access]:
    """Those that a user may write with."""
    return [access for access in await accesses_of(session, user_id=user_id) if access.may(Role.EDITOR)]


async def preset_brand(session: ReadSession, *, user_id: ids.UserId, choice: str) -> Brand | None:
    """The brand behind a remembered choice (a brand's id, DEFAULT_BRAND or NO_BRAND).

    One that the user may not write with any more is as good as no choice: then it is their default one.
    """
    try:
        return await chosen_brand(session, user_id=user_id, choice=choice)
    except BrandNotFound:
        return await brand_for(session, owner_id=user_id)


async def chosen_brand(session: ReadSession, *, user_id: ids.UserId, choice: str) -> Brand | None:
    """The same at the moment of writing: one that the user may not write with any more raises BrandNotFound."""
    if choice == NO_BRAND:
        return None
    if choice == DEFAULT_BRAND:
        return await brand_for(session, owner_id=user_id)
    try:
        brand_id = ids.BrandId(UUID(choice))
        return (await check_role(session, user_id=user_id, brand_id=brand_id)).brand
    except (ValueError, RoleTooLow) as exc:
        raise BrandNotFound(brand_id=choice) from exc


def choice_of(brand: Brand | None) -> str:
    """As it is remembered."""
    return NO_BRAND if brand is None else str(brand.id)
