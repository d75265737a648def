"""The messages about an approval, which change in place: in the group or with each who is asked, and with the owner."""

from typing import Any
from uuid import UUID, uuid5

from core import ids
from core.accounts.models import User
from core.accounts.service import user_of, users_of
from core.approvals.models import Approval, ApprovalStatus, EventKind, Seat, Verdict
from core.approvals.queries import COMMENTS_SHOWN, approval_about, events_of, seats_of
from core.channels.models import Channel
from core.channels.queries import channel_of
from core.db import Json, ReadSession
from core.deliveries.statuses import show_status
from core.posts.models import Post
from core.posts.targets import target_data
from core.posts.views import post_data
from core.tx import Tx

REQUEST, STANDING = "approvals.request", "approvals.standing"


def owners_subject(approval_id: ids.ApprovalId) -> UUID:
    """What the owner's own message is about."""
    return uuid5(approval_id, "owner")


def groups_subject(approval: Approval) -> UUID:
    """What the message in the group is about: another group has another message."""
    return uuid5(approval.id, str(approval.channel_id))


async def show_approval(tx: Tx, post: Post) -> None:
    """Bring all messages about a post's approval up to date. Without effect when nobody was asked."""
    approval = await approval_about(tx.session, post_id=post.id) if post.approval is not None else None
    if approval is not None:
        await show(tx, approval, post)


async def show(tx: Tx, approval: Approval, post: Post) -> None:
    """The same, also for one that was withdrawn."""
    if approval.status == ApprovalStatus.CHOOSING:
        return
    await tx.session.flush()
    data = await approval_data(tx.session, approval, post)
    owner = await user_of(tx.session, approval.owner_id)
    group = await group_of(tx.session, approval)
    if group is not None:
        there = {**data, "language": owner.language}
        subject_id = groups_subject(approval)
        await show_status(
            tx, owner_id=owner.id, subject_id=subject_id, chat_id=group.chat_id, notice=REQUEST, data=there
        )
    else:
        await _show_each(tx, approval, data)
    await show_status(
        tx,
        owner_id=owner.id,
        subject_id=owners_subject(approval.id),
        chat_id=owner.telegram_user_id,
        notice=STANDING,
        data={**data, "language": owner.language, "time_zone": owner.time_zone},
    )


async def _show_each(tx: Tx, approval: Approval, data: Json) -> None:
    seats = await seats_of(tx.session, approval.id)
    users = await users_of(tx.session, [seat.user_id for seat in seats])
    for seat in seats:
        user = users[seat.user_id]
        theirs = {**data, "language": user.language, "time_zone": user.time_zone}
        await show_status(
            tx,
            owner_id=approval.owner_id,
            subject_id=seat.id,
            chat_id=user.telegram_user_id,
            notice=REQUEST,
            data=theirs,
        )


async def group_of(session: ReadSession, approval: Approval) -> Channel | None:
    """The group that is asked; None when each is asked in private."""
    if approval.channel_id is None:
        return None
    return await channel_of(session, owner_id=approval.owner_id, channel_id=approval.channel_id, also_disconnected=True)


async def approval_data(session: ReadSession, approval: Approval, post: Post) -> Json:
    """An approval as plain data for screens; instants are in ISO format."""
    seats = await seats_of(session, approval.id)
    users = await users_of(session, [approval.owner_id, *(seat.user_id for seat in seats)])
    group = await group_of(session, approval)
    comments = await events_of(session, approval.id, kinds=[EventKind.COMMENT], limit=COMMENTS_SHOWN)
    owner = users[approval.owner_id]
    return {
        "approval_id": str(approval.id),
        "asked_by": owner.first_name,
        "time_zone": owner.time_zone,
        "state": approval.status,
        "revision": approval.revision,
        "needed": approval.needed,
        "approved": sum(seat.verdict == Verdict.APPROVED for seat in seats),
        "people": [_person(seat, users) for seat in seats if seat.user_id in users],
        "comments": [{"name": event.name, "text": event.text} for event in comments],
        "group": {"kind": group.kind, "title": group.title} if group is not None else None,
        "deleted": post.deleted_at is not None,
        "post": {**post_data(post), "entities": post.entities, "target": await target_data(session, post)},
    }


def _person(seat: Seat, users: dict[ids.UserId, User]) -> dict[str, Any]:
    user = users[seat.user_id]
    return {
        "name": user.first_name,
        "telegram_id": user.telegram_user_id,
        "verdict": seat.verdict,
        "at": seat.decided_at.isoformat() if seat.decided_at else None,
    }
