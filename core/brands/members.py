"""Who may do what with a brand: roles, and the people who have them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select, update

from core import ids
from core.accounts.service import user_of, users_of
from core.brands.models import Brand, BrandMember, Role
from core.brands.queries import Access, access_of, brand_for
from core.db import ReadSession
from core.deliveries.service import send_notice
from core.errors import InvalidInput, NotAllowed, NotFound
from core.tx import Tx

GIVEN: Final = (Role.EDITOR, Role.VIEWER)
"""The roles that an owner gives to others."""


class RoleTooLow(NotAllowed):
    """A member, who may not do this. Params: role, least."""

    code = "brands.role_too_low"


class MemberNotFound(NotFound):
    code = "brands.member_not_found"


@dataclass(frozen=True, slots=True)
class Member:
    """`name` is what Telegram calls them."""

    user_id: ids.UserId
    name: str
    role: Role


async def check_role(
    session: ReadSession, *, user_id: ids.UserId, brand_id: ids.BrandId, least: Role = Role.EDITOR
) -> Access:
    """The brand and the user's role in it, which is at least `least`.

    Raises BrandNotFound for somebody who is no member (any more), RoleTooLow for one who may do less.
    """
    access = await access_of(session, user_id=user_id, brand_id=brand_id)
    if not access.may(least):
        raise RoleTooLow(role=access.role, least=least)
    return access


async def members_of(session: ReadSession, *, user_id: ids.UserId, brand_id: ids.BrandId) -> Sequence[Member]:
    """Everybody who has access, in the order of joining; its owner comes first. Raises BrandNotFound."""
    await access_of(session, user_id=user_id, brand_id=brand_id)
    mine = select(BrandMember).where(BrandMember.brand_id == brand_id)
    found = (await session.scalars(mine.order_by(BrandMember.joined_at, BrandMember.user_id))).all()
    users = await users_of(session, [member.user_id for member in found])
    members = [Member(each.user_id, users[each.user_id].first_name, Role(each.role)) for each in found]
    return sorted(members, key=lambda member: member.role is not Role.OWNER)


async def add_member(tx: Tx, *, brand_id: ids.BrandId, user_id: ids.UserId, role: Role) -> None:
    """Give somebody who has none access to a brand. Whoever can write with it and had no default one has it now."""
    is_default = role is not Role.VIEWER and await brand_for(tx.session, owner_id=user_id) is None
    if is_default:
        await forget_default(tx, user_id)
    tx.session.add(BrandMember(brand_id=brand_id, user_id=user_id, role=role, is_default=is_default, joined_at=tx.now))
    await tx.session.flush()


async def change_role(tx: Tx, *, user_id: ids.UserId, brand_id: ids.BrandId, member_id: ids.UserId, role: Role) -> None:
    """Let a member do more or less from now on, and tell them. Again, it does nothing.

    Raises BrandNotFound, RoleTooLow for everybody but the owner, MemberNotFound, InvalidInput for the owner's own role
    or for theirs given away ("brands.one_owner").
    """
    member = await _other_member(tx, user_id=user_id, brand_id=brand_id, member_id=member_id)
    if role not in GIVEN:
        raise InvalidInput("brands.one_owner")
    if member.role == role:
        return
    member.role = role
    member.is_default = member.is_default and role is not Role.VIEWER
    await tx.session.flush()
    await _tell(tx, brand_id, member_id, "brands.role_changed", role=role)


async def remove_member(tx: Tx, *, user_id: ids.UserId, brand_id: ids.BrandId, member_id: ids.UserId) -> None:
    """End a member's access at once, and tell them. What they wrote stays theirs.

    Raises BrandNotFound, RoleTooLow for everybody but the owner, MemberNotFound, InvalidInput ("brands.one_owner").
    """
    member = await _other_member(tx, user_id=user_id, brand_id=brand_id, member_id=member_id)
    await tx.session.delete(member)
    await tx.session.flush()
    await _tell(tx, brand_id, member_id, "brands.removed")


async def leave_brand(tx: Tx, *, user_id: ids.UserId, brand_id: ids.BrandId) -> Brand:
    """Give one's own access up, and tell the owner.

    Raises BrandNotFound, InvalidInput for the owner, who can only delete it ("brands.one_owner").
    """
    access = await access_of(tx.session, user_id=user_id, brand_id=brand_id)
    if access.role is Role.OWNER:
        raise InvalidInput("brands.one_owner")
    await tx.session.execute(
        delete(BrandMember).where(BrandMember.brand_id == brand_id, BrandMember.user_id == user_id)
    )
    leaver = await user_of(tx.session, user_id)
    await _tell(tx, brand_id, access.brand.owner_id, "brands.left", name=leaver.first_name)
    return access.brand


async def tell_joined(tx: Tx, *, brand: Brand, user_id: ids.UserId, role: Role) -> None:
    """Let the owner know who has used an invite."""
    joined = await user_of(tx.session, user_id)
    await _tell(tx, brand.id, brand.owner_id, "brands.joined", name=joined.first_name, role=role)


async def forget_default(tx: Tx, user_id: ids.UserId) -> None:
    """A user's texts are for no brand unless said otherwise."""
    await tx.session.execute(
        update(BrandMember).where(BrandMember.user_id == user_id, BrandMember.is_default).values(is_default=False)
    )


async def _other_member(tx: Tx, *, user_id: ids.UserId, brand_id: ids.BrandId, member_id: ids.UserId) -> BrandMember:
    await check_role(tx.session, user_id=user_id, brand_id=brand_id, least=Role.OWNER)
    member = await tx.session.scalar(
        select(BrandMember)
        .where(BrandMember.brand_id == brand_id, BrandMember.user_id == member_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if member is None:
        raise MemberNotFound(member_id=str(member_id))
    if member.role == Role.OWNER:
        raise InvalidInput("brands.one_owner")
    return member


async def _tell(tx: Tx, brand_id: ids.BrandId, to: ids.UserId, notice: str, **data: str) -> None:
    brand, user = await tx.session.get_one(Brand, brand_id), await user_of(tx.session, to)
    await send_notice(
        tx,
        owner_id=user.id,
        chat_id=user.telegram_user_id,
        subject_id=brand_id,
        notice=notice,
        data={"brand_id": str(brand_id), "brand": brand.name, **data},
        language=user.language,
    )
