"""Invites: a link that makes one person a member, once, within three days.

The link holds the invite's id and 16 random bytes; of those only the SHA-256 is kept. Whoever has the link may join,
so it is shown to the brand's owner alone.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from core import ids
from core.accounts.service import user_of
from core.brands.members import GIVEN, add_member, check_role, tell_joined
from core.brands.models import Brand, BrandInvite, BrandMember, Role
from core.brands.queries import Access, access_of
from core.db import ReadSession
from core.errors import Conflict, InvalidInput, NotFound
from core.tx import Tx

LIFE: Final = timedelta(days=3)
SECRET_BYTES: Final = 16
SECRET_CHARACTERS: Final = 22
"""Of 16 bytes in base64url. With the id and a name before it, it fits into the 64 of a start parameter."""
OPEN_MOST: Final = 10
MEMBERS_MOST: Final = 50


class InviteNotFound(NotFound):
    """There is no such invite, its secret is wrong, it was withdrawn, or the brand is gone."""

    code = "brands.invite_not_found"


class InviteOver(Conflict):
    """It has worked already ("brands.invite_used"), or its time is over ("brands.invite_expired")."""

    code = "brands.invite_expired"


class AlreadyMember(Conflict):
    code = "brands.already_member"

    def __init__(self, brand_id: ids.BrandId) -> None:
        super().__init__(brand_id=str(brand_id))
        self.brand_id = brand_id


@dataclass(frozen=True, slots=True)
class Invitation:
    """What somebody with a link is asked to join, and by whom."""

    brand: Brand
    role: Role
    host: str
    expires_at: datetime


async def create_invite(tx: Tx, *, user_id: ids.UserId, brand_id: ids.BrandId, role: Role) -> tuple[BrandInvite, str]:
    """An invite and the token for its link, which nobody can be told again.

    Raises BrandNotFound, RoleTooLow for everybody but the owner, InvalidInput ("brands.one_owner";
    "brands.too_many_invites": limit; "brands.too_many_members": limit).
    """
    await check_role(tx.session, user_id=user_id, brand_id=brand_id, least=Role.OWNER)
    if role not in GIVEN:
        raise InvalidInput("brands.one_owner")
    await tx.session.execute(select(Brand.id).where(Brand.id == brand_id).with_for_update())
    if len(await _open_invites(tx.session, brand_id, tx.now)) >= OPEN_MOST:
        raise InvalidInput("brands.too_many_invites", limit=OPEN_MOST)
    await _check_room(tx, brand_id)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    invite = BrandInvite(
        id=ids.new(),
        brand_id=brand_id,
        role=role,
        digest=_digest(secret),
        created_at=tx.now,
        expires_at=tx.now + LIFE,
    )
    tx.session.add(invite)
    await tx.session.flush()
    return invite, ids.short(invite.id) + secret


async def open_invites(
    session: ReadSession, *, user_id: ids.UserId, brand_id: ids.BrandId, now: datetime
) -> Sequence[BrandInvite]:
    """Those that still work, the oldest first. Raises BrandNotFound, RoleTooLow for everybody but the owner."""
    await check_role(session, user_id=user_id, brand_id=brand_id, least=Role.OWNER)
    return await _open_invites(session, brand_id, now)


async def withdraw_invite(tx: Tx, *, user_id: ids.UserId, invite_id: ids.BrandInviteId) -> BrandInvite:
    """Let a link work no more; again, or when it has worked, it does nothing.

    Raises InviteNotFound, also for that of somebody else's brand.
    """
    invite = await tx.session.scalar(
        select(BrandInvite)
        .join(Brand, Brand.id == BrandInvite.brand_id)
        .where(BrandInvite.id == invite_id, Brand.owner_id == user_id, Brand.deleted_at.is_(None))
        .with_for_update(of=BrandInvite)
    )
    if invite is None:
        raise InviteNotFound(invite_id=str(invite_id))
    invite.withdrawn_at = invite.withdrawn_at or tx.now
    await tx.session.flush()
    return invite


async def invitation(session: ReadSession, *, user_id: ids.UserId, token: str, now: datetime) -> Invitation:
    """What a link leads to, without using it.

    Raises InviteNotFound, InviteOver, or AlreadyMember (the link then still works for somebody else).
    """
    invite, brand = await _valid(session, token, user_id=user_id, now=now)
    host = await user_of(session, brand.owner_id)
    return Invitation(brand, Role(invite.role), host.first_name, invite.expires_at)


async def accept_invite(tx: Tx, *, user_id: ids.UserId, token: str) -> Access:
    """Become a member. Two who press at once don't both get in. Raises what `invitation` does, and InvalidInput
    ("brands.too_many_members")."""
    invite, brand = await _valid(tx.session, token, user_id=user_id, now=tx.now, lock=True)
    await _check_room(tx, brand.id)
    invite.used_at, invite.used_by = tx.now, user_id
    role = Role(invite.role)
    await add_member(tx, brand_id=brand.id, user_id=user_id, role=role)
    await tell_joined(tx, brand=brand, user_id=user_id, role=role)
    return await access_of(tx.session, user_id=user_id, brand_id=brand.id)


async def _valid(
    session: ReadSession, token: str, *, user_id: ids.UserId, now: datetime, lock: bool = False
) -> tuple[BrandInvite, Brand]:
    invite_id, secret = _parsed(token)
    wanted = (
        select(BrandInvite, Brand)
        .join(Brand, Brand.id == BrandInvite.brand_id)
        .where(BrandInvite.id == invite_id, BrandInvite.withdrawn_at.is_(None), Brand.deleted_at.is_(None))
        .execution_options(populate_existing=True)
    )
    row = (await session.execute(wanted.with_for_update() if lock else wanted)).one_or_none()
    if row is None or not hmac.compare_digest(row[0].digest, _digest(secret)):
        raise InviteNotFound
    invite, brand = row
    member = await session.get(BrandMember, (brand.id, user_id), populate_existing=True)
    if member is not None:
        raise AlreadyMember(brand.id)
    if invite.used_at is not None:
        raise InviteOver("brands.invite_used")
    if invite.expires_at <= now:
        raise InviteOver
    return invite, brand


def _parsed(token: str) -> tuple[ids.BrandInviteId, str]:
    if len(token) != ids.SHORT_LENGTH + SECRET_CHARACTERS:
        raise InviteNotFound
    try:
        return ids.BrandInviteId(ids.parse_short(token[: ids.SHORT_LENGTH])), token[ids.SHORT_LENGTH :]
    except ValueError as exc:
        raise InviteNotFound from exc


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


async def _open_invites(session: ReadSession, brand_id: ids.BrandId, now: datetime) -> Sequence[BrandInvite]:
    found = select(BrandInvite).where(
        BrandInvite.brand_id == brand_id,
        BrandInvite.used_at.is_(None),
        BrandInvite.withdrawn_at.is_(None),
        BrandInvite.expires_at > now,
    )
    return (await session.scalars(found.order_by(BrandInvite.created_at, BrandInvite.id))).all()


async def _check_room(tx: Tx, brand_id: ids.BrandId) -> None:
    there = await tx.session.scalar(select(func.count()).where(BrandMember.brand_id == brand_id))
    if (there or 0) >= MEMBERS_MOST:
        raise InvalidInput("brands.too_many_members", limit=MEMBERS_MOST)
