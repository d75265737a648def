"""Who may be asked: people who have opened an owner's link. Of the link's secret only the SHA-256 is kept."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core import ids
from core.accounts.models import User
from core.accounts.service import user_of
from core.approvals.models import Approver, ApproverInvite
from core.approvals.queries import approvers_of
from core.db import ReadSession
from core.deliveries.service import send_notice
from core.errors import Conflict, InvalidInput, LimitReached, NotFound
from core.tx import Tx

PEOPLE_MAX = 20
INVITE_LASTS = timedelta(days=7)


class ApproverNotFound(NotFound):
    code = "approvals.person_not_found"


class InviteOver(NotFound):
    """The link isn't valid, or not any more."""

    code = "approvals.invite_over"


@dataclass(frozen=True, slots=True)
class Joined:
    """Who has let whom say yes. `new` is False when the link was opened before."""

    owner: User
    new: bool


async def make_invite(tx: Tx, *, owner_id: ids.UserId) -> str:
    """The secret of a fresh link, valid for a week and for several people. The one before ends."""
    secret = secrets.token_urlsafe(24)
    values = {"digest": _digest(secret), "expires_at": tx.now + INVITE_LASTS}
    made = insert(ApproverInvite).values(owner_id=owner_id, **values)
    await tx.session.execute(made.on_conflict_do_update(index_elements=["owner_id"], set_=values))
    return secret


async def end_invite(tx: Tx, *, owner_id: ids.UserId) -> None:
    """The link names nobody any more; those who are named stay."""
    invite = await tx.session.get(ApproverInvite, owner_id)
    if invite is not None:
        await tx.session.delete(invite)


async def has_invite(session: ReadSession, *, owner_id: ids.UserId, now: datetime) -> bool:
    """Whether a link of theirs works."""
    mine = select(ApproverInvite.owner_id).where(ApproverInvite.owner_id == owner_id, ApproverInvite.expires_at > now)
    return await session.scalar(mine) is not None


async def owner_of_invite(session: ReadSession, *, user_id: ids.UserId, secret: str, now: datetime) -> ids.UserId:
    """Whose link it is that a user has opened.

    Raises InviteOver, InvalidInput for one's own link ("approvals.own_invite").
    """
    owner_id: ids.UserId | None = await session.scalar(
        select(ApproverInvite.owner_id).where(ApproverInvite.digest == _digest(secret), ApproverInvite.expires_at > now)
    )
    if owner_id is None:
        raise InviteOver
    if owner_id == user_id:
        raise InvalidInput("approvals.own_invite")
    return owner_id


async def accept_invite(tx: Tx, *, user_id: ids.UserId, secret: str) -> Joined:
    """Whoever opened the link may be asked from now on; its owner is told. Again, it changes nothing.

    Raises what owner_of_invite raises, and LimitReached ("approvals.people_full").
    """
    owner_id = await owner_of_invite(tx.session, user_id=user_id, secret=secret, now=tx.now)
    owner = await user_of(tx.session, owner_id)
    return Joined(owner, new=await name_person(tx, owner_id=owner.id, user_id=user_id))


async def name_person(tx: Tx, *, owner_id: ids.UserId, user_id: ids.UserId, told: bool = True) -> bool:
    """Let somebody be asked, and tell the owner (`told`). False when they are named already.

    Raises LimitReached ("approvals.people_full").
    """
    named = await approvers_of(tx.session, owner_id=owner_id)
    if any(each.user_id == user_id for each in named):
        return False
    if len(named) >= PEOPLE_MAX:
        raise LimitReached("approvals.people_full", limit=PEOPLE_MAX)
    values = {"added_at": tx.now, "removed_at": None}
    row = insert(Approver).values(id=ids.new(), owner_id=owner_id, user_id=user_id, **values)
    await tx.session.execute(row.on_conflict_do_update(index_elements=["owner_id", "user_id"], set_=values))
    if told:
        await _tell_owner(tx, owner_id, await user_of(tx.session, user_id))
    return True


async def remove_person(tx: Tx, *, owner_id: ids.UserId, approver_id: ids.ApproverId) -> Approver:
    """They are asked no more; what they were asked before they can still answer. Again, it changes nothing.

    Raises ApproverNotFound, also for somebody else's.
    """
    approver = await _approver_of(tx, owner_id, approver_id)
    approver.removed_at = approver.removed_at or tx.now
    return approver


async def restore_person(tx: Tx, *, owner_id: ids.UserId, approver_id: ids.ApproverId) -> Approver:
    """Take a removal back. Raises ApproverNotFound, Conflict ("approvals.people_full")."""
    approver = await _approver_of(tx, owner_id, approver_id)
    if approver.removed_at is not None and len(await approvers_of(tx.session, owner_id=owner_id)) >= PEOPLE_MAX:
        raise Conflict("approvals.people_full", limit=PEOPLE_MAX)
    approver.removed_at = None
    return approver


async def _approver_of(tx: Tx, owner_id: ids.UserId, approver_id: ids.ApproverId) -> Approver:
    mine = select(Approver).where(Approver.id == approver_id, Approver.owner_id == owner_id)
    found = await tx.session.scalar(mine.with_for_update())
    if found is None:
        raise ApproverNotFound(approver_id=str(approver_id))
    return found


async def _tell_owner(tx: Tx, owner_id: ids.UserId, person: User) -> None:
    owner = await user_of(tx.session, owner_id)
    await send_notice(
        tx,
        owner_id=owner_id,
        chat_id=owner.telegram_user_id,
        subject_id=person.id,
        notice="approvals.joined",
        data={"name": person.first_name, "username": person.username},
        language=owner.language,
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
