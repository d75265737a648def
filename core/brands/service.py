"""Making brands, changing what they say, the one that is taken by default, and deleting them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select, update

from core import ids
from core.billing.queries import Feature
from core.billing.service import limit_reached
from core.brands.members import add_member, check_role, forget_default
from core.brands.models import Brand, BrandMember, Role
from core.brands.queries import Access, BrandNotFound, access_of, room_for_brands
from core.brands.style import Trait, edited
from core.brands.voice import style_of
from core.errors import InvalidInput
from core.tx import Tx


class Part(StrEnum):
    """What a brand says about itself, each by the name of its column."""

    NAME = "name"
    DESCRIPTION = "description"
    AUDIENCE = "audience"
    SIGNATURE = "signature"


LIMITS: Final = {Part.NAME: 60, Part.DESCRIPTION: 500, Part.AUDIENCE: 300, Part.SIGNATURE: 200}
"""Characters. A signature has to leave room in a post of 280."""
ONE_LINE: Final = frozenset({Part.NAME})


@dataclass(frozen=True, slots=True)
class Wanted:
    """A brand as it is first described. All but the name may be empty."""

    name: str
    description: str = ""
    audience: str = ""


async def create_brand(tx: Tx, *, owner_id: ids.UserId, wanted: Wanted) -> Access:
    """A new brand. A user's first one is taken by default from then on.

    Raises LimitReached when the plan has no room for one more, InvalidInput ("brands.too_long": part, length, limit;
    "brands.no_name").
    """
    await _queue_up(tx, owner_id)
    room = await room_for_brands(tx.session, owner_id=owner_id, now=tx.now)
    if not room.allows(1):
        raise limit_reached(room, asked=1)
    brand = Brand(
        id=ids.new(),
        owner_id=owner_id,
        name=cleaned(Part.NAME, wanted.name),
        description=cleaned(Part.DESCRIPTION, wanted.description),
        audience=cleaned(Part.AUDIENCE, wanted.audience),
        created_at=tx.now,
    )
    tx.session.add(brand)
    await tx.session.flush()
    await add_member(tx, brand_id=brand.id, user_id=owner_id, role=Role.OWNER)
    return await access_of(tx.session, user_id=owner_id, brand_id=brand.id)


async def change_part(tx: Tx, *, user_id: ids.UserId, brand_id: ids.BrandId, part: Part, text: str) -> Access:
    """Let a brand say this about itself; empty takes it away, of all but the name.

    Raises BrandNotFound, RoleTooLow, InvalidInput as `create_brand` does.
    """
    access = await check_role(tx.session, user_id=user_id, brand_id=brand_id)
    setattr(access.brand, part, cleaned(part, text))
    await tx.session.flush()
    return access


async def change_trait(tx: Tx, *, user_id: ids.UserId, brand_id: ids.BrandId, trait: Trait, text: str) -> Access:
    """Change how a brand sounds by hand; empty takes it away.

    Raises BrandNotFound, RoleTooLow, InvalidInput as core.brands.style.edited does.
    """
    access = await check_role(tx.session, user_id=user_id, brand_id=brand_id)
    await tx.session.refresh(access.brand, with_for_update=True)
    access.brand.voice = edited(style_of(access.brand), trait, text).to_json()
    await tx.session.flush()
    return access


async def choose_default(tx: Tx, *, user_id: ids.UserId, brand_id: ids.BrandId, wanted: bool) -> Access:
    """Let a user's texts be for this brand unless said otherwise, or (not `wanted`) for none.

    Raises BrandNotFound, RoleTooLow for a viewer, who can't write with it.
    """
    await _queue_up(tx, user_id)
    await check_role(tx.session, user_id=user_id, brand_id=brand_id)
    await forget_default(tx, user_id)
    if wanted:
        await tx.session.execute(
            update(BrandMember)
            .where(BrandMember.user_id == user_id, BrandMember.brand_id == brand_id)
            .values(is_default=True)
        )
    return await access_of(tx.session, user_id=user_id, brand_id=brand_id)


async def delete_brand(tx: Tx, *, user_id: ids.UserId, brand_id: ids.BrandId) -> Brand:
    """Put a brand away, for all its members; posts stay. For a week it can be restored.

    Raises BrandNotFound, RoleTooLow for everybody but its owner.
    """
    access = await check_role(tx.session, user_id=user_id, brand_id=brand_id, least=Role.OWNER)
    access.brand.deleted_at = tx.now
    await tx.session.flush()
    return access.brand


async def restore_brand(tx: Tx, *, user_id: ids.UserId, brand_id: ids.BrandId) -> Access:
    """Take a deletion back, members included; again, it does nothing.

    Raises BrandNotFound, also for one that somebody else has deleted, LimitReached when another one has taken the room.
    """
    await _queue_up(tx, user_id)
    brand = await tx.session.scalar(
        select(Brand).where(Brand.id == brand_id, Brand.owner_id == user_id).execution_options(populate_existing=True)
    )
    if brand is None:
        raise BrandNotFound(brand_id=str(brand_id))
    if brand.deleted_at is not None:
        room = await room_for_brands(tx.session, owner_id=user_id, now=tx.now)
        if not room.allows(1):
            raise limit_reached(room, asked=1)
        brand.deleted_at = None
        await tx.session.flush()
    return await access_of(tx.session, user_id=user_id, brand_id=brand_id)


def cleaned(part: Part, text: str) -> str:
    """As it is kept. Raises InvalidInput ("brands.too_long": part, length, limit; "brands.no_name")."""
    kept = " ".join(text.split()) if part in ONE_LINE else text.strip()
    if len(kept) > LIMITS[part]:
        raise InvalidInput("brands.too_long", part=part, length=len(kept), limit=LIMITS[part])
    if part is Part.NAME and not kept:
        raise InvalidInput("brands.no_name")
    return kept


async def _queue_up(tx: Tx, user_id: ids.UserId) -> None:
    """One change of a user's brands at a time, so that two never both take the last room."""
    lock = func.hashtextextended(f"{user_id}:{Feature.BRANDS}", 0)
    await tx.session.execute(select(func.pg_advisory_xact_lock(lock)))
