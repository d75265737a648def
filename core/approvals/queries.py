"""Looking at approvals: as the owner of the post, or as one of those who are asked."""

from collections.abc import Sequence

from sqlalchemy import Select, select

from core import ids
from core.accounts.service import users_of
from core.approvals.models import Approval, ApprovalEvent, ApprovalStatus, Approver, EventKind, Seat
from core.db import ReadSession
from core.errors import NotAllowed, NotFound

COMMENTS_SHOWN = 5
TRAIL_SHOWN = 20
ASKED = frozenset({ApprovalStatus.OPEN, ApprovalStatus.CHANGES, ApprovalStatus.APPROVED})
"""People have heard of it, and their word counts."""


class ApprovalNotFound(NotFound):
    code = "approvals.not_found"


class NotNamed(NotAllowed):
    """Somebody who isn't asked. Params: names (of those who are)."""

    code = "approvals.not_named"


async def approval_of(
    session: ReadSession, *, owner_id: ids.UserId, approval_id: ids.ApprovalId, lock: bool = False
) -> Approval:
    """Raises ApprovalNotFound, also for somebody else's."""
    mine = select(Approval).where(Approval.id == approval_id, Approval.owner_id == owner_id)
    found = await session.scalar(_locked(mine) if lock else mine)
    if found is None:
        raise ApprovalNotFound(approval_id=str(approval_id))
    return found


async def approval_about(session: ReadSession, *, post_id: ids.PostId, lock: bool = False) -> Approval | None:
    """The asking about a post whose owner was checked before; None when there never was one."""
    about = select(Approval).where(Approval.post_id == post_id)
    found: Approval | None = await session.scalar(_locked(about) if lock else about)
    return found


async def asked_of(session: ReadSession, *, user_id: ids.UserId, approval_id: ids.ApprovalId) -> tuple[Approval, Seat]:
    """As one of those who are asked. Raises ApprovalNotFound, or NotNamed for anybody else."""
    approval = await session.scalar(select(Approval).where(Approval.id == approval_id))
    if approval is None or approval.status == ApprovalStatus.CHOOSING:
        raise ApprovalNotFound(approval_id=str(approval_id))
    seat = await session.scalar(select(Seat).where(Seat.approval_id == approval_id, Seat.user_id == user_id))
    if seat is None:
        raise NotNamed(names=await names_of(session, approval))
    return approval, seat


async def seats_of(session: ReadSession, approval_id: ids.ApprovalId) -> Sequence[Seat]:
    """Always in the same order."""
    found = select(Seat).where(Seat.approval_id == approval_id).order_by(Seat.user_id)
    return (await session.scalars(found.execution_options(populate_existing=True))).all()


async def names_of(session: ReadSession, approval: Approval) -> list[str]:
    """Of all who are asked."""
    seats = await seats_of(session, approval.id)
    users = await users_of(session, [seat.user_id for seat in seats])
    return [users[seat.user_id].first_name for seat in seats if seat.user_id in users]


async def events_of(
    session: ReadSession, approval_id: ids.ApprovalId, *, kinds: Sequence[EventKind] = (), limit: int = TRAIL_SHOWN
) -> list[ApprovalEvent]:
    """The newest `limit`, in their order."""
    about = select(ApprovalEvent).where(ApprovalEvent.approval_id == approval_id)
    if kinds:
        about = about.where(ApprovalEvent.kind.in_(kinds))
    newest = await session.scalars(about.order_by(ApprovalEvent.at.desc(), ApprovalEvent.id.desc()).limit(limit))
    return list(newest.all())[::-1]


async def approvers_of(session: ReadSession, *, owner_id: ids.UserId) -> Sequence[Approver]:
    """Whom an owner can ask, in the order of naming."""
    mine = select(Approver).where(Approver.owner_id == owner_id, Approver.removed_at.is_(None))
    return (await session.scalars(mine.order_by(Approver.added_at, Approver.id))).all()


async def last_asked(session: ReadSession, *, owner_id: ids.UserId) -> Approval | None:
    """Whose choices the next asking begins with."""
    mine = select(Approval).where(Approval.owner_id == owner_id, Approval.asked_at.is_not(None))
    found: Approval | None = await session.scalar(mine.order_by(Approval.asked_at.desc()).limit(1))
    return found


async def open_approvals(session: ReadSession, *, owner_id: ids.UserId, limit: int = 10) -> Sequence[Approval]:
    """What waits for somebody's word, the newest first."""
    waiting = (ApprovalStatus.OPEN, ApprovalStatus.CHANGES)
    mine = select(Approval).where(Approval.owner_id == owner_id, Approval.status.in_(waiting))
    return (await session.scalars(mine.order_by(Approval.asked_at.desc()).limit(limit))).all()


def _locked(wanted: Select[Approval]) -> Select[Approval]:
    return wanted.with_for_update().execution_options(populate_existing=True)
